"""What a process under test does: the product's own commands and doors, by a clock that the test moves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from returns import tasks
from returns.actions import receiving
from returns.actions.once import once
from returns.actions.receiving import Count
from returns.management.commands import worker
from returns.models import RMA
from tests.people import WANDA

MONEY = {"provider events", "refunds"}  # the worker's tasks that move it
PAUSE, AFTER_TROUBLE = 0.01, 0.05  # seconds; the product's own patience has nothing to prove


def keep_time_by(clock: Path) -> None:
    """The machine's time, and so many seconds more as the file says."""
    timezone.now = lambda: datetime.now(UTC) + timedelta(seconds=float(clock.read_text()))


def work(*, once: bool = False) -> None:
    """`manage.py worker`, as far as it moves money."""
    command: Any = worker
    command.TASKS = tuple(replace(task, every=timedelta()) for task in tasks.TASKS if task.name in MONEY)
    command.PAUSE, command.AFTER_TROUBLE = PAUSE, AFTER_TROUBLE
    call_command("worker", once=once)


def receive(*, number: str, token: str) -> None:
    """A bench counts one unit of the first line; the same token is the same click."""
    rma = RMA.objects.select_related("order").get(number=number)

    def answer() -> tuple[int, dict[str, int]]:
        return 200, {"receipt": receiving.receive(rma, [Count("1", fine=1)], by=WANDA, at=timezone.now()).number}

    once("page", token, {"number": number}, answer, at=timezone.now())


def hear(*, news: list[tuple[str, str]]) -> None:
    """The door for what the provider tells: bodies with their signatures."""
    for body, signature in news:
        door = Client(SERVER_NAME="127.0.0.1")
        answer = door.post("/hooks/stripe/", body, "application/json", headers={"stripe-signature": signature})
        if answer.status_code != 200:
            raise RuntimeError(answer.status_code)


JOBS: dict[str, Callable[..., None]] = {"work": work, "receive": receive, "hear": hear}
