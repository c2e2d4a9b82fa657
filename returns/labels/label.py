"""The return label: stuck on the outside of the parcel, read by a carrier and by our own bench."""

from __future__ import annotations

from dataclasses import dataclass

from .sheets import MARGIN, MM, Box, Corner, Format, page
from .stationery import Align, Stationery
from .typefaces import Weight


@dataclass(frozen=True)
class Words:
    """What the label says in the reader's language; the caller translates."""

    language: str
    """BCP 47, of all the other words."""
    title: str
    """Return label."""
    return_to: str
    sender: str
    order: str
    date: str
    return_number: str
    affix: str
    """Affix this label to the outside of the parcel."""
    copy_inside: str
    """Put this copy inside the parcel; on the second label of a Letter sheet."""
    cut: str
    """Cut along the dashed line or fold the sheet there."""
    steps: tuple[str, ...]
    """What to do, step by step, beside the label on A4 and Letter; numbered by us."""


@dataclass(frozen=True)
class LabelContent:
    """Facts of one return, ready to print; all but ``number`` may be anything and gets cut to fit."""

    number: str
    """The RMA number, as in "R7F3-K2QX-1"."""
    shop: str
    address: tuple[str, ...]
    """Where the parcel goes, in the order its country writes an address; without the country."""
    country: str
    """The name of that country; printed in capitals, as posts ask."""
    order: str
    date: str
    """In the reader's own form."""
    words: Words
    sender: str = ""
    """As little of the sender as helps to find a parcel, such as initials and town; may be empty."""


def draw(content: LabelContent, format: Format, corner: Corner = Corner.TOP_LEFT) -> bytes:
    """A PDF of one page; the same content gives the same bytes. ``corner`` is for A4 alone.

    Raises ValueError for a number that no code can hold.
    """
    sheet = page(format)
    words = content.words
    paper = Stationery(sheet, title=f"{words.title} {content.number}", author=content.shop, language=words.language)
    match format:
        case Format.A4:
            _a4(paper, sheet, content, corner)
        case Format.LETTER:
            _letter(paper, sheet, content)
        case _:
            _label(paper, sheet, content, words.affix)
    return paper.finish()


def _a4(paper: Stationery, sheet: Box, content: LabelContent, corner: Corner) -> None:
    quarters = dict(zip(Corner, _quarters(sheet), strict=True))
    label = quarters[corner]
    beside = next(box for box in quarters.values() if box.y == label.y and box != label)
    _label(paper, label, content, content.words.affix)
    paper.cut(sheet.width / 2, label.y, sheet.width / 2, label.top)
    paper.cut(label.x, sheet.height / 2, label.right, sheet.height / 2)
    _instructions(paper, beside.inset(MARGIN), content.words)


def _quarters(sheet: Box) -> list[Box]:
    """In the order of `Corner`."""
    return [quarter for half in sheet.rows(None, sheet.height / 2) for quarter in half.columns(None, half.width / 2)]


def _letter(paper: Stationery, sheet: Box, content: LabelContent) -> None:
    """Two 4x6 side by side: one for the outside, one for the inside of the parcel."""
    label = page(Format.FOUR_BY_SIX)
    margin = (sheet.width - 2 * label.width) / 2
    _, labels, below = sheet.rows(margin, label.height, None)
    _, outside, inside, _ = labels.columns(margin, label.width, label.width, None)
    _label(paper, outside, content, content.words.affix)
    _label(paper, inside, content, content.words.copy_inside)
    paper.cut(inside.x, sheet.top, inside.x, labels.y)
    paper.cut(sheet.x, labels.y, sheet.right, labels.y)
    _instructions(paper, below.columns(margin, None, margin)[1].inset(MARGIN), content.words)


def _label(paper: Stationery, box: Box, content: LabelContent, hint: str) -> None:
    area = box.inset(MARGIN)
    heading, address, facts, number, barcode, _, footer = area.rows(
        11 * MM, None, 31 * MM, 22 * MM, 17 * MM, 2 * MM, 5 * MM
    )
    paper.heading(heading, content.words.title, content.shop)
    _address(paper, address, content)
    _facts(paper, facts, content)
    _number(paper, number, content)
    paper.code128(barcode, content.number)
    paper.line(footer, hint, size=9, weight=Weight.BOLD, align=Align.CENTRE)


def _address(paper: Stationery, box: Box, content: LabelContent) -> None:
    _, caption, room, _ = box.rows(2 * MM, 5 * MM, None, 2 * MM)
    lines, country = room.rows(None, 8 * MM)
    paper.line(caption, content.words.return_to, size=9)
    rest = paper.lines(lines, content.address, size=16)
    paper.line(country.with_top(rest.top), content.country.upper(), size=16, weight=Weight.BOLD)


def _facts(paper: Stationery, box: Box, content: LabelContent) -> None:
    paper.rule(box, thickness=1)
    left, qr = box.columns(None, box.height)
    words = content.words
    facts = [(words.order, content.order), (words.date, content.date), (words.sender, content.sender)]
    _, *rows, _ = left.rows(1 * MM, 9.5 * MM, 9.5 * MM, 9.5 * MM, None)
    for row, (caption, value) in zip(rows, facts, strict=True):
        if value:
            paper.fact(row, caption, value)
    paper.qr(qr, content.number)


def _number(paper: Stationery, box: Box, content: LabelContent) -> None:
    paper.rule(box, thickness=1)
    _, caption, number, _ = box.rows(1 * MM, 5 * MM, None, 1 * MM)
    paper.line(caption, content.words.return_number, size=9)
    paper.line(number, content.number, size=40, weight=Weight.BOLD, align=Align.CENTRE)


def _instructions(paper: Stationery, box: Box, words: Words) -> None:
    title, _, rest = box.rows(8 * MM, 2 * MM, None)
    paper.line(title, words.title, size=16, weight=Weight.BOLD)
    steps = [f"{number}. {step}" for number, step in enumerate(words.steps, start=1)]
    rest = paper.lines(rest, steps, size=11)
    paper.lines(rest.rows(2 * MM, None)[1], [words.cut], size=9)
