"""The last step but one of every action: the Event, and what follows from it, in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from returns.models import RMA, Actor, Event, Order, Refund
from returns.reactions import follow


def noted(
    kind: str,
    *,
    by: Actor,
    at: datetime,
    order: Order,
    rma: RMA | None = None,
    refund: Refund | None = None,
    **data: Any,
) -> Event:
    """An event that is not written yet; `record` writes several in one statement, in this order."""
    return Event(
        kind=kind,
        at=at,
        order=order,
        rma=rma,
        refund=refund,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label,
        data=data,
        rma_state=rma.state if rma else "",
        refund_state=refund.state if refund else "",
    )


def record(*events: Event) -> None:
    """Write the events and the rows that follow from them. Call inside the action's transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event belongs in the transaction of the change it tells of.")
    follow(Event.objects.bulk_create(events))


def remember(row: Model, **written: Sequence[Model]) -> None:
    """These rows, just written, are all that there are, so that showing them takes no further statement."""
    known = {name: getattr(row, name).all() for name in written}
    for name, rows in written.items():
        known[name]._result_cache = list(rows)  # noqa: SLF001  as prefetch_related does
    row._prefetched_objects_cache = known  # type: ignore[attr-defined]  # noqa: SLF001  as prefetch_related does
