"""The stand-in as a child process, for the tests and the demo."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[3]
STOPPING = 5


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in: `url` is the base address for the Stripe client."""

    url: str
    pid: int

    def books(self) -> Any:
        """What was captured and refunded, per currency, in minor units."""
        return self.control("GET", "/books")

    def load(self, orders: Iterable[Mapping[str, Any]]) -> Any:
        """Many paid orders at once; their `payment_intent` and `charge` ids in the same order."""
        return self.control("POST", "/payment_intents", list(orders))

    def advance(self, seconds: int) -> Any:
        return self.control("POST", "/clock", {"advance": seconds})

    def fail(self, fault: str, **details: Any) -> Any:
        """A fault of the next calls or events: see README.md for their names."""
        return self.control("POST", "/faults", {"fault": fault, **details})

    def stop_failing(self) -> Any:
        return self.control("DELETE", "/faults")

    def settle(self, refund: str, status: str, reason: str | None = None) -> Any:
        return self.control("POST", f"/refunds/{refund}", {"status": status, "reason": reason})

    def dispute(self, charge: str, **details: Any) -> Any:
        return self.control("POST", "/disputes", {"charge": charge, **details})

    def move_dispute(self, dispute: str, status: str) -> Any:
        return self.control("POST", f"/disputes/{dispute}", {"status": status})

    def pay_out(self, currency: str) -> Any:
        return self.control("POST", "/payouts", {"currency": currency})

    def send_events_to(self, url: str, secret: str) -> Any:
        return self.control("POST", "/webhook", {"url": url, "secret": secret})

    def empty(self) -> Any:
        return self.control("DELETE", "")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Raises ValueError with the stand-in's own words when it refuses."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, "/_standin" + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            document = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise ValueError(document["error"]["message"])
        return document


@contextmanager
def running(
    *, port: int = 0, state: Path | None = None, webhook_url: str = "", webhook_secret: str = ""
) -> Iterator[StandIn]:
    """Start the stand-in, and stop it at the end, also when this process is killed.

    Raises RuntimeError when it does not start; it has said why on standard error.
    """
    command = [sys.executable, "-m", "returns.gateways.standin", "--port", str(port), "--until-stdin-closes"]
    if state:
        command += ["--state", str(state.resolve())]
    if webhook_url:
        command += ["--webhook-url", webhook_url, "--webhook-secret", webhook_secret]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        url = child.stdout.readline().strip() if child.stdout else ""
        if not url:
            raise RuntimeError(f"The stand-in for Stripe did not start on port {port}.")
        try:
            yield StandIn(url, child.pid)
        finally:
            child.terminate()
            try:
                child.wait(STOPPING)
            except subprocess.TimeoutExpired:
                child.kill()
