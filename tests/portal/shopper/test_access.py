"""Karel sees nothing of Jana's, and cannot tell it from what does not exist."""

import pytest
from django.test import Client

from portal.shopper.urls import urlpatterns
from returns.models import RMA
from tests.people import KAREL_EMAIL, asked, bought, jana_order, promised
from tests.portal.shopper.conftest import address, looked_up

pytestmark = pytest.mark.django_db

PAGES = [
    ("get", "items"),
    ("post", "items"),
    ("get", "way"),
    ("post", "way"),
    ("get", "check"),
    ("post", "check"),
]
OF_RETURNS = [
    ("get", "return", ()),
    ("post", "cancellation", ()),
    ("post", "parcels", ()),
    ("post", "messages", ()),
    ("get", "label", ("a4",)),
    ("get", "label", ("qr",)),
]


@pytest.fixture
def janas() -> RMA:
    promised()
    return asked(bought())


@pytest.fixture
def karel() -> Client:
    return looked_up(bought(jana_order("K-1", email=KAREL_EMAIL, postcode="602 00")), KAREL_EMAIL)


@pytest.mark.parametrize("who", ["stranger", "karel"])
@pytest.mark.parametrize(("method", "name"), PAGES)
def test_an_order_of_another_is_not_found(request, janas, who, method, name):
    browser = Client() if who == "stranger" else request.getfixturevalue("karel")
    theirs = getattr(browser, method)(address(name, janas.order.number))
    nothing = getattr(browser, method)(address(name, "A-9999"))
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert _without_addresses(theirs) == _without_addresses(nothing)


@pytest.mark.parametrize("who", ["stranger", "karel"])
@pytest.mark.parametrize(("method", "name", "rest"), OF_RETURNS)
def test_a_return_of_another_is_not_found_and_not_changed(request, janas, who, method, name, rest):
    browser = Client() if who == "stranger" else request.getfixturevalue("karel")
    written = {"tracking_number": "RR473124829CZ", "carrier": "post", "text": "Hello.", "token": "x" * 32}
    typed = written if method == "post" else {}
    theirs = getattr(browser, method)(address(name, janas.number, *rest), typed)
    nothing = getattr(browser, method)(address(name, "R7F3-K2QX-1", *rest), typed)
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert _without_addresses(theirs) == _without_addresses(nothing)
    assert RMA.objects.get().state == "label_ready"


def _without_addresses(response) -> list[bytes]:
    """The page but for what names its own address and the form's token."""
    return [line for line in response.content.splitlines() if b'name="next"' not in line and b"csrf" not in line]


def test_every_address_of_this_door_is_covered_above():
    open_to_all = {"find", "link", "language", "conditions", "conditions-of"}
    open_to_all |= {"letters", "letter"}  # in the demo alone
    covered = {name for _method, name in PAGES} | {name for _method, name, _rest in OF_RETURNS} | {"photo"}
    assert {pattern.name for pattern in urlpatterns} == open_to_all | covered


@pytest.mark.parametrize("number", ["1", "%00", "R7F3-K2QX-2", "x" * 3_000])
def test_guessed_numbers_are_not_found(karel, number):
    assert karel.get(f"/returns/{number}/").status_code == 404


def test_a_looked_up_order_shows_its_goods_and_no_person(janas):
    browser = looked_up(janas.order)
    pages = b"".join(
        browser.get(url).content for url in (address("items", "A-1001"), address("return", janas.number))
    ).decode()
    assert [word for word in ("Nováková", "Jana", "jana@example.com", "Dlouhá", "110 00") if word in pages] == []


def test_private_pages_are_kept_by_nobody(janas):
    browser = looked_up(janas.order)
    for url in ("/", address("items", "A-1001"), address("return", janas.number)):
        page = browser.get(url)
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"
    assert browser.get(address("return", janas.number))["X-Robots-Tag"] == "noindex"


def test_the_language_is_chosen_by_a_form_and_kept(janas):
    browser = looked_up(janas.order)
    answer = browser.post("/language/", {"language": "cs", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert '<html lang="cs"' in browser.get("/").content.decode()


def test_the_language_form_leads_to_no_other_host():
    answer = Client().post("/language/", {"language": "cs", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_browsers_language_is_the_first():
    assert '<html lang="cs"' in Client().get("/", headers={"accept-language": "cs,en;q=0.5"}).content.decode()
