"""What came back worn: photographed at the bench, valued at the desk with both amounts in view, told to Jana."""

from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from returns.actions import receiving
from returns.actions.receiving import Count
from returns.models import RMA, User
from tests.actions.racing import apart
from tests.browser.shop import return_of_shirts
from tests.browser.walking import find_order, log_in, submit
from tests.browser.watching import SIDEWAYS, look
from tests.people import BOB_EMAIL, WANDA_EMAIL

pytestmark = pytest.mark.browser


def _arrives_worn() -> str:
    """The number of a return of one T-shirt of 97.25, which was worn outside."""
    number = return_of_shirts(1)
    wanda = User.objects.get(email=WANDA_EMAIL).actor
    count = Count("1", damaged=1, grade="D", note="Zašpiněné rukávy.")
    receiving.receive(RMA.objects.get(number=number), [count], by=wanda, at=timezone.now())
    return number


def photo(folder: Path) -> Path:
    content = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(content, "JPEG")
    file = folder / "sleeve.jpg"
    file.write_bytes(content.getvalue())
    return file


@pytest.mark.parametrize("scripts", [True, False])
def test_a_loss_is_seen_in_money_before_it_is_kept(come, shop, scripts, tmp_path: Path):
    number = apart(_arrives_worn)
    wanda, bob, jana = (come(java_script_enabled=scripts) for _who in range(3))
    seen = look if scripts else lambda page: page.evaluate(SIDEWAYS)

    wanda.goto(f"/warehouse/returns/{number}/receipts/1/")
    log_in(wanda, WANDA_EMAIL)
    wanda.set_input_files("[name=photos]", photo(tmp_path))
    submit(wanda, "form[action*='/photos/'] button")
    seen(wanda)

    bob.goto(f"/agent/returns/{number}/")
    log_in(bob, BOB_EMAIL)
    form = bob.locator("form[action*='/valuations/']")
    form.locator("[name=loss]").fill("30 %")
    form.locator("[name=reason]").fill("Rukávy jsou zašpiněné.")
    if not scripts:
        submit(bob, "form[action*='/valuations/'] [data-preview]")
    expect(form.locator(".outcome")).to_contain_text("68,08 €")
    seen(bob)
    submit(bob, "form[action*='/valuations/'] button:not([data-preview])")
    seen(bob)

    find_order(jana)
    jana.goto(f"/returns/{number}/")
    expect(jana.locator("[aria-labelledby=items]")).to_contain_text("Rukávy jsou zašpiněné.")
    seen(jana)
    shop.work()
    assert shop.refunded() == {"count": 1, "cents": 6_808}
