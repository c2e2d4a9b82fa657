"""The RMA number as machines read it: Code 128 and QR (conventions.md, label sizes)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segno import QRCode

#: Modules that stay white around a code.
CODE128_QUIET = 10
QR_QUIET = 4

#: Pixels per module of the picture for a phone: 696 x 696 in all for an RMA number.
PNG_SCALE = 24

_CODE = re.compile(r"[0-9A-Z-]{1,20}")


def code128_modules(code: str) -> list[int]:
    """Widths of bars and spaces in turn, in modules, a bar first; quiet zones not included.

    Raises ValueError for anything but up to 20 capitals, digits and hyphens.
    """
    from reportlab.graphics.barcode.code128 import Code128

    barcode = Code128(_checked(code))
    barcode.validate()
    barcode.encode()
    return ["abcd".index(letter) + 1 for letter in barcode.decompose().lower()]


@lru_cache(maxsize=32)  # finding the best mask takes a fifth of a label's time; Letter has two
def qr_bars(code: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Modules along one side, and the dark runs as (column, row from the top, length).

    The quiet zone is not included. Raises ValueError as above.
    """
    matrix = _qr(code).matrix
    return len(matrix), tuple(_dark_runs(matrix))


def qr_png(code: str) -> bytes:
    """A PNG to show at the counter where there is no printer; white quiet zone included."""
    picture = BytesIO()
    _qr(code).save(picture, kind="png", scale=PNG_SCALE, border=QR_QUIET)
    return picture.getvalue()


def _qr(code: str) -> QRCode:
    import segno

    return segno.make_qr(_checked(code), error="q")


def _dark_runs(matrix: Iterable[Iterable[int]]) -> Iterator[tuple[int, int, int]]:
    for row, modules in enumerate(matrix):
        column = 0
        for dark, run in groupby(modules):
            length = len(list(run))
            if dark:
                yield column, row, length
            column += length


def _checked(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError(f"not a code for a label: {code[:40]!r}")
    return code
