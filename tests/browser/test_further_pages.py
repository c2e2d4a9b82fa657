"""Pages beside the way of a return, and an order that is too long to look through."""

import pytest
from playwright.sync_api import expect

from returns.importing.data import LineData
from tests.actions.racing import apart
from tests.browser.walking import log_in
from tests.browser.watching import PHONE, look
from tests.people import JANA_EMAIL, MONA_EMAIL, bought, jana_order

pytestmark = pytest.mark.browser


def test_the_conditions_can_be_read_for_every_country(come):
    page = come(viewport=PHONE)
    page.goto("/conditions/")
    look(page)
    page.select_option("#country", "DE")
    with page.expect_navigation():
        page.press("#country", "Tab")
        page.keyboard.press("Enter")
    expect(page.locator("#country")).to_have_value("DE")
    look(page)


def test_a_manager_chooses_where_to_go(come):
    page = come()
    page.goto("/staff/")
    log_in(page, MONA_EMAIL)
    look(page)


def test_a_long_order_can_be_filtered(come):
    mugs = tuple(LineData(str(number), f"Mug {number}", 1, 495) for number in range(12))
    apart(lambda: bought(jana_order("A-1012", lines=mugs, discounts=())))
    page = come()
    page.goto("/")
    page.fill("[name=number]", "A-1012")
    page.fill("[name=proof]", JANA_EMAIL)
    page.press("[name=proof]", "Enter")
    page.fill("#filter", "mug 11")
    expect(page.locator(".item:visible h2")).to_have_text(["Mug 11"])
    expect(page.locator("[data-found]")).to_have_text("1 / 12")
    look(page)
