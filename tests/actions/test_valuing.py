"""What came back damaged by handling: valued by a person, told with its reason, taken back once; in doubt no loss."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from returns.actions import conversation, decisions, photos, upkeep, valuing
from returns.actions.photos import Stored
from returns.actions.receiving import Count
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.models import (
    RMA,
    SHOPPER,
    Event,
    Letter,
    Photo,
    ReceiptLine,
    Refund,
    RefundLine,
    Transfer,
    Valuation,
)
from tests.actions.refunding import send
from tests.gateways.scripted import Scripted
from tests.people import BOB, NOW, SHIRT, WANDA, arrived, asked, bought, jana_order, late_order, promised
from tests.pictures import sent

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
WHY = "Worn outside: the soles are black."


def pictures() -> list[Stored]:
    return [photos.keep(sent(), had=())]


@pytest.fixture
def rma() -> RMA:
    """Three T-shirts of 290.17 and a mug of 4.78 come back; one shirt was worn."""
    promised()
    rma = asked(bought(), Wish("1", 3), Wish("2", 1))
    arrived(rma, Count("1", fine=2, damaged=1, grade="D"), Count("2", fine=1))
    return RMA.objects.get()


@pytest.fixture
def valuation(rma) -> Valuation:
    return Valuation.objects.get()


def value(valuation: Valuation, loss: int, reason: str = WHY, **told) -> RMA:
    told = {"pictures": pictures(), **told}
    return valuing.value(valuation, loss=loss, reason=reason, by=BOB, at=LATER, **told)


def amounts() -> list[int]:
    return list(Refund.objects.values_list("amount", flat=True))


def parts(kind: str) -> list[int]:
    return list(RefundLine.objects.filter(kind=kind).values_list("amount", flat=True))


# --- at the bench ---


def test_what_was_worn_waits_for_a_person_and_the_rest_is_owed_at_once(rma, valuation):
    share = {item.line.line_id: item.share for item in rma.items.select_related("line")}
    two = share["1"] * 2 // 3
    assert amounts() == [two + share["2"]]
    assert (valuation.worth, valuation.loss, valuation.counted.damaged) == (share["1"] - two, None, 1)
    assert (rma.state, rma.answer_by) == ("refund_due", NOW + timedelta(hours=24))
    assert list(RMA.objects.in_conversation()) == [rma]
    assert not RMA.objects.waiting().exists()


@pytest.mark.parametrize(
    ("reason", "count", "order"),
    [
        ("faulty", {"damaged": 1, "grade": "D"}, {}),
        ("too_small", {"damaged": 1, "grade": "C"}, {}),
        ("too_small", {"damaged": 1}, {}),
        ("too_small", {"fine": 1, "grade": "E"}, {}),
        ("too_small", {"damaged": 1, "grade": "E"}, {"notice_given_at": None}),
    ],
)
def test_no_loss_of_a_fault_nor_of_light_wear_nor_where_the_right_was_not_told(reason, count, order):
    promised()
    shown = [photos.keep(sent(), had=())] if reason == "faulty" else []
    rma = asked(bought(jana_order(**order)), Wish("1", 1, reason, photos=shown))
    arrived(rma, Count("1", **count))
    assert not Valuation.objects.exists()
    assert amounts() == [rma.items.get().share]


def test_of_a_free_line_nothing_can_be_kept():
    promised()
    free = jana_order(discounts=((30_495, "ALL"),))
    arrived(asked(bought(free)), Count("1", damaged=1, grade="E"))
    assert not Valuation.objects.exists()


def test_units_wait_again_with_every_parcel(rma, valuation):
    value(valuation, 5_000)
    other = asked(bought(jana_order("A-2")), Wish("1", 3))
    for _parcel in range(3):
        arrived(other, Count("1", damaged=1, grade="E"))
    worth = list(Valuation.objects.of(other).values_list("worth", flat=True))
    assert sum(worth) == other.items.get().share
    assert not other.refunds.exists()


# --- valued ---


def test_the_loss_is_kept_and_the_rest_is_owed_at_once(valuation):
    before = amounts()
    rma = value(valuation, 5_000)
    assert amounts() == [*before, valuation.worth - 5_000]
    assert parts("value_loss") == [-5_000]
    assert sum(parts("goods")) == sum(item.share for item in rma.items.all())
    assert rma.answer_by is None
    assert not RMA.objects.in_conversation().exists()


def test_the_books_name_what_was_kept(valuation):
    value(valuation, 5_000)
    assert Transfer.objects.balance("value_loss") == 5_000


def test_it_is_told_in_a_letter_with_a_reason_that_can_be_erased(valuation):
    value(valuation, 5_000)
    event = Event.objects.get(kind="item.valued")
    assert event.data == {
        "valuation": valuation.pk,
        "line": "1",
        "units": 1,
        "grade": "D",
        "of": valuation.worth,
        "amount": 5_000,
        "currency": "EUR",
    }
    assert Letter.objects.filter(kind="value_loss").values_list("event", flat=True).get() == event.pk
    assert Valuation.objects.get().reason == WHY


def test_no_loss_needs_neither_reason_nor_photo_and_writes_no_letter(valuation):
    value(valuation, 0, "", pictures=())
    assert (parts("value_loss"), sum(amounts())) == ([], sum(parts("goods")))
    assert not Letter.objects.filter(kind="value_loss").exists()
    assert Event.objects.filter(kind="item.spared").count() == 1


def test_a_return_is_settled_only_when_all_is_valued(rma, valuation):
    gateway = Scripted()
    send(gateway)
    assert RMA.objects.get().state == "received"
    value(valuation, 5_000)
    assert RMA.objects.get().state == "refund_due"
    send(gateway, after=timedelta(hours=2))
    assert RMA.objects.get().state == "refunded"


@pytest.mark.parametrize(
    ("loss", "code"), [(-1, "loss_above_worth"), (True, "loss_above_worth"), (1.5, "loss_above_worth")]
)
def test_a_loss_is_a_whole_amount(valuation, loss, code):
    with pytest.raises(Refused, match=code):
        value(valuation, loss)


def test_M8_never_all_of_it(valuation):
    with pytest.raises(Refused, match="loss_above_worth"):
        value(valuation, valuation.worth)
    value(valuation, valuation.worth - 1)
    assert amounts()[-1] == 1


def test_M8_a_loss_needs_a_photo_and_a_reason(valuation):
    with pytest.raises(Refused, match="photo_missing"):
        value(valuation, 5_000, pictures=())
    with pytest.raises(Refused, match="note_missing"):
        value(valuation, 5_000, " ")
    assert (parts("value_loss"), Photo.objects.count()) == ([], 0)


def test_a_photo_of_the_shoppers_is_no_proof_of_ours(rma, valuation):
    conversation.write(rma, text="Look.", pictures=pictures(), by=SHOPPER, at=NOW)
    with pytest.raises(Refused, match="photo_missing"):
        value(valuation, 5_000, pictures=())


def test_a_photo_from_the_bench_is_proof(valuation):
    valuing.show(valuation.counted, pictures(), by=WANDA, at=NOW)
    value(valuation, 5_000, pictures=())
    assert parts("value_loss") == [-5_000]
    assert Event.objects.get(kind="item.photographed").data == {"line": "1", "photos": 1}


def test_ten_photos_of_one_thing_are_enough(valuation):
    shown = [Stored(f"{number:032}", 1, 1, 1) for number in range(10)]
    valuing.show(valuation.counted, shown, by=WANDA, at=NOW)
    with pytest.raises(Refused, match="photo_too_many"):
        valuing.show(valuation.counted, pictures(), by=WANDA, at=NOW)


def test_it_is_valued_once(valuation):
    value(valuation, 5_000)
    with pytest.raises(Refused, match="valued_already"):
        value(valuation, 1_000)
    assert parts("value_loss") == [-5_000]


def test_an_item_that_waits_is_valued_and_owed_when_it_is_accepted():
    promised()
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    decisions.approve(rma, by=BOB, at=NOW, note="Kind.", lines=["2"])
    arrived(rma, Count("1", damaged=1, grade="D"), Count("2", fine=1))
    value(Valuation.objects.get(), 5_000)
    assert (len(amounts()), RMA.objects.get().answer_by is None) == (1, False)
    decisions.approve(rma, by=BOB, at=LATER, note="Kind.")
    assert amounts()[1] == rma.items.get(line__line_id="1").share - 5_000


def test_an_approval_keeps_the_promise_while_something_is_to_be_valued():
    promised()
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    decisions.approve(rma, by=BOB, at=NOW, note="Kind.", lines=["2"])
    arrived(rma, Count("2", damaged=1, grade="D"))
    assert decisions.approve(rma, by=BOB, at=NOW, note="Kind.").answer_by is not None


def test_what_is_refused_needs_no_valuation():
    promised()
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    decisions.approve(rma, by=BOB, at=NOW, note="Kind.", lines=["2"])
    arrived(rma, Count("1", damaged=1, grade="D"), Count("2", fine=1))
    decisions.reject(rma, by=BOB, at=NOW, note="No.")
    assert not RMA.objects.in_conversation().exists()
    assert not valuing.lapse_next(at=NOW + timedelta(days=30))


def test_a_restocking_fee_and_a_loss_leave_something():
    """A courtesy of 60 days, 10 % of it kept anyway: of the shirt's 87.05 that remain a part may be kept."""
    promised(days=90, restocking_percent=10)
    rma = asked(late_order(), Wish("1", 1, "too_small"))
    arrived(rma, Count("1", damaged=1, grade="D"))
    item, valuation = rma.items.get(), Valuation.objects.get()
    assert item.fee
    assert valuation.worth == item.share - item.fee
    value(valuation, valuation.worth - 1)
    assert amounts() == [1]


