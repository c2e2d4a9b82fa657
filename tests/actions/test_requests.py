"""Asking: judged at once, units and money allotted at once, and never more of either than there is."""

from importlib import import_module
from itertools import count

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returns.actions import decisions, requests
from returns.actions.refusals import Refused
from returns.actions.requests import ANSWER_WITHIN, Wish
from returns.importing.data import LineData
from returns.models import RMA, Event, ItemState, Letter, Order, Reason, ReturnParcel, RMAItem, RMAState
from returns.policy.facts import Answer, LegalPath
from tests.people import BOB, NOW, SHIRT, asked, bought, jana_order, late_order, promised

pytestmark = pytest.mark.django_db

number = count()


def refusal(order: Order, *wishes: Wish) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        requests.request(order, wishes, by=BOB, at=NOW, locale="cs", channel="page")
    with pytest.raises(Refused, match=refused.value.code):
        requests.preview(order, wishes, at=NOW)
    assert not RMA.objects.exists()
    return refused.value.code, refused.value.field


# --- what an accepted return is -----------------------------------------------------------------


def test_a_return_within_the_window_is_approved_and_labelled_at_once():
    promised()
    rma = asked(bought(), Wish("1", 2, "too_small", note="sleeves"), Wish("2", 1))
    assert RMA.objects.get().state == RMAState.LABEL_READY
    assert (rma.approved_at, rma.answer_by) == (NOW, None)
    shirt, mug = rma.items.select_related("reason")
    assert (shirt.state, shirt.quantity, shirt.share, shirt.reason and shirt.reason.code, shirt.note) == (
        (ItemState.ACCEPTED, 2, 19_344, "too_small", "sleeves")
    )
    assert (mug.state, mug.quantity, mug.share, mug.reason) == (ItemState.ACCEPTED, 1, 479, None)
    assert ReturnParcel.objects.get().tracking_number == rma.number
    kinds = Event.objects.timeline(rma).values_list("kind", flat=True)
    assert list(kinds) == ["rma.requested", "rma.approved", "label.created"]
    assert Letter.objects.get().kind == "label"


def test_outside_the_window_a_person_decides_and_the_reason_is_kept():
    promised()
    rma = asked(late_order())
    item = rma.items.get()
    assert (rma.state, item.state, rma.answer_by) == (RMAState.IN_REVIEW, ItemState.REFERRED, NOW + ANSWER_WITHIN)
    assert (item.judged.answer, [reason.code for reason in item.judged.reasons]) == (Answer.REFUSE, ["window_passed"])
    assert not ReturnParcel.objects.exists()
    assert Letter.objects.get().kind == "referred"


def test_of_mixed_items_the_accepted_go_on_and_the_others_wait():
    promised()
    final = LineData("2", "Mug", 1, 495, final_sale=True, exception="c")
    rma = asked(bought(jana_order(lines=(SHIRT, final))), Wish("1", 1), Wish("2", 1))
    assert [item.state for item in rma.items.all()] == [ItemState.ACCEPTED, ItemState.REFERRED]
    assert (rma.state, rma.shown_state) == (RMAState.LABEL_READY, RMAState.IN_REVIEW)
    assert rma.answer_by == NOW + ANSWER_WITHIN
    assert list(RMA.objects.waiting()) == [rma]


@pytest.mark.parametrize("wishes", [[Wish("1", 1)], [Wish("1", 3, "too_small"), Wish("2", 1)]])
def test_a_preview_says_what_the_request_will_do_and_writes_nothing(wishes):
    promised()
    order = bought()
    offers = requests.preview(order, wishes, at=NOW)
    assert not RMA.objects.exists()
    assert Event.objects.exclude(kind="order.created").count() == 0
    rma = asked(order, *wishes)
    assert [(item.line, item.share, item.judged) for item in rma.items.select_related("line")] == [
        (offer.line, offer.share, offer.verdict) for offer in offers
    ]


def test_a_fault_whose_reason_asks_for_a_photo_waits_without_one():
    promised()
    bare = asked(bought(), Wish("1", 1, "faulty"))
    assert [reason.code for reason in bare.items.get().judged.reasons] == ["photo_needed"]
    Reason.objects.update(asks_photo=False)
    assert asked(bought(jana_order("A-2")), Wish("1", 1, "faulty")).items.get().state == ItemState.ACCEPTED


def test_W4_a_withdrawal_is_never_asked_for_a_photo():
    promised()
    Reason.objects.update(asks_photo=True)
    assert asked(bought(), Wish("1", 1, "too_small")).items.get().state == ItemState.ACCEPTED


# --- what is kept ---


def test_an_item_keeps_the_legal_path_that_its_reason_had_when_it_was_asked_for():
    promised()
    rma = asked(bought(), Wish("1", 1, "faulty"), Wish("2", 1))
    Reason.objects.update(legal_path="courtesy")
    assert [item.path for item in rma.items.all()] == [LegalPath.CONFORMITY, LegalPath.WITHDRAWAL]
    assert [item.free_of_fees for item in rma.items.all()] == [True, True]


def test_what_was_asked_for_before_paths_were_kept_gets_that_of_its_reason():
    promised()
    asked(bought(), Wish("1", 1, "faulty"), Wish("2", 1))
    RMAItem.objects.update(legal_path=LegalPath.WITHDRAWAL)
    import_module("returns.migrations.0012_legal_path").keep(apps, None)
    assert [item.path for item in RMAItem.objects.all()] == [LegalPath.CONFORMITY, LegalPath.WITHDRAWAL]


