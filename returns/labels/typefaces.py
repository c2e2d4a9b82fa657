"""Which face draws which character.

reportlab leaves out a character that its font lacks and says nothing, so every text is split into
runs, each in the first face that has its characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from .foreign_text import REPLACEMENT

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"


class Weight(Enum):
    REGULAR = "regular"
    BOLD = "bold"


def runs(text: str, weight: Weight) -> Iterator[tuple[TTFont, str]]:
    """``text`` in pieces of one face each; what no face has comes as the replacement character."""
    faces = _faces(weight)
    first = faces[0]
    if all(ord(character) in first.face.charToGlyph for character in text):
        yield first, text
        return
    for font, characters in groupby(text, lambda character: _face_for(character, faces)):
        piece = "".join(characters)
        yield (font, piece) if font else (first, REPLACEMENT * len(piece))


def width(text: str, weight: Weight) -> float:
    """How wide ``text`` runs, in em: times the size it is the width in points."""
    em: float = sum(font.stringWidth(piece, 1) for font, piece in runs(text, weight))
    return em


def font_name(weight: Weight) -> str:
    """The name under which reportlab knows the first face."""
    name: str = _faces(weight)[0].fontName
    return name


def _face_for(character: str, faces: Sequence[TTFont]) -> TTFont | None:
    return next((font for font in faces if ord(character) in font.face.charToGlyph), None)


@cache
def _faces(weight: Weight) -> tuple[TTFont, ...]:
    """The faces of a weight, best first, registered with reportlab once per process.

    The Chinese and Japanese face has one weight: a second would double what is shipped.
    """
    from fontpkg_noto_sans import ROOT

    latin = {
        Weight.REGULAR: ROOT / "files" / "NotoSans[wdth,wght].ttf",
        Weight.BOLD: FONTS / "NotoSans-Bold.ttf",
    }
    return (
        _registered(f"NotoSans-{weight.name}", latin[weight]),
        _registered("NotoSansSC", FONTS / "NotoSansSC-Subset.ttf"),
    )


@cache
def _registered(name: str, path: Path) -> TTFont:
    from reportlab.pdfbase import pdfmetrics, ttfonts

    # Without asciiReadable a label embeds only the letters it shows, not all of ASCII.
    font = ttfonts.TTFont(name, path, asciiReadable=False)
    pdfmetrics.registerFont(font)
    return font
