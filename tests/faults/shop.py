"""What a test of kills works on: orders that the stand-in holds the payments of, a clock for all, and the books."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from django.db import connection

from returns.analytics.audit import asked as audited
from returns.gateways.standin.process import StandIn
from returns.gateways.standin.webhooks import signature
from returns.importing.data import PaymentData
from returns.models import RMA, Order, Refund
from tests.faults.lives import Life, Nursery, comes_true
from tests.people import arrived, asked, bought, jana_order
from tests.simulator.checks import CHECKS, Books, only_the_provider_is_believed
from tests.simulator.provider import Outside
from tests.simulator.world import World

WEBHOOK_SECRET = "whsec_faults"
WORKERS = "fault-test"  # the name of their connections
PRICE = 29_990  # minor units: the whole of Jana's order
LEASE_OVER = 200  # seconds
ABSENT_FOR_LONG = 1_000
PATIENCE = [0.1 * 1.5**look for look in range(12)]  # seconds of the machine's: the clock leaps ahead between two looks
WAITING = """
    SELECT (SELECT count(*) FROM returns_refund WHERE state IN ('due', 'sending', 'uncertain'))
         + (SELECT count(*) FROM returns_gatewayevent WHERE worked_at IS NULL) AS rows
"""
CUT = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
LOOKS = [check for check in CHECKS if check is not only_the_provider_is_believed]  # nobody listens at the wire here


@dataclass
class Shop:
    standin: StandIn
    nursery: Nursery
    clock: Path
    provider: Outside = field(init=False)
    mood = SimpleNamespace(letters=False)  # no letters are delivered here
    orders = 0

    def __post_init__(self) -> None:
        self.standin.empty()
        self.provider = Outside(self.standin)

    # --- time ----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.clock.read_text()))

    def pass_time(self, seconds: int) -> None:
        self.standin.advance(seconds)
        moved = self.clock.with_suffix(".next")
        moved.write_text(str(float(self.clock.read_text()) + seconds))
        moved.replace(self.clock)

    # --- what happens ---------------------------------------------------------------------------

    def order(self, plan: str, held: int) -> Order:
        self.orders += 1
        told = {"amount": held, "currency": "eur", "metadata": {"standin_refund": plan}}
        [paid] = self.standin.load([told])
        placed = self.now - timedelta(days=6)
        return bought(
            jana_order(
                f"F-{self.orders}",
                placed_at=placed,
                notice_given_at=placed,
                delivered=self.now - timedelta(days=3),
                payments=(PaymentData(paid["payment_intent"], PRICE, "EUR"),),
            )
        )

    def asked(self, plan: str = "succeeded", *, held: int = PRICE) -> RMA:
        return asked(self.order(plan, held), at=self.now)

    def owed(self, plan: str = "succeeded", *, held: int = PRICE) -> Refund:
        """A refund that is due of a payment of which the provider has `held`; it ends by `plan` (its README)."""
        rma = self.asked(plan, held=held)
        arrived(rma, at=self.now)
        return Refund.objects.get(rma=rma)

    def worked(self) -> None:
        """A worker does what waits now."""
        assert self.nursery.start("work", once=True).wait() == "ended"

    def owed_with(self, fault: str, **details: int) -> Refund:
        """A refund that is due, and whose first call will meet this fault."""
        self.standin.fail(fault, **details)
        return self.owed()

    def uncertain(self, fault: str, *, for_seconds: int) -> Refund:
        """A refund whose first call met this fault, so long ago."""
        refund = self.owed_with(fault)
        self.worked()
        self.pass_time(for_seconds)
        return refund

    def told_of(self) -> Refund:
        """A refund that was pending and has succeeded, as the news says that has arrived."""
        refund = self.owed("pending > succeeded@60")
        self.worked()
        self.pass_time(100)
        self.heard(self.news()[-1:])
        return refund

    def news(self) -> list[tuple[str, str]]:
        """What the provider's webhooks bring since the last time: bodies and signatures."""
        bodies = [json.dumps(event) for event in self.provider.events()]
        return [(body, signature(body, WEBHOOK_SECRET, int(time.time()))) for body in bodies]

    def heard(self, news: list[tuple[str, str]]) -> None:
        """These webhooks have arrived."""
        assert self.nursery.start("hear", news=news).wait() == "ended"

    def cut(self) -> None:
        """End every connection of the processes under test, as an administrator or a restart does."""
        self.rows(f"{CUT} AND application_name = %s", WORKERS)

    # --- the quiet time -------------------------------------------------------------------------

    def come_to_rest(self, worker: Life | None = None) -> None:
        """A worker goes on until nothing waits any more, while the clock runs ahead."""
        worker = worker or self.nursery.start("work")
        assert comes_true(lambda: bool(worker.steps))
        for patience in PATIENCE:
            if comes_true(lambda: self.at_rest, within=patience):
                break
            self.pass_time(ABSENT_FOR_LONG)
        worker.end()

    @property
    def at_rest(self) -> bool:
        return self.rows(WAITING)[0]["rows"] == 0

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @property
    def wrong(self) -> list[str]:
        """What is not right in the books: nothing, or sentences."""
        books = Books(cast("World", self))
        found = [sentence for look in LOOKS for sentence in look(books)]
        return [*dict.fromkeys(found), *(f"{one.code} {one.name}: {one.rows}" for one in audited(at=self.now))]
