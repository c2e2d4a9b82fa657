"""What is chosen for an item travels with it: money back, store credit with its bonus, or keeping the goods."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from returns.actions import requests
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.models import RMA, Order, Policy, Reason, RMAItem
from tests.people import NOW, SHIRT, asked, bought, jana_order, late_order, promised
from tests.policy.making import at

pytestmark = pytest.mark.django_db

MUG = 479  # what was paid for it, less its part of the ten euros off


def offering(*resolutions: str, **terms: Any) -> Policy:
    return promised(60, resolutions=list(resolutions), currency="EUR", **terms)


def keeping(up_to: int = MUG, **terms: Any) -> Policy:
    return offering("keep", keep_up_to=up_to, **terms)


def refusal(order: Order, *wishes: Wish) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        asked(order, *wishes)
    with pytest.raises(Refused, match=refused.value.code):
        requests.preview(order, wishes, at=NOW)
    assert not RMA.objects.exists()
    return refused.value.code, refused.value.field


def chosen(rma: RMA) -> list[tuple[str, int]]:
    return list(rma.items.values_list("resolution", "credit_bonus"))


def test_money_back_is_what_is_asked_for_without_a_word() -> None:
    offering("credit", credit_bonus_percent=5)
    assert chosen(asked(bought(), Wish("1", 2), Wish("2", 1))) == [("refund", 0), ("refund", 0)]


def test_the_bonus_of_store_credit_is_fixed_when_it_is_asked_for() -> None:
    policy = offering("credit", credit_bonus_percent=5)
    order = bought()
    wishes = Wish("1", 2, resolution="credit"), Wish("2", 1, resolution="refund")
    offers = requests.preview(order, wishes, at=NOW)
    rma = asked(order, *wishes)
    assert chosen(rma) == [("credit", 967), ("refund", 0)]  # 5 % of 193.44, rounded down
    assert [(offer.bonus, offer.possible_bonus) for offer in offers] == [(967, 967), (0, 23)]
    Policy.objects.filter(pk=policy.pk).update(credit_bonus_percent=100)
    assert chosen(rma) == [("credit", 967), ("refund", 0)]


@pytest.mark.parametrize("resolution", ["credit", "keep"])
def test_what_is_not_offered_is_refused_at_its_item(resolution: str) -> None:
    promised()
    order = bought()
    assert refusal(order, Wish("1", 1), Wish("2", 1, resolution=resolution)) == ("resolution_not_offered", "2")


def test_what_no_policy_covers_is_paid_back_alone() -> None:
    assert refusal(bought(), Wish("1", 1, resolution="credit")) == ("resolution_not_offered", "1")


def test_goods_may_be_kept_when_the_whole_return_is_worth_little() -> None:
    keeping()
    order = bought()
    assert refusal(order, Wish("1", 1), Wish("2", 1, resolution="keep")) == ("resolution_not_offered", "2")
    assert chosen(asked(order, Wish("2", 1, resolution="keep"))) == [("keep", 0)]


def test_what_is_kept_already_counts() -> None:
    keeping(20_000)
    order = bought()
    asked(order, Wish("1", 1, resolution="keep"))
    offers = requests.preview(order, [Wish("1", 1)], at=NOW)
    assert [offer.resolutions for offer in offers] == [("refund", "keep")]
    assert requests.preview(order, [Wish("1", 1, resolution="keep")], at=NOW)[0].bonus == 0
    asked(order, Wish("1", 1, resolution="keep"))
    assert requests.preview(order, [Wish("1", 1)], at=NOW)[0].resolutions == ("refund",)


def test_what_is_kept_pays_neither_for_the_shelf_nor_for_the_way() -> None:
    keeping(restocking_percent=10, return_fee=495)
    (kept,) = requests.preview(late(), [Wish("2", 1, resolution="keep")], at=NOW)
    (sent,) = requests.preview(Order.objects.get(), [Wish("2", 1)], at=NOW)
    assert (kept.fee, requests.cost_of_return([kept], "EUR")) == (0, 0)
    assert (sent.fee, requests.cost_of_return([sent], "EUR")) == (MUG // 10, MUG - MUG // 10)


def late() -> Order:
    """Delivered so long ago that the promise stands and the law does not."""
    Policy.objects.update(window_days=100)
    return late_order()


def test_a_kept_item_rides_on_nobody_elses_parcel() -> None:
    keeping(100_000, return_fee=495)
    order = bought()
    offers = requests.preview(order, [Wish("1", 1), Wish("2", 1, "faulty", resolution="keep")], at=NOW)
    assert requests.cost_of_return(offers, "EUR") == 495


def test_a_faulty_item_is_offered_no_less() -> None:
    keeping(faulty_photos=1)
    order = bought()
    (sound,) = requests.preview(order, [Wish("2", 1)], at=NOW)
    (faulty,) = requests.preview(order, [Wish("2", 1, "faulty")], at=NOW)
    assert (faulty.verdict.answer, faulty.resolutions) == ("refer", sound.resolutions)


def test_C11_no_fee_is_taken_on_a_guess() -> None:
    """Nobody reported the delivery: whether the law's days are over is not known, so nothing is kept unseen."""
    promised(None, restocking_percent=10)
    order = bought(jana_order(delivered=None))
    parcel = order.parcels.create(shipped_at=at("2026-10-05"))
    for line in order.lines.all():
        parcel.lines.create(line=line, quantity=line.quantity)
    Order.objects.update(placed_at=at("2026-10-04"), notice_given_at=at("2026-10-04"))
    order.refresh_from_db()
    (offer,) = requests.preview(order, [Wish("1", 1)], at=NOW)
    assert (offer.verdict.answer, offer.verdict.by_right, offer.fee) == ("accept", False, 0)


# --- reasons ---


def test_a_reason_of_other_goods_is_refused_at_its_item() -> None:
    promised()
    Reason.objects.filter(code="too_small").update(kinds=["apparel"])
    order = bought()
    assert refusal(order, Wish("1", 1, "too_small"), Wish("2", 1, "too_small")) == ("reason_unsuitable", "2")
    assert refusal(order, Wish("1", 1), Wish("9", 1, "too_small")) == ("line_unknown", "9")
    asked(order, Wish("1", 1, "too_small"))


def test_a_reason_for_all_goods_suits_goods_of_no_kind() -> None:
    promised()
    Reason.objects.filter(code="too_small").update(kinds=[])
    asked(bought(jana_order(lines=(replace(SHIRT, kind=""),))), Wish("1", 1, "too_small"))


# --- the database ---


@pytest.mark.parametrize(
    "wrong",
    [{"resolution": "gold"}, {"credit_bonus": -1}, {"credit_bonus": 1}, {"resolution": "credit", "credit_bonus": -1}],
)
def test_the_database_holds_what_may_be_chosen(wrong: dict[str, Any]) -> None:
    promised()
    rma = asked(bought(), Wish("1", 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        RMAItem.objects.filter(rma=rma).update(**wrong)
