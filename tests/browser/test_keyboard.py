"""Whole journeys by keyboard alone, with the focus to be seen at every step."""

import pytest
from playwright.sync_api import expect

from tests.actions.racing import apart
from tests.browser.shop import NUMBER, exception_for_the_lamp, return_of_shirts
from tests.browser.walking import scan
from tests.people import BOB_EMAIL, JANA_EMAIL, PASSWORD, WANDA_EMAIL

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.matches(%r)"
# Whether a ring is drawn around what has the focus, and nothing stands before it.
RING = """(() => {
    const here = document.activeElement
    const ring = getComputedStyle(here)
    const box = here.getBoundingClientRect()
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2 && top && here.contains(top)
})()"""


def tab_to(page, selector):
    """As many times Tab as it takes; the focus is seen wherever it comes by."""
    for _press in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate(FOCUSED % selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_a_shopper_needs_no_mouse(come):
    page = come()
    page.goto("/")
    tab_to(page, "[name=number]")
    page.keyboard.type(NUMBER)
    tab_to(page, "[name=proof]")
    page.keyboard.type(JANA_EMAIL)
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/")
    tab_to(page, "#item-0")
    page.keyboard.press("Space")
    tab_to(page, "#item-0-quantity + .step")
    page.keyboard.press("Enter")
    tab_to(page, ".bar button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/way/")
    tab_to(page, "[name=way]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/returns/*/")
    assert "× 2" in page.inner_text(".rows")
    assert page.locator(".code img").count() == 1


def test_the_bench_needs_a_scanner_and_enter(come, shop):
    first, second = apart(lambda: [return_of_shirts(2), return_of_shirts(1)])
    page = come()
    page.goto("/warehouse/")
    log_in_by_key(page, WANDA_EMAIL)
    scan(page, first)
    page.wait_for_url(f"**/{first}/")
    page.keyboard.press("Enter")
    answered(page, "good")
    scan(page, second)
    page.wait_for_url(f"**/{second}/")
    scan(page, first)  # too early: this parcel is still open
    expect(page.locator("#id_code")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.press("Enter")
    answered(page, "good")


def test_damage_is_counted_with_single_keys(come, shop):
    number = apart(lambda: return_of_shirts(2))
    page = come()
    page.goto(f"/warehouse/returns/{number}/")
    log_in_by_key(page, WANDA_EMAIL)
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(RING)
    page.keyboard.press("2")
    expect(page.locator("[data-units=damaged]").first).to_have_value("1")
    expect(page.locator("[data-units=fine]").first).to_have_value("1")
    page.keyboard.press("c")
    expect(page.locator("[data-line] [type=radio][value=C]").first).to_be_checked()
    page.keyboard.press("Enter")
    answered(page, "wait")


def test_the_desk_decides_by_key(come, shop):
    number = apart(exception_for_the_lamp)
    page = come()
    page.goto("/agent/")
    log_in_by_key(page, BOB_EMAIL)
    page.wait_for_url("**/agent/")
    page.keyboard.press("j")
    assert page.evaluate(RING)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{number}/")
    page.keyboard.press("a")
    expect(page.locator("#approvalform-note")).to_be_focused()
    page.keyboard.type("Doklad z nemocnice.")
    tab_to(page, "form[action$='/approval/'] button")
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/approval/']")).to_have_count(0)


def log_in_by_key(page, email):
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type(email)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def answered(page, tone):
    """The colour of the answer, and a field that waits for the next code."""
    expect(page.locator(".answer")).to_have_attribute("data-tone", tone)
    expect(page.locator("#code")).to_be_focused()
