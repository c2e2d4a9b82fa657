"""Makes the two font files of this folder; run again only to take up newer sources.

    python -m returns.labels.fonts.make NotoSansCJK-Regular.ttc

* ``NotoSans-Bold.ttf``: the bold instance of the variable Noto Sans that ``fontpkg-noto-sans``
  brings. reportlab reads a variable font's default instance only, which is the regular one.
* ``NotoSansSC-Subset.ttf``: the characters of GB 2312 and Shift-JIS (with the ones Windows adds,
  which Japanese addresses use) out of Noto Sans CJK SC
  (https://github.com/notofonts/noto-cjk; Debian: fonts-noto-cjk). reportlab embeds TrueType
  outlines only, so its cubic curves become quadratic ones here.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fontpkg_noto_sans import ROOT
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent

#: How far a quadratic curve may stray from the cubic one, in thousandths of an em: a fiftieth of
#: a dot at 203 dpi and 10 points.
MAX_ERROR = 1.5

#: Tables for shaping, vertical setting and hinting: none of them is read by reportlab.
UNUSED = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "VORG", "vhea", "vmtx", "gasp", "prep"]


def characters_of(encoding: str) -> set[int]:
    """All characters of a one- and two-byte encoding, ASCII left out: Noto Sans draws it."""
    codes = [bytes((byte,)) for byte in range(0x80, 0x100)]
    codes += [bytes((lead, trail)) for lead in range(0x81, 0x100) for trail in range(0x40, 0x100)]
    decoded = (code.decode(encoding, "ignore") for code in codes)
    return {ord(text) for text in decoded if len(text) == 1 and text.isprintable() and ord(text) > 0x7F}


CHINESE = characters_of("gb2312")
JAPANESE = characters_of("shift_jis") | characters_of("cp932")


def bold() -> TTFont:
    font = TTFont(ROOT / "files" / "NotoSans[wdth,wght].ttf")
    font = instantiateVariableFont(font, {"wght": 700, "wdth": 100}, updateFontNames=True)
    return subset(font, set(font.getBestCmap()))


def chinese_and_japanese(collection: Path) -> TTFont:
    fonts = TTCollection(collection).fonts
    font = next(f for f in fonts if f["name"].getDebugName(1) == "Noto Sans CJK SC")
    return with_quadratic_outlines(subset(font, CHINESE | JAPANESE))


def subset(font: TTFont, characters: set[int]) -> TTFont:
    options = Options(
        hinting=False,
        layout_features=[],
        name_IDs=[0, 1, 2, 4, 5, 6, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
        drop_tables=UNUSED,
    )
    font.recalcTimestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def with_quadratic_outlines(font: TTFont) -> TTFont:
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = {name: quadratic(outlines, name) for name in order}
    font["loca"] = newTable("loca")
    font["glyf"] = glyf
    for name in order:
        glyf.glyphs[name].recalcBounds(glyf)
        font["hmtx"][name] = font["hmtx"][name][0], getattr(glyf.glyphs[name], "xMin", 0)
    del font["CFF "]
    describe_as_truetype(font, len(order))
    return font


def quadratic(outlines: Mapping[str, Any], name: str) -> Glyph:
    pen = TTGlyphPen(outlines)
    outlines[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
    return pen.glyph()


def describe_as_truetype(font: TTFont, glyphs: int) -> None:
    font.sfntVersion = "\x00\x01\x00\x00"
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].numGlyphs = glyphs
    for field in (
        "maxZones",
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
        "maxComponentDepth",
        "maxPoints",
        "maxContours",
        "maxCompositePoints",
        "maxCompositeContours",
    ):
        setattr(font["maxp"], field, 0)
    font["maxp"].maxZones = 1
    font["post"].formatType = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collection", type=Path, help="NotoSansCJK-Regular.ttc")
    arguments = parser.parse_args()
    bold().save(HERE / "NotoSans-Bold.ttf")
    chinese_and_japanese(arguments.collection).save(HERE / "NotoSansSC-Subset.ttf")


if __name__ == "__main__":
    main()
