"""Events out: signed as Stripe signs them, posted in the background, tried again a few times."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from urllib.parse import urlsplit

from .shapes import Obj

# What the portal's endpoint subscribes to (money.md, "Events and webhooks").
SUBSCRIBED = (
    "refund.",
    "charge.refunded",
    "charge.refund.",
    "charge.dispute.",
    "payout.reconciliation_completed",
    "balance.available",
)
TIMEOUT = 20
RETRY_AFTER = (0.5, 2.0, 10.0)


def signature(payload: str, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header: HMAC-SHA256 of `timestamp.payload`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


@dataclass(order=True, slots=True)
class _Delivery:
    due: float
    number: int
    event: Obj = field(compare=False)
    url: str = field(compare=False)
    secret: str = field(compare=False)
    attempt: int = field(default=0, compare=False)


class Courier:
    """Posts events to one endpoint from a thread of its own, the due ones in the order of their coming.

    Signed with the machine's time, not the moved clock's, since the receiver compares it
    with its own.
    """

    def __init__(self, delivered: Callable[[str], None], retry_after: tuple[float, ...] = RETRY_AFTER) -> None:
        self.url = ""
        self.secret = ""
        self.counts = {"delivered": 0, "failed": 0, "given_up": 0}
        self._delivered = delivered
        self._retry_after = retry_after
        self._deliveries: list[_Delivery] = []
        self._numbers = self._forgotten = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(timeout=1)

    def wants(self, event: Obj) -> bool:
        return bool(self.url) and event["type"].startswith(SUBSCRIBED)

    def send(self, event: Obj) -> None:
        with self._changed:
            self._numbers += 1
            heappush(self._deliveries, _Delivery(time.monotonic(), self._numbers, event, self.url, self.secret))
            self._changed.notify()

    def forget(self) -> None:
        """Send nothing of what is waiting or under way again."""
        with self._changed:
            self._deliveries.clear()
            self._forgotten = self._numbers

    @property
    def waiting(self) -> int:
        return len(self._deliveries)

    def _work(self) -> None:
        while delivery := self._next():
            if _post(delivery):
                self.counts["delivered"] += 1
                self._delivered(delivery.event["id"])
            else:
                self._again(delivery)

    def _next(self) -> _Delivery | None:
        """The next delivery once it is due; None when it is time to stop."""
        with self._changed:
            while not self._stopped:
                wait = self._deliveries[0].due - time.monotonic() if self._deliveries else None
                if wait is not None and wait <= 0:
                    return heappop(self._deliveries)
                self._changed.wait(wait)
        return None

    def _again(self, delivery: _Delivery) -> None:
        self.counts["failed"] += 1
        if delivery.attempt >= len(self._retry_after):
            self.counts["given_up"] += 1
            return
        delivery.due = time.monotonic() + self._retry_after[delivery.attempt]
        delivery.attempt += 1
        with self._changed:
            if delivery.number > self._forgotten:
                heappush(self._deliveries, delivery)


def _post(delivery: _Delivery) -> bool:
    """Whether the endpoint took it: any 2xx, and no redirect, as with Stripe."""
    payload = json.dumps(delivery.event, indent=2)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(payload, delivery.secret, int(time.time())),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    parts = urlsplit(delivery.url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", parts.path or "/", payload.encode(), headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
