"""Text made to fit a box: shrunk first, then wrapped or cut. It never runs over.

Widths are in em, so that a word is measured once for all sizes; ``measure`` is a box's width in
em at some size.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from .sheets import Box
from .typefaces import Weight, width

#: From one baseline to the next, in sizes; room for accented capitals (Noto's own is 1.36).
LEADING = 1.25

#: Below this nobody reads it on a thermal label; what does not fit then ends in an ellipsis.
SMALLEST = 6.0

#: Sizes are tried downward by this factor.
SHRINK = 0.92

type Word = tuple[str, float]


def fitted_line(box: Box, text: str, size: float, weight: Weight) -> tuple[str, float]:
    """``text`` as one line, cut if it must be, and the size, at most ``size``, at which it fits."""
    size = min(size, box.height / LEADING)
    em = width(text, weight)
    if em * size <= box.width:
        return text, size
    size = max(box.width / em, min(size, SMALLEST))
    return _cut(text, weight, box.width / size), size


def fitted_lines(box: Box, texts: Sequence[str], size: float, weight: Weight) -> tuple[list[str], float]:
    """``texts`` wrapped, each from a new line, and the largest size at which all of it fits."""
    words = [[(word, width(word, weight)) for word in text.split()] for text in texts]
    size = min(size, box.height / LEADING)
    while True:
        measure = box.width / size
        room = int(box.height / (LEADING * size) + 1e-6)
        lines = list(islice(_wrapped(words, weight, measure), room + 1))
        if len(lines) <= room:
            return lines, size
        if size <= SMALLEST:
            return [*lines[: room - 1], _cut(f"{lines[room - 1]} …", weight, measure)], size
        size = max(size * SHRINK, SMALLEST)


def _wrapped(texts: Iterable[Iterable[Word]], weight: Weight, measure: float) -> Iterator[str]:
    blank = width(" ", weight)
    for words in texts:
        line, used = "", 0.0
        for piece, em in _pieces(words, weight, measure):
            if line and used + blank + em > measure:
                yield line
                line, used = piece, em
            else:
                line, used = (f"{line} {piece}", used + blank + em) if line else (piece, em)
        if line:
            yield line


def _pieces(words: Iterable[Word], weight: Weight, measure: float) -> Iterator[Word]:
    """The words, those wider than a line broken anywhere: so Chinese and Japanese wrap, too."""
    for word, em in words:
        if em <= measure:
            yield word, em
            continue
        piece, used = "", 0.0
        for character in word:
            advance = width(character, weight)
            if piece and used + advance > measure:
                yield piece, used
                piece, used = "", 0.0
            piece, used = piece + character, used + advance
        yield piece, used


def _cut(text: str, weight: Weight, measure: float) -> str:
    if width(text, weight) <= measure:
        return text
    room = measure - width("…", weight)
    ends = accumulate(width(character, weight) for character in text)
    return "".join(character for character, end in zip(text, ends, strict=True) if end <= room).rstrip() + "…"
