"""The public JSON: whole numbers, moments in UTC, and what may be done from the one table of moves."""

from datetime import date, datetime, timedelta, timezone
from types import NoneType

import pytest
from django.db import transaction
from django.utils.translation import override

from portal.api import answers
from returns import representations as represent
from returns.actions import decisions, receiving, shipping
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.models import RMA, SHOPPER, SYSTEM, Event, ItemState, Order, Reason, Refund, RMAItem, RMAState
from returns.policy.facts import Answer
from returns.policy.reasons import CODES
from returns.policy.reasons import Reason as Said
from returns.policy.verdict import Verdict
from tests.people import JANA_EMAIL, NOW, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def rma() -> RMA:
    promised(30)
    return asked(bought())


def whole(rma: RMA) -> RMA:
    return RMA.objects.with_contents().prefetch_related("receipts__lines__line").get(pk=rma.pk)


def shown(rma: RMA) -> dict:
    return represent.rma(whole(rma), shipping=0)


# --- forms --------------------------------------------------------------------------------------


def test_moments_are_in_utc_whatever_zone_they_were_told_in():
    told = datetime(2026, 11, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    order = bought(jana_order(placed_at=told))
    order.placed_at = told
    assert represent.order(order, [])["placed_at"] == "2026-10-31T22:30:00Z"


def leaves(value):
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


def test_there_is_no_fraction_and_no_type_that_json_does_not_have(rma):
    receiving.receive(rma, [Count("1", fine=1)], by=SYSTEM, at=NOW)
    refund = Refund.objects.get()
    order = rma.order
    everything = [
        represent.order(order, [represent.order_line(line, currency="EUR") for line in order.lines.all()]),
        represent.person(order),
        shown(rma),
        represent.refund(refund),
        *(represent.event(event) for event in Event.objects.select_related("order", "rma", "refund")),
    ]
    assert {type(leaf) for leaf in leaves(everything)} <= {str, int, bool, NoneType}


@pytest.mark.parametrize("key", ["customer", "shipping_address"])
def test_a_person_is_named_by_one_function_alone(rma, key):
    assert represent.order(rma.order, [])[key] is None
    assert represent.person(rma.order)[key] is not None


def test_nothing_else_names_the_person(rma):
    receiving.receive(rma, [Count("1", fine=1)], by=SYSTEM, at=NOW)
    events = [represent.event(event) for event in Event.objects.select_related("order", "rma", "refund")]
    told = repr([represent.order(rma.order, []), shown(rma), represent.refund(Refund.objects.get()), events])
    for secret in (JANA_EMAIL, "Nováková", "Dlouhá", "110 00"):
        assert secret not in told


def test_the_document_names_all_that_is_sent_and_no_more(rma):
    receiving.receive(rma, [Count("1", fine=1)], by=SYSTEM, at=NOW)
    order = Order.objects.get()
    line = represent.order_line(order.lines.all()[0], currency="EUR")
    seen = shown(rma)
    for sent, declared in (
        (represent.order(order, []) | represent.person(order), answers.Order),
        (line | {"returnable": 1, "verdict": None}, answers.OrderLine),
        (represent.person(order)["customer"], answers.Customer),
        (represent.person(order)["shipping_address"], answers.Address),
        (seen, answers.Return),
        (seen["items"][0], answers.ReturnItem),
        (seen["items"][0]["reason_codes"], answers.ReasonCodes),
        (seen["items"][0]["verdict"], answers.Verdict),
        (seen["items"][0]["estimate"], answers.Estimate),
        (seen["parcels"][0], answers.Parcel),
        (seen["receipts"][0], answers.Receipt),
        (seen["receipts"][0]["lines"][0], answers.ReceiptLine),
        (represent.refund(Refund.objects.get()), answers.Refund),
        (represent.event(Event.objects.all()[0]), answers.Event),
    ):
        assert {*sent} == {*declared.__annotations__}


def test_an_item_shows_what_its_reason_meant_in_law_when_it_was_given():
    promised(30)
    rma = asked(bought(), Wish("2", 1, "damaged"))
    Reason.objects.update(legal_path="withdrawal")
    [item] = shown(rma)["items"]
    assert (item["reason"], item["legal_path"]) == ("damaged", "conformity")


# --- verdicts -----------------------------------------------------------------------------------


def test_a_verdict_gives_its_reasons_with_values_and_a_sentence():
    verdict = Verdict(
        line="1",
        units=1,
        answer=Answer.REFUSE,
        reasons=(Said("window_passed", {"policy_until": "2026-11-09", "days": 30, "units_open": 0}),),
        policy_until=date(2026, 11, 9),
        policy=("standard", 2),
    )
    with override("en"):
        text = represent.verdict(verdict)["reasons"][0]["text"]
    assert represent.verdict(verdict) == {
        "answer": "refuse",
        "reasons": [
            {
                "code": "window_passed",
                "values": {"policy_until": "2026-11-09", "days": 30, "units_open": 0},
                "text": text,
            }
        ],
        "statutory_until": None,
        "policy_until": "2026-11-09",
        "until": "2026-11-09",
        "policy": {"id": "standard", "version": 2},
    }
    assert text.startswith("The time for returning this item ended on Monday")


def test_every_code_has_a_sentence_of_its_own_in_the_json():
    for code, names in CODES.items():
        values = dict.fromkeys(names, "2026-11-09") | {name: 1 for name in names if name in ("units", "delivered")}
        reason = Said(code, values)
        told = represent.verdict(Verdict(line="1", units=1, answer=Answer.REFER, reasons=(reason,)))
        assert told["reasons"][0]["text"]


# --- estimates ----------------------------------------------------------------------------------


def test_the_estimate_of_a_return_leaves_out_what_was_refused(rma):
    RMAItem.objects.filter(rma=rma).update(state=ItemState.REFUSED)
    assert shown(rma)["estimate"] == {"goods": 0, "shipping": 0, "fees": 0, "total": 0, "currency": "EUR"}


def test_the_estimate_is_what_is_refunded_when_all_arrives(rma):
    receiving.receive(rma, [Count("1", fine=1)], by=SYSTEM, at=NOW)
    assert shown(rma)["estimate"]["total"] == Refund.objects.get().amount


# --- actions ------------------------------------------------------------------------------------

TRIES = {
    "approval": lambda rma: decisions.approve(rma, by=SYSTEM, at=NOW, note="Goodwill"),
    "rejection": lambda rma: decisions.reject(rma, by=SYSTEM, at=NOW, note="Worn"),
    "cancellation": lambda rma: decisions.cancel(rma, by=SYSTEM, at=NOW),
    "reopening": lambda rma: decisions.reopen(rma, by=SYSTEM, at=NOW, note="Again"),
    "parcels": lambda rma: shipping.carrier_news(
        rma, carrier="ppl", tracking_number="Z-1", status="in_transit", told_at=NOW, by=SHOPPER, at=NOW
    ),
    "receipts": lambda rma: receiving.receive(rma, [Count("1", fine=1)], by=SYSTEM, at=NOW),
}


@pytest.mark.parametrize("waits", [False, True], ids=["decided", "waiting"])
@pytest.mark.parametrize("state", RMAState)
def test_an_action_is_listed_exactly_when_it_can_be_done(rma, state, waits):
    RMA.objects.update(state=state)
    RMAItem.objects.update(state=ItemState.REFERRED if waits else ItemState.ACCEPTED)
    listed = [action for action in represent.actions(whole(rma)) if action in TRIES]
    assert listed == [action for action, attempt in TRIES.items() if can_be_done(attempt, rma)]


def can_be_done(attempt, rma: RMA) -> bool:
    """Tried and taken back."""
    with transaction.atomic():
        try:
            attempt(whole(rma))
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_a_label_is_offered_where_a_parcel_may_be_on_its_way(rma):
    for state in RMAState:
        RMA.objects.update(state=state)
        assert ("label" in represent.actions(whole(rma))) == (state in RMAState.sendable())
