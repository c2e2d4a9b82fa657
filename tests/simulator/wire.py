"""Between Stripe's client and the provider: where calls are held, fail, and are written down."""

import json
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import stripe
from django.db import connection

from returns.gateways.stripe import API_VERSION, Stripe
from tests.simulator.provider import API_KEY
from tests.simulator.strands import Strand

if TYPE_CHECKING:
    from tests.simulator.world import World

REFUNDS = "/v1/refunds"
PUTTING_OFF = {409, 429, 401, 403}
ONE_CALL = timedelta(seconds=150)  # what a call may take at most, its looks included; a lease must last longer
EFFECT_WITHIN = 14 * 60  # seconds after its claim in which a call has its effect: see README.md

# What may become of a call that makes a refund. 504: a gateway in between gives up waiting, and it is done later.
# "never_seen": it is done, and the answer is a no of a kind that nobody has met.
CALL_FAULTS = (
    "lost_answer",
    "late_commit",
    "late_504",
    "error_moved",
    "error_unmoved",
    "conflict",
    "rate_limit",
    "lock_timeout",
    "unauthorized",
    "forbidden",
    "unavailable",
    "never_seen",
)
LOSING = {"lost_answer", "late_commit", "late_504", "error_moved", "error_unmoved", "conflict", "never_seen"}
REFUSING_ALL = {"429 storm": "rate_limit", "key refused": "unauthorized"}  # weather: what every call gets


class Record:
    """What was said over the wire, for the checks."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, set[str]] = defaultdict(set)  # provider's id -> states that the API answered
        self.keys: defaultdict[str, set[str]] = defaultdict(set)  # our refund -> keys it was sent with
        self.declined: set[str] = set()  # our refunds to which the API said a definite no


class Wire(stripe.HTTPClient):
    """What Stripe's client sends with."""

    name = "simulator"

    def __init__(self, world: "World") -> None:
        super().__init__()
        self._world = world

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, *, _usage: list[str] | None = None
    ) -> tuple[Any, int, Any]:
        world, strand = self._world, self._world.running
        call = _Call(method, url, headers, post_data)
        _refuse_transaction(world, call)
        world.record.keys[call.refund].add(call.key)
        if strand is None:
            return self._answered(call)
        _refuse_company(world, strand, call)
        strand.refund = call.refund or strand.refund
        self._hold(strand, f"before {call}")
        answer = self._tried(strand, call)
        self._hold(strand, f"after {call}")
        if world.seconds_since(strand.begun) > 20 and world.chance(0.5):
            world.say(f"{strand}: the client had given up on {call}")
            raise stripe.APIConnectionError("timed out")
        return answer

    def close(self) -> None:
        pass

    def _hold(self, strand: Strand, where: str) -> None:
        if self._world.chance(self._world.mood.holds):
            self._world.say(f"{strand}: held {where}")
            strand.hold(where)

    def _tried(self, strand: Strand, call: "_Call") -> tuple[Any, int, Any]:
        world = self._world
        if "outage" in world.weather:
            raise stripe.APIConnectionError("no connection")
        for weather, fault in REFUSING_ALL.items():
            if weather in world.weather and world.chance(0.8):
                world.provider.fail(fault, method=call.method, path="/v1/")
                return self._answered(call)
        faulty = world.mood.faulty if call.makes else world.mood.faulty / 2
        fault = world.draw.choice(world.mood.call_faults) if world.chance(faulty) else ""
        if not fault:
            return self._answered(call)
        world.count(f"fault: {fault}")
        world.say(f"{strand}: {fault} of {call}")
        return self._with_fault(strand, call, fault)

    def _with_fault(self, strand: Strand, call: "_Call", fault: str) -> tuple[Any, int, Any]:
        if not call.makes:  # a look is lost, or refused
            if fault in LOSING:
                raise stripe.APIConnectionError("the answer is lost")
            self._world.provider.fail(fault, method=call.method, path="/v1/")
            return self._answered(call)
        if fault == "never_seen":
            self._answered(call)
            return json.dumps({"error": {"type": "card_error", "code": "never_seen"}}), 402, {}
        left = max(1, EFFECT_WITHIN - self._world.seconds_since(strand.begun))
        late = {"seconds": self._world.draw.randint(1, left)} if fault.startswith("late") else {}
        self._world.provider.fail(fault.replace("late_504", "late_commit"), **late)
        try:
            return self._answered(call)
        except stripe.APIConnectionError:
            if fault == "late_504":
                return "<html>Gateway Time-out</html>", 504, {}
            raise

    def _answered(self, call: "_Call") -> tuple[Any, int, Any]:
        body, status, headers = self._world.provider.send(call.method, call.url, call.headers, call.body)
        self._world.count(f"calls: {call.kind}")
        self._write_down(call, status, body)
        return body, status, headers

    def _write_down(self, call: "_Call", status: int, body: Any) -> None:
        if status == 200:
            told = json.loads(body)
            for thing in told["data"] if told["object"] == "list" else [told]:
                if thing["object"] == "refund":
                    self._world.record.heard[thing["id"]].add(thing["status"])
        elif call.makes and 400 <= status < 500 and status not in PUTTING_OFF:
            self._world.record.declined.add(call.refund)


class _Call:
    def __init__(self, method: str, url: str, headers: Any, body: Any) -> None:
        self.method, self.url, self.headers, self.body = method.upper(), url, headers, body
        path, params = urlsplit(url).path, parse_qs(body or urlsplit(url).query)
        self.makes = self.method == "POST" and path == REFUNDS
        self.kind = "make" if self.makes else "list" if path == REFUNDS else "fetch"
        self.refund = params.get("metadata[portal_refund_id]", [""])[0]
        self.payment = params.get("payment_intent", [""])[0]
        self.key = headers.get("Idempotency-Key", "") if self.refund else ""

    def __str__(self) -> str:
        return f"{self.kind} {self.key or self.payment or urlsplit(self.url).path.rpartition('/')[2]}"


def _refuse_transaction(world: "World", call: _Call) -> None:
    if connection.in_atomic_block:
        world.wrong(f"a transaction is open during a call: {call}")


def _refuse_company(world: "World", strand: Strand, call: _Call) -> None:
    """A lease outlasts a call: nobody else works on what another has taken up so lately, by their own clocks."""
    for other in world.held():
        if not other.refund or other is strand or world.at(strand) - other.at > ONE_CALL:
            continue
        if call.refund == other.refund or (call.kind == "list" and world.only_one_sending(call.payment, other.refund)):
            world.wrong(f"{strand} works on {other.refund} while {other} does: {call}")


def connected(world: "World") -> Stripe:
    """The product's gateway over Stripe's own client over this wire."""
    client = stripe.StripeClient(API_KEY, http_client=Wire(world), max_network_retries=0, stripe_version=API_VERSION)
    return Stripe(client)
