"""The stand-in without HTTP, under a clock that stands still until it is moved."""

import json
import random
from collections.abc import Callable
from typing import Any

from returns.gateways.standin.api import Api
from returns.gateways.standin.books import Books
from returns.gateways.standin.clock import Clock
from returns.gateways.standin.messages import Answer, Request
from returns.gateways.standin.store import Store

START = 1_800_000_000


class Sent:
    """A receiver of events that keeps them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def wants(self, event: dict[str, Any]) -> bool:
        return event["type"].startswith("refund.")

    def send(self, event: dict[str, Any]) -> None:
        self.events.append(event)


class Inside(Api):
    """An Api whose events can be looked at."""

    receiver: Sent


def api(store: Store | None = None, sleep: Callable[[float], object] = lambda _: None) -> Inside:
    clock = Clock(base=lambda: START)
    books = Books(clock.now, store, random.Random(7))  # noqa: S311  ids of play money
    return Inside(books, clock, Sent(), sleep)


def charge(on: Api, amount: int = 10000, currency: str = "eur", **more: Any) -> str:
    return on.books.payments.load([{"amount": amount, "currency": currency} | more])[0]["charge"]


def post(on: Api, path: str, params: dict[str, Any], *, key: str | None = None, api_key: str = "sk_test_1") -> Answer:
    return on.call(Request("POST", path, params, api_key, key))


def refund(on: Api, of: str, amount: int | None = None, *, key: str | None = None) -> Answer:
    return post(on, "/v1/refunds", {"charge": of} | ({"amount": str(amount)} if amount else {}), key=key)


def read(on: Api, path: str, **params: Any) -> dict[str, Any]:
    return json.loads(on.call(Request("GET", path, params, "sk_test_1")).body)


def refunded(on: Api, of: str) -> int:
    return read(on, f"/v1/charges/{of}")["amount_refunded"]


def error(answer: Answer) -> tuple[int, str | None]:
    return answer.status, json.loads(answer.body)["error"].get("code")
