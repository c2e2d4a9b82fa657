"""The bench: every count is kept, and what arrived is owed exactly once, to the cent."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returns.actions import decisions, receiving, sending
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.importing.data import LineData
from returns.models import RMA, Event, Letter, Policy, Receipt, ReceiptLine, Refund, RMAState
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, SHIRT, WANDA, arrived, asked, bought, jana_order, late_order, promised

pytestmark = pytest.mark.django_db

STRIPE = Scripted()
SHIRTS = (LineData("1", "Shirt", 3, 10_000),)


def two_shirts() -> RMA:
    """2 of 3 shirts at 100.00, ten euros off: a share of 193.33."""
    promised()
    return asked(bought(jana_order(lines=SHIRTS)), Wish("1", 2))


def state_of(rma: RMA) -> str:
    return RMA.objects.get(pk=rma.pk).state


def amounts(rma: RMA) -> list[int]:
    return [refund.amount for refund in rma.refunds.order_by("pk")]


def counts_of(receipt: Receipt) -> list[tuple[int, int, int, int, int]]:
    return [(line.fine, line.damaged, line.missing, line.wrong, line.extra) for line in receipt.lines.all()]


def pay(rma: RMA) -> None:
    while sending.send_next(STRIPE, at=NOW):
        pass


# --- what is counted ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "kept", "owed", "state"),
    [
        (Count("1", fine=2), (2, 0, 0, 0, 0), [19_333], RMAState.REFUND_DUE),
        (Count("1", fine=1, damaged=1), (1, 1, 0, 0, 0), [19_333], RMAState.REFUND_DUE),
        (Count("1", damaged=2), (0, 2, 0, 0, 0), [19_333], RMAState.REFUND_DUE),
        (Count("1", fine=1, missing=1), (1, 0, 1, 0, 0), [9_666], RMAState.REFUND_DUE),
        (Count("1", fine=1, wrong=1), (1, 0, 0, 1, 0), [9_666], RMAState.REFUND_DUE),
        (Count("1", fine=1), (1, 0, 0, 0, 0), [9_666], RMAState.REFUND_DUE),
        (Count("1", fine=3), (2, 0, 0, 0, 1), [19_333], RMAState.REFUND_DUE),
        (Count("1", fine=2, damaged=2), (2, 0, 0, 0, 2), [19_333], RMAState.REFUND_DUE),
        (Count("1", fine=2, extra=4), (2, 0, 0, 0, 4), [19_333], RMAState.REFUND_DUE),
        (Count("1", missing=2), (0, 0, 2, 0, 0), [], RMAState.RECEIVED),
        (Count("1", wrong=2), (0, 0, 0, 2, 0), [], RMAState.RECEIVED),
        (Count("1", extra=1), (0, 0, 0, 0, 1), [], RMAState.RECEIVED),
    ],
)
def test_of_two_shirts_what_arrived_is_owed_and_all_is_kept(count, kept, owed, state):
    rma = two_shirts()
    receipt = arrived(rma, count)
    assert counts_of(receipt) == [kept]
    assert (amounts(rma), state_of(rma)) == (owed, state)


def test_an_unannounced_line_is_extra_and_owes_nothing():
    promised()
    rma = asked(bought(), Wish("1", 1))
    receipt = arrived(rma, Count("1", fine=1), Count("2", fine=1))
    assert counts_of(receipt) == [(1, 0, 0, 0, 0), (0, 0, 0, 0, 1)]
    assert amounts(rma) == [9_672]


def test_a_line_of_which_nothing_was_counted_leaves_no_line():
    promised()
    rma = asked(bought(), Wish("1", 1), Wish("2", 1))
    assert counts_of(arrived(rma, Count("1", fine=1), Count("2"))) == [(1, 0, 0, 0, 0)]


def test_a_receipt_says_who_counted_what_and_when():
    rma = two_shirts()
    receiving.receive(
        rma, [Count("1", fine=2, grade="B", disposition="restock", note="new")], by=WANDA, at=NOW, note="wet"
    )
    receipt = Receipt.objects.get()
    line = receipt.lines.get()
    assert (receipt.number, receipt.received_at, receipt.actor_label, receipt.note) == (1, NOW, "Wanda", "wet")
    assert (line.grade, line.disposition, line.note) == ("B", "restock", "new")
    event = Event.objects.get(kind="receipt.recorded")
    found = {"line": "1", "fine": 2, "damaged": 0, "missing": 0, "wrong": 0, "extra": 0}
    assert event.data == {"receipt": 1, "lines": [found]}


# --- several parcels ----------------------------------------------------------------------------


def test_two_parcels_make_two_receipts_and_two_refunds_that_add_up():
    rma = two_shirts()
    arrived(rma, Count("1", fine=1))
    pay(rma)
    assert state_of(rma) == RMAState.RECEIVED
    arrived(rma, Count("1", damaged=1))
    assert state_of(rma) == RMAState.REFUND_DUE
    pay(rma)
    assert state_of(rma) == RMAState.REFUNDED
    assert (amounts(rma), rma.receipts.count()) == ([9_666, 9_667], 2)
    assert [refund.receipt and refund.receipt.number for refund in rma.refunds.select_related("receipt")] == [1, 2]


def test_a_second_parcel_while_the_first_is_being_paid_adds_to_what_is_due():
    rma = two_shirts()
    arrived(rma, Count("1", fine=1))
    arrived(rma, Count("1", fine=1))
    assert (amounts(rma), state_of(rma)) == ([9_666, 9_667], RMAState.REFUND_DUE)


def test_the_same_units_counted_again_are_extra():
    rma = two_shirts()
    arrived(rma, Count("1", fine=2))
    assert counts_of(arrived(rma, Count("1", fine=2))) == [(0, 0, 0, 0, 2)]
    assert amounts(rma) == [19_333]


def test_what_was_missing_and_is_found_late_is_paid_then():
    rma = two_shirts()
    arrived(rma, Count("1", fine=1, missing=1))
    pay(rma)
    assert state_of(rma) == RMAState.REFUNDED
    arrived(rma, Count("1", fine=1), at=NOW + timedelta(days=5))
    assert (amounts(rma), state_of(rma)) == ([9_666, 9_667], RMAState.REFUND_DUE)


def test_an_extra_that_comes_after_the_money_changes_nothing_but_the_record():
    rma = two_shirts()
    arrived(rma, Count("1", fine=2))
    pay(rma)
    arrived(rma, Count("1", extra=1))
    assert (amounts(rma), state_of(rma)) == ([19_333], RMAState.REFUNDED)


def test_a_single_cent_is_owed():
    promised()
    rma = asked(bought(jana_order(lines=(LineData("1", "Button", 1, 1),), discounts=())), Wish("1", 1))
    arrived(rma)
    assert amounts(rma) == [1]


def test_a_free_line_is_received_and_owes_nothing():
    promised()
    rma = asked(bought(jana_order(lines=(SHIRT, LineData("2", "Gift", 2, 0)), discounts=())), Wish("2", 2))
    arrived(rma)
    assert (amounts(rma), state_of(rma)) == ([], RMAState.RECEIVED)


def test_a_free_line_beside_a_paid_one_is_settled_with_it():
    promised()
    order = bought(jana_order(lines=(SHIRT, LineData("2", "Gift", 1, 0)), discounts=()))
    rma = asked(order, Wish("1", 1), Wish("2", 1))
    arrived(rma)
    pay(rma)
    assert (amounts(rma), state_of(rma)) == ([10_000], RMAState.REFUNDED)


portions = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(price=st.integers(0, 100), units=st.integers(1, 9), parcels=portions)
def test_any_parcels_add_up_to_the_share(price, units, parcels):
    number = f"P-{Event.objects.count()}"
    promised_once()
    order = bought(jana_order(number, lines=(LineData("1", "Shirt", units, price),), discounts=()))
    rma = asked(order, Wish("1", units))
    for fine, damaged in [*parcels, (units, 0)]:
        if fine + damaged:
            arrived(rma, Count("1", fine=fine, damaged=damaged))
    assert sum(amounts(rma)) == price * units
    assert ReceiptLine.objects.filter(receipt__rma=rma).counted()[rma.items.get().pk][0] == units


def promised_once() -> None:
    if not Policy.objects.exists():
        promised()


# --- what waits for an agent --------------------------------------------------------------------


@pytest.fixture
def mixed(db) -> RMA:
    """A shirt goes on; a mug made to order waits for an agent."""
    promised()
    mug = LineData("2", "Mug", 1, 495, final_sale=True, exception="c")
    return asked(bought(jana_order(lines=(SHIRT, mug))), Wish("1", 1), Wish("2", 1))


def test_what_waits_for_an_agent_is_counted_and_not_owed(mixed):
    receipt = arrived(mixed)
    assert counts_of(receipt) == [(1, 0, 0, 0, 0), (1, 0, 0, 0, 0)]
    pay(mixed)
    assert (amounts(mixed), state_of(mixed)) == ([9_672], RMAState.RECEIVED)


def test_what_arrived_before_its_approval_is_owed_with_it(mixed):
    arrived(mixed)
    pay(mixed)
    decisions.approve(mixed, by=BOB, at=NOW, note="kind")
    assert (amounts(mixed), state_of(mixed)) == ([9_672, 479], RMAState.REFUND_DUE)
    pay(mixed)
    assert state_of(mixed) == RMAState.REFUNDED


def test_what_arrived_and_is_rejected_is_never_owed(mixed):
    arrived(mixed)
    pay(mixed)
    decisions.reject(mixed, by=BOB, at=NOW, note="made for you")
    assert (amounts(mixed), state_of(mixed)) == ([9_672], RMAState.REFUNDED)


def test_what_arrives_after_its_approval_is_owed_once(mixed):
    arrived(mixed, Count("1", fine=1))
    decisions.approve(mixed, by=BOB, at=NOW, note="kind")
    arrived(mixed, Count("2", fine=1))
    assert amounts(mixed) == [9_672, 479]


def test_what_an_agent_refused_is_extra_when_it_comes(mixed):
    decisions.reject(mixed, by=BOB, at=NOW, note="made for you")
    assert counts_of(arrived(mixed, Count("2", fine=1))) == [(0, 0, 0, 0, 1)]
    assert amounts(mixed) == []


# --- what is refused ----------------------------------------------------------------------------


def refusal(rma: RMA, *counts: Count) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        receiving.receive(rma, counts, by=WANDA, at=NOW)
    assert not Receipt.objects.exists()
    assert not Refund.objects.exists()
    return refused.value.code, refused.value.field


def test_nothing_is_received_before_approval():
    assert refusal(asked(late_order()), Count("1", fine=1)) == ("rma_not_receivable", "")


def test_nothing_is_received_of_a_cancelled_return():
    rma = two_shirts()
    decisions.cancel(rma, by=BOB, at=NOW)
    assert refusal(rma, Count("1", fine=1)) == ("rma_not_receivable", "")


@pytest.mark.parametrize("counts", [(), (Count("1"),), (Count("1"), Count("2"))])
def test_a_count_of_nothing_is_refused(counts):
    assert refusal(two_shirts(), *counts) == ("nothing_counted", "")


def test_a_line_counted_twice_is_refused():
    assert refusal(two_shirts(), Count("1", fine=1), Count("1", damaged=1)) == ("line_twice", "1")


def test_a_line_that_is_not_the_orders_is_refused():
    assert refusal(two_shirts(), Count("77", fine=1)) == ("line_unknown", "77")


@pytest.mark.parametrize("units", [-1, 1.5, True, "1", None, 10**30])
@pytest.mark.parametrize("kind", ["fine", "extra"])
def test_a_count_that_is_no_number_of_units_is_refused(kind, units):
    assert refusal(two_shirts(), Count("1", **{kind: units})) == ("quantity_invalid", "1")


def test_a_receipt_owes_one_letter_however_many_lines_it_has():
    promised()
    arrived(asked(bought(), Wish("1", 3), Wish("2", 1)))
    assert Letter.objects.filter(kind="received").count() == 1
