"""The stand-in for Stripe as a schedule has it: in this process, or a process of its own behind HTTP."""

import http.client
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import stripe

from returns.gateways.standin.api import Api
from returns.gateways.standin.books import Books
from returns.gateways.standin.clock import Clock
from returns.gateways.standin.messages import Request
from returns.gateways.standin.process import StandIn, running
from returns.gateways.standin.webhooks import SUBSCRIBED
from returns.gateways.stripe import CONNECT_SECONDS, READ_SECONDS

Obj = dict[str, Any]
API_KEY = "sk_test_simulator"
START = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


class Provider(Protocol):
    """`send` is what stands below Stripe's client: (body, status, headers), or APIConnectionError."""

    start: datetime

    def send(self, method: str, url: str, headers: Any, body: str | None) -> tuple[Any, int, Any]: ...

    def load(self, payments: Sequence[Obj]) -> list[Obj]: ...

    def advance(self, seconds: int) -> None: ...

    def fail(self, fault: str, **details: Any) -> None:
        """A fault of the next call."""

    def ask(self, method: str, path: str, **params: Any) -> Obj:
        """A call of somebody else: of the merchant in the dashboard. A refusal is an object with `error`."""

    def dispute(self, charge: str, status: str, amount: int) -> Obj: ...

    def move_dispute(self, dispute: str, status: str) -> Obj: ...

    def events(self) -> list[Obj]:
        """Those of the subscribed kinds since the last time, oldest first."""

    def all(self, kind: str) -> list[Obj]:
        """Every refund, charge, dispute, oldest first."""


class _Told:
    """A receiver that keeps the events until they are asked for."""

    def __init__(self) -> None:
        self.events: list[Obj] = []

    def wants(self, event: Obj) -> bool:
        return event["type"].startswith(SUBSCRIBED)

    def send(self, event: Obj) -> None:
        self.events.append(json.loads(json.dumps(event)))


class Inside:
    """The Api itself, under a clock that only moves when it is moved."""

    def __init__(self, seed: int) -> None:
        self.start = START
        clock = Clock(base=START.timestamp)
        self._told = _Told()
        self._api = Api(Books(clock.now, rng=random.Random(seed)), clock, self._told, sleep=lambda _: None)  # noqa: S311

    def send(self, method: str, url: str, headers: Any, body: str | None) -> tuple[Any, int, Any]:
        answer = self._api.call(Request.read(method.upper(), url, headers, (body or "").encode()))
        if answer.fate != "whole":
            raise stripe.APIConnectionError("The connection was closed without an answer.")
        return answer.body, answer.status, answer.headers

    def load(self, payments: Sequence[Obj]) -> list[Obj]:
        return self._api.books.payments.load(payments)

    def advance(self, seconds: int) -> None:
        self._api.advance(seconds)

    def fail(self, fault: str, **details: Any) -> None:
        self._api.faults.set(fault, **details)

    def ask(self, method: str, path: str, **params: Any) -> Obj:
        asked, headers = urlencode(params), {"Authorization": f"Bearer {API_KEY}"}
        target = path if method == "POST" else f"{path}?{asked}"
        return json.loads(self._api.call(Request.read(method, target, headers, asked.encode())).body)

    def dispute(self, charge: str, status: str, amount: int) -> Obj:
        opened = self._api.books.disputes.open(charge, status=status, amount=amount)
        self._api.tick()
        return opened

    def move_dispute(self, dispute: str, status: str) -> Obj:
        moved = self._api.books.disputes.move(dispute, status)
        self._api.tick()
        return moved

    def events(self) -> list[Obj]:
        told, self._told.events = self._told.events, []
        return told

    def all(self, kind: str) -> list[Obj]:
        return list(self._api.books.store.oldest_first(kind))


class Outside:
    """A process of its own, which Stripe's client calls as it calls Stripe."""

    def __init__(self, process: StandIn) -> None:
        self._process = process
        self._client = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
        self._last_event = ""
        self.start = datetime.fromtimestamp(process.control("GET", "")["now"], UTC)

    def send(self, method: str, url: str, headers: Any, body: str | None) -> tuple[Any, int, Any]:
        here = urlsplit(url)._replace(scheme="http", netloc=urlsplit(self._process.url).netloc).geturl()
        return self._client.request(method, here, headers, body)

    def load(self, payments: Sequence[Obj]) -> list[Obj]:
        return self._process.load(payments)

    def advance(self, seconds: int) -> None:
        self._process.advance(seconds)

    def fail(self, fault: str, **details: Any) -> None:
        self._process.fail(fault, **details)

    def ask(self, method: str, path: str, **params: Any) -> Obj:
        connection = http.client.HTTPConnection(urlsplit(self._process.url).netloc, timeout=30)
        asked, headers = urlencode(params), {"Authorization": f"Bearer {API_KEY}"}
        try:
            connection.request(method, path if method == "POST" else f"{path}?{asked}", asked, headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def dispute(self, charge: str, status: str, amount: int) -> Obj:
        return self._process.dispute(charge, status=status, amount=amount)

    def move_dispute(self, dispute: str, status: str) -> Obj:
        return self._process.move_dispute(dispute, status)

    def events(self) -> list[Obj]:
        told = []
        for event in self._newest_first("/v1/events"):
            if event["id"] == self._last_event:
                break
            told.append(event)
        self._last_event = told[0]["id"] if told else self._last_event
        return [event for event in reversed(told) if event["type"].startswith(SUBSCRIBED)]

    def all(self, kind: str) -> list[Obj]:
        return list(self._newest_first(f"/v1/{kind}s"))[::-1]

    def _newest_first(self, path: str) -> Iterator[Obj]:
        after: Obj = {}
        while True:
            page = self.ask("GET", path, limit=100, **after)
            yield from page["data"]
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}


@contextmanager
def provider(seed: int, *, http: bool) -> Iterator[Provider]:
    if not http:
        yield Inside(seed)
        return
    with running() as process:
        yield Outside(process)
