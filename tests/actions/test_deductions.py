"""An agent approves and keeps a part of the price: told, with a reason, and never where the law forbids it."""

from datetime import timedelta

import pytest

from returns.actions import decisions, photos, valuing
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.models import RMA, Event, Letter, Refund, RMAItem, Valuation
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, late_order, promised
from tests.pictures import sent

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def rma() -> RMA:
    """A T-shirt of 96.72 and a mug wait."""
    promised()
    return asked(late_order(), Wish("1", 1), Wish("2", 1))


def deduct(rma: RMA, fees: dict[str, int], note: str = "Worn.") -> RMA:
    return decisions.deduct(rma, fees=fees, note=note, by=BOB, at=LATER)


def kept() -> list[int]:
    return list(RMAItem.objects.values_list("fee", flat=True))


def test_the_fee_is_kept_of_the_refund_and_told_in_a_letter(rma):
    share = rma.items.get(line__line_id="1").share
    deduct(rma, {"1": 1_000})
    decisions.approve(rma, by=BOB, at=LATER, note="Kind.", lines=["1"])
    arrived(rma)
    assert Refund.objects.get().amount == share - 1_000
    event = Event.objects.get(kind="rma.fee_set")
    assert event.data == {
        "fees": [{"line": "1", "amount": 1_000, "of": share}],
        "currency": "EUR",
        "note": "Worn.",
    }
    assert Letter.objects.filter(kind="fee").values_list("event", "rma").get() == (event.pk, rma.pk)


def test_a_fee_alone_decides_nothing(rma):
    now = deduct(rma, {"1": 1_000})
    assert (now.state, now.answer_by, kept()) == ("in_review", rma.answer_by, [1_000, 0])


@pytest.mark.parametrize("fee", [-1, 9_673, True, 1.5])
def test_a_fee_is_a_part_of_the_items_worth(rma, fee):
    with pytest.raises(Refused, match="fee_above_share"):
        deduct(rma, {"1": fee})
    assert kept() == [0, 0]


def test_all_of_it_may_be_kept_and_then_nothing_is_paid(rma):
    deduct(rma, {"1": rma.items.get(line__line_id="1").share})
    decisions.approve(rma, by=BOB, at=LATER, note="As agreed.", lines=["1"])
    arrived(rma)
    assert not Refund.objects.exists()


def test_nothing_is_kept_of_a_withdrawal_by_right():
    """Not sent yet, so that a person looks; the right to withdraw stands all the same."""
    promised()
    rma = asked(bought(jana_order(delivered=None)))
    assert rma.items.get().judged.by_right
    with pytest.raises(Refused, match="fee_forbidden"):
        deduct(rma, {"1": 100})
    assert kept() == [0]


def test_nothing_is_kept_of_faulty_goods():
    promised()
    rma = asked(late_order(), Wish("1", 1, "faulty"))
    with pytest.raises(Refused, match="fee_forbidden"):
        deduct(rma, {"1": 100})
    assert kept() == [0]


@pytest.mark.parametrize(
    ("fees", "note", "code"), [({"1": 100}, " ", "note_missing"), ({"9": 100}, "Worn.", "line_unknown")]
)
def test_a_fee_needs_a_reason_and_an_item(rma, fees, note, code):
    with pytest.raises(Refused, match=code):
        deduct(rma, fees, note)
    assert kept() == [0, 0]


def test_what_is_decided_keeps_its_price(rma):
    decisions.approve(rma, by=BOB, at=NOW, note="Kind.")
    with pytest.raises(Refused, match="nothing_waits"):
        deduct(rma, {"1": 100})


def test_what_one_item_costs_is_not_kept_of_another(bob):
    """A fee and a loss of value beyond what has come back of it so far wait for the rest."""
    promised()
    rma = asked(late_order(), Wish("1", 3), Wish("2", 1))
    decisions.approve(rma, by=bob.actor, at=NOW, note="ok", lines=["2"])
    arrived(RMA.objects.get(), Count("1", damaged=1, grade="D"))
    valued = {"loss": 9_000, "reason": "worn", "by": bob.actor, "at": NOW}
    valuing.value(Valuation.objects.get(), pictures=[photos.keep(sent(), had=())], **valued)
    decisions.deduct(RMA.objects.get(), fees={"1": 20_000}, note="Late.", by=bob.actor, at=NOW)
    decisions.approve(RMA.objects.get(), by=bob.actor, at=NOW, note="ok", lines=["1"])
    arrived(RMA.objects.get(), Count("2", fine=1))
    assert [one.amount for one in Refund.objects.all()] == [479]
    assert list(audit.asked(at=NOW)) == []