@pytest.fixture
def waiting() -> RMA:
    """A shirt that an agent has not accepted yet came back worn; its share is 9,672."""
    promised()
    rma = asked(late_order(), Wish("1", 1), Wish("2", 1))
    decisions.approve(rma, by=BOB, at=NOW, note="Kind.", lines=["2"])
    arrived(rma, Count("1", damaged=1, grade="D"), Count("2", fine=1))
    return rma


def deduct(rma: RMA, fee: int) -> None:
    decisions.deduct(rma, fees={"1": fee}, note="Late.", by=BOB, at=LATER)


def test_a_fee_leaves_what_a_loss_has_left(waiting):
    value(Valuation.objects.get(), 9_000)
    with pytest.raises(Refused, match="fee_above_share"):
        deduct(waiting, 673)
    deduct(waiting, 672)
    decisions.approve(waiting, by=BOB, at=LATER, note="Kind.")
    assert len(amounts()) == 1
    assert not list(audit.asked(at=LATER))


def test_a_loss_leaves_what_a_fee_has_left(waiting):
    deduct(waiting, 9_000)
    with pytest.raises(Refused, match="loss_above_worth"):
        value(Valuation.objects.get(), 672)
    value(Valuation.objects.get(), 671)
    decisions.approve(waiting, by=BOB, at=LATER, note="Kind.")
    assert amounts()[1:] == [1]


