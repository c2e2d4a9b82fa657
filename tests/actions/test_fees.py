"""Fees: told before, fixed when asked for, taken off once, and never above what is left."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from returns.actions import decisions, requests
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import PaymentData
from returns.models import RMA, Policy, Refund, RefundLine, RMAItem, RMAState
from returns.policy.facts import Answer
from returns.representations import estimate
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, late_order, promised

pytestmark = pytest.mark.django_db

SHIRTS = 29_016  # three shirts at 100.00, less their part of the ten euros off
LATER = NOW + timedelta(days=20)  # the law's days are over, the shop's are not


def charging(fee: int = 495, percent: int = 0, **terms) -> None:
    promised(60, return_fee=fee, restocking_percent=percent, currency="EUR", **terms)


def lines(rma: RMA) -> list[tuple[str, int]]:
    return list(RefundLine.objects.filter(refund__rma=rma).order_by("pk").values_list("kind", "amount"))


def amounts(rma: RMA) -> list[int]:
    return list(Refund.objects.filter(rma=rma).order_by("pk").values_list("amount", flat=True))


def fixed(rma: RMA) -> tuple[list[int], int]:
    return list(rma.items.values_list("fee", flat=True)), RMA.objects.get(pk=rma.pk).return_cost


def all_shirts(reason: str = "too_small") -> Wish:
    return Wish("1", 3, reason)


# --- when asked for ---


def test_what_is_offered_is_what_is_fixed() -> None:
    charging(percent=10)
    order = bought()
    wishes = [all_shirts(), Wish("2", 1, "changed_mind")]
    offers = requests.preview(order, wishes, at=LATER)
    rma = asked(order, *wishes, at=LATER)
    assert [offer.fee for offer in offers] == [offer.share // 10 for offer in offers]
    assert fixed(rma) == ([offer.fee for offer in offers], requests.cost_of_return(offers, "EUR"))
    assert RMA.objects.get().return_cost == 495


def test_M6_a_withdrawal_by_right_pays_the_way_back_and_no_fee() -> None:
    charging(percent=10)
    assert fixed(asked(bought(), all_shirts())) == ([0], 495)


def test_a_faulty_item_makes_the_parcel_free() -> None:
    charging(percent=10)
    rma = asked(bought(), all_shirts(), Wish("2", 1, "damaged"), at=LATER)
    fees, cost = fixed(rma)
    assert (fees[1], cost) == (0, 0)


def test_a_reason_that_the_shop_pays_for_makes_the_parcel_free() -> None:
    charging(free_reasons=["arrived_late"])
    assert fixed(asked(bought(), all_shirts("arrived_late"))) == ([0], 0)


def test_a_reason_for_which_the_shop_charges_nothing_spares_restocking_too() -> None:
    charging(percent=10, free_reasons=["arrived_late"])
    rma = asked(bought(), all_shirts("arrived_late"), Wish("2", 1, "changed_mind"), at=LATER)
    (late, minded), cost = fixed(rma)
    assert (late, minded, cost) == (0, rma.items.get(line__line_id="2").share // 10, 0)


def test_amounts_of_a_policy_do_not_bind_orders_paid_in_another_currency() -> None:
    promised(60, return_fee=9_900, currency="CZK")
    assert fixed(asked(bought(), all_shirts())) == ([0], 0)


def test_an_item_without_a_policy_travels_free() -> None:
    charging(kinds=["apparel"])
    order = bought()
    assert fixed(asked(order, Wish("1", 1, "too_small")))[1] == 495
    assert fixed(asked(order, Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind")))[1] == 0


def test_a_fee_is_never_above_what_the_goods_leave() -> None:
    charging(fee=1_000_000, percent=50)
    rma = asked(bought(), Wish("2", 1, "changed_mind"), at=LATER)
    item = rma.items.get()
    assert (item.fee, RMA.objects.get().return_cost) == (item.share // 2, item.share - item.share // 2)


def test_a_changed_policy_does_not_change_what_was_fixed() -> None:
    charging()
    rma = asked(bought(), all_shirts())
    Policy.objects.update(return_fee=9_999)
    arrived(rma)
    assert amounts(rma) == [SHIRTS - 495]


def test_the_database_holds_a_fee_within_its_share() -> None:
    charging()
    asked(bought(), all_shirts())
    with pytest.raises(IntegrityError), transaction.atomic():
        RMAItem.objects.update(fee=10**9)
    with pytest.raises(IntegrityError), transaction.atomic():
        RMA.objects.update(return_cost=-1)


# --- at the bench ---


def test_fees_are_lines_of_their_own_and_lower_the_refund() -> None:
    charging(percent=10)
    rma = asked(bought(), all_shirts(), at=LATER)
    arrived(rma, at=LATER)
    assert sorted(lines(rma)) == [("fee", -(SHIRTS // 10)), ("fee", -495), ("goods", SHIRTS)]
    assert amounts(rma) == [SHIRTS - SHIRTS // 10 - 495]


def test_in_whatever_portions_it_arrives_the_fees_are_taken_once() -> None:
    charging(percent=10)
    rma = asked(bought(), all_shirts(), at=LATER)
    for _ in range(3):
        arrived(rma, Count("1", fine=1), at=LATER)
    assert len(amounts(rma)) == 3
    assert sum(amounts(rma)) == SHIRTS - SHIRTS // 10 - 495
    assert [amount for kind, amount in lines(rma) if kind == "fee"].count(-495) == 1


def test_what_the_fees_take_whole_is_not_refunded_and_made_up_for_later() -> None:
    charging(fee=10_000)
    rma = asked(bought(), all_shirts())
    arrived(rma, Count("1", fine=1))
    assert (amounts(rma), RMA.objects.get().state) == ([], RMAState.RECEIVED)
    arrived(rma, Count("1", fine=1))
    arrived(rma, Count("1", fine=1))
    assert sum(amounts(rma)) == SHIRTS - 10_000
    assert len(amounts(rma)) == 2


def test_an_item_that_its_fee_takes_whole_stands_beside_the_others_with_both() -> None:
    charging(fee=0, percent=100, free_reasons=["arrived_late"])
    rma = asked(bought(), all_shirts("arrived_late"), Wish("2", 1, "changed_mind"), at=LATER)
    mug = rma.items.get(line__line_id="2").share
    arrived(rma, at=LATER)
    assert sorted(lines(rma)) == [("fee", -mug), ("goods", mug), ("goods", SHIRTS)]


def test_where_the_fees_take_all_nothing_is_owed() -> None:
    charging(fee=1_000_000)
    rma = asked(bought(), Wish("2", 1, "changed_mind"))
    arrived(rma)
    assert (amounts(rma), RMA.objects.get().state) == ([], RMAState.RECEIVED)


def test_what_never_arrives_costs_nothing() -> None:
    charging()
    rma = asked(bought(), all_shirts())
    arrived(rma, Count("1", missing=3))
    assert lines(rma) == []


def test_over_two_payments_no_refund_is_below_zero() -> None:
    charging(percent=10)
    data = jana_order(payments=(PaymentData("pi_1", 100, "EUR"), PaymentData("pi_2", 28_990, "EUR")))
    rma = asked(bought(data), all_shirts(), at=LATER)
    arrived(rma, at=LATER)
    assert sum(amounts(rma)) == SHIRTS - SHIRTS // 10 - 495
    assert min(amounts(rma)) > 0
    for refund in Refund.objects.filter(rma=rma):
        assert sum(line.amount for line in refund.lines.all()) == refund.amount


def test_a_payment_without_room_is_passed_over() -> None:
    charging()
    data = jana_order(payments=(PaymentData("pi_1", 0, "EUR"), PaymentData("pi_2", 29_485, "EUR")))
    rma = asked(bought(data), all_shirts())
    arrived(rma)
    assert amounts(rma) == [SHIRTS - 495]


def test_what_an_agent_accepts_after_it_arrived_is_owed_less_its_fees() -> None:
    promised(30, return_fee=495, currency="EUR")
    rma = asked(late_order(), Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))
    decisions.approve(rma, by=BOB, at=NOW, note="A loyal customer.", lines=["1"])
    arrived(rma)
    decisions.approve(RMA.objects.get(), by=BOB, at=NOW, note="This too.")
    shares = sum(rma.items.values_list("share", flat=True))
    assert sum(amounts(rma)) == shares - 495
    assert [amount for kind, amount in lines(rma) if kind == "fee"] == [-495]
    assert list(Refund.objects.values_list("receipt__number", flat=True)) == [1, 1]


def test_what_an_agent_accepts_before_it_has_come_owes_nothing_yet() -> None:
    promised(30)
    rma = asked(late_order(), Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))
    decisions.approve(rma, by=BOB, at=NOW, note="A loyal customer.", lines=["1"])
    arrived(rma, Count("1", fine=1))
    decisions.approve(RMA.objects.get(), by=BOB, at=NOW, note="This too.")
    assert lines(rma) == [("goods", 9_672)]


# --- what a policy asks an agent for ---


def test_G4_a_shopper_who_returns_often_meets_an_agent(settings) -> None:
    settings.STATUTORY_CLOCK = False
    promised(30, person_after_returns=1)
    order = bought()
    first = asked(order, Wish("1", 1, "too_small"))
    [offer] = requests.preview(order, [Wish("1", 1, "too_small")], at=NOW)
    assert (first.state, offer.verdict.answer) == (RMAState.LABEL_READY, Answer.REFER)
    decisions.cancel(first, by=BOB, at=NOW)
    [offer] = requests.preview(order, [Wish("1", 1, "too_small")], at=NOW)
    assert offer.verdict.answer == Answer.ACCEPT


def test_returns_of_more_than_a_year_ago_do_not_count(settings) -> None:
    settings.STATUTORY_CLOCK = False
    promised(None, person_after_returns=1)
    order = bought()
    asked(order, Wish("1", 1, "too_small"))
    answers = [
        requests.preview(order, [Wish("1", 1, "too_small")], at=NOW + timedelta(days=days))[0].verdict.answer
        for days in (365, 366)
    ]
    assert answers == [Answer.REFER, Answer.ACCEPT]


# --- what is told ---


@pytest.mark.parametrize(
    ("share", "fees", "kept", "total"), [(1_000, 100, 100, 900), (1_000, 2_000, 1_000, 0), (0, 9, 0, 0)]
)
def test_an_estimate_names_the_fees_and_is_never_below_zero(share, fees, kept, total) -> None:
    told = {"goods": share, "shipping": 0, "fees": kept, "total": total, "currency": "EUR"}
    assert estimate(share, fees, currency="EUR") == told
