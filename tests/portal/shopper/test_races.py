"""The last button pressed many times at once."""

import pytest
from django.test import Client

from returns.models import RMA
from tests.actions.racing import at_once
from tests.people import bought, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.test_check import ready, token

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_eight_clicks_at_once_make_one_return_and_lead_to_the_same_page(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    typed = {"token": token(browser, order)}

    def press() -> str:
        window = Client()
        window.cookies = browser.cookies
        return window.post(address("check", order.number), typed)["Location"]

    answers = at_once(*[press] * 8)
    assert answers == [address("return", RMA.objects.get().number)] * 8
