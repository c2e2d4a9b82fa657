"""No task of the worker keeps the others waiting."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import pytest

from returns.tasks import A_WHILE, Task, sweep
from tests.people import NOW


@pytest.fixture
def moments() -> Iterator[datetime]:
    """Every look at the clock is three seconds later."""
    return (NOW + number * timedelta(seconds=3) for number in count())


def test_a_task_that_always_finds_more_stops_after_so_many_pieces() -> None:
    assert sweep(Task("endless", lambda at: True, timedelta()), lambda: NOW, at_most=7) == 7


def test_a_task_whose_pieces_last_stops_after_a_while(moments: Iterator[datetime]) -> None:
    done = sweep(Task("slow", lambda at: True, timedelta()), lambda: next(moments))
    assert 1 <= done <= A_WHILE.total_seconds() / 3


def test_a_task_ends_where_nothing_waits() -> None:
    left = [True, True, False]
    assert sweep(Task("short", lambda at: left.pop(0), timedelta()), lambda: NOW) == 2
