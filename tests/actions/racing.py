"""Many at once: threads that start together, each with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from returns.actions.refusals import Refused

PATIENCE = 120  # seconds: a busy machine is no deadlock


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of these answers when all begin together; of a refused one, its code."""
    start = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()  # who opens one later comes too late to race
            start.wait(PATIENCE)
            return work()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [answer.result(PATIENCE) for answer in [pool.submit(begin, work) for work in works]]


def apart(work: Callable[[], Any]) -> Any:
    """The answer of work done on a connection of its own."""
    return at_once(work)[0]


def counted(answers: Sequence[Any]) -> dict[str, int]:
    """How many were done, and how many were refused by which code."""
    words = [answer if isinstance(answer, str) else "done" for answer in answers]
    return {word: words.count(word) for word in words}
