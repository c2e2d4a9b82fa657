"""What the label code costs on top of reportlab, in milliseconds and as a ratio.

Each format is drawn once while every call on reportlab's canvas is noted; then drawing it anew is
timed against playing the noted calls to a bare canvas, in turn, in the same run. Who draws by hand
needs the codes, too: both sides encode them once per document.
"""

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from reportlab.pdfgen import canvas
from reportlab.pdfgen.pathobject import PDFPathObject
from reportlab.pdfgen.textobject import PDFTextObject

from returns.labels import codes, label, slip
from returns.labels.sheets import Format
from tests.labels.samples import NUMBER, label_content, slip_content

#: performance.md.
LIMIT = 1.3
ROUNDS = 60


class Noted:
    """Stands before a canvas, a path or a text object and notes each call made on it."""

    def __init__(self, target: object, number: int, notes: list) -> None:
        self._target, self._number, self._notes = target, number, notes

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            result = getattr(self._target, name)(*map(_real, args), **kwargs)
            made = len(self._notes) + 1
            given = [("made", arg._number) if isinstance(arg, Noted) else ("plain", arg) for arg in args]
            self._notes.append((self._number, name, given, kwargs))
            if isinstance(result, PDFPathObject | PDFTextObject):
                return Noted(result, made, self._notes)
            return result

        return call


def _real(argument: Any) -> Any:
    return argument._target if isinstance(argument, Noted) else argument


def noted_calls(draw: Callable[[], bytes]) -> list:
    """All calls of one drawing: (number of the object, method, arguments), the canvas being 0."""
    notes: list = []
    made: list = []

    def noting(*args: Any, **kwargs: Any) -> Noted:
        made.append((args, kwargs))
        return Noted(real(*args, **kwargs), 0, notes)

    real = canvas.Canvas
    with patch.object(canvas, "Canvas", noting):
        draw()
    (args, kwargs), *_ = made
    return [(args[1:], kwargs), *notes]


def play(calls: list) -> bytes:
    (args, kwargs), *notes = calls
    paper = BytesIO()
    objects: dict[int, Any] = {0: canvas.Canvas(paper, *args, **kwargs)}
    for made, (number, name, given, named) in enumerate(notes, start=1):
        arguments = [objects[value] if kind == "made" else value for kind, value in given]
        objects[made] = getattr(objects[number], name)(*arguments, **named)
    return paper.getvalue()


def bare(calls: list, *encoders: Callable[[str], object]) -> bytes:
    for encode in encoders:
        encode(NUMBER)
    return play(calls)


def seconds(work: Callable[[], bytes]) -> float:
    codes.qr_bars.cache_clear()
    start = perf_counter()
    work()
    return perf_counter() - start


def test_our_drawing_stays_within_its_limit_of_a_bare_canvas():
    ratios = {}
    print(f"\n{'':14}{'ours':>9}{'bare':>9}{'ratio':>8}")
    for name, draw, encoders in papers():
        calls = noted_calls(draw)
        assert play(calls) == draw(), f"{name}: the bare drawing is another one"
        pairs = [(seconds(draw), seconds(partial(bare, calls, *encoders))) for _ in range(ROUNDS)]
        ours, by_hand = (median(times) * 1000 for times in zip(*pairs, strict=True))
        ratios[name] = ours / by_hand
        print(f"{name:14}{ours:6.1f} ms{by_hand:6.1f} ms{ratios[name]:8.2f}")
    assert [name for name, ratio in ratios.items() if ratio > LIMIT] == []


def papers() -> Iterator[tuple[str, Callable[[], bytes], tuple[Callable[[str], object], ...]]]:
    """Name, how it is drawn, and the codes that are on it."""
    for format in Format:
        yield (
            f"label {format}",
            partial(label.draw, label_content(), format),
            (codes.qr_bars, codes.code128_modules),
        )
        yield f"slip {format}", partial(slip.draw, slip_content(), format), (codes.code128_modules,)
