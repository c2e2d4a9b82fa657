"""How a worker ends."""

import signal
import sys
from itertools import count

import pytest
from django.core.management import call_command

from returns.management.commands import worker

pytestmark = pytest.mark.django_db
LINES = 60  # more than it runs through between two looks


@pytest.fixture
def idle(monkeypatch):
    """There is nothing to do and no pause, so that the lines between two looks come at once."""
    monkeypatch.setattr(worker, "TASKS", ())
    monkeypatch.setattr(worker, "PAUSE", 0)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it hangs"))
    signal.alarm(60)
    yield
    signal.alarm(0)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("nth", range(1, LINES))
def test_a_worker_ends_at_whatever_line_it_is_told_to(idle, nth):
    lines = count(1)

    def told_at_a_line(_frame, event, _argument):
        listening = signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        if event == "line" and listening and next(lines) == nth:
            signal.raise_signal(signal.SIGTERM)
        return told_at_a_line

    sys.settrace(told_at_a_line)
    try:
        call_command("worker")
    finally:
        sys.settrace(None)
