"""Idempotency keys as Stripe's v1 keeps them (money.md, "Idempotency keys")."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from . import refusals
from .refusals import Invalid
from .shapes import Obj
from .store import Store

_SAVED = "standin.key"
# Stripe prunes after *at least* 24 hours; at once is the hardest for a client.
KEPT = 24 * 3600
LONGEST = 255


class Keys:
    """The result saved under each key, and the keys whose request is still under way."""

    def __init__(self, store: Store, now: Callable[[], int]) -> None:
        self._store = store
        self._now = now
        self._under_way: set[str] = set()

    def begin(self, key: str, fingerprint: str) -> Obj | None:
        """The saved result (`status`, `body`, `request_id`) to replay, or None: then the key is taken.

        Raises Invalid: 409 while the first request is under way, 400 `idempotency_error`
        when the key was first used for something else.
        """
        if len(key) > LONGEST:
            raise Invalid(f"Idempotency keys can be at most {LONGEST} characters long.")
        if key in self._under_way:
            raise refusals.key_in_use(key)
        self._prune()
        saved = self._store.get(_SAVED, key)
        if saved and saved["fingerprint"] != fingerprint:
            raise refusals.key_used_otherwise(key)
        if saved is None:
            self._under_way.add(key)
        return saved

    def save(self, key: str, fingerprint: str, result: Obj) -> None:
        row = {"object": _SAVED, "id": key, "fingerprint": fingerprint, "first_used": self._now()}
        self._store.save(row | result)

    def release(self, key: str | None) -> None:
        """The request has been answered; it may have had no key."""
        self._under_way.discard(key or "")

    def release_all(self) -> None:
        self._under_way.clear()

    def _prune(self) -> None:
        # Oldest first, and the clock only moves forward: stop at the first one to keep.
        old: list[str] = []
        for row in self._store.oldest_first(_SAVED):
            if self._now() - row["first_used"] < KEPT:
                break
            old.append(row["id"])
        for key in old:
            self._store.drop(_SAVED, key)


def fingerprint(method: str, path: str, params: dict[str, Any]) -> str:
    """The same for the same call, in whatever order its parameters stand."""
    call = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(call.encode()).hexdigest()
