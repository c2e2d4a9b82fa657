from dataclasses import replace

import pytest

from returns.labels.sheets import Format
from returns.labels.slip import Line, draw

from .reading import lines, pages, picture, scan
from .samples import NUMBER, slip_content

FORMATS = list(Format)
FULL = [Line(f"SKU-{number}", f"Zboží {number}", number, "Příliš malé") for number in range(1, 31)]


@pytest.mark.scanner
@pytest.mark.parametrize("format", FORMATS)
def test_a_scanner_reads_the_number_on_every_page(format, tmp_path):
    sheets = picture(draw(slip_content(lines=FULL), format), tmp_path)
    assert len(sheets) > 1
    assert [scan(sheet) for sheet in sheets] == [[f"CODE-128:{NUMBER}"]] * len(sheets)


def test_the_slip_lists_what_is_in_the_parcel():
    assert lines(draw(slip_content(), Format.A6)) == [
        "List k vrácení Příliš žluťoučký kůň",
        "R7F3-K2QX-1",
        "Objednávka",
        "A-1001",
        "Datum",
        "neděle 22. listopadu 2026",
        "Počet Zboží Důvod",
        "2 × Tričko Příliš žluťoučký kůň,",
        "velikost M",
        "TS-RED-M",
        "Příliš malé",
        "1 × Boty hnědé, 42",
        "BOOT-42",
        "Neodpovídá",
        "popisu",
        "Tento list vložte do balíku 1 / 1",
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_no_line_is_lost_between_pages(format):
    said = lines(draw(slip_content(lines=FULL), format))
    assert [line for line in said if line.startswith("SKU-")] == [line.sku for line in FULL]


def test_pages_are_numbered_in_their_foot():
    pdf = draw(slip_content(lines=FULL[:12]), Format.A6)
    assert [page.extract_text().strip()[-5:] for page in pages(pdf)] == ["1 / 3", "2 / 3", "3 / 3"]


def test_a_return_without_lines_is_still_one_page():
    assert len(pages(draw(slip_content(lines=()), Format.A6))) == 1


def test_a_quantity_of_a_wholesale_order_is_shown_whole():
    [line, *_] = slip_content().lines
    said = lines(draw(slip_content(lines=(replace(line, quantity=74_215),)), Format.A6))
    assert [text.split("×")[0] for text in said if "×" in text] == ["74215 "]


def test_markup_in_a_product_name_is_printed_as_it_was_written():
    line = Line("<sku>&amp;", "<b>Boty</b> <img src='x'>", 1, "<para>")
    said = lines(draw(slip_content(lines=(line,)), Format.A4))
    assert [text for text in said if "<" in text] == ["1 × <b>Boty</b> <img src='x'>", "<sku>&amp;", "<para>"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_content_gives_the_same_bytes(format):
    assert draw(slip_content(), format) == draw(slip_content(), format)
