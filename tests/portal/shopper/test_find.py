"""The first step: an order number, and the e-mail address or the postcode on file."""

import pytest
from django.conf import settings
from django.test import Client

from returns.models import RMA, StatusLink
from tests.people import JANA_EMAIL, NOW, asked, bought, jana_order, promised
from tests.portal.shopper.conftest import address, looked_up
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db

NOT_FOUND = "We find no order with this number and this e-mail address or postcode. Please check both."


@pytest.mark.parametrize("proof", [JANA_EMAIL, " Jana@Example.COM ", "110 00", "11000"])
def test_the_e_mail_address_or_the_postcode_opens_the_order(proof):
    order = bought()
    answer = Client().post("/", {"number": f" {order.number} ", "proof": proof})
    assert (answer.status_code, answer["Location"]) == (302, "/orders/A-1001/items/")


@pytest.mark.parametrize("number", ["2026/1001", "#1001", "Žluť 1?"])
def test_an_order_number_may_hold_any_sign(number):
    order = bought(jana_order(number))
    assert looked_up(order).get(address("items", number)).status_code == 200


def test_an_unknown_order_and_a_wrong_address_get_the_same_answer(django_assert_num_queries):
    bought()
    answers = []
    for number, proof in (("A-9999", JANA_EMAIL), ("A-1001", "karel@example.com"), ("A-1001", "999 99")):
        with django_assert_num_queries(1):
            answer = Client().post("/", {"number": number, "proof": proof})
        assert answer.status_code == 200
        assert Page(answer).summary == [("id_number", NOT_FOUND)]
        answers.append((len(answer.content) - len(number) - len(proof), sorted(answer.headers)))
    assert answers[1:] == answers[:1] * 2


def test_what_was_typed_is_kept():
    page = Page(Client().post("/", {"number": "A-9999", "proof": "<jana>"}))
    assert (page.values["number"], page.values["proof"]) == (["A-9999"], ["<jana>"])


def test_empty_fields_are_named_one_by_one():
    page = Page(Client().post("/", {}))
    assert page.summary == [
        ("id_number", "Please enter the order number."),
        ("id_proof", "Please enter the e-mail address or the postcode of the order."),
    ]
    assert {"id_number_error", "id_proof_error"} <= page.ids


@pytest.mark.parametrize("number", ["A\x00", "x" * 10_000, "'; drop table", "{{7*7}}", "%(secret)s"])
def test_nonsense_finds_nothing_and_breaks_nothing(number):
    bought()
    answer = Client().post("/", {"number": number, "proof": JANA_EMAIL})
    assert (answer.status_code, len(Page(answer).summary)) == (200, 1)


def test_an_order_without_a_postcode_is_not_opened_by_an_empty_one():
    bought(jana_order(postcode=""))
    assert Client().post("/", {"number": "A-1001", "proof": " "}).status_code == 200


def test_the_session_gets_a_new_id_when_an_order_is_opened():
    order = bought()
    browser = Client()
    browser.session["planted"] = True
    browser.post("/", {"number": order.number, "proof": "wrong"})
    before = browser.session.session_key
    browser.post("/", {"number": order.number, "proof": JANA_EMAIL})
    assert browser.session.session_key != before


def test_a_letters_link_opens_its_return_and_leaves_the_address():
    rma = _promised_return()
    secret = StatusLink.objects.make(rma, at=NOW)
    browser = Client()
    answer = browser.get(f"/link/{secret}/")
    assert (answer.status_code, answer["Location"]) == (302, address("return", rma.number))
    assert "no-store" in answer["Cache-Control"]
    assert browser.get(answer["Location"]).status_code == 200


def test_a_letters_link_does_not_open_the_order():
    rma = _promised_return()
    browser = Client()
    browser.get(f"/link/{StatusLink.objects.make(rma, at=NOW)}/")
    assert browser.get(address("items", rma.order.number)).status_code == 404


@pytest.mark.parametrize("secret", ["wrong", "x" * 5_000, "%00"])
def test_a_wrong_link_is_not_found(secret):
    assert Client().get(f"/link/{secret}/").status_code == 404


def test_the_first_page_is_light(settings_css_bytes):
    page = Client().get("/")
    assert len(page.content) + settings_css_bytes(page) < 60_000


@pytest.fixture
def settings_css_bytes():
    """The size of every file that a page names, not compressed."""

    def size(page) -> int:
        import re

        names = re.findall(r'(?:href|src)="/static/([^"]+)"', page.content.decode())
        assert names
        return sum((settings.BASE_DIR / "portal/static" / name).stat().st_size for name in names)

    return size


def test_pages_name_no_other_host():
    page = Page(Client().get("/"))
    assert [href for href, _words in page.links if href.startswith(("http", "//"))] == []


def _promised_return() -> RMA:
    promised()
    return asked(bought())
