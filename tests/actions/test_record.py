"""Every change leaves its event, in the same transaction, and the state of a return follows from its events."""

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django_fsm import can_proceed

import returns.actions
from returns.actions import decisions, sending, shipping
from returns.actions.receiving import Count
from returns.actions.record import noted, record
from returns.actions.requests import Wish
from returns.actions.upkeep import close_next, expire_next
from returns.importing.data import LineData
from returns.models import RMA, SYSTEM, Event, Letter, RMAItem
from returns.reactions import REACTIONS
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, SHIRT, arrived, asked, bought, jana_order, late_order, promised

# What an event says of its return's state; an event that is not here moves nothing.
VERBS = {
    "rma.referred": "refer",
    "rma.approved": "approve",
    "rma.rejected": "reject",
    "rma.reopened": "reopen",
    "rma.cancelled": "cancel",
    "rma.expired": "expire",
    "rma.refund_owed": "owe_refund",
    "rma.partly_refunded": "await_rest",
    "rma.refunded": "settle",
    "rma.closed": "close",
    "label.created": "ready_label",
    "parcel.dispatched": "depart",
    "receipt.recorded": "receive",
}


def retold(rma: RMA) -> str:
    """The state that the events tell. Of a mixed return, decisions about the rest move only the items."""
    told = RMA()
    refused: set[str] = set()
    lines = set(RMAItem.objects.filter(rma=rma).values_list("line__line_id", flat=True))
    for event in Event.objects.timeline(rma):
        if event.kind == "rma.reopened":
            refused.clear()
        if event.kind == "rma.rejected":
            refused |= set(event.data["lines"])
            if refused != lines:
                continue
        move = getattr(told, VERBS.get(event.kind, ""), None)
        if move and (can_proceed(move) or event.kind not in ("rma.approved", "rma.referred")):
            move()
    return told.state


STRIPE = Scripted()


def send(status: str = "succeeded") -> None:
    STRIPE.steps.append(status)
    assert sending.send_next(STRIPE, at=NOW) is True


def dispatch(rma: RMA) -> None:
    shipping.carrier_news(rma, carrier="dhl", tracking_number="1", status="in_transit", told_at=NOW, by=SYSTEM, at=NOW)


def decide(rma: RMA, verb: str, *lines: str) -> None:
    getattr(decisions, verb)(rma, by=BOB, at=NOW, note="so", lines=lines)


def later(step) -> None:
    assert step(at=NOW + timedelta(days=99)) is True


LIVES: dict[str, list[Callable[[RMA], object]]] = {
    "refunded and closed": [
        arrived,
        lambda _: send(),
        lambda rma: decide(rma, "reject"),
        lambda _: later(close_next),
    ],
    "in two parcels": [
        lambda rma: arrived(rma, Count("1", fine=1)),
        lambda _: send(),
        lambda rma: decide(rma, "reject"),
        lambda rma: arrived(rma, Count("1", fine=1)),
    ],
    "failed": [arrived, lambda _: send("failed")],
    "dispatched": [dispatch, dispatch, lambda rma: arrived(rma, Count("1", missing=2))],
    "cancelled": [lambda rma: decisions.cancel(rma, by=BOB, at=NOW)],
    "expired and reopened": [
        lambda rma: decide(rma, "approve"),
        lambda _: later(expire_next),
        lambda rma: decisions.reopen(rma, by=BOB, at=NOW),
        lambda rma: decide(rma, "reject", "2"),
        lambda rma: decide(rma, "approve"),
    ],
    "approved after it arrived": [arrived, lambda _: send(), lambda rma: decide(rma, "approve"), lambda _: send()],
}


@pytest.mark.django_db
@pytest.mark.parametrize("life", LIVES)
def test_after_every_step_the_events_tell_the_state(life):
    promised()
    mug = LineData("2", "Mug", 1, 495, final_sale=True, exception="c")
    rma = asked(bought(jana_order(lines=(SHIRT, mug))), Wish("1", 2), Wish("2", 1))
    told = [retold(rma)]
    kept = [RMA.objects.get().state]
    for step in LIVES[life]:
        step(rma)
        told.append(retold(rma))
        kept.append(RMA.objects.get().state)
    assert told == kept
    assert len(set(kept)) > 1


@pytest.mark.django_db
def test_after_every_decision_of_a_person_the_events_tell_the_state():
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    steps = [("reject", "1"), ("reject", "2"), ("reopen",), ("approve", "1"), ("reject", "2")]
    for verb, *lines in steps:
        getattr(decisions, verb)(rma, by=BOB, at=NOW, note="so", **({"lines": lines} if lines else {}))
        assert retold(rma) == RMA.objects.get().state


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_an_error():
    order = bought()
    with pytest.raises(RuntimeError, match="transaction"):
        record(noted("order.updated", by=BOB, at=NOW, order=order))
    assert [event.kind for event in Event.objects.all()] == ["order.created"]


@pytest.mark.django_db
def test_a_kind_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError):
        record(noted("rma.vanished", by=BOB, at=NOW, order=bought()))


def test_every_kind_that_an_action_records_stands_in_the_table_and_every_kind_there_is_recorded():
    assert _kinds_in_actions() == set(REACTIONS)


def _kinds_in_actions() -> set[str]:
    """Every text in the actions that looks like a kind of event."""
    folder = Path(next(iter(returns.actions.__path__)))
    nouns = {kind.partition(".")[0] for kind in REACTIONS}
    texts = {
        node.value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if text.partition(".")[0] in nouns and text.partition(".")[2].isidentifier()}


@pytest.mark.django_db
def test_events_keep_their_order_their_actor_and_their_time():
    promised()
    rma = asked(bought())
    events = list(Event.objects.timeline(rma))
    assert [event.pk for event in events] == sorted(event.pk for event in events)
    assert {(event.at, event.actor.kind) for event in events} == {(NOW, "shopper")}


@pytest.mark.django_db
def test_a_letter_is_owed_to_the_orders_address_in_the_language_of_the_return():
    promised()
    asked(bought())
    letter = Letter.objects.get()
    assert (letter.kind, letter.to, letter.language, letter.next_try_at) == ("label", "jana@example.com", "cs", NOW)
