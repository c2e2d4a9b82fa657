"""`manage.py worker`: send refunds and letters, work the provider's news, expire and close returns."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from returns.tasks import TASKS, sweep

logger = logging.getLogger("returns.worker")
PAUSE = 0.25  # seconds between two looks
AFTER_TROUBLE = 5.0  # seconds until a task that failed is tried again, also when the database is away


class Command(BaseCommand):
    help = "Do the background work until stopped; any number of workers may run at once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")

    def handle(self, *, once: bool, **_options: Any) -> None:
        # Not an Event: a signal that comes while its lock is held would wait for that lock for ever.
        told_to_stop: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda told, _: told_to_stop.append(told))
        due = dict.fromkeys(TASKS, 0.0)
        while not told_to_stop:
            for task in TASKS:
                if told_to_stop or due[task] > time.monotonic():
                    continue
                due[task] = time.monotonic() + task.every.total_seconds()
                try:
                    sweep(task, timezone.now)
                except Exception:
                    # One broken row, or a connection that was cut, must not stop the others; it is met again later.
                    logger.exception("%s: stopped by an error", task.name)
                    due[task] = time.monotonic() + AFTER_TROUBLE
                    close_old_connections()
            close_old_connections()
            if once:
                return
            time.sleep(PAUSE)
