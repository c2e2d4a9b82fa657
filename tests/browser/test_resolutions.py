"""What would you like back? On a phone and on a desk, by people and by axe."""

import pytest

from returns.models import Policy
from tests.actions.racing import apart
from tests.browser.walking import choose, find_order, send_by, submit
from tests.browser.watching import PHONE, look

pytestmark = pytest.mark.browser

OFFERS = {"resolutions": ["credit", "keep"], "credit_bonus_percent": 5, "keep_up_to": 20_000, "currency": "EUR"}


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_what_comes_back_is_chosen_item_by_item(come, viewport):
    apart(lambda: Policy.objects.update(**OFFERS))
    page = come(viewport=viewport)
    find_order(page)
    choose(page)
    submit(page)
    look(page)
    page.check("[name=resolution-1][value=credit]")
    send_by(page, "label")
    look(page)


def test_who_keeps_everything_sends_nothing(come):
    apart(lambda: Policy.objects.update(**OFFERS))
    page = come(viewport=PHONE)
    find_order(page)
    page.check("#item-0")
    submit(page)
    page.check("[name=resolution-1][value=keep]")
    submit(page)
    look(page)
