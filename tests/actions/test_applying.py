"""What the provider says becomes what our row says, once, in whatever order it comes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from returns.actions import applying, sending
from returns.actions.refusals import Refused
from returns.gateways.gateway import Remote
from returns.models import Account, Break, Event, Letter, Refund, RefundState, RMAState, Transfer
from tests.actions.refunding import now_of, remote_of, state_of
from tests.people import NOW, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


def apply_in_turn(refund: Refund, *statuses: str) -> None:
    for status in statuses:
        applying.apply(refund, remote_of(refund, status), at=NOW)


@pytest.fixture
def claimed(refund) -> Refund:
    assert sending._claim(NOW) is not None
    return refund


def test_a_webhook_before_the_answer_settles_the_refund_and_the_answer_is_no_news(claimed):
    apply_in_turn(claimed, "succeeded", "succeeded")
    assert state_of(claimed) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert Event.objects.filter(kind="refund.succeeded").count() == 1
    assert Letter.objects.filter(kind="refunded").count() == 1


def test_news_that_is_none_asks_the_database_nothing(claimed, django_assert_num_queries):
    apply_in_turn(claimed, "succeeded")
    paid = Refund.objects.select_related("payment").get()
    with django_assert_num_queries(0):
        apply_in_turn(paid, "succeeded")


@pytest.mark.parametrize("late", ["pending", "requires_action", "canceled", "succeeded"])
@pytest.mark.parametrize("end", ["succeeded", "failed", "canceled"])
def test_a_late_message_does_not_undo_an_end(claimed, end, late):
    apply_in_turn(claimed, end)
    before = state_of(claimed), Event.objects.count()
    apply_in_turn(claimed, late)
    assert (state_of(claimed), Event.objects.count()) == before


def test_money_that_comes_back_from_the_bank_reopens_the_return(claimed):
    apply_in_turn(claimed, "succeeded")
    applying.apply(claimed, remote_of(claimed, "failed", failure_reason="declined"), at=NOW + timedelta(days=9))
    assert state_of(claimed) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert now_of(claimed).failure_reason == "declined"


@pytest.mark.parametrize("end", ["failed", "canceled"])
def test_what_comes_to_nothing_there_is_still_owed(claimed, end):
    owed = Transfer.objects.balance(Account.OWED)
    apply_in_turn(claimed, end)
    assert (Transfer.objects.balance(Account.OWED), Transfer.objects.balance(Account.EXTERNAL)) == (owed, 0)
    assert Event.objects.latest("pk").data == {"amount": 9_672, "currency": "EUR", "was": "sending"}


def test_details_asked_for_and_given_lead_to_the_money(claimed):
    apply_in_turn(claimed, "requires_action", "pending", "succeeded")
    kinds = Event.objects.filter(refund=claimed).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["refund.decided", "refund.needs_details", "refund.pending", "refund.succeeded"]


def test_another_refund_with_our_id_does_not_speak_for_ours(claimed):
    apply_in_turn(claimed, "succeeded")
    with pytest.raises(Refused, match="remote_differs"):
        applying.apply(claimed, remote_of(claimed, "failed", id="re_2"), at=NOW)
    assert state_of(claimed) == (RefundState.SUCCEEDED, RMAState.REFUNDED)


def test_a_person_is_told_of_what_differs_with_the_numbers_of_both(claimed):
    with pytest.raises(Refused, match="remote_differs"):
        applying.apply(claimed, replace(remote_of(claimed, "succeeded"), amount=1, currency="USD"), at=NOW)
    told = Break.objects.get()
    assert (told.kind, told.subject, told.refund, told.payment) == ("remote_differs", "re_1", claimed, claimed.payment)
    ours, theirs = {"amount": 9_672, "currency": "EUR"}, {"remote_amount": 1, "remote_currency": "USD"}
    assert told.values == {"remote": "re_1", **ours, **theirs}


def test_news_of_what_no_payment_bears_differs_from_ours():
    promised()
    arrived(asked(bought(jana_order(payments=()))))
    owed = Refund.objects.get()
    there = Remote("re_1", "succeeded", owed.amount, owed.currency, owed.public_id, payment="pi_A-1001")
    with pytest.raises(Refused, match="remote_differs"):
        applying.apply(owed, there, at=NOW)


def test_nothing_is_written_when_the_news_differs(claimed):
    with pytest.raises(Refused), transaction.atomic():
        applying.apply(claimed, replace(remote_of(claimed, "succeeded"), amount=1), at=NOW)
    assert now_of(claimed).state == RefundState.SENDING
