"""Whoever comes with another language than English reads no English, on any page of a return's way."""

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from returns.actions import decisions, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA
from returns.notifications.deliver import compose
from tests.catalogues.english import LANGUAGES, left_in_english
from tests.notifications.owed import HAPPENS, later, owed
from tests.people import BOB, JANA_EMAIL, MUG, NOW, SHIRT, WANDA, asked, bought, jana_order, late_order, promised

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("language", LANGUAGES)]

# The names of the goods are the shop's own words, so they are no sentences of ours.
GOODS = tuple(replace(line, name=line.names["cs"]) for line in (SHIRT, MUG))


def speaking(browser: Client, language: str) -> Client:
    browser.cookies["language"] = language
    return browser


def read(browser: Client, address: str, sent: dict | None = None) -> str:
    """The page at the end of the way, read through: no English is left on it."""
    response = browser.get(address, follow=True) if sent is None else browser.post(address, sent, follow=True)
    html = response.content.decode()
    (language,) = re.findall(r'<html lang="([\w-]+)"', html)
    assert response.status_code < 500
    assert language == browser.cookies["language"].value
    assert left_in_english(html, language) == []
    return html


def looked_up(language: str, number: str) -> Client:
    browser = speaking(Client(), language)
    read(browser, "/", {"number": number, "proof": JANA_EMAIL})
    return browser


def here(name: str, *words: object) -> str:
    return reverse(name, args=words)


def test_a_page_in_english_would_be_noticed(language: str) -> None:
    html = Client(headers={"accept-language": "en"}).get("/").content.decode()
    found = {sentence for _words, sentence in left_in_english(html, language)}
    assert {"Return an order", "Step %(current)s of 4", "You choose what you send back.", "Order number"} <= found


def test_the_way_of_a_return_to_its_label(language: str) -> None:
    promised()
    order = bought(jana_order(lines=GOODS))
    browser = speaking(Client(), language)
    read(browser, "/")
    read(browser, "/", {})
    read(browser, "/", {"number": "X-1", "proof": JANA_EMAIL})
    read(browser, "/", {"number": order.number, "proof": JANA_EMAIL})
    items, way, check = (here(f"shopper:{name}", order.number) for name in ("items", "way", "check"))
    read(browser, items, {})
    read(browser, items, {"item": ["1"], "quantity-1": "99", "reason-1": "none"})
    read(browser, items, {"item": ["1", "9"], "quantity-1": "x", "note-1": "x" * 2_001})
    read(browser, items, {"item": ["1"], "quantity-1": "2", "reason-1": "too_small", "note-1": "–"})
    read(browser, way, {})
    page = read(browser, way, {"way": "label"})
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    read(browser, check, {"token": token})
    rma = RMA.objects.get()
    assert rma.may_be_sent
    read(browser, here("shopper:parcels", rma.number), {"tracking_number": "!"})
    read(browser, here("shopper:parcels", rma.number), {"tracking_number": "RR473124829CZ", "carrier": "PPL"})
    read(browser, here("shopper:cancellation", rma.number), {})
    read(browser, items)


def test_the_way_of_an_exception_to_its_end(language: str) -> None:
    promised()
    order = late_order(lines=GOODS)
    browser = looked_up(language, order.number)
    read(browser, here("shopper:items", order.number), {"item": ["1"], "quantity-1": "1"})
    page = read(browser, here("shopper:way", order.number), {"way": "qr"})
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    read(browser, here("shopper:check", order.number), {"token": token})
    decisions.reject(RMA.objects.get(), by=BOB, at=NOW, note="–")
    read(browser, here("shopper:return", RMA.objects.get().number))


def test_a_page_that_is_not_there(language: str) -> None:
    browser = speaking(Client(), language)
    assert browser.get("/nothing/").status_code == 404
    read(browser, "/nothing/")


def test_a_bench_with_its_answers(language: str, logged_in, wanda) -> None:
    promised()
    rma = asked(bought(jana_order(lines=GOODS)), Wish("1", 3, "too_small"))
    exception = asked(late_order(lines=GOODS))
    bench = speaking(logged_in(wanda), language)
    read(bench, "/warehouse/")
    for code in ("ZZZ", rma.number, exception.number):
        read(bench, f"/warehouse/?code={code}")
    receiving.receive(rma, [Count("1", fine=1, damaged=1), Count("2", extra=2)], by=WANDA, at=NOW)
    read(bench, here("warehouse:receipt", rma.number, 1))
    read(bench, here("warehouse:parcel", rma.number))
    read(bench, here("warehouse:parcel", rma.number) + "?parcel=2")
    read(bench, here("warehouse:receipts", rma.number), {"line-0-fine": "x"})
    read(bench, "/agent/")


def test_a_desk_with_its_cases(language: str, logged_in, bob) -> None:
    promised()
    exception = asked(late_order(lines=GOODS), Wish("1", 1, "faulty", note="–"), Wish("2", 1))
    desk = speaking(logged_in(bob), language)
    for address in ("/staff/", "/agent/", "/agent/?show=all", here("agent:case", exception.number)):
        read(desk, address)
    read(desk, here("agent:search"), {"words": "nic"})
    decisions.reject(exception, by=BOB, at=NOW, note="–")
    read(desk, here("agent:case", exception.number))
    read(desk, "/agent/")


def test_the_door_of_the_staff(language: str) -> None:
    browser = speaking(Client(), language)
    read(browser, "/staff/login/")
    read(browser, "/staff/login/", {"username": "nobody@shop.example", "password": "wrong"})


@pytest.mark.parametrize("kind", sorted(HAPPENS))
def test_a_letter(language: str, kind: str) -> None:
    letter = owed(kind, jana_order(lines=GOODS))
    letter.language = language
    with override("en"):
        message = compose(letter, at=later(letter))
    ((html, _kind),) = message.alternatives
    assert left_in_english(f"<title>{message.subject}</title>{html!s}", language) == []
