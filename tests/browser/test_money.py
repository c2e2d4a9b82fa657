"""The desk of money in a browser: four eyes, what failed, differences, and the switch that stops all of it."""

from pathlib import Path

import pytest
from django.utils import timezone

from returns.actions import breaks, goodwill, receiving, requests
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import SHOPPER, Dispute, Order, Payment, Refund, User
from tests.actions.racing import apart
from tests.browser.shop import NUMBER
from tests.browser.walking import log_in, submit
from tests.browser.watching import SIDEWAYS, look
from tests.people import BOB_EMAIL, MONA_EMAIL, WANDA_EMAIL, limited

pytestmark = pytest.mark.browser

NOTED = "VS 2026000017"


def _money_waits() -> None:
    """A parcel above the limit, a difference, a dispute; goodwill follows by hand."""
    now = timezone.now()
    limited(at=now.replace(year=now.year - 1))
    order = Order.objects.get(number=NUMBER)
    rma = requests.request(order, [Wish("1", 2, "too_small")], by=SHOPPER, at=now, locale="cs", channel="page")
    receiving.receive(rma, [Count("1", fine=2)], by=User.objects.get(email=WANDA_EMAIL).actor, at=now)
    refund = Refund.objects.get()
    breaks.open_break("phantom", "re_9", at=now, refund=refund, amount=100, currency="EUR", remote="re_9")
    Dispute.objects.create(
        gateway_id="dp_1",
        payment=Payment.objects.get(),
        status="warning_needs_response",
        reason="product_not_received",
        amount=1_000,
        currency="EUR",
        refundable=True,
        opened_at=now,
        updated_at=now,
    )
    bob = User.objects.get(email=BOB_EMAIL).actor
    goodwill.grant(order, amount=4_000, reason="our_mistake", note="Balík ležel týden na dvoře.", by=bob, at=now)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_manager_signs_and_finds_another_way(come, shop, scripts, tmp_path: Path):
    apart(_money_waits)
    mona, bob = come(java_script_enabled=scripts), come(java_script_enabled=scripts)
    seen = look if scripts else lambda page: page.evaluate(SIDEWAYS)

    mona.goto("/agent/money/")
    log_in(mona, MONA_EMAIL)
    mona.click("section[aria-labelledby=breaks] summary")
    seen(mona)
    submit(mona, "section[aria-labelledby=breaks] form[action$='/owner/'] button")
    mona.click("section[aria-labelledby=breaks] summary") if not mona.is_visible("#break-1-note") else None
    submit(mona, "form[action$='/closure/'] button")
    seen(mona)
    mona.fill("#break-1-note", "Vratka je v přehledu poskytovatele.")
    submit(mona, "form[action$='/closure/'] button")

    mona.click("section[aria-labelledby=approvals] tr:nth-child(2) a")
    mona.wait_for_url("**/agent/refunds/*/")
    seen(mona)
    submit(mona, "form[action$='/refusal/'] button")
    seen(mona)
    mona.fill("#declineform-note", "Stačí poloviční částka.")
    submit(mona, "form[action$='/refusal/'] button")
    assert mona.locator(".tag.is-bad").count() == 1

    mona.goto("/agent/money/")
    mona.click("section[aria-labelledby=approvals] tr:nth-child(1) a")
    submit(mona, "form[action$='/refusal/'] button")
    mona.fill("#declineform-note", "Vyplatíme převodem.")
    submit(mona, "form[action$='/refusal/'] button")
    address = mona.url

    bob.goto(address)
    log_in(bob, BOB_EMAIL)
    seen(bob)
    bob.fill("#prepareform-evidence", NOTED)
    submit(bob, "form[action$='/other-way/'] button")
    seen(bob)
    mona.goto("/agent/money/")
    assert NOTED in mona.inner_text("section[aria-labelledby=prepared]")
    seen(mona)
    mona.click("section[aria-labelledby=prepared] tbody a")
    seen(mona)
    submit(mona, "form[action$='/confirmation/'] button")
    assert mona.locator(".tag.is-good").count() == 1

    mona.goto("/agent/money/")
    mona.click("details.panel:last-child summary")
    mona.fill("#halt-why", "Součty nesedí.")
    submit(mona, "form[action$='/halts/'] button")
    seen(mona)
    shop.work()
    assert shop.refunded()["count"] == 0
