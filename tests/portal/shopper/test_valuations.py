"""A loss of value on the shopper's page: what is kept, why, on which proof, and how to object (law.md M-8)."""

import pytest
from django.test import Client

from returns.actions import photos, valuing
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, Photo, Valuation
from tests.people import BOB, KAREL_EMAIL, NOW, arrived, asked, bought, jana_order, promised
from tests.pictures import sent
from tests.portal.shopper.conftest import address, looked_up
from tests.portal.shopper.test_messages import by_link, page_of

pytestmark = pytest.mark.django_db

OBJECT = "If you see it otherwise, please write to us below."


@pytest.fixture
def rma() -> RMA:
    promised()
    rma = asked(bought(), Wish("1", 1, "too_small"))
    arrived(rma, Count("1", damaged=1, grade="D"))
    return rma


def keep(loss: int) -> Valuation:
    pictures = [photos.keep(sent(), had=())]
    valuing.value(Valuation.objects.get(), loss=loss, reason="Black soles.", pictures=pictures, by=BOB, at=NOW)
    return Valuation.objects.get()


def test_what_waits_is_said(rma):
    assert "1 piece arrived damaged. An agent looks at it," in page_of(looked_up(rma.order), rma).text


def test_what_is_kept_is_told_with_its_reason_and_the_way_to_object(rma):
    keep(3_000)
    text = page_of(looked_up(rma.order), rma).text
    assert "We keep €30.00 of €96.72 for a loss of value; €66.72 is paid back. Black soles." in text
    assert OBJECT in text
    assert "Less a loss of value €30.00 For what is accepted €66.72" in text


def test_nothing_is_said_of_no_loss(rma):
    keep(0)
    text = page_of(looked_up(rma.order), rma).text
    assert "loss of value" not in text
    assert OBJECT not in text


def test_what_was_taken_back_is_paid_after_all(rma):
    valuing.forgive(keep(3_000), by=BOB, at=NOW)
    text = page_of(looked_up(rma.order), rma).text
    assert "What was kept of the price is paid back after all." in text
    assert "Less a loss of value" not in text


def test_the_proof_is_shown_to_who_came_by_a_letter_and_to_nobody_else(rma, logged_in, bob):
    keep(3_000)
    name = Photo.objects.get().name
    other = asked(bought(jana_order("K-1", email=KAREL_EMAIL)))
    readers = [by_link(rma), logged_in(bob), looked_up(rma.order), by_link(other), Client()]
    assert [reader.get(address("photo", name)).status_code for reader in readers] == [200, 200, 404, 404, 404]
    assert name in by_link(rma).get(address("return", rma.number)).content.decode()
    assert name not in looked_up(rma.order).get(address("return", rma.number)).content.decode()
