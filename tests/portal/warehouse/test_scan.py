"""The field of the bench: every code leads somewhere, and an unknown one says so."""

import pytest
from django.urls import reverse

from returns.actions import shipping
from returns.actions.requests import Wish
from returns.models import RMA, SYSTEM
from tests.people import NOW, asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db
SCAN = "/warehouse/"


@pytest.fixture
def rma() -> RMA:
    promised()
    return asked(bought())


def parcel_of(rma: RMA) -> str:
    return reverse("warehouse:parcel", args=[rma.number])


def test_the_page_waits_with_its_field_focused(logged_in, wanda):
    page = logged_in(wanda).get(SCAN)
    assert page.status_code == 200
    assert page.content.count(b"autofocus") == 1


def test_a_return_number_leads_to_the_parcel(logged_in, wanda, rma):
    answer = logged_in(wanda).get(SCAN, {"code": rma.number})
    assert (answer.status_code, answer.url) == (302, parcel_of(rma))


def test_a_return_number_is_understood_without_dashes_and_in_small_letters(logged_in, wanda, rma):
    answer = logged_in(wanda).get(SCAN, {"code": f" {rma.number.replace('-', '').lower()}\r\n"})
    assert answer.url == parcel_of(rma)


def test_an_order_number_leads_to_its_only_return(logged_in, wanda, rma):
    assert logged_in(wanda).get(SCAN, {"code": "a-1001"}).url == parcel_of(rma)


def test_a_tracking_number_leads_to_its_parcel(logged_in, wanda, rma):
    shipping.carrier_news(
        rma, carrier="ppl", tracking_number="PPL123", status="in_transit", told_at=NOW, by=SYSTEM, at=NOW
    )
    assert logged_in(wanda).get(SCAN, {"code": "ppl 123"}).url == parcel_of(rma)


def test_an_order_with_several_returns_lets_choose(logged_in, wanda, rma):
    other = asked(rma.order, Wish("2", 1, "changed_mind"))
    page = logged_in(wanda).get(SCAN, {"code": "A-1001"})
    assert page.status_code == 200
    assert [found.number for found in page.context["rmas"]] == [other.number, rma.number]


@pytest.mark.parametrize(
    "code", ["NOTHING", "R7F3-K2QX-2", "<script>alert(1)</script>", "\x00", "x" * 5000, "🦄", "%s{}"]
)
def test_an_unknown_code_gets_a_red_answer_and_the_field_again(logged_in, wanda, rma, code):
    page = logged_in(wanda).get(SCAN, {"code": code})
    assert page.status_code == 404
    assert page.context["answer"].tone == "bad"
    assert page.content.count(b"autofocus") == 1
    assert b"<script>alert" not in page.content


def test_an_order_without_a_return_is_unknown_to_the_bench(logged_in, wanda):
    bought()
    assert logged_in(wanda).get(SCAN, {"code": "A-1001"}).status_code == 404


def test_the_choice_costs_the_same_for_one_more_return(logged_in, wanda, rma, django_assert_num_queries):
    client = logged_in(wanda)
    asked(rma.order, Wish("2", 1, "changed_mind"))
    with django_assert_num_queries(5):
        client.get(SCAN, {"code": "A-1001"})
    asked(rma.order, Wish("1", 1, "too_small"))
    with django_assert_num_queries(5):
        client.get(SCAN, {"code": "A-1001"})


def test_another_order_of_the_same_shopper_is_not_found(logged_in, wanda, rma):
    promised_order = bought(jana_order("A-1002"))
    assert logged_in(wanda).get(SCAN, {"code": promised_order.number}).status_code == 404
