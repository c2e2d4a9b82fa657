"""The same return where no script runs."""

import pytest

from tests.browser.walking import choose, find_order, log_in, number_of, scan, send_by, submit
from tests.browser.watching import PHONE, SIDEWAYS
from tests.people import BOB_EMAIL, WANDA_EMAIL

pytestmark = pytest.mark.browser


def test_a_return_goes_through_all_doors_without_a_script(come, shop):
    jana, bob, wanda = (come(java_script_enabled=False, viewport=PHONE) for _person in range(3))

    find_order(jana)
    choose(jana)
    assert jana.evaluate(SIDEWAYS) == 0
    submit(jana)
    send_by(jana, "qr")
    submit(jana)
    number = number_of(jana)
    assert jana.locator(".code img").count() == 1

    bob.goto(f"/agent/returns/{number}/")
    log_in(bob, BOB_EMAIL)
    bob.fill("#approvalform-note", "Doklad z nemocnice.")
    submit(bob, "form[action$='/approval/'] button")

    wanda.goto("/warehouse/")
    log_in(wanda, WANDA_EMAIL)
    scan(wanda, number)
    wanda.wait_for_url(f"**/returns/{number}/")
    assert wanda.evaluate(SIDEWAYS) == 0
    scan(wanda, "")
    assert wanda.get_attribute(".answer", "data-tone") == "good"

    shop.work()
    assert shop.refunded() == {"count": 1, "cents": 25_674}
