"""What became of a schedule; knows nothing of Django, so that any process may read it."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`broken` says what is wrong, empty when nothing is; `trace` is the schedule, a line a step."""

    seed: int
    broken: tuple[str, ...]
    trace: tuple[str, ...]
    counts: Counter[str]
