"""`manage.py replay ORDERS RETURNS --window N`: a real year, brought through the product's own actions.

Every return of the file is requested, judged, labelled, received and refunded at its own point in
time; the refunds go over HTTP to the stand-in for Stripe, whose signed webhooks come back to the
portal's own door. It judges by the policy clock alone and refunds no outbound carriage. At the end the books are
audited: exit 1 where anything does not hold.
"""

import csv
import gzip
import io
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import batched, groupby
from pathlib import Path
from typing import Any, BinaryIO, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone
from tqdm import tqdm

from portal.settings import database
from returns.actions import orders, provider, receiving, requests, sending
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.gateways.standin.process import StandIn, running
from returns.gateways.stripe import Stripe, connect
from returns.importing.data import OrderData, PaymentData
from returns.importing.faults import RowFault, of_fault
from returns.importing.own import OrdersFile
from returns.models import RMA, SHOPPER, SYSTEM, GatewayEvent, Order, OrderLine, Policy, Refund, RMAItem, RMAState
from returns.models.people import Actor

BENCH = Actor("staff", "", "replay")
SECRET = "whsec_replay"  # noqa: S105  between two processes of this command alone
PATIENCE = 60.0  # seconds for the last webhooks to come back


@dataclass(frozen=True, slots=True)
class Sent:
    """One return of the file: what a shopper sent back, when."""

    reference: str
    at: datetime
    order: str
    wishes: tuple[Wish, ...]


@dataclass(slots=True)
class Outcome:
    """What became of the file; amounts in minor units."""

    window: int
    orders: int = 0
    order_lines: int = 0
    returns: int = 0
    return_lines: int = 0
    refunded_returns: int = 0
    refunded_lines: int = 0
    refunded: int = 0
    waiting_returns: int = 0
    refused_returns: int = 0
    lost_returns: int = 0
    provider_refunded: int = 0
    provider_refunds: int = 0
    webhooks_worked: int = 0
    load_seconds: float = 0.0
    replay_seconds: float = 0.0
    returns_per_second: float = 0.0


class Command(BaseCommand):
    help = "Bring every return of a file through the product at its own point in time."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("orders", type=Path, help="orders as CSV, see import_orders; may be .gz")
        parser.add_argument(
            "returns", type=Path, help="CSV of reference, requested_at, order_number, line_id, quantity"
        )
        parser.add_argument("--window", type=int, required=True, help="days from delivery that the policy promises")
        parser.add_argument("--limit", type=int, help="only the first so many returns, and the orders they need")
        parser.add_argument("--database", help="a database URL; otherwise a file of its own, thrown away afterwards")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--expect", type=Path, help="a JSON file to compare with; a difference exits 1")

    def handle(self, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _use_database(options["database"] or f"sqlite:///{folder}/replay.sqlite3")
            settings.STATUTORY_CLOCK = False
            settings.STRIPE_WEBHOOK_SECRET = SECRET
            call_command("migrate", verbosity=0)
            outcome = self._replay(**options)
            self._print(outcome, as_json=options["json"])
            call_command("audit", stdout=self.stderr)
            connections.close_all()
        if options["expect"]:
            _compare(outcome, json.loads(options["expect"].read_text()))

    def _replay(self, *, window: int, limit: int | None, **options: Any) -> Outcome:
        sent = list(_read_returns(options["returns"]))[:limit]
        needed = {one.order for one in sent} if limit else None
        outcome = Outcome(window=window, returns=len(sent), return_lines=sum(len(one.wishes) for one in sent))
        Policy.objects.create(key="replay", name_en="Replay", window_days=window)
        with webhook_door() as url, running(webhook_url=url, webhook_secret=SECRET) as standin:
            gateway = connect("sk_test_replay", standin.url)
            started = time.monotonic()
            _load(options["orders"], needed, standin)
            outcome.load_seconds = round(time.monotonic() - started, 1)
            started = time.monotonic()
            for one in tqdm(sent, unit="return", disable=None):
                _bring_through(one, gateway)
            _await_news(gateway)
            outcome.replay_seconds = round(time.monotonic() - started, 1)
            _count(outcome, standin)
        return outcome

    def _print(self, outcome: Outcome, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(outcome)))
            return
        for name, value in asdict(outcome).items():
            self.stdout.write(f"{name.replace('_', ' '):<20} {value:>14,}")


def _use_database(url: str) -> None:
    connections.close_all()
    connections.settings["default"].update(database(url))
    del connections["default"]


@contextmanager
def webhook_door() -> Iterator[str]:
    """The portal itself, answering on a free port of this machine: the address of its door for webhooks."""
    server = WSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    try:
        yield f"http://{host}/hooks/stripe/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Thousands of lines would tell nothing."""


def _read_returns(file: Path) -> Iterator[Sent]:
    """The file's returns in their order; their rows follow one another, a return's by its reference."""
    with _opened(file) as stream:
        handle = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        for reference, group in groupby(csv.DictReader(handle), key=lambda row: row["reference"]):
            rows = list(group)
            yield Sent(
                reference=reference,
                at=datetime.fromisoformat(rows[0]["requested_at"]),
                order=rows[0]["order_number"],
                wishes=tuple(Wish(row["line_id"], int(row["quantity"])) for row in rows),
            )


