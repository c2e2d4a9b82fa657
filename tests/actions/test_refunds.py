"""What is owed: over which payments, and never more than was paid."""

from dataclasses import replace
from datetime import timedelta

import pytest

from returns.actions import receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.actions.rooms import claimable, free_for_goodwill
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import RMA, Actor, Event, Originator, Refund, RefundState, RMAState
from tests.actions.refunding import send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, WANDA, arrived, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


def paid_by(*captured: int) -> tuple[PaymentData, ...]:
    return tuple(PaymentData(f"pi_{number}", amount, "EUR") for number, amount in enumerate(captured))


def all_back(*captured: int) -> list[Refund]:
    promised()
    arrived(asked(bought(jana_order(payments=paid_by(*captured))), Wish("1", 3), Wish("2", 1)))
    return list(Refund.objects.select_related("payment"))


def test_a_refund_above_the_first_payment_goes_on_to_the_next():
    made = all_back(20_000, 9_990)
    assert [(refund.payment and refund.payment.reference, refund.amount) for refund in made] == [
        ("pi_0", 20_000),
        ("pi_1", 9_495),
    ]
    assert [line.amount for refund in made for line in refund.lines.all()] == [20_000, 9_016, 479]


def test_every_payment_of_a_return_must_succeed_before_it_is_refunded():
    all_back(20_000, 9_990)
    stripe = Scripted()
    send(stripe)
    assert RMA.objects.get().state == RMAState.REFUND_DUE
    send(stripe)
    assert RMA.objects.get().state == RMAState.REFUNDED


def test_while_a_single_unit_has_not_come_its_return_is_not_refunded():
    promised()
    rma = asked(bought(), Wish("1", 1), Wish("2", 1))
    arrived(rma, Count("1", fine=1))
    send(Scripted())
    assert RMA.objects.get().state == RMAState.RECEIVED


def test_what_no_payment_has_room_for_is_owed_and_waits_for_a_person():
    made = all_back(29_000)
    assert [(bool(refund.payment), refund.amount, refund.state) for refund in made] == [
        (True, 29_000, RefundState.DUE),
        (False, 495, RefundState.FAILED),
    ]
    assert made[1].failure_reason == "no_payment"
    assert Event.objects.get(kind="refund.failed").data == {"amount": 495, "currency": "EUR", "was": "due"}
    stripe = Scripted()
    assert (send(stripe), send(stripe)) == (True, False)
    assert RMA.objects.get().state == RMAState.REFUND_DUE


def test_an_order_without_a_payment_owes_a_failed_refund_and_nothing_is_sent():
    (refund,) = all_back()
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert send(Scripted(), after=timedelta(days=1)) is False


def test_a_payment_in_another_currency_bears_nothing():
    promised()
    foreign = (PaymentData("pi_usd", 50_000, "USD"),)
    arrived(asked(bought(jana_order(payments=foreign))))
    assert Refund.objects.get().payment is None


def test_a_failed_refund_gives_its_room_back():
    promised()
    order = bought(jana_order(payments=paid_by(10_000)))
    arrived(asked(order, Wish("1", 1)))
    send(Scripted(Rejected("no")))
    arrived(asked(order, Wish("1", 1)))
    assert [refund.payment is not None for refund in Refund.objects.all()] == [True, True]


def test_an_open_refund_holds_its_room():
    promised()
    order = bought(jana_order(payments=paid_by(10_000)))
    arrived(asked(order, Wish("1", 1)))
    arrived(asked(order, Wish("1", 1)))
    assert [(refund.payment is not None, refund.amount) for refund in Refund.objects.all()] == [
        (True, 9_672),
        (True, 328),
        (False, 9_344),
    ]


def test_a_refund_names_what_it_pays_for(refund):
    line = refund.lines.get()
    assert (refund.originator, refund.receipt and refund.receipt.number) == (Originator.RMA, 1)
    assert refund.proposed_by == WANDA.id
    assert (line.kind, line.amount, line.item) == ("goods", 9_672, RMA.objects.get().items.get())


def test_what_a_return_may_still_claim_is_not_free_for_goodwill():
    promised()
    order = bought(jana_order(shipping_standard=495))
    assert (claimable(order), free_for_goodwill(order, at=NOW)) == (0, 29_990)
    asked(order, Wish("1", 3), Wish("2", 1))
    assert (claimable(order), free_for_goodwill(order, at=NOW)) == (29_495 + 495, 0)


def test_what_a_program_counted_no_member_of_staff_has_proposed():
    promised()
    rma = asked(bought())
    receiving.receive(rma, [Count("1", fine=1)], by=Actor("integrator", "7", "The warehouse's program"), at=NOW)
    assert Refund.objects.get().proposed_by == ""


def test_what_was_paid_in_a_way_without_refunds_is_owed_and_waits_for_a_person():
    promised()
    paid = jana_order()
    arrived(asked(bought(replace(paid, payments=(replace(paid.payments[0], method="oxxo"),)))))
    refund = Refund.objects.get()
    assert (refund.state, refund.failure_reason) == (RefundState.FAILED, "method_without_refunds")


def test_what_another_provider_took_is_never_sent_to_ours_and_waits_for_a_person_at_once():
    promised()
    arrived(asked(bought(jana_order(payments=(PaymentData("PAY-1", 29_990, "EUR", "paypal"),)))))
    refund = Refund.objects.get()
    assert (refund.state, refund.failure_reason) == (RefundState.FAILED, "gateway_without_refunds")
    assert refund in Refund.objects.open()
    assert not send(Scripted())
