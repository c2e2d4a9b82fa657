"""What goes wrong looks as right as the rest, says what to do, and puts the focus where the news is."""

import pytest
from playwright.sync_api import expect

from tests.actions.racing import apart
from tests.browser.shop import NUMBER, exception_for_the_lamp, return_of_shirts
from tests.browser.walking import choose, find_order, log_in, scan, send_by, submit
from tests.browser.watching import look
from tests.people import BOB_EMAIL, WANDA_EMAIL

pytestmark = pytest.mark.browser


def test_a_shopper_is_told_what_is_wrong(come):
    page = come()
    page.goto("/")
    submit(page)
    told(page, "#id_number", "#id_proof")
    find_order(page, proof="nobody@example.com")
    told(page, "#id_number")
    find_order(page)
    submit(page)
    told(page, "#items")
    choose(page)
    page.fill("#item-0-quantity", "4")
    submit(page)
    told(page, "#item-0-quantity")
    page.fill("#item-0-quantity", "1")
    submit(page)
    submit(page)
    told(page, "#id_way")
    send_by(page, "qr")
    submit(page)
    look(page)
    submit(page, "form[action$='/parcels/'] button")
    told(page, "#id_tracking_number")
    page.click(".ask summary")
    look(page)
    submit(page, ".ask button")
    expect(page.locator(".ask")).to_have_count(0)
    look(page)
    page.goto("/orders/2026/9999/items/")
    look(page)


def test_the_bench_is_told_what_is_wrong(come, shop):
    first, second = apart(lambda: [return_of_shirts(2), exception_for_the_lamp()])
    page = come()
    page.goto("/warehouse/")
    log_in(page, WANDA_EMAIL, "wrong horse")
    look(page)
    log_in(page, WANDA_EMAIL)
    scan(page, "4006381333931")
    expect(page.locator(".answer")).to_have_attribute("data-tone", "bad")
    look(page)
    scan(page, NUMBER)
    expect(page.locator(".choice a")).to_have_count(2)
    look(page)
    scan(page, second)
    expect(page.locator(".answer")).to_have_attribute("data-tone", "bad")
    look(page)
    scan(page, first)
    page.wait_for_url(f"**/{first}/")
    page.locator("[data-units=fine]").first.fill("two")
    page.locator("details.others summary").click()
    page.locator("main form.count button:not([type])").first.click()
    expect(page.locator("[data-units=fine]").first).to_be_focused()
    look(page)
    page.goto("/agent/")
    look(page)


def test_the_desk_is_told_what_is_wrong(come, shop):
    number = apart(exception_for_the_lamp)
    page = come()
    page.goto(f"/agent/returns/{number}/")
    log_in(page, BOB_EMAIL)
    page.fill("#approvalform-amount", "twelve")
    submit(page, "form[action$='/approval/'] button")
    told(page, "#approvalform-note", "#approvalform-amount")
    page.fill("[name=words]", "nobody@example.com")
    page.press("[name=words]", "Enter")
    expect(page.locator(".empty")).to_be_visible()
    look(page)
    page.goto("/agent/?show=all")
    look(page)


def told(page, *fields):
    """The summary has the focus and leads to these fields."""
    expect(page.locator("#errors")).to_be_focused()
    links = page.locator("#errors a")
    assert [link.get_attribute("href") for link in links.all()] == [*fields]
    for link, field in zip(links.all(), fields, strict=True):
        link.press("Enter")
        expect(page.locator(field)).to_be_focused()
    look(page)