def _opened(file: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(file)) if file.suffix == ".gz" else file.open("rb")


def _load(file: Path, needed: set[str] | None, standin: StandIn) -> None:
    """Every order with a captured PaymentIntent of its goods and carriage."""
    wanted = (order for order in _sound(file) if needed is None or order.number in needed)
    for batch in batched(wanted, 500):
        payments = standin.load([{"amount": _paid(order), "currency": order.currency.lower()} for order in batch])
        orders.load(
            [_paid_by(order, payment["payment_intent"]) for order, payment in zip(batch, payments, strict=True)],
            by=SYSTEM,
            at=max(order.placed_at for order in batch),
        )


def _sound(file: Path) -> Iterator[OrderData]:
    """The file's orders; raises CommandError where one is not sound, for then no sum means anything."""
    with _opened(file) as stream:
        for found in OrdersFile(stream):
            if isinstance(found, RowFault):
                raise CommandError(f"{file}:{found.row}: {of_fault(found)}")
            yield found.data


def _paid(order: OrderData) -> int:
    return order.shipping_paid + sum(line.unit_price * line.quantity - line.discount for line in order.lines)


def _paid_by(order: OrderData, reference: str) -> OrderData:
    return replace(order, payments=(PaymentData(reference, _paid(order), order.currency),))


def _bring_through(one: Sent, gateway: Stripe) -> None:
    """Request, verdict and label; then, for what was accepted, receipt and refund, all at its own time."""
    order = Order.objects.get(number=one.order)
    rma = requests.request(order, one.wishes, by=SHOPPER, at=one.at, locale="en", channel="replay")
    accepted = rma.items.accepted().select_related("line")
    counts = [Count(item.line.line_id, fine=item.quantity) for item in accepted]
    if counts:
        receiving.receive(rma, counts, by=BENCH, at=one.at)
    while sending.send_next(gateway, at=one.at):
        pass
    _work_news(gateway)


def _work_news(gateway: Stripe) -> None:
    """Work the webhooks that have come: in the present, for the provider knows no other time."""
    while provider.work_next_event(gateway, at=timezone.now()):
        pass


def _await_news(gateway: Stripe) -> None:
    """Wait until a webhook has come back for every refund."""
    sent = set(Refund.objects.exclude(gateway_id=None).values_list("gateway_id", flat=True))
    until = time.monotonic() + PATIENCE
    while sent and time.monotonic() < until:
        _work_news(gateway)
        sent -= set(GatewayEvent.objects.exclude(worked_at=None).values_list("object_id", flat=True))
        time.sleep(0.05)


def _count(outcome: Outcome, standin: StandIn) -> None:
    states = Counter(rma.shown_state for rma in RMA.objects.prefetch_related("items"))
    done = [RMAState.REFUNDED, RMAState.CLOSED]
    outcome.orders = Order.objects.count()
    outcome.order_lines = OrderLine.objects.count()
    outcome.refunded_returns = sum(states[state] for state in done)
    outcome.refunded_lines = RMAItem.objects.filter(rma__state__in=done).count()
    outcome.refunded = Refund.objects.succeeded().total()
    outcome.waiting_returns = states[RMAState.IN_REVIEW]
    outcome.refused_returns = states[RMAState.REJECTED]
    outcome.lost_returns = (
        outcome.returns - outcome.refunded_returns - outcome.waiting_returns - outcome.refused_returns
    )
    books = standin.books()["currencies"].values()
    outcome.provider_refunded = sum(book["refunded"] for book in books)
    outcome.provider_refunds = sum(kind["count"] for book in books for kind in book["refunds"].values())
    outcome.webhooks_worked = GatewayEvent.objects.exclude(worked_at=None).filter(kind="refund.created").count()
    outcome.returns_per_second = round(outcome.returns / max(outcome.replay_seconds, 0.001), 1)


def _compare(outcome: Outcome, expected: dict[str, Any]) -> None:
    """Raises CommandError (exit status 1) with every difference."""
    window = expected["windows"][str(outcome.window)]
    pairs = {
        "orders": (outcome.orders, expected["orders"]),
        "order lines": (outcome.order_lines, expected["order_lines"]),
        "returns": (outcome.returns, expected["returns"]),
        "return lines": (outcome.return_lines, expected["return_lines"]),
        "returns refunded": (outcome.refunded_returns, window["returns"]),
        "lines refunded": (outcome.refunded_lines, window["return_lines"]),
        "refunded": (outcome.refunded, window["refund"]),
        "refunded by the provider's books": (outcome.provider_refunded, window["refund"]),
        "refunds told of by webhook": (outcome.webhooks_worked, outcome.provider_refunds),
        "lost": (outcome.lost_returns, 0),
    }
    differences = [f"{name}: {got:,} is not {want:,}" for name, (got, want) in pairs.items() if got != want]
    if differences:
        raise CommandError("; ".join(differences))
