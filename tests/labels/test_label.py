import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from PIL import Image, ImageOps
from pypdf import PdfReader

from returns.labels import codes
from returns.labels.label import draw
from returns.labels.sheets import DOT, INCH, MM, Corner, Format

from .reading import lines, pages, picture, rectangles, scan, text
from .samples import CZECH, ENGLISH, NUMBER, label_content

FORMATS = list(Format)
CODES_ON_ONE = [f"CODE-128:{NUMBER}", f"QR-Code:{NUMBER}"]


@pytest.mark.scanner
@pytest.mark.parametrize("format", [Format.A4, Format.A6, Format.FOUR_BY_SIX])
def test_a_scanner_reads_both_codes_of_a_printed_label(format, tmp_path):
    assert scan(*picture(draw(label_content(), format), tmp_path)) == CODES_ON_ONE


@pytest.mark.scanner
def test_a_scanner_reads_both_codes_of_each_half_of_a_letter_sheet(tmp_path):
    [sheet] = picture(draw(label_content(), Format.LETTER), tmp_path)
    with Image.open(sheet) as whole:
        middle = whole.width // 2
        whole.crop((0, 0, middle, whole.height)).save(tmp_path / "left.png")
        whole.crop((middle, 0, whole.width, whole.height)).save(tmp_path / "right.png")
    assert scan(tmp_path / "left.png") == CODES_ON_ONE
    assert scan(tmp_path / "right.png") == CODES_ON_ONE


