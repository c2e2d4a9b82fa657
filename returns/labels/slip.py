"""The return slip: the page inside the parcel, from which the bench knows what should be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched

from .sheets import MM, Box, Format, margin, page
from .stationery import Align, Stationery
from .typefaces import Weight

LINE_HEIGHT = 13 * MM


@dataclass(frozen=True)
class Words:
    """What the slip says in the reader's language; the caller translates."""

    language: str
    """BCP 47, of all the other words."""
    title: str
    """Return slip."""
    order: str
    date: str
    article: str
    quantity: str
    """Short: it heads a column 14 mm wide."""
    reason: str
    put_inside: str
    """Put this page inside the parcel."""


@dataclass(frozen=True)
class Line:
    sku: str
    name: str
    quantity: int
    reason: str


@dataclass(frozen=True)
class SlipContent:
    """Facts of one return, ready to print; all but ``number`` may be anything and gets cut to fit."""

    number: str
    """The RMA number, as in "R7F3-K2QX-1"."""
    shop: str
    order: str
    date: str
    """In the reader's own form."""
    lines: Sequence[Line]
    words: Words


def draw(content: SlipContent, format: Format) -> bytes:
    """A PDF with as many pages as the lines need, each with number and barcode of its own.

    The same content gives the same bytes. Raises ValueError for a number that no code can hold.
    """
    sheet = page(format)
    words = content.words
    paper = Stationery(sheet, title=f"{words.title} {content.number}", author=content.shop, language=words.language)
    head, table, foot = sheet.inset(margin(format)).rows(62 * MM, None, 7 * MM)
    pages = list(batched(content.lines, int(table.height / LINE_HEIGHT))) or [()]
    for number, lines in enumerate(pages, start=1):
        _head(paper, head, content)
        _table(paper, table, lines)
        _foot(paper, foot, words.put_inside, f"{number} / {len(pages)}")
        paper.next_page()
    return paper.finish()


def _head(paper: Stationery, box: Box, content: SlipContent) -> None:
    words = content.words
    heading, _, number, barcode, _, facts, columns = box.rows(11 * MM, 1 * MM, 14 * MM, 16 * MM, 3 * MM, 10 * MM, None)
    paper.heading(heading, words.title, content.shop)
    paper.line(number, content.number, size=32, weight=Weight.BOLD, align=Align.CENTRE)
    paper.code128(barcode, content.number)
    order, date = facts.columns(box.width / 2, None)
    paper.fact(order, words.order, content.order)
    paper.fact(date, words.date, content.date)
    quantity, article, reason = _columns(columns)
    paper.line(quantity, words.quantity, size=8)
    paper.line(article, words.article, size=8)
    paper.line(reason, words.reason, size=8)


def _table(paper: Stationery, box: Box, lines: Sequence[Line]) -> None:
    for line in lines:
        row, box = box.rows(LINE_HEIGHT, None)
        paper.rule(row)
        _, inner, _ = row.rows(1 * MM, None, 0.5 * MM)
        quantity, article, reason = _columns(inner)
        name, sku = article.rows(None, 3.5 * MM)
        paper.line(quantity.rows(5.5 * MM, None)[0], f"{line.quantity} ×", size=12, weight=Weight.BOLD)
        paper.lines(name, [line.name], size=9)
        paper.line(sku, line.sku, size=8)
        paper.lines(reason, [line.reason], size=9)
    paper.rule(box)


def _columns(row: Box) -> tuple[Box, Box, Box]:
    """Quantity, article, reason; a blank column between."""
    quantity, article, _, reason = row.columns(14 * MM, None, 2 * MM, row.width * 0.3)
    return quantity, article, reason


def _foot(paper: Stationery, box: Box, hint: str, page_of_pages: str) -> None:
    left, right = box.columns(None, 18 * MM)
    paper.line(left, hint, size=9, weight=Weight.BOLD)
    paper.line(right, page_of_pages, size=9, align=Align.RIGHT)
