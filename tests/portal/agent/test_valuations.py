"""Valuing what came back harmed: its photo, its grade, both amounts before one is kept, and a way back."""

import pytest
from django.urls import reverse

from portal.agent import queue
from returns.actions import conversation, valuing
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, SHOPPER, Event, Photo, Refund, Valuation
from tests import pictures
from tests.people import NOW, arrived, asked, bought, promised
from tests.portal.agent.deciding import sent, shown, typed, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(logged_in, bob):
    return logged_in(bob)


@pytest.fixture
def rma() -> RMA:
    promised()
    rma = asked(bought(), Wish("1", 1, "too_small"))
    arrived(rma, Count("1", damaged=1, grade="D", note="Black soles."))
    return rma


@pytest.fixture
def valuation(rma) -> Valuation:
    return Valuation.objects.get()


def form_of(desk, rma):
    ((_valuation, form),) = shown(desk, rma).context["valuations"]
    return form


def send(desk, rma, valuation, noun="valuation", **changes):
    form = form_of(desk, rma)
    fields = {name: form[name].value() or "" for name in form.fields if name != "photos"}
    return desk.post(reverse(f"agent:{noun}", args=[rma.number, valuation.pk]), {**fields, **changes})


def losses() -> list[int | None]:
    return list(Valuation.objects.values_list("loss", flat=True))


def test_the_case_shows_what_arrived_and_what_it_is_worth(desk, rma, valuation):
    page = shown(desk, rma)
    words = page.content.decode()
    assert page.context["case"].proposal == "Say what the damaged goods have lost in value."
    assert "1 × T-shirt, arrived damaged" in words
    assert "<q>Black soles.</q>" in words
    assert "€96.72" in words


@pytest.mark.parametrize(("loss", "kept"), [("12.50", 1250), ("12,50", 1250), ("30 %", 2901), ("0", 0), ("0%", 0)])
def test_a_loss_is_typed_as_an_amount_or_a_percentage(desk, rma, valuation, loss, kept):
    answer = send(desk, rma, valuation, loss=loss, reason="Worn outside.", photos=[pictures.sent()])
    assert (answer.status_code, losses()) == (302, [kept])
    assert Refund.objects.get().amount == valuation.worth - kept


@pytest.mark.parametrize(
    ("typed_over", "field"),
    [
        ({"loss": ""}, "loss"),
        ({"loss": "much"}, "loss"),
        ({"loss": "96.72"}, "loss"),
        ({"loss": "100 %"}, "loss"),
        ({"loss": "1.234"}, "loss"),
        ({"reason": " "}, "reason"),
        ({"photos": []}, "photos"),
        ({"photos": [pictures.sent(b"no photo")]}, "photos"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(desk, rma, valuation, typed_over, field):
    good = {"loss": "10", "reason": "Worn outside.", "photos": [pictures.sent()]}
    page = send(desk, rma, valuation, **{**good, **typed_over})
    assert page.status_code == 422
    assert [at for at, _sentence in page.context["errors"]] == [f"valuation{valuation.pk}-{field}"]
    assert losses() == [None]


def test_the_money_is_shown_before_anything_is_decided(desk, rma, valuation):
    page = send(desk, rma, valuation, loss="30 %", reason="Worn outside.", preview="1")
    ((_valuation, form),) = page.context["valuations"]
    assert [(row.label, row.before, row.after) for row in form.outcome] == [
        ("What is accepted", 9672, 9672),
        ("Loss of value", 0, -2901),
        ("The shopper gets", 9672, 6771),
        ("Refunds ordered so far", 0, 6771),
        ("Left of what was paid", 29990, 23219),
    ]
    assert (losses(), Refund.objects.count(), Photo.objects.count()) == ([None], 0, 0)
    assert not Event.objects.filter(kind="item.valued").exists()


def test_a_loss_is_taken_back_after_an_objection(desk, rma, valuation):
    send(desk, rma, valuation, loss="10", reason="Worn outside.", photos=[pictures.sent()])
    conversation.write(rma, text="I did not wear it.", by=SHOPPER, at=NOW)
    asks = send(desk, rma, valuation, "forgiveness", preview="1")
    ((_valuation, form),) = asks.context["valuations"]
    assert next((row.before, row.after) for row in form.outcome if row.label == "Loss of value") == (-1000, 0)
    assert send(desk, rma, valuation, "forgiveness").status_code == 302
    assert sum(Refund.objects.values_list("amount", flat=True)) == valuation.worth
    assert form_of(desk, rma) is None


def test_what_somebody_valued_in_the_meantime_is_shown_anew(desk, rma, valuation, bob):
    fields = {"token": "x" * 20, "seen": form_of(desk, rma)["seen"].value(), "loss": "5", "reason": "Worn."}
    valuing.value(valuation, loss=0, reason="", by=bob.actor, at=NOW)
    page = desk.post(reverse("agent:valuation", args=[rma.number, valuation.pk]), fields)
    assert (page.status_code, losses()) == (409, [0])


def test_a_valuation_of_another_return_is_not_found(desk, rma, valuation):
    other = asked(rma.order, Wish("2", 1))
    answer = desk.post(reverse("agent:valuation", args=[other.number, valuation.pk]), {})
    assert answer.status_code == 404


def test_the_queue_says_why_it_waits(rma, valuation):
    (row,) = queue.page("waiting", NOW).rows
    assert row.why == ["Damaged goods have arrived and are to be valued."]


def test_an_approval_in_part_shows_the_money_too(desk):
    promised()
    rma = waiting("A-1001", Wish("1", 1), Wish("2", 1))
    keys = {item.line.line_id: item.pk for item in rma.items.select_related("line")}
    fee = {f"fee_{keys['1']}": "10", "fee_note": "Worn.", "note": "Kind.", "amount": "3", "lines": ["1"]}
    page = sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", **fee, preview="1"))
    assert [(row.label, row.before, row.after) for row in page.context["forms"]["ApprovalForm"].outcome] == [
        ("What is accepted", 0, 9672),
        ("Fees", 0, -1000),
        ("Goodwill on top", 0, 300),
        ("The shopper gets", 0, 8972),
        ("Refunds ordered so far", 0, 300),
        ("Left of what was paid", 29990, 29690),
    ]
    assert RMA.objects.get(pk=rma.pk).state == "in_review"
