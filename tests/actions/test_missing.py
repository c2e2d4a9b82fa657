"""The rest of a return will not come: it is counted as missing, and what comes after all is paid."""

from datetime import timedelta

import pytest

from returns.actions import missing, upkeep, valuing
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.models import RMA, Event, Letter, ReceiptLine, Refund, RMAState, Valuation
from tests.actions.refunding import send
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, promised, trusting

pytestmark = pytest.mark.django_db


@pytest.fixture
def partly() -> RMA:
    """One T-shirt of three is back and paid, the mug is not here either."""
    promised()
    rma = asked(bought(), Wish("1", 3), Wish("2", 1))
    arrived(rma, Count("1", fine=1))
    return rma


def give_up(rma: RMA, note: str = "She lost them.") -> RMA:
    return missing.expect_no_more(rma, note=note, by=BOB, at=NOW)


def test_what_is_still_expected_is_counted_as_missing_and_the_return_settles(partly):
    send(Scripted())
    assert give_up(partly).state == RMAState.REFUNDED
    found = ReceiptLine.objects.filter(receipt__number=2).values_list("line__line_id", "missing", "fine")
    assert list(found) == [("1", 2, 0), ("2", 1, 0)]
    assert [refund.amount for refund in Refund.objects.all()] == [9_672]
    assert Letter.objects.filter(kind="rest_missing").count() == 1


def test_with_money_still_open_the_return_settles_when_it_is_paid(partly):
    assert give_up(partly).state == RMAState.REFUND_DUE
    send(Scripted())
    assert RMA.objects.get().state == RMAState.REFUNDED


def test_what_comes_all_the_same_is_paid(partly):
    send(Scripted())
    give_up(partly)
    arrived(partly, Count("1", fine=2))
    assert Refund.objects.open().total() == 19_344


def test_before_anything_arrived_and_after_everything_did_there_is_nothing_to_give_up(partly):
    with pytest.raises(Refused, match="rest_not_expected"):
        give_up(asked(bought(jana_order("A-2")), Wish("2", 1)))
    give_up(partly)
    with pytest.raises(Refused, match="rest_not_expected"):
        give_up(partly)


def test_what_waits_for_its_value_has_come():
    promised()
    rma = asked(bought(), Wish("1", 1), Wish("2", 1))
    arrived(rma, Count("1", damaged=1, grade="D"))
    give_up(rma)
    assert Event.objects.get(kind="receipt.closed").data["lines"] == [{"line": "2", "missing": 1}]
    with pytest.raises(Refused, match="rest_not_expected"):
        give_up(rma)


def test_it_needs_a_note(partly):
    with pytest.raises(Refused, match="note_missing"):
        give_up(partly, note=" ")
    assert ReceiptLine.objects.count() == 1


def test_what_was_lost_and_comes_after_its_return_was_closed_is_paid_all_the_same():
    """law.md M-9."""
    promised()
    rma = asked(bought(), Wish("1", 3))
    arrived(rma, Count("1", fine=2))
    send(Scripted())
    missing.expect_no_more(rma, note="Lost by the carrier.", by=BOB, at=NOW)
    assert upkeep.close_next(at=NOW + timedelta(days=40))
    at = NOW + timedelta(days=41)
    arrived(rma, Count("1", fine=1), at=at)
    assert (Refund.objects.open().total(), RMA.objects.get().state) == (9_672, RMAState.REFUND_DUE)
    assert list(audit.asked(at=at)) == []


def test_what_comes_damaged_after_it_was_given_up_keeps_the_return_open_until_it_is_valued():
    trusting()
    stripe = Scripted()
    promised()
    rma = asked(bought(), Wish("1", 2, "too_small"))
    arrived(rma, Count("1", fine=1))
    send(stripe)
    assert give_up(rma).state == RMAState.REFUNDED
    arrived(RMA.objects.get(), Count("1", damaged=1, grade="D"), at=NOW + timedelta(days=1))
    assert (Valuation.objects.open().count(), RMA.objects.get().state) == (1, RMAState.RECEIVED)
    assert valuing.lapse_next(at=NOW + timedelta(days=30)) is True
    send(stripe, after=timedelta(days=30))
    assert RMA.objects.get().state == RMAState.REFUNDED
