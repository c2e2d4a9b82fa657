"""The paper that label and slip are drawn on: text that fits its box, rules, codes.

Nothing here reads markup: foreign text reaches the page through text objects only, never through
reportlab's Paragraph (security.md). reportlab is imported when first needed, because that takes
half a second that most processes never owe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from io import BytesIO
from itertools import accumulate, pairwise
from math import ceil
from threading import Lock

from .codes import CODE128_QUIET, QR_QUIET, code128_modules, qr_bars
from .fitting import LEADING, fitted_line, fitted_lines
from .foreign_text import printable
from .sheets import DOT, MM, Box
from .typefaces import Weight, font_name, runs, width

#: From the top of a line to its baseline, in sizes: room for an accented capital.
ASCENT = 0.98
CAP_HEIGHT = 0.714

HAIRLINE = 0.5
BAR_HEIGHT = 12.7 * MM
#: A bar of half a millimetre is read at arm's length; wider ones make the code too long to scan.
CODE128_DOTS = 4
QR_DOTS = 8

#: reportlab's fonts keep a reading position while they are embedded: one document at a time.
_embedding = Lock()


class Align(Enum):
    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


class Stationery:
    """A document in the making; the same calls give the same bytes."""

    def __init__(self, page: Box, *, title: str, author: str, language: str) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self._bytes = BytesIO()
        self._page = page
        self._canvas = Canvas(
            self._bytes,
            pagesize=(page.width, page.height),
            pdfVersion=(1, 4),  # the first that knows a document's language
            lang=language,
            invariant=1,
            pageCompression=1,
            initialFontName=font_name(Weight.REGULAR),  # reportlab's own would be named, not embedded
        )
        self._canvas.setTitle(printable(title))
        self._canvas.setAuthor(printable(author))
        self._canvas.setCreator(printable(author))
        self._canvas.setSubject("")

    def next_page(self) -> None:
        self._canvas.showPage()

    def finish(self) -> bytes:
        with _embedding:
            self._canvas.save()
        return self._bytes.getvalue()

    def line(
        self, box: Box, text: str, *, size: float, weight: Weight = Weight.REGULAR, align: Align = Align.LEFT
    ) -> None:
        """One line in the middle of the box's height, shrunk and then cut until it fits."""
        text, size = fitted_line(box, printable(text), size, weight)
        x = box.x + (box.width - width(text, weight) * size) * align.value
        self._draw(x, box.y + (box.height - CAP_HEIGHT * size) / 2, text, size, weight)

    def lines(self, box: Box, texts: Sequence[str], *, size: float, weight: Weight = Weight.REGULAR) -> Box:
        """Texts below one another from the top of the box, wrapped, shrunk until all fits.

        Returns what is left of the box.
        """
        wrapped, size = fitted_lines(box, [printable(text) for text in texts], size, weight)
        for number, text in enumerate(wrapped):
            self._draw(box.x, box.top - (number * LEADING + ASCENT) * size, text, size, weight)
        return box.rows(len(wrapped) * LEADING * size, None)[1]

    def heading(self, box: Box, title: str, shop: str) -> None:
        """A black bar that says in white what this paper is and whose."""
        self._canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)
        self._canvas.setFillGray(1)
        _, left, _, right, _ = box.columns(3 * MM, box.width * 0.55, 3 * MM, None, 3 * MM)
        self.line(left, title, size=18, weight=Weight.BOLD)
        self.line(right, shop, size=11, align=Align.RIGHT)
        self._canvas.setFillGray(0)

    def fact(self, box: Box, caption: str, value: str) -> None:
        above, below, _ = box.rows(box.height * 0.38, box.height * 0.52, None)
        self.line(above, caption, size=8)
        self.line(below, value, size=12)

    def rule(self, box: Box, *, thickness: float = HAIRLINE) -> None:
        """A line along the top of the box."""
        self._canvas.setLineWidth(thickness)
        self._canvas.line(box.x, box.top, box.right, box.top)

    def cut(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self._canvas.setLineWidth(HAIRLINE)
        self._canvas.setDash(4, 3)
        self._canvas.line(x1, y1, x2, y2)
        self._canvas.setDash()

    def code128(self, box: Box, code: str) -> None:
        """Code 128 as high as the box and in its middle, quiet zones within it.

        Raises ValueError where the box is too small for a code that a scanner reads.
        """
        modules = code128_modules(code)
        whole = sum(modules) + 2 * CODE128_QUIET
        dots = min(int(box.width / DOT / whole), CODE128_DOTS)
        if dots < 2 or box.height < BAR_HEIGHT:
            raise ValueError("no room for a barcode")
        module = dots * DOT
        left = self._on_dot(box.x + (box.width - whole * module) / 2) + CODE128_QUIET * module
        edges = list(accumulate(modules, initial=0))
        self._fill(
            (left + start * module, box.y, (end - start) * module, box.height)
            for start, end in list(pairwise(edges))[::2]
        )

    def qr(self, box: Box, code: str) -> None:
        """A QR code at the box's right edge, in the middle of its height; ValueError as above.

        The quiet zone is within the box but for the right one, which is the page's margin.
        """
        side, bars = qr_bars(code)
        whole = side + 2 * QR_QUIET
        dots = min(int(min(box.width, box.height) / DOT / whole), QR_DOTS)
        if dots < 3:
            raise ValueError("no room for a QR code")
        module = dots * DOT
        left = self._on_dot(box.right - side * module)
        # A printer counts its rows from the top edge.
        top = self._page.top - self._on_dot(self._page.top - box.top + (box.height - side * module) / 2)
        self._fill(
            (left + column * module, top - (row + 1) * module, length * module, module) for column, row, length in bars
        )

    @staticmethod
    def _on_dot(length: float) -> float:
        return ceil(length / DOT - 1e-6) * DOT

    def _fill(self, rectangles: Iterable[tuple[float, float, float, float]]) -> None:
        """One path for all, so that no white seam shows between two that touch."""
        path = self._canvas.beginPath()
        for rectangle in rectangles:
            path.rect(*rectangle)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def _draw(self, x: float, y: float, text: str, size: float, weight: Weight) -> None:
        written = self._canvas.beginText(x, y)
        for font, piece in runs(text, weight):
            written.setFont(font.fontName, size)
            written.textOut(piece)
        self._canvas.drawText(written)
