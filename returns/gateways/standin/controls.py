"""What no Stripe has: `/_standin`, by which tests and the demo move the stand-in's world."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .api import Api
from .messages import Answer
from .refusals import Invalid, Refusal
from .shapes import Obj
from .webhooks import Courier

PATH = "/_standin"


class Controls:
    def __init__(self, api: Api, courier: Courier) -> None:
        self._api = api
        self._courier = courier
        self._verbs: dict[tuple[str, str], Callable[[Any, str], Any]] = {
            ("GET", ""): lambda _, __: self._state(),
            ("DELETE", ""): lambda _, __: self._empty(),
            ("GET", "books"): lambda _, __: api.books.totals(),
            ("POST", "clock"): lambda body, _: self._advance(body),
            ("POST", "faults"): lambda body, _: self._set_fault(body),
            ("DELETE", "faults"): lambda _, __: self._clear_faults(),
            ("POST", "payment_intents"): lambda body, _: api.books.payments.load(body),
            ("POST", "refunds"): lambda body, refund_id: api.books.refunds.settle(refund_id, **body),
            ("POST", "disputes"): self._dispute,
            ("POST", "payouts"): lambda body, _: api.books.payouts.create(body["currency"]),
            ("POST", "webhook"): lambda body, _: self._subscribe(body),
        }

    def call(self, method: str, path: str, body: bytes) -> Answer:
        """A JSON document in, a JSON document out."""
        try:
            return Answer(200, json.dumps(self._run(method, path, body)))
        except Refusal as refusal:
            return Answer(refusal.status, json.dumps(refusal.body))

    def _run(self, method: str, path: str, body: bytes) -> Any:
        place, _, object_id = path.removeprefix(PATH).strip("/").partition("/")
        verb = self._verbs.get((method, place))
        if verb is None:
            raise Invalid(f"There is no {method} {path}.", status=404)
        with self._api.lock:
            try:
                done = verb(json.loads(body or "{}"), object_id)
            except (KeyError, TypeError, ValueError) as error:
                raise Invalid(f"{type(error).__name__}: {error}") from error
            self._api.tick()
        return done

    def _state(self) -> Obj:
        return {
            "now": self._api.clock.now(),
            "webhooks": self._courier.counts | {"waiting": self._courier.waiting, "url": self._courier.url},
        }

    def _empty(self) -> Obj:
        self._courier.forget()
        self._api.empty()
        return self._state()

    def _advance(self, body: Obj) -> Obj:
        self._api.advance(int(body["advance"]))
        return self._state()

    def _set_fault(self, body: Obj) -> Obj:
        self._api.faults.set(body.pop("fault"), **body)
        return self._state()

    def _clear_faults(self) -> Obj:
        self._api.clear_faults()
        return self._state()

    def _dispute(self, body: Obj, dispute_id: str) -> Obj:
        disputes = self._api.books.disputes
        return disputes.move(dispute_id, body["status"]) if dispute_id else disputes.open(body.pop("charge"), **body)

    def _subscribe(self, body: Obj) -> Obj:
        self._courier.url, self._courier.secret = body["url"], body["secret"]
        return self._state()
