"""The stand-in's time: the machine's, moved forward on demand."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Whole Unix seconds. It only moves forward, as Stripe's does."""

    def __init__(self, base: Callable[[], float] = time.time, ahead: int = 0) -> None:
        self._base = base
        self.ahead = ahead

    def now(self) -> int:
        return int(self._base()) + self.ahead

    def advance(self, seconds: int) -> None:
        if seconds < 0:
            raise ValueError("The clock moves forward only.")
        self.ahead += seconds
