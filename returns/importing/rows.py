"""CSV out of bytes, one row at a time, whatever the bytes are."""

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import IO, NamedTuple, Self

# A longer line can only hold a cell above the csv module's own limit (131,072) or far too many
# cells, so the rest of it is not kept in memory; nor are more lines than this for one row.
LINE_CHARACTERS = 4_000_000
LINES_A_ROW = 1_000


class Row(NamedTuple):
    """`number` as a spreadsheet shows it, the first being 1. Blank rows count and are not yielded.

    `trouble` is the code of a fault, "" for a row that can be read. A row in trouble has at most its
    first cell, and none where it took several lines: it may have swallowed other rows. Bytes that are
    not UTF-8 stand as lone surrogates in their cell.
    """

    number: int
    cells: Sequence[str]
    trouble: str = ""
    several_lines: bool = False


def rows(stream: IO[bytes]) -> Iterator[Row]:
    """The rows of a comma-separated stream, with or without a byte order mark; leaves the stream open."""
    text = TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
    try:
        yield from _rows(_Lines(text))
    finally:
        text.detach()


def _rows(lines: "_Lines") -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    number = 0
    while True:
        number += 1
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            trouble = "cell_too_long" if "field limit" in str(error) else "unreadable"
            alone = [lines.first.partition(",")[0].strip().strip('"')] if lines.count == 1 else []
            yield Row(number, alone, trouble, several_lines=lines.count > 1)
        else:
            if cells:
                yield Row(number, cells, several_lines=lines.count > 1)


class _Lines:
    """The physical lines of a text; remembers the first of the row being read, and counts them."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self.begin_row()

    def begin_row(self) -> None:
        self.first = ""
        self.count = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LINE_CHARACTERS)
        if not line:
            raise StopIteration
        if len(line) == LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            self._skip_rest()
        self.first = self.first or line
        self.count += 1
        if self.count > LINES_A_ROW:
            raise csv.Error("a row of too many lines")
        return line

    def _skip_rest(self) -> None:
        while (rest := self._text.readline(LINE_CHARACTERS)) and not rest.endswith(("\n", "\r")):
            pass
