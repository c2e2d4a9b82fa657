"""Worker processes in one process: threads that take turns.

Whoever has the baton runs, nobody else does; so a schedule with threads repeats itself. A strand gives the baton back
when its work is done, or in the middle of it, at the wire, where it can be left, gone on with, or killed.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

from django.db import OperationalError, connection

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone: nothing of the product catches this, and an open transaction rolls back."""


class Fuse:
    """The end of a step at one of its statements: before it or after it, by a kill or by the database going away."""

    def __init__(self, statements: int, *, after: bool, cut: bool) -> None:
        self._left = statements
        self._after = after
        self._cut = cut

    def burn(self, *, after: bool) -> None:
        if not after:
            self._left -= 1
        if self._left == 0 and after == self._after:
            self._left = -1
            raise OperationalError("the connection is lost") if self._cut else Killed


class Strand:
    """One worker process. `held` says where it stands in the middle of its work; empty when it is idle."""

    def __init__(self, number: int, prepare: Callable[[], None]) -> None:
        self.number = number
        self.skew = timedelta()  # how far its clock is off
        self.held = ""
        self.refund = ""  # which it is sending, once the wire knows
        self.begun = self.at = LONG_AGO  # when its step began, and what its own clock said
        self.fuse: Fuse | None = None
        self._prepare = prepare
        self._orders: SimpleQueue[Callable[[], None] | BaseException | None] = SimpleQueue()
        self._news: SimpleQueue[str] = SimpleQueue()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=str(self), daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        return f"worker {self.number}"

    def begin(self, work: Callable[[], None]) -> None:
        """Work until it is done or held. `work` raises nothing."""
        self.refund = ""
        self._orders.put(work)
        self.held = self._news.get()

    def go_on(self, fate: BaseException | None = None) -> None:
        """From where it is held; with a fate, that is raised there."""
        self._orders.put(fate)
        self.held = self._news.get()

    def hold(self, where: str) -> None:
        """Called by the strand's own work: give the baton away."""
        self._news.put(where)
        fate = self._orders.get()
        if isinstance(fate, BaseException):
            raise fate

    def end(self) -> None:
        """Of an idle strand."""
        self._ended = True
        self._orders.put(None)
        self._thread.join()

    def _run(self) -> None:
        self._prepare()
        while (work := self._orders.get()) is not None:
            assert callable(work)
            work()
            self._news.put("")
        if not connection.allow_thread_sharing:  # it is this thread's own
            connection.close()