# --- what cannot be asked -----------------------------------------------------------------------


def test_a_return_of_nothing_is_refused():
    assert refusal(bought()) == ("nothing_asked", "")


def test_a_line_of_another_order_is_refused():
    bought(jana_order("A-2", lines=(LineData("9", "Hat", 1, 100),), discounts=()))
    assert refusal(bought(), Wish("9", 1)) == ("line_unknown", "9")


def test_a_line_asked_for_twice_is_refused():
    assert refusal(bought(), Wish("1", 1), Wish("1", 1)) == ("line_twice", "1")


@pytest.mark.parametrize("units", [0, -1, 1.5, 1.0, True, "1", None])
def test_a_quantity_that_is_no_whole_positive_number_is_refused(units):
    assert refusal(bought(), Wish("1", units)) == ("quantity_invalid", "1")


@pytest.mark.parametrize("units", [4, 10**30])
def test_more_units_than_were_bought_are_refused(units):
    assert refusal(bought(), Wish("1", units)) == ("quantity_too_many", "1")


def test_an_unknown_way_of_settling_is_refused():
    assert refusal(bought(), Wish("1", 1, resolution="gold")) == ("resolution_unknown", "1")


@pytest.mark.parametrize("reason", ["boredom", "fit"])
def test_a_reason_that_is_unknown_or_a_heading_is_refused(reason):
    assert refusal(bought(), Wish("1", 1, reason)) == ("reason_unknown", "1")


def test_a_retired_reason_is_refused():
    Reason.objects.filter(code="style").update(retired_at=NOW)
    assert refusal(bought(), Wish("1", 1, "style")) == ("reason_unknown", "1")


def test_a_refused_request_leaves_the_order_as_it_was():
    promised()
    order = bought()
    refusal(order, Wish("1", 1), Wish("2", 2))
    assert asked(order, Wish("1", 3), Wish("2", 1)).items.count() == 2


# --- units and shares over several returns ------------------------------------------------------


def test_units_in_another_live_return_are_gone_until_it_is_cancelled():
    promised()
    order = bought()
    first = asked(order, Wish("1", 2))
    with pytest.raises(Refused) as refused:
        asked(order, Wish("1", 2))
    assert (refused.value.code, refused.value.values["returnable"]) == ("quantity_too_many", 1)
    decisions.cancel(first, by=BOB, at=NOW)
    assert asked(order, Wish("1", 3)).items.get().share == 29_016


def test_a_refused_item_gives_its_units_back():
    order = late_order()
    first = asked(order, Wish("1", 3))
    decisions.reject(first, by=BOB, at=NOW, note="worn")
    assert asked(order, Wish("1", 3)).items.get().share == 29_016


def test_the_last_unit_takes_the_rest():
    promised()
    order = bought(jana_order(lines=(LineData("1", "Shirt", 3, 10_000),), discounts=((1_000, "X"),)))
    assert [asked(order, Wish("1", 1)).items.get().share for _ in range(3)] == [9_666, 9_667, 9_667]


def test_a_free_line_is_worth_nothing_and_may_come_back():
    promised()
    order = bought(jana_order(lines=(SHIRT, LineData("2", "Gift", 2, 0)), discounts=()))
    rma = asked(order, Wish("2", 2))
    assert (rma.items.get().share, rma.state) == (0, RMAState.LABEL_READY)


def test_what_an_order_brought_in_two_parcels_may_come_back_in_two_returns_of_a_huge_line():
    promised()
    order = bought(jana_order(lines=(LineData("1", "Screw", 74_215, 3),), discounts=((7, "X"),)))
    shares = [asked(order, Wish("1", units)).items.get().share for units in (1, 74_213, 1)]
    assert sum(shares) == 74_215 * 3 - 7


steps = st.lists(
    st.tuples(st.sampled_from(["ask", "ask", "ask", "cancel", "reject", "approve", "reopen"]), st.integers(1, 9)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantity=st.integers(1, 12), price=st.integers(0, 1_000), off=st.integers(0, 12), steps=steps)
def test_whatever_is_asked_cancelled_refused_and_reopened_adds_up_to_what_was_paid(quantity, price, off, steps):
    paid = quantity * price
    discount = min(off, paid)
    order = late_order(
        f"L-{next(number)}",
        lines=(LineData("1", "Shirt", quantity, price),),
        discounts=((discount, "X"),) if discount else (),
    )
    for verb, units in steps:
        _try(order, verb, units)
        taken, given_away = _held(order)
        assert taken <= quantity
        assert given_away <= paid - discount
    left = quantity - _held(order)[0]
    if left:
        asked(order, Wish("1", left))
    assert _held(order) == (quantity, paid - discount)


def _held(order: Order) -> tuple[int, int]:
    return RMAItem.objects.filter(rma__order=order).taken().get(order.lines.get().pk, (0, 0))


def _try(order: Order, verb: str, units: int) -> None:
    """Do it where it is legal; what is refused changes nothing."""
    rma = order.rmas.order_by("pk")[units % 3 :].first()
    try:
        if verb == "ask":
            asked(order, Wish("1", units))
        elif rma is not None and verb == "cancel":
            decisions.cancel(rma, by=BOB, at=NOW)
        elif rma is not None:
            getattr(decisions, verb)(rma, by=BOB, at=NOW, note="so decided")
    except Refused:
        pass
