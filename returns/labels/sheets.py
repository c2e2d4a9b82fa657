"""Paper sizes and where on them something stands. All lengths are points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

INCH = 72.0
MM = INCH / 25.4

#: One dot of a label printer (203 dpi). Codes are built of whole dots, or their bars blur.
DOT = INCH / 203

#: White on every side of a label: more than any label printer cuts off, and than a QR code's
#: quiet zone needs.
MARGIN = 6 * MM
#: White around a whole office sheet: inkjets leave out half an inch at the lower edge.
SHEET_MARGIN = 14 * MM


class Format(StrEnum):
    """The values are those of the API's ``format`` parameter."""

    A4 = "a4"
    A6 = "a6"
    FOUR_BY_SIX = "4x6"
    LETTER = "letter"


class Corner(StrEnum):
    """The quarter of the A4 sheet that takes the label."""

    TOP_LEFT = "top left"
    TOP_RIGHT = "top right"
    BOTTOM_LEFT = "bottom left"
    BOTTOM_RIGHT = "bottom right"


@dataclass(frozen=True)
class Box:
    """A rectangle; x and y are its lower left corner, measured from the page's."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    def inset(self, by: float) -> Box:
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def with_top(self, top: float) -> Box:
        """The same box, moved up or down."""
        return Box(self.x, top - self.height, self.width, self.height)

    def rows(self, *heights: float | None) -> list[Box]:
        """Cut into rows from the top; the one None takes what the others leave."""
        boxes, top = [], self.top
        for height in _shares(self.height, heights):
            top -= height
            boxes.append(Box(self.x, top, self.width, height))
        return boxes

    def columns(self, *widths: float | None) -> list[Box]:
        """Cut into columns from the left; the one None takes what the others leave."""
        boxes, left = [], self.x
        for width in _shares(self.width, widths):
            boxes.append(Box(left, self.y, width, self.height))
            left += width
        return boxes


def _shares(whole: float, parts: tuple[float | None, ...]) -> list[float]:
    rest = whole - sum(part for part in parts if part is not None)
    return [rest if part is None else part for part in parts]


SIZES = {
    Format.A4: (210 * MM, 297 * MM),
    Format.A6: (105 * MM, 148 * MM),
    Format.FOUR_BY_SIX: (4 * INCH, 6 * INCH),
    Format.LETTER: (8.5 * INCH, 11 * INCH),
}


def page(format: Format) -> Box:
    return Box(0, 0, *SIZES[format])


def margin(format: Format) -> float:
    return SHEET_MARGIN if format in (Format.A4, Format.LETTER) else MARGIN
