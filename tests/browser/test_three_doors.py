"""A whole return in Czech: Jana asks on her phone, Bob agrees at the desk, Wanda counts, and the money goes back.

Somebody looks at every page on the way: axe, and a ruler.
"""

import re
from datetime import date
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.walking import choose, find_order, log_in, number_of, scan, send_by, submit
from tests.browser.watching import look
from tests.people import BOB_EMAIL, WANDA_EMAIL

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WEEKDAYS = ("pondělí", "úterý", "středa", "čtvrtek", "pátek", "sobota", "neděle")
AFTER_UNTIL = ("pondělí", "úterý", "středy", "čtvrtka", "pátku", "soboty", "neděle")
MONTHS = (
    *("ledna", "února", "března", "dubna", "května", "června"),
    *("července", "srpna", "září", "října", "listopadu", "prosince"),
)
# 100.00 each less their part of ten euros' discount (8.24 of three), and the lamp less its 1.76.
SHIRTS, LAMP, BOTH = "194,50 €", "62,24 €", "256,74 €"


def test_a_return_goes_through_all_doors(come, shop):
    jana, bob, wanda = come(viewport=PHONE), come(), come()
    number = jana_asks(jana)
    shop.work()
    bob_agrees(bob, number)
    shop.work()
    jana_sees(jana, [SHIRTS, LAMP, BOTH])
    wanda_counts(wanda, number)
    assert shop.refunded() == {"count": 0, "cents": 0}
    shop.work()
    assert shop.refunded() == {"count": 1, "cents": 25_674}
    jana_sees(jana, [SHIRTS, LAMP, BOTH])
    expect(jana.locator("[aria-labelledby=money] li")).to_contain_text(f"{BOTH} · vráceno")
    bob.reload()
    look(bob)
    wanda_scans_again(wanda, number)
    jana_reads_her_letters(jana, number)


def jana_asks(page):
    """The number of the return in which the T-shirts may come at once, and the lamp if an agent agrees."""
    find_order(page)
    assert page.get_attribute("html", "lang") == "cs"
    look(page)
    assert whole_days(page.inner_text("#item-0-answer")) == 1
    choose(page)
    look(page)
    submit(page)
    look(page)
    send_by(page, "label")
    look(page)
    assert amounts(page) == [SHIRTS, SHIRTS, LAMP, LAMP]
    assert whole_days(page.inner_text("[aria-labelledby=money]")) == 2
    submit(page)
    look(page)
    number = number_of(page)
    assert number in label_words(page)
    return number


def bob_agrees(page, number):
    page.goto("/agent/")
    look(page)
    log_in(page, BOB_EMAIL)
    look(page)
    submit(page, "[data-row]")
    look(page)
    assert page.inner_text("h1") == number
    page.fill("#approvalform-note", "Doklad z nemocnice.")
    submit(page, "form[action$='/approval/'] button")
    expect(page.locator("form[action$='/approval/']")).to_have_count(0)
    look(page)


def jana_sees(page, money):
    page.reload()
    look(page)
    assert amounts(page) == money


def wanda_counts(page, number):
    page.goto("/warehouse/")
    log_in(page, WANDA_EMAIL)
    look(page)
    scan(page, number.lower())
    page.wait_for_url(f"**/returns/{number}/")
    look(page)
    scan(page, "")
    expect(page.locator(".answer")).to_have_attribute("data-tone", "good")
    look(page)


def wanda_scans_again(page, number):
    scan(page, number)
    expect(page.locator(".answer")).to_have_attribute("data-tone", "wait")
    look(page)


def jana_reads_her_letters(page, number):
    page.goto("/letters/")
    look(page)
    submit(page, ".letters a")
    look(page)
    submit(page, ".letter-text a")
    assert number_of(page) == number


def amounts(page):
    """All money on the page, in its order."""
    return [amount.replace("\N{NO-BREAK SPACE}", " ") for amount in page.locator("dl.money dd").all_inner_texts()]


def whole_days(text):
    """How many days stand in the text as a Czech writes them; each falls on the weekday that it names."""
    months = "|".join(MONTHS)
    told = re.findall(rf"(\d+)\. ({months}) (\d{{4}}) \(({'|'.join(WEEKDAYS)})\)", text)
    until = re.findall(rf"do ({'|'.join(AFTER_UNTIL)}) (\d+)\. ({months}) (\d{{4}})", text)
    for day, month, year, weekday in told:
        assert WEEKDAYS[date(int(year), MONTHS.index(month) + 1, int(day)).weekday()] == weekday
    for weekday, day, month, year in until:
        assert AFTER_UNTIL[date(int(year), MONTHS.index(month) + 1, int(day)).weekday()] == weekday
    return len(told) + len(until)


def label_words(page):
    """What stands on the first page of the label that the shopper is offered first."""
    answer = page.request.get(page.get_attribute(".send a.button", "href"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return PdfReader(BytesIO(answer.body())).pages[0].extract_text().split()
