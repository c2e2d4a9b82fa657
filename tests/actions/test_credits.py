"""What comes back for store credit: given at once in the place of money, with its bonus, and never both."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from returns.actions import approvals, decisions, disputes, sending
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.importing.data import LineData, PaymentData
from returns.models import (
    RMA,
    Account,
    CreditAccount,
    Event,
    Letter,
    Order,
    Refund,
    RefundLine,
    RefundState,
    Role,
    Transfer,
    User,
)
from tests import people
from tests.actions.crediting import left
from tests.actions.refunding import disputed, keep, kept, now_of
from tests.gateways.scripted import Scripted
from tests.people import BOB, JANA_EMAIL, NOW, SHIRT, arrived, asked, bought, jana_order, late_order, limited, promised

pytestmark = pytest.mark.django_db

SHIRTS, MUG = 29_016, 479  # what was paid for them


def offering(days: int = 30, **terms: Any) -> None:
    promised(days, resolutions=["credit"], currency="EUR", **{"credit_bonus_percent": 5} | terms)


def credit(line: str, units: int) -> Wish:
    return Wish(line, units, resolution="credit")


def refunds(order: Order) -> list[tuple[int, int, bool, str]]:
    """(amount, bonus, whether it is store credit, state), in their order."""
    return [(one.amount, one.bonus, one.credit_id is not None, one.state) for one in order.refunds.all()]


def account() -> CreditAccount:
    return CreditAccount.objects.get(email=JANA_EMAIL, currency="EUR")


# --- what arrived is credited ---


def test_a_bonus_comes_with_the_part_that_is_credited() -> None:
    """The bank has paid 9,016 of the shirts' 29,016 already, by a dispute that was lost."""
    offering(credit_bonus_percent=10)
    rma = asked(bought(), credit("1", 3))
    keep(disputed("lost", amount=9_016, withdrawn=9_016))
    arrived(rma)
    assert refunds(rma.order)[1][:3] == (20_000, 2_901 * 20_000 // SHIRTS, True)


def test_what_a_bank_has_paid_brings_no_bonus_later_either() -> None:
    offering(credit_bonus_percent=10)
    rma = asked(bought(), credit("1", 3))
    keep(disputed("lost", amount=9_672, withdrawn=9_672))
    arrived(rma, Count("1", fine=1))
    disputes.settle_by_chargebacks(at=NOW)
    arrived(rma, Count("1", fine=2))
    assert [one[:3] for one in refunds(rma.order)] == [(9_672, 0, False), (19_344, 2_901 - 967, True)]


def test_it_is_on_the_account_as_soon_as_it_has_arrived() -> None:
    offering()
    rma = asked(bought(), credit("1", 3), credit("2", 1))
    arrived(rma)
    assert refunds(rma.order) == [(29_495, 1_450 + 23, True, "succeeded")]
    assert left(account()) == 29_495 + 1_473
    assert RMA.objects.get().state == "refunded"
    assert not sending.send_next(Scripted(), at=NOW)


def test_a_single_cent_is_credited() -> None:
    offering()
    rma = asked(bought(jana_order(lines=(LineData("1", "Button", 1, 1),), discounts=())), credit("1", 1))
    arrived(rma)
    assert refunds(rma.order) == [(1, 0, True, "succeeded")]


def test_of_what_comes_back_for_money_and_for_credit_both_are_told() -> None:
    offering()
    arrived(asked(bought(), Wish("1", 1), credit("2", 1)))
    told = Event.objects.filter(kind="refund.decided").order_by("pk")
    assert [event.data["amount"] for event in told] == [9_672, MUG]


def test_the_log_the_journal_and_the_shopper_are_told_once() -> None:
    offering()
    arrived(asked(bought(), credit("2", 1)))
    kinds = ["receipt.recorded", "refund.decided", "refund.credited", "rma.refunded"]
    assert list(Event.objects.order_by("-pk").values_list("kind", flat=True)[:4])[::-1] == kinds
    told = Event.objects.get(kind="refund.credited").data
    assert told == {"amount": MUG, "bonus": 23, "account": account().pk, "currency": "EUR"}
    moved = list(Transfer.objects.values_list("debited", "credited", "amount"))
    assert moved == [
        (Account.GOODS, Account.OWED, MUG),
        (Account.OWED, Account.STORE_CREDIT, MUG),
        (Account.BONUS, Account.STORE_CREDIT, 23),
    ]
    assert list(Letter.objects.values_list("kind", flat=True)) == ["label", "received", "credited"]


def test_the_bonus_grows_with_the_units_that_arrive() -> None:
    offering()
    rma = asked(bought(), credit("1", 3))
    for _parcel in range(3):
        arrived(rma, Count("1", fine=1))
        assert (RMA.objects.get().state == "refunded") == (rma.refunds.count() == 3)
    assert [bonus for _amount, bonus, _credit, _state in refunds(rma.order)] == [483, 483, 484]
    assert left(account()) == SHIRTS + 1_450


def test_without_a_bonus_the_amount_alone_is_given() -> None:
    offering(credit_bonus_percent=0)
    arrived(asked(bought(), credit("2", 1)))
    assert left(account()) == MUG


def test_what_did_not_arrive_is_not_given() -> None:
    offering()
    rma = asked(bought(), credit("1", 3))
    arrived(rma, Count("1", missing=2, wrong=1))
    assert not CreditAccount.objects.exists()


# --- beside money ---


def test_money_and_credit_of_one_parcel_go_apart() -> None:
    offering()
    rma = asked(bought(), credit("1", 3), Wish("2", 1))
    arrived(rma)
    assert refunds(rma.order) == [(MUG, 0, False, "due"), (SHIRTS, 1_450, True, "succeeded")]
    assert {one.receipt for one in rma.order.refunds.all()} == {rma.receipts.get()}
    assert RMA.objects.get().state == "refund_due"
    stripe = Scripted()
    sending.send_next(stripe, at=NOW)
    assert sum(made.amount for made in stripe.books.values()) == MUG
    assert RMA.objects.get().state == "refunded"


def test_M5_the_delivery_comes_back_as_money() -> None:
    offering()
    rma = asked(bought(jana_order(shipping_standard=495)), credit("1", 3), credit("2", 1))
    arrived(rma)
    assert refunds(rma.order) == [(495, 0, False, "due"), (29_495, 1_473, True, "succeeded")]


def test_the_way_back_is_taken_of_the_money_first_and_once() -> None:
    offering(100, return_fee=600)
    rma = asked(late_order(), credit("1", 1), Wish("2", 1))
    arrived(rma)
    assert refunds(rma.order) == [(9_672 - (600 - MUG), 483, True, "succeeded")]
    fees = RefundLine.objects.filter(kind="fee").values_list("amount", flat=True)
    assert list(fees) == [-(600 - MUG)]


def test_fees_never_make_a_credit_below_zero() -> None:
    offering(100, return_fee=9_000, restocking_percent=10)
    rma = asked(late_order(), credit("2", 1), credit("1", 1))
    arrived(rma, Count("2", fine=1))
    assert refunds(rma.order) == []
    arrived(rma, Count("1", fine=1))
    assert refunds(rma.order)[0][0] == MUG + 9_672 - 47 - 967 - rma.return_cost > 0


# --- the payments ---


def test_it_takes_up_the_room_of_the_payment() -> None:
    offering()
    order = bought()
    arrived(asked(order, credit("1", 3), credit("2", 1)))
    (payment,) = order.payments.with_room()
    assert payment.captured - payment.active == 495  # the delivery


def test_over_several_payments_it_is_as_much() -> None:
    offering()
    payments = PaymentData("pi_1", 20_000, "EUR"), PaymentData("pi_2", 9_990, "EUR")
    order = bought(jana_order(payments=payments))
    arrived(asked(order, credit("1", 3), credit("2", 1)))
    assert refunds(order) == [(20_000, 1_473, True, "succeeded"), (9_495, 0, True, "succeeded")]
    assert left(account()) == 29_495 + 1_473


def test_what_no_payment_has_room_for_is_owed_as_money_for_a_person_to_pay() -> None:
    offering()
    order = bought()
    order.payments.update(captured=300)
    arrived(asked(order, credit("2", 1)))
    assert refunds(order) == [(300, 23, True, "succeeded"), (MUG - 300, 0, False, "failed")]
    assert RMA.objects.get().state == "refund_due"


# --- a second person ---


def test_what_is_above_the_limit_is_given_when_others_agree() -> None:
    offering()
    limited(automatic=1_000)
    order = bought()
    arrived(asked(order, credit("1", 3)))
    assert refunds(order) == [(SHIRTS, 1_450, True, "awaiting_approval")]
    assert (left(account()), RMA.objects.get().state) == (0, "refund_due")
    mona = User.objects.create_user("m@shop.example", pk=9, role=Role.MANAGER, name="Mona")
    approvals.approve(Refund.objects.get(), seen=Event.objects.version(order.pk), by=mona.actor, at=NOW)
    assert (left(account()), RMA.objects.get().state) == (SHIRTS + 1_450, "refunded")


def test_what_an_agent_accepts_after_it_came_is_given_then() -> None:
    offering(faulty_photos=1)
    rma = asked(bought(), credit("1", 1), Wish("2", 1, "faulty", "credit"))
    arrived(rma)
    assert refunds(rma.order) == [(9_672, 483, True, "succeeded")]
    decisions.approve(rma, by=BOB, at=NOW, note="the handle is broken off")
    assert refunds(rma.order)[1:] == [(MUG, 23, True, "succeeded")]
    assert RMA.objects.get().state == "refunded"


# --- whatever comes in whatever order ---


class TestWhatever(TestCase):
    @given(
        wanted=st.lists(st.sampled_from(["refund", "credit"]), min_size=2, max_size=2),
        units=st.permutations(["1", "1", "1", "2"]),
        fee=st.sampled_from([0, 495, 9_000]),
        percent=st.sampled_from([0, 5, 100]),
        restocking=st.sampled_from([0, 10]),
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_credit_and_money_are_together_what_the_goods_were_less_the_fees_and_the_bonus_is_exact(
        self, wanted: list[str], units: list[str], fee: int, percent: int, restocking: int
    ) -> None:
        offering(100, return_fee=fee, credit_bonus_percent=percent, restocking_percent=restocking)
        order = late_order()
        wishes = [Wish(line, n, resolution=to) for (line, n), to in zip((("1", 3), ("2", 1)), wanted, strict=True)]
        rma = asked(order, *wishes)
        for line in units:
            arrived(rma, Count(line, fine=1))
            assert all(refund.amount > 0 for refund in order.refunds.all())
        items = list(rma.items.all())
        whole = sum(item.share - item.fee for item in items)
        assert whole - rma.return_cost == sum(refund.amount for refund in order.refunds.all())
        assert sum(refund.bonus for refund in order.refunds.all()) == sum(item.credit_bonus for item in items)
        given = order.refunds.exclude(credit=None)
        on_account = Transfer.objects.balance(Account.STORE_CREDIT)
        assert on_account == sum(refund.amount + refund.bonus for refund in given)


def test_while_the_bank_asks_for_the_money_store_credit_waits_for_a_yes_and_takes_none(wanda, bob, mona):
    """It would be given at once, and the bank may take the same money: what was money would wait as well."""
    offering()
    order = bought()
    kept("warning_needs_response")
    arrived(asked(order, credit("1", 3)))
    refund = Refund.objects.get()
    assert (refund.state, refund.approvals_needed) == (RefundState.AWAITING_APPROVAL, 1)
    with pytest.raises(Refused, match="payment_in_question"):
        approvals.approve(refund, seen=Event.objects.version(order.pk), by=mona.actor, at=NOW)
    kept("warning_closed")
    approvals.approve(refund, seen=Event.objects.version(order.pk), by=mona.actor, at=NOW)
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_a_bank_that_asks_for_another_payment_holds_up_no_store_credit() -> None:
    offering()
    order, other = bought(), bought(jana_order("A-1002"))
    kept("warning_needs_response", payment=other.payments.get().reference)
    arrived(asked(order, credit("1", 3)))
    assert Refund.objects.get().state == RefundState.SUCCEEDED


def test_what_was_free_is_credited_beside_what_was_paid_for() -> None:
    offering()
    free = LineData("3", "Sticker", 1, 0)
    order = bought(jana_order(lines=(SHIRT, people.MUG, free)))
    arrived(asked(order, credit("1", 3), credit("3", 1)))
    (given,) = refunds(order)
    assert given == (SHIRTS, SHIRTS * 5 // 100, True, "succeeded")