@pytest.mark.parametrize("decide", [decisions.approve, decisions.reject])
def test_a_loss_of_what_is_not_accepted_is_kept_of_nothing(waiting, decide):
    value(Valuation.objects.get(), 4_000)
    assert not list(audit.asked(at=LATER))
    decide(waiting, by=BOB, at=LATER, note="Said.", lines=["1"])
    assert not list(audit.asked(at=LATER))


# --- taken back, and not made in time ---


def test_a_loss_is_taken_back_once(valuation):
    value(valuation, 5_000)
    valuing.forgive(valuation, by=BOB, at=LATER)
    assert amounts()[-1] == 5_000
    assert sorted(parts("value_loss")) == [-5_000, 5_000]
    assert Transfer.objects.balance("value_loss") == 0
    with pytest.raises(Refused, match="nothing_kept"):
        valuing.forgive(valuation, by=BOB, at=LATER)
    assert sum(amounts()) == sum(parts("goods"))


def test_a_loss_that_is_taken_back_for_the_way_back_to_take_brings_nothing():
    """4.90 less 3.00 were not enough for the 4.95 that it costs; 4.90 are not, either. The delivery is given back."""
    promised(currency="EUR", return_fee=495)
    order = bought(
        jana_order(
            lines=(replace(SHIRT, quantity=1, unit_price=490),),
            discounts=(),
            shipping_standard=495,
        )
    )
    arrived(asked(order, Wish("1", 1, "changed_mind")), Count("1", damaged=1, grade="D"))
    valuation = Valuation.objects.get()
    value(valuation, 300)
    valuing.forgive(valuation, by=BOB, at=LATER)
    assert (amounts(), parts("value_loss"), parts("fee")) == ([495], [-300], [-190])
    assert list(audit.asked(at=LATER)) == []


