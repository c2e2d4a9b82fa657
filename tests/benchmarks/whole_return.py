"""How fast a return goes over HTTP on PostgreSQL: import, request, receipt, refund, at 1 and 8 clients.

    .venv/bin/python -m tests.benchmarks.whole_return [--returns 200]

It starts what it needs on this machine alone (a database of its own, the stand-in for Stripe, the web
server with two workers) and stops it again. Beside the times stand the goals, the statements and the
commits of each step, and what becomes of 20 identical requests for one unit.
"""

import argparse
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import local
from urllib.parse import urlsplit

import psycopg

from returns.gateways.standin.process import StandIn, running

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://127.0.0.1:5432/postgres")
NAME = "returns_portal_benchmark"
KEY_SCOPES = ("orders:write", "orders:read", "returns:write", "returns:read", "receipts:write", "events:read")
NOW = datetime.now(UTC).replace(microsecond=0)
GOALS = {
    "import": ("", ""),
    "request": ("≤ 15 ms", "≤ 15, 1"),
    "receipt": ("≤ 15 ms", "≤ 15, 1"),
    "refund": ("≤ 20 ms, provider apart", "decide, claim, apply: 1 each"),
    "whole return": ("≤ 50 ms; ≥ 40 /s", ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--returns", type=int, default=200, help="how many, for each number of clients")
    count = parser.parse_args().returns
    with database() as url, running() as standin:
        os.environ |= {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "STRIPE_API_BASE": standin.url,
            "STRIPE_API_KEY": "sk_test_benchmark",
            "STRIPE_WEBHOOK_SECRET": "whsec_benchmark",
            "DEMO": "yes",
            "LOG_LEVEL": "ERROR",
        }
        key = prepare()
        with web_server() as port:
            shop = Shop(port, key, standin)
            print(f"{'step':<14}{'clients':>8}{'median ms':>11}{'p95 ms':>9}{'per second':>12}   goal")
            for clients in (1, 8):
                measure(shop, clients, count)
            count_statements(shop)
            twenty_at_once(shop)


# --- what it needs ------------------------------------------------------------------------------


@contextmanager
def database() -> Iterator[str]:
    """An empty database that is dropped at the end."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    try:
        yield urlsplit(SERVER)._replace(path=f"/{NAME}").geturl()
    finally:
        from django.db import connections

        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def prepare() -> str:
    """Tables, a policy and an integrator's key; the key's secret."""
    import django

    django.setup()
    from django.core.management import call_command

    from returns.models import ApiKey, Policy

    call_command("migrate", verbosity=0)
    Policy.objects.create(key="standard", name_en="Standard", window_days=30)
    return ApiKey.objects.issue("benchmark", list(KEY_SCOPES), at=NOW)[1]


@contextmanager
def web_server() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--log-level", "error"]
    with subprocess.Popen([sys.executable, "-m", "gunicorn", "portal.wsgi", *options]) as server:
        try:
            wait_for(port)
            yield port
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


class Shop:
    """A shop system that feeds orders in and returns them, over connections that stay open."""

    def __init__(self, port: int, key: str, standin: StandIn) -> None:
        self.port, self.key, self.standin = port, key, standin
        self.kept = local()
        self.numbers: list[str] = []
        self.returns: dict[str, str] = {}

    def call(self, method: str, path: str, body: object) -> tuple[int, dict]:
        connection = getattr(self.kept, "connection", None)
        if connection is None:
            connection = self.kept.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(8),
        }
        connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def expect(self, status: int, method: str, path: str, body: object) -> dict:
        got, answer = self.call(method, path, body)
        if got != status:
            raise SystemExit(f"{method} {path}: {got} {answer}")
        return answer

    def prepare_orders(self, prefix: str, count: int) -> list[dict]:
        """Orders of three lines, each with a captured payment at the stand-in."""
        told = self.standin.load([{"amount": 29_995, "currency": "eur"}] * count)
        return [order(f"{prefix}-{number}", paid["payment_intent"]) for number, paid in enumerate(told)]

    def ask(self, number: str) -> None:
        items = [wish("1", 1), wish("2", 2)]
        self.returns[number] = self.expect(201, "POST", "/returns", {"order": number, "items": items})["number"]

    def receive(self, number: str) -> None:
        lines = [{"line": "1", "fine": 1}, {"line": "2", "fine": 2}]
        self.expect(201, "POST", f"/returns/{self.returns[number]}/receipts", {"lines": lines})


def wish(line: str, units: int) -> dict:
    return {"line": line, "quantity": units, "reason": "changed_mind", "resolution": "refund"}


def order(number: str, payment: str) -> dict:
    return {
        "number": number,
        "placed_at": (NOW - timedelta(days=5)).isoformat(),
        "currency": "EUR",
        "locale": "cs",
        "customer": {"name": "Jana Nováková", "email": "jana@example.com"},
        "shipping_address": {"lines": ["Dlouhá 12"], "city": "Praha", "postcode": "11000", "country": "CZ"},
        "shipping": {"paid": 495, "standard": 495},
        "lines": [
            {"id": "1", "name": "Shirt", "quantity": 2, "unit_price": 5_000, "kind": "apparel"},
            {"id": "2", "name": "Mug", "quantity": 4, "unit_price": 2_500, "kind": "homeware"},
            {"id": "3", "name": "Lamp", "quantity": 1, "unit_price": 9_500, "kind": "electronics"},
        ],
        "parcels": [
            {
                "possession_at": (NOW - timedelta(days=2)).isoformat(),
                "lines": [{"id": "1", "quantity": 2}, {"id": "2", "quantity": 4}, {"id": "3", "quantity": 1}],
            }
        ],
        "payments": [{"gateway": "stripe", "reference": payment, "captured": 29_995, "currency": "EUR"}],
    }


# --- what it measures ---------------------------------------------------------------------------


def measure(shop: Shop, clients: int, count: int) -> None:
    orders = shop.prepare_orders(f"B{clients}", count)
    numbers = [order["number"] for order in orders]
    timed("import", clients, lambda i: shop.expect(201, "PUT", f"/orders/{numbers[i]}", orders[i]), count)
    total = timed("request", clients, lambda i: shop.ask(numbers[i]), count)
    total += timed("receipt", clients, lambda i: shop.receive(numbers[i]), count)
    total += timed("refund", clients, lambda _i: send_one(), count)
    print(f"{'whole return':<14}{clients:>8}{'':>11}{'':>9}{count / total:>12.1f}   {GOALS['whole return'][0]}")


def timed(step: str, clients: int, call: Callable[[int], object], count: int) -> float:
    """Print the figures of `count` calls by so many clients; the seconds that all of them took."""
    took: list[float] = []

    def one(number: int) -> None:
        started = time.perf_counter()
        call(number)
        took.append((time.perf_counter() - started) * 1_000)

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, range(count)))
    total = time.perf_counter() - started
    p95 = statistics.quantiles(took, n=20)[-1]
    figures = f"{statistics.median(took):>11.1f}{p95:>9.1f}{count / total:>12.1f}"
    print(f"{step:<14}{clients:>8}{figures}   {GOALS[step][0]}")
    return total


def send_one() -> None:
    """One refund as the worker sends it: claim, call over HTTP, apply."""
    from django.db import connection

    from returns.actions import sending
    from returns.gateways.stripe import gateway

    if not sending.send_next(gateway(), at=datetime.now(UTC)):
        raise SystemExit("A refund is missing.")
    connection.close()  # back to the pool: eight threads share it with this one


def count_statements(shop: Shop) -> None:
    """The statements of each step, as the database sees them, in this process over the same views."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1", headers={"authorization": f"Bearer {shop.key}"})
    body = shop.prepare_orders("S", 1)[0]

    def post(path: str, content: object) -> dict:
        headers = {"idempotency-key": secrets.token_hex(8)}
        return client.post(f"/api/v1{path}", content, content_type="application/json", headers=headers).json()

    kept: dict[str, str] = {}
    items = [wish("1", 1), wish("2", 2)]
    counts = {"lines": [{"line": "1", "fine": 1}, {"line": "2", "fine": 2}]}
    steps: dict[str, Callable[[], object]] = {
        "import": lambda: client.put("/api/v1/orders/S-0", body, content_type="application/json"),
        "request": lambda: kept.update(number=post("/returns", {"order": "S-0", "items": items})["number"]),
        "receipt": lambda: post(f"/returns/{kept['number']}/receipts", counts),
        "refund": send_one,
    }
    print(f"\n{'step':<14}{'statements':>11}{'commits':>9}   goal")
    for step, act in steps.items():
        with CaptureQueriesContext(connection) as captured:
            act()
        said = [query["sql"] for query in captured]
        commits = said.count("COMMIT")
        print(f"{step:<14}{len(said) - 2 * commits:>11}{commits:>9}   {GOALS[step][1]}")


def twenty_at_once(shop: Shop) -> None:
    body = shop.prepare_orders("T", 1)[0]
    shop.expect(201, "PUT", "/orders/T-0", body)
    asked = {"order": "T-0", "items": [wish("3", 1)]}
    with ThreadPoolExecutor(20) as pool:
        answers = [status for status, _body in pool.map(lambda _i: shop.call("POST", "/returns", asked), range(20))]
    made = answers.count(201)
    print(f"\n20 requests at once for one unit: {made} return made, answers {sorted(answers)}")
    if made != 1:
        raise SystemExit("One unit was promised more than once.")


if __name__ == "__main__":
    main()
