"""The outbound delivery comes back with the goods: owed at the receipt, once an order, told before as it is paid."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from returns.actions import decisions, goodwill, sending
from returns.actions.delivery import delivery
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.rooms import free_for_goodwill
from returns.analytics import audit
from returns.importing.data import PaymentData
from returns.models import Event, Order, Reason, RefundLine, RefundState
from tests.actions.refunding import disputed, keep
from tests.gateways.scripted import Scripted
from tests.people import BOB, MUG, NOW, SHIRT, arrived, asked, bought, jana_order, late_order, promised, trusting

pytestmark = pytest.mark.django_db

ALL = (Wish("1", 3), Wish("2", 1))


def posted(**changes: Any) -> Order:
    """Delivered for 4.95 by the one way that there is."""
    return bought(jana_order(**{"shipping_standard": 495} | changes))


def brought(order: Order) -> list[int]:
    """What refunds gave of the delivery, in their order."""
    lines = RefundLine.objects.filter(refund__order=order, kind="shipping")
    return list(lines.values_list("amount", flat=True))


def test_M1_who_sends_everything_back_gets_the_delivery_too() -> None:
    promised()
    order = posted()
    arrived(asked(order, *ALL))
    (refund,) = order.refunds.all()
    assert (refund.amount, brought(order)) == (29_495 + 495, [495])
    assert refund.amount == order.payments.get().captured
    decided = Event.objects.get(kind="refund.decided")
    assert decided.data["parts"] == {"goods": 29_495, "shipping": 495}


def test_M2_the_dearer_way_that_was_chosen_stays_paid() -> None:
    promised()
    order = posted(shipping_standard=295)
    arrived(asked(order, *ALL))
    assert brought(order) == [295]


def test_M10_a_part_brings_its_part_and_the_rest_the_rest() -> None:
    promised()
    order = posted()
    rma = asked(order, *ALL)
    arrived(rma, Count("1", fine=1))
    arrived(rma, Count("1", damaged=1), Count("2", fine=1))
    arrived(rma, Count("1", fine=1))
    assert brought(order) == [162, 170, 163]
    assert sum(brought(order)) == 495


@pytest.mark.parametrize(("rule", "amounts"), [("none", [495]), ("full", [495]), ("proportional", [162, 333])])
def test_M10_a_promise_says_what_a_part_brings(rule: str, amounts: list[int]) -> None:
    promised(outbound_shipping=rule)
    order = posted()
    arrived(asked(order, Wish("1", 1)))
    assert bool(brought(order)) == (rule != "none")
    arrived(asked(order, Wish("1", 2), Wish("2", 1)))
    assert brought(order) == amounts


def test_a_courtesy_brings_nothing_of_the_delivery_and_a_fault_does() -> None:
    promised(100)
    order = late_order(shipping_standard=495)
    arrived(asked(order, Wish("1", 1)))
    assert brought(order) == []
    rma = asked(order, Wish("2", 1, "faulty"))
    if rma.waits_for_agent:
        decisions.approve(rma, by=BOB, at=NOW, note="it leaks")
    arrived(rma)
    assert brought(order) == [8]  # 4.79 of 294.95 were paid for the mug


def test_who_bought_for_business_has_the_shops_promise_alone() -> None:
    promised()
    order = posted(business=True)
    arrived(asked(order, *ALL))
    assert brought(order) == []


def test_C11_it_comes_back_too_where_the_right_is_in_doubt() -> None:
    promised(None)
    order = posted(country="")
    arrived(asked(order, *ALL))
    assert brought(order) == [495]


def test_what_was_never_paid_is_not_asked_about(django_assert_num_queries: Any) -> None:
    promised()
    order = posted(shipping_paid=0)
    with django_assert_num_queries(0):
        assert delivery(order).owed() == 0


def test_it_is_granted_once_whatever_is_counted_again() -> None:
    promised()
    order = posted()
    rma = asked(order, *ALL)
    arrived(rma)
    arrived(rma, Count("1", fine=3, extra=2))
    assert brought(order) == [495]


def test_a_return_that_was_called_off_brings_nothing_and_takes_nothing_away() -> None:
    promised()
    order = posted()
    decisions.cancel(asked(order, *ALL), by=BOB, at=NOW)
    assert delivery(order).owed() == 0
    arrived(asked(order, *ALL))
    assert brought(order) == [495]


def test_a_fault_brings_its_part_whatever_becomes_of_its_reason() -> None:
    promised(100)
    order = late_order(shipping_standard=495)
    rma = asked(order, Wish("2", 1, "faulty"))
    if rma.waits_for_agent:
        decisions.approve(rma, by=BOB, at=NOW, note="it leaks")
    Reason.objects.update(legal_path="courtesy")
    assert delivery(order).expected(rma) == 8
    arrived(rma)
    assert brought(order) == [8]


def test_what_is_refused_after_it_came_brings_nothing() -> None:
    promised(10)
    Reason.objects.filter(code="too_small").update(legal_path="courtesy")
    order = late_order(shipping_standard=495)
    decisions.approve(asked(order, Wish("2", 1, "faulty")), by=BOB, at=NOW, note="it leaks")
    rma = asked(order, Wish("1", 3, "faulty"))
    decisions.reject(rma, by=BOB, at=NOW, note="worn out")
    arrived(order.rmas.exclude(pk=rma.pk).get())
    assert brought(order) == [8]


def test_the_way_back_is_taken_of_the_goods_so_that_no_later_return_brings_it_once_more() -> None:
    promised(resolutions=["credit"], currency="EUR", return_fee=499, outbound_shipping="full")
    order = posted()
    arrived(asked(order, Wish("1", 1, "", "credit")))
    arrived(asked(order, Wish("1", 1, "")))
    assert [refund.amount for refund in order.refunds.all()] == [495, 9_672 - 499, 9_672 - 499]
    assert brought(order) == [495]


def test_a_parcel_that_the_way_back_eats_brings_its_part_of_it_all_the_same() -> None:
    promised(currency="EUR", return_fee=499)
    order = posted(
        lines=(replace(SHIRT, quantity=10, unit_price=100), MUG),
        discounts=(),
        payments=(PaymentData("pi_A-1001", 1_990, "EUR"),),
    )
    arrived(asked(order, Wish("1", 9, "")), Count("1", fine=3))
    arrived(asked(order, Wish("2", 1, "")))
    assert [refund.amount for refund in order.refunds.all()] == [99, 164]
    assert list(audit.asked(at=NOW)) == []


def test_a_failed_refund_still_owes_its_part() -> None:
    promised()
    order = posted()
    order.payments.update(captured=0)
    rma = asked(order, Wish("1", 3))
    arrived(rma)
    assert order.refunds.get().state == RefundState.FAILED
    arrived(asked(order, Wish("2", 1)))
    assert sum(brought(order)) == 495


def test_a_discount_on_the_delivery_lowers_no_item() -> None:
    promised()
    free = posted(shipping_paid=0)
    arrived(asked(free, Wish("1", 3)))
    assert free.refunds.get().amount == free.lines.get(line_id="1").paid


def test_goodwill_leaves_room_for_the_delivery_that_may_still_be_claimed() -> None:
    promised()
    trusting()
    order = posted()
    asked(order, *ALL)
    with pytest.raises(Refused, match="above_paid"):
        goodwill.grant(order, amount=1, reason="loyalty", note="kind", by=BOB, at=NOW)


def test_goodwill_leaves_room_for_the_delivery_of_a_refund_that_failed() -> None:
    promised()
    trusting()
    order = posted()
    arrived(asked(order, *ALL))
    sending.send_next(Scripted("failed"), at=NOW)
    assert free_for_goodwill(order, at=NOW) == 0


def test_goodwill_is_free_again_of_what_a_bank_has_paid() -> None:
    """Of both payments' 29,990 one was taken back by the bank, and has paid for the shirts."""
    promised()
    trusting()
    order = bought(jana_order(payments=(PaymentData("pi_A-1001", 9_672, "EUR"), PaymentData("pi_2", 20_318, "EUR"))))
    arrived(asked(order))
    keep(disputed("lost", amount=9_672, withdrawn=9_672))
    assert free_for_goodwill(order, at=NOW) == 20_318


def test_what_is_told_before_is_what_is_paid() -> None:
    promised()
    order = posted()
    rma = asked(order, Wish("1", 2))
    told = delivery(order).expected(rma)
    arrived(rma, Count("1", fine=1))
    assert delivery(order).expected(rma) == told
    arrived(rma, Count("1", fine=1))
    assert (sum(brought(order)), delivery(order).expected(rma)) == (told, told) == (324, 324)


# --- whatever comes in whatever order ---

parts = st.permutations(["1", "1", "1", "2"])


class TestWhatever(TestCase):
    @given(
        parts=parts, cuts=st.sets(st.integers(1, 3), max_size=3), rule=st.sampled_from(["none", "proportional", "full"])
    )
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_all_of_it_is_given_back_once(self, parts: list[str], cuts: set[int], rule: str) -> None:
        promised(outbound_shipping=rule)
        order = posted()
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 4], strict=True):
            some = parts[start:end]
            arrived(asked(order, *(Wish(line, some.count(line)) for line in sorted({*some}))))
            assert sum(brought(order)) <= 495
        assert sum(brought(order)) == 495
        assert sum(refund.amount for refund in order.refunds.all()) == order.payments.get().captured
