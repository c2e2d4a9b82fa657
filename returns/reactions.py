"""THE table: event kind -> what follows.

A reaction only writes rows, in the transaction of the event that caused it; sending is a later step
(returns/tasks.py). Every kind of event stands here, also those that nothing follows: a kind that is
missing is an error, so none is forgotten.
"""

from collections.abc import Callable, Iterable, Sequence

from returns.bookkeeping import keep_books
from returns.models import Event, Letter

Reaction = Callable[[Sequence[Event]], None]


def letter(kind: str) -> Reaction:
    """Owe the shopper a letter of this kind, in the language of the return."""

    def owe(events: Sequence[Event]) -> None:
        Letter.objects.bulk_create(
            Letter(
                event=event,
                rma=event.rma,
                kind=kind,
                language=event.rma.locale if event.rma else event.order.locale,
                to=event.order.email,
                next_try_at=event.at,
            )
            for event in events
        )

    return owe


REACTIONS: dict[str, Sequence[Reaction]] = {
    "order.created": (),
    "order.updated": (),
    "rma.requested": (),
    "rma.referred": (letter("referred"),),
    "rma.approved": (),
    "rma.kept": (letter("keep"),),
    "rma.rejected": (letter("rejected"),),
    "rma.fee_set": (letter("fee"),),
    "rma.reopened": (letter("reopened"),),
    "rma.cancelled": (letter("cancelled"),),
    "rma.expired": (letter("expired"),),
    "rma.refund_owed": (),
    "rma.partly_refunded": (),
    "rma.refunded": (),
    "rma.closed": (),
    "label.created": (letter("label"),),
    "parcel.dispatched": (letter("on_its_way"),),
    "parcel.updated": (),
    "receipt.recorded": (letter("received"),),
    "receipt.closed": (letter("rest_missing"),),
    "item.photographed": (),
    "item.valued": (letter("value_loss"),),
    "item.spared": (),
    "item.forgiven": (),
    "message.asked": (letter("message"),),
    "message.received": (),
    "goodwill.proposed": (),
    "goodwill.granted": (letter("goodwill"),),
    "refund.decided": (keep_books,),
    "refund.found": (keep_books,),
    "refund.held": (),
    "refund.approved": (),
    "refund.declined": (keep_books,),
    "refund.retried": (),
    "refund.given_way": (),
    "refund.divided": (),
    "refund.other_way_prepared": (),
    "refund.other_way_discarded": (),
    "refund.paid_otherwise": (keep_books, letter("paid_otherwise")),
    "refund.pending": (letter("refund_pending"),),
    "refund.needs_details": (letter("refund_needs_details"),),
    "refund.succeeded": (keep_books, letter("refunded")),
    "refund.failed": (keep_books, letter("refund_failed")),
    "refund.canceled": (keep_books, letter("refund_failed")),
    "refund.credited": (keep_books, letter("credited")),
    "credit.spent": (keep_books,),
    "dispute.opened": (),
    "dispute.reopened": (),
    "dispute.withdrawn": (keep_books,),
    "dispute.reinstated": (keep_books,),
    "dispute.closed": (),
}


def follow(events: Iterable[Event]) -> None:
    """Carry out what follows from these events, all of which have just been written."""
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event.kind, []).append(event)
    for kind, of_kind in by_kind.items():
        for reaction in REACTIONS[kind]:
            reaction(of_kind)
