"""What every part of the books shares: ids, the objects, the balance, the events."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable

from . import refusals, shapes
from .shapes import Obj
from .store import Store

_ALPHABET = string.ascii_letters + string.digits
_NOBODY: Obj = {"id": None, "idempotency_key": None}


class Ledger:
    """The objects with a clock (`now`, Unix seconds) and a source of ids."""

    def __init__(self, store: Store, now: Callable[[], int], rng: random.Random) -> None:
        self.store = store
        self.now = now
        self._rng = rng
        # Who asked for the change under way; it stands in the events.
        self.request: Obj = _NOBODY
        self._unsent: list[Obj] = []

    def new_id(self, prefix: str) -> str:
        return prefix + "_" + "".join(self._rng.choices(_ALPHABET, k=24))

    def digits(self, count: int) -> str:
        return "".join(self._rng.choices(string.digits, k=count))

    def get(self, kind: str, object_id: str, param: str = "id") -> Obj:
        """Raises Refusal `resource_missing` when there is none."""
        found = self.store.get(kind, str(object_id))
        if found is None:
            raise refusals.missing(kind, object_id, param)
        return found

    def save(self, thing: Obj) -> Obj:
        self.store.save(thing)
        return thing

    def book(self, kind: str, amount: int, *, of: Obj, fee: int = 0) -> Obj:
        """Move the account's balance by `amount` minor units; the balance transaction."""
        transaction = shapes.balance_transaction(
            self.new_id("txn"),
            self.now(),
            kind=kind,
            amount=amount,
            currency=of["currency"],
            source=of["id"],
            fee=fee,
        )
        return self.save(transaction)

    def announce(self, kind: str, thing: Obj, previous: Obj | None = None) -> None:
        """Record an event with the object as it is now."""
        event = shapes.event(
            self.new_id("evt"),
            self.now(),
            kind=kind,
            snapshot=json.loads(json.dumps(thing)),
            previous=previous or {},
            request=self.request,
        )
        self._unsent.append(self.save(event))

    def asked_by(self, request_id: str | None = None, idempotency_key: str | None = None) -> None:
        self.request = {"id": request_id, "idempotency_key": idempotency_key} if request_id else _NOBODY

    def unsent(self) -> list[Obj]:
        """The events since the last time this was asked, oldest first."""
        events, self._unsent = self._unsent, []
        return events
