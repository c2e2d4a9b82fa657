"""One call of Stripe's API from key to answer, in the order in which Stripe looks at it.

Key, rate limits and other early refusals; then the idempotency layer; then the work. It
knows nothing of HTTP: the server drives it, and a simulator may.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from . import params as p
from . import refusals, routes
from .books import Books
from .clock import Clock
from .faults import CallFault, Faults
from .idempotency import Keys
from .listing import expanded
from .messages import Answer, Fate, Request
from .refusals import Refusal
from .shapes import Obj

TEST_KEYS = ("sk_test_", "rk_test_")
_FATES: dict[str, Fate] = {"lost_answer": "lost", "cut_answer": "cut", "stall": "stalled"}
_CLOCK = "standin.clock"

logger = logging.getLogger(__name__)


class Receiver(Protocol):
    """Whoever is sent the events."""

    def wants(self, event: Obj) -> bool: ...

    def send(self, event: Obj) -> None: ...


@dataclass(slots=True)
class _Late:
    due: int
    request: Request
    request_id: str


_LOST = Answer(0, "", fate="lost")


class Api:
    """The books behind their one lock, with keys, faults, a clock and a receiver of events."""

    def __init__(
        self,
        books: Books,
        clock: Clock,
        receiver: Receiver | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.books = books
        self.clock = clock
        self.receiver = receiver
        self.faults = Faults()
        self.lock = threading.RLock()
        self._keys = Keys(books.store, clock.now)
        self._sleep = sleep
        self._late: list[_Late] = []
        if kept := books.store.get(_CLOCK, "clock"):
            clock.ahead = kept["ahead"]

    def call(self, request: Request) -> Answer:
        """Answer one call. A stalled one holds its key, but not the books, while it waits."""
        with self.lock:
            self._catch_up()
            request_id = self.books.ledger.new_id("req")
            fault = None
            try:
                _authenticate(request)
                fault = self.faults.next_for(request.method, request.path)
                answer = self._answer(request, request_id, fault)
            except Refusal as refusal:
                answer = _refused(refusal, request_id)
                if fault and fault.should_retry:
                    answer.headers["Stripe-Should-Retry"] = fault.should_retry
            self._finish()
        return self._after_stall(request, fault, answer) if fault and answer.fate == "stalled" else answer

    def advance(self, seconds: int) -> None:
        """Move the clock forward, and do what has become due. Raises ValueError when negative."""
        with self.lock:
            self.clock.advance(seconds)
            self._keep_clock()
            self.tick()

    def tick(self) -> None:
        """Do what the clock says is due: settle refunds, commit what was late."""
        with self.lock:
            self._catch_up()
            self._finish()

    def delivered(self, event_id: str) -> None:
        with self.lock:
            event = self.books.store.get("event", event_id)
            if event:
                event["pending_webhooks"] = 0
                self.books.store.save(event)
                self.books.store.commit()

    def clear_faults(self) -> None:
        """No more faults; the events held back go out now."""
        with self.lock:
            self._send(self.faults.clear())

    def empty(self) -> None:
        """Forget everything but the clock."""
        with self.lock:
            self.faults.clear()
            self.books.ledger.unsent()
            self.books.store.empty()
            self._keys.release_all()
            self._late.clear()
            self._keep_clock()
            self.books.store.commit()

    def _keep_clock(self) -> None:
        self.books.store.save({"object": _CLOCK, "id": "clock", "ahead": self.clock.ahead})

    def _answer(self, request: Request, request_id: str, fault: CallFault | None) -> Answer:
        if fault and (refusal := fault.refusal()):
            raise refusal
        if request.key and (saved := self._keys.begin(request.key, request.fingerprint)):
            return _as_faulty(_replayed(request.key, saved, request_id), fault)
        if fault and fault.kind == "late_commit":
            self._late.append(_Late(self.clock.now() + fault.seconds, request, request_id))
            return _LOST
        try:
            answer = _as_faulty(self._work(request, request_id, fault), fault)
        except Exception:
            self._keys.release(request.key)
            raise
        # A stalled request is still under way: its key is let go when it is answered.
        if answer.fate != "stalled":
            self._keys.release(request.key)
        return answer

    def _work(self, request: Request, request_id: str, fault: CallFault | None) -> Answer:
        """Do it, and save status and body under the key unless it was refused before it began."""
        try:
            if fault and fault.kind == "error_unmoved":
                raise refusals.broken()
            done = self._run(request, request_id)
            if fault and fault.kind == "error_moved":
                raise refusals.broken()
            answer = _headed(200, json.dumps(done), request_id)
        except Refusal as refusal:
            if not refusal.saved:
                raise
            answer = _refused(refusal, request_id)
        if request.key:
            result = {"status": answer.status, "body": answer.body, "request_id": request_id}
            self._keys.save(request.key, request.fingerprint, result)
            answer.headers["Idempotency-Key"] = request.key
        return answer

    def _run(self, request: Request, request_id: str) -> Obj:
        route, object_id = routes.find(request.method, request.path)
        p.only(request.params, route.accepts)
        self.books.ledger.asked_by(request_id, request.key)
        try:
            done = route.run(self.books, object_id, request.params)
        finally:
            self.books.ledger.asked_by()
        for path in p.listed(request.params, "expand"):
            done = expanded(self.books.ledger, done, path)
        return done

    def _catch_up(self) -> None:
        due = [late for late in self._late if late.due <= self.clock.now()]
        self._late = [late for late in self._late if late not in due]
        for late in due:
            try:
                self._work(late.request, late.request_id, None)
            except Refusal as refusal:
                logger.info("A late call was refused: %s", refusal.message)
            finally:
                self._keys.release(late.request.key)
        self.books.refunds.settle_due()

    def _finish(self) -> None:
        """Keep what was done, then tell of it."""
        events = self.books.ledger.unsent()
        for event in events:
            event["pending_webhooks"] = int(self.receiver is not None and self.receiver.wants(event))
        self.books.store.commit()
        self._send(self.faults.sent_as(event for event in events if event["pending_webhooks"]))

    def _send(self, events: list[Obj]) -> None:
        if self.receiver:
            for event in events:
                self.receiver.send(event)

    def _after_stall(self, request: Request, fault: CallFault, answer: Answer) -> Answer:
        self._sleep(fault.seconds)
        with self.lock:
            self._keys.release(request.key)
        return answer


def _authenticate(request: Request) -> None:
    if not (request.api_key or "").startswith(TEST_KEYS):
        raise refusals.unauthorized(request.api_key)


def _as_faulty(answer: Answer, fault: CallFault | None) -> Answer:
    return replace(answer, fate=_FATES.get(fault.kind, "whole")) if fault else answer


def _headed(status: int, body: str, request_id: str) -> Answer:
    return Answer(status, body, {"Request-Id": request_id})


def _refused(refusal: Refusal, request_id: str) -> Answer:
    return _headed(refusal.status, json.dumps(refusal.body), request_id)


def _replayed(key: str, saved: Obj, request_id: str) -> Answer:
    answer = _headed(saved["status"], saved["body"], request_id)
    answer.headers.update(
        {"Idempotency-Key": key, "Idempotent-Replayed": "true", "Original-Request": saved["request_id"]}
    )
    return answer
