"""What the worker does: every durable row that waits is taken up here, one step at a time.

The rows themselves are the queue (a refund due, a letter owed, a provider's event not worked), each
with its next try. So there is no second queue that could forget or repeat something, and any number of
workers may run. What leaves the house is claimed with SKIP LOCKED and a lease, and of a killed worker
nothing is left but a lease that runs out; what only takes in may be done twice, and has one effect.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from returns.actions import breaks, halts, photos, provider, reconciling, sealing, sending, upkeep, valuing
from returns.gateways.stripe import gateway
from returns.notifications import deliver

logger = logging.getLogger(__name__)
A_WHILE = timedelta(seconds=30)  # of one task, before the others have their turn


@dataclass(frozen=True, slots=True)
class Task:
    """`step` does one piece of waiting work and says whether it found any; asked for again after `every`."""

    name: str
    step: Callable[[datetime], bool]
    every: timedelta


# Reconciliation comes first: what a worker does first of all is to look whether its database is an old one.
TASKS = (
    Task("reconciliation", lambda at: reconciling.catch_up(gateway(), at=at), timedelta(minutes=10)),
    Task("provider events", lambda at: provider.work_next_event(gateway(), at=at), timedelta(seconds=0.5)),
    Task("refunds", lambda at: sending.send_next(gateway(), at=at), timedelta(seconds=0.5)),
    Task("letters", lambda at: deliver.deliver_next(at=at), timedelta(seconds=0.5)),
    Task("valuations", lambda at: valuing.lapse_next(at=at), timedelta(minutes=10)),
    Task("refused key", lambda at: halts.probe(gateway(), at=at), timedelta(minutes=1)),
    Task("nightly reconciliation", lambda at: reconciling.compare_by_night(gateway(), at=at), timedelta(minutes=10)),
    Task("breaks", lambda at: breaks.look_around(at=at), timedelta(minutes=1)),
    Task("expiry", lambda at: upkeep.expire_next(at=at), timedelta(minutes=10)),
    Task("closing", lambda at: upkeep.close_next(at=at), timedelta(minutes=10)),
    Task("seals", lambda at: sealing.seal_next(at=at), timedelta(hours=1)),
    Task("stray photos", lambda at: photos.forget_strays(at=at), timedelta(hours=1)),
    Task("old answers", lambda at: upkeep.forget_answers(at=at), timedelta(hours=1)),
)


def sweep(task: Task, now: Callable[[], datetime], *, at_most: int = 1_000) -> int:
    """Do what waits for this task, so much and for a while, that no task starves the others; how much was done.

    A provider that hangs makes every step last as long as we wait for it.
    """
    done, until = 0, now() + A_WHILE
    while done < at_most and now() < until and task.step(now()):
        done += 1
    return done