def test_what_was_not_kept_cannot_be_taken_back(valuation):
    with pytest.raises(Refused, match="nothing_kept"):
        valuing.forgive(valuation, by=BOB, at=LATER)


def test_a_loss_is_taken_back_of_a_closed_return_too(valuation):
    value(valuation, 5_000)
    gateway = Scripted()
    while send(gateway, after=timedelta(hours=2)):
        pass
    upkeep.close_next(at=NOW + timedelta(days=60))
    assert RMA.objects.get().state == "closed"
    assert valuing.forgive(valuation, by=BOB, at=NOW + timedelta(days=61)).state == "refund_due"


def test_what_nobody_values_in_time_counts_as_no_loss(valuation):
    assert valuation.value_by == NOW + timedelta(days=3)
    assert not valuing.lapse_next(at=NOW + timedelta(days=2, hours=23))
    assert valuing.lapse_next(at=NOW + timedelta(days=3))
    assert not valuing.lapse_next(at=NOW + timedelta(days=3))
    valuation = Valuation.objects.get()
    assert (valuation.loss, valuation.valued_by.kind) == (0, "system")
    assert sum(amounts()) == sum(item.share for item in RMA.objects.get().items.all())


def test_M3_the_laws_day_comes_first_but_an_agent_has_a_day():
    promised()
    rma = asked(bought())
    arrived(rma, Count("1", damaged=1, grade="D"), at=NOW + timedelta(days=12))
    assert Valuation.objects.get().value_by < NOW + timedelta(days=14)
    late = asked(bought(jana_order("A-2")))
    arrived(late, Count("1", damaged=1, grade="D"), at=NOW + timedelta(days=20))
    assert Valuation.objects.of(late).get().value_by == NOW + timedelta(days=21)


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": 10**9, "reason": "x", "valued_at": NOW, "actor_kind": "staff"},
        {"loss": -1, "reason": "x", "valued_at": NOW, "actor_kind": "staff"},
        {"loss": 5, "reason": "", "valued_at": NOW, "actor_kind": "staff"},
        {"loss": 5, "reason": "x", "valued_at": None, "actor_kind": "staff"},
        {"loss": 5, "reason": "x", "valued_at": NOW, "actor_kind": ""},
        {"loss": None, "reason": "", "valued_at": NOW, "actor_kind": "staff"},
        {"loss": 0, "reason": "", "valued_at": NOW, "actor_kind": "staff", "forgiven_at": NOW},
    ],
)
def test_the_database_knows_what_a_valuation_is(valuation, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Valuation.objects.filter(pk=valuation.pk).update(**wrong)


def test_a_count_of_harmed_goods_adds_up_with_units_that_come_later(rma, valuation):
    """Valued or not, in any order: shares add up."""
    assert ReceiptLine.objects.filter(receipt__rma=rma).counted()[valuation.counted.item_id] == (3, 2)
    value(valuation, 5_000)
    assert ReceiptLine.objects.filter(receipt__rma=rma).counted()[valuation.counted.item_id] == (3, 3)
