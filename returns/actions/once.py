"""The same request twice is answered once: API keys' idempotency keys and the pages' form tokens."""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from returns.actions.refusals import Refused
from returns.models import Answered

MONEY = "money:"  # scopes that begin so are kept for ever; all others 72 hours (api.md)

Answer = tuple[int, dict[str, Any]]  # a status as in HTTP, and a JSON-able body


def draw_token() -> str:
    """A new form token: a page carries it in a hidden field, and hands it to `once` as the key."""
    return secrets.token_urlsafe(24)


def once(scope: str, key: str, body: Any, work: Callable[[], Answer], *, at: datetime) -> Answer:
    """The answer of `work`, done at most once for this scope and key, in one transaction with it.

    A second caller waits for the first and gets its answer. When `work` raises, nothing is kept and
    the key may be used again. Raises Refused `key_reused` for the same key with another body.
    """
    fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    try:
        return _first(Answered(scope=scope, key=key, fingerprint=fingerprint, created_at=at), work)
    except IntegrityError:
        kept = Answered.objects.filter(scope=scope, key=key).first()
        if kept is None:  # the work itself failed
            raise
    if kept.fingerprint != fingerprint:
        raise Refused("key_reused", field="Idempotency-Key")
    return kept.status, kept.answer


@transaction.atomic
def _first(row: Answered, work: Callable[[], Answer]) -> Answer:
    """Raises IntegrityError when this was answered before; the insert waits for one that is under way."""
    row.save(force_insert=True)
    row.status, row.answer = work()
    row.save(update_fields=["status", "answer"])
    return row.status, row.answer