@pytest.mark.scanner
@pytest.mark.parametrize("corner", list(Corner))
def test_the_label_stands_in_the_chosen_corner_of_a4(corner, tmp_path):
    [sheet] = picture(draw(label_content(), Format.A4, corner), tmp_path)
    with Image.open(sheet) as whole:
        left = 0 if "left" in corner else whole.width // 2
        top = 0 if "top" in corner else whole.height // 2
        whole.crop((left, top, left + whole.width // 2, top + whole.height // 2)).save(tmp_path / "corner.png")
    assert scan(tmp_path / "corner.png") == CODES_ON_ONE


@pytest.mark.scanner
@pytest.mark.parametrize("format", [Format.A6, Format.FOUR_BY_SIX])
def test_the_longest_texts_leave_the_margins_white_and_the_codes_readable(format, tmp_path):
    long = label_content(
        shop="Nejdelší název obchodu " * 30,
        address=("Nejdelší řádek adresy " * 30,) * 12,
        country="Spojené království Velké Británie a Severního Irska " * 3,
        order="W" * 500,
        sender="漢字" * 250,
        date="Ž" * 100,
        words=replace(CZECH, title="Vrácení " * 20, affix="Nalepte " * 60, return_to="Adresa " * 60),
    )
    [page] = picture(draw(long, format), tmp_path)
    margin = int(6 * MM / DOT) - 1
    with Image.open(page) as ink:
        inked = ImageOps.invert(ink.convert("L")).getbbox()
        assert inked is not None
        left, top, right, bottom = inked
        assert min(left, top, ink.width - right, ink.height - bottom) >= margin
    assert scan(page) == CODES_ON_ONE


@pytest.mark.parametrize("format", FORMATS)
def test_bars_are_whole_dots_of_a_label_printer_with_a_quiet_zone_around(format):
    widths = code128_bars(draw(label_content(), format))[: len(codes.code128_modules(NUMBER)) // 2 + 1]
    module = min(width for _, _, width, _ in widths)
    for x, _, width, height in widths:
        assert [x / DOT, width / DOT] == pytest.approx([round(x / DOT), round(width / DOT)], abs=0.01)
        assert height >= 12.7 * MM
    assert module / DOT == pytest.approx(4, abs=0.01)
    assert widths[0][0] >= 10 * module


def test_the_bars_are_code_128_of_the_number():
    bars = code128_bars(draw(label_content(), Format.A6))
    module = min(width for _, _, width, _ in bars)
    edges = [edge for x, _, width, _ in bars for edge in (x, x + width)]
    drawn = [round((after - before) / module) for before, after in pairwise(edges)]
    assert drawn == codes.code128_modules(NUMBER)


def code128_bars(pdf):
    """The rectangles as high as a barcode; the black heading is wider than any bar."""
    return [found for found in rectangles(pdf) if found[3] > 12 * MM and found[2] < 4 * MM]


def test_every_word_is_on_the_label_and_reads_right_in_czech():
    assert lines(draw(label_content(), Format.A6)) == [
        "Vrácení zboží Příliš žluťoučký kůň",
        "Adresa pro vrácení",
        "Kůň & syn, sklad vrácení",
        "Průmyslová 1472/11, hala C",
        "102 00 Praha 10",
        "ČESKO",
        "Objednávka",
        "A-1001",
        "Datum",
        "neděle 22. listopadu 2026",
        "Odesílatel",
        "J. N., Brno",
        "Číslo vrácení",
        "R7F3-K2QX-1",
        "Nalepte tento štítek na vnější stranu balíku",
    ]


def test_without_a_sender_there_is_no_empty_heading_for_one():
    assert "Odesílatel" not in lines(draw(label_content(sender=""), Format.A6))


def test_beside_the_label_a4_says_what_to_do():
    assert lines(draw(label_content(), Format.A4))[-5:] == [
        "Vrácení zboží",
        "1. Zboží zabalte a přiložte list k vrácení.",
        "2. Štítek nalepte na vnější stranu balíku.",
        "3. Balík podejte a doklad o podání si uschovejte.",
        "Odstřihněte podél čáry, nebo list podle ní přeložte.",
    ]


def test_the_second_label_on_letter_says_that_it_goes_inside():
    said = lines(draw(label_content(words=ENGLISH), Format.LETTER))
    assert said.count("Affix this label to the outside of the parcel") == 1
    assert said.count("Put this copy inside the parcel") == 1


@pytest.mark.parametrize(
    ("format", "width", "height"),
    [
        (Format.A4, 210 * MM, 297 * MM),
        (Format.A6, 105 * MM, 148 * MM),
        (Format.FOUR_BY_SIX, 4 * INCH, 6 * INCH),
        (Format.LETTER, 8.5 * INCH, 11 * INCH),
    ],
)
def test_a_format_is_one_page_of_its_size(format, width, height):
    [page] = pages(draw(label_content(), format))
    assert [float(page.mediabox.width), float(page.mediabox.height)] == pytest.approx([width, height], abs=0.01)


def test_the_document_says_its_title_author_and_language(tmp_path):
    (tmp_path / "label.pdf").write_bytes(draw(label_content(), Format.A6))
    with PdfReader(tmp_path / "label.pdf") as reader:
        said: dict[str, Any] = {**(reader.metadata or {}), **reader.root_object}
    assert [said["/Title"], said["/Author"], said["/Lang"]] == [
        "Vrácení zboží R7F3-K2QX-1",
        "Příliš žluťoučký kůň",
        "cs",
    ]


def test_every_font_is_embedded():
    [page] = pages(draw(label_content(country="日本"), Format.A6))
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert sorted(font["/BaseFont"].split("+")[1] for font in fonts) == [
        "NotoSans-Bold",
        "NotoSans-Regular",
        "NotoSansCJKsc-Regular",
    ]
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_content_gives_the_same_bytes(format):
    assert draw(label_content(), format) == draw(label_content(), format)


def test_labels_drawn_at_the_same_time_do_not_disturb_one_another():
    contents = [label_content(order=f"A-{number}", country="日本語漢字"[: number % 5 + 1]) for number in range(40)]
    alone = [draw(content, Format.A6) for content in contents]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(lambda content: draw(content, Format.A6), contents))
    finally:
        sys.setswitchinterval(usual)
    assert together == alone


@pytest.mark.parametrize(
    "hostile",
    [
        '<img src="/etc/passwd"/>',
        "<b>unclosed & &amp; &lt;",
        "<onDraw name=x label=y>",
        '<a href="javascript:alert(1)">x</a>',
        "%(name)s {0} \\n (a) \\051",
    ],
)
def test_markup_is_printed_as_it_was_written(hostile):
    pdf = draw(label_content(order=hostile), Format.A6)
    assert hostile in lines(pdf)
    assert "/Annots" not in pages(pdf)[0]


def test_control_characters_and_marks_that_turn_text_around_are_left_out():
    assert "abcd e" in lines(draw(label_content(order="a\x00b\x1b\u202ec\u200bd\r\n\te"), Format.A6))


def test_a_character_without_a_glyph_is_visibly_replaced():
    assert "a\ufffdb" in lines(draw(label_content(order="a\N{GRINNING FACE}b"), Format.A6))


def test_greek_cyrillic_chinese_and_japanese_read_back_as_written():
    address = (
        "Ελληνικά",
        "Київ, вул. Хрещатик",
        "深圳市南山区科技园",
        "東京都中央区銀座一丁目",
        "ｶﾌﾞｼｷ ㈱ 髙橋",
    )
    said = lines(draw(label_content(address=address), Format.FOUR_BY_SIX))
    assert [line for line in said if line in address] == list(address)


@pytest.mark.parametrize("text_of_others", ["W" * 200_000, "word " * 40_000, "漢" * 200_000, "\u0301" * 200_000])
def test_a_text_of_200_000_characters_takes_no_time(text_of_others):
    draw(label_content(), Format.A6)
    start = perf_counter()
    draw(
        label_content(
            shop=text_of_others, address=(text_of_others,) * 20, country=text_of_others, order=text_of_others
        ),
        Format.A6,
    )
    assert perf_counter() - start < 1


@pytest.mark.parametrize("number", ["", "r7f3", "R7F3 K2QX", "Ř", "A" * 21, "A\n"])
def test_a_number_that_no_code_can_hold_is_refused(number):
    with pytest.raises(ValueError, match="not a code for a label"):
        draw(label_content(number=number), Format.A6)


def test_the_whole_text_of_a_long_address_is_there_as_long_as_it_can_be_read():
    address = tuple(f"Řádek {number} poměrně dlouhé adresy skladu" for number in range(8))
    said = lines(draw(label_content(address=address), Format.A6))
    assert tuple(line for line in said if line.startswith("Řádek")) == address


def test_what_is_cut_ends_in_an_ellipsis():
    said = text(draw(label_content(order="Objednávka " * 40), Format.A6))
    [cut] = [line for line in said.splitlines() if line.startswith("Objednávka Objednávka")]
    assert cut.strip().endswith("…")
