"""What the operator is told before the shop is open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.checks import every_currency_has_limits
from tests.people import bought, jana_order, limited

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str | None, str]]:
    return [(message.id, message.msg) for message in every_currency_has_limits()]


def test_an_order_in_a_currency_without_limits_is_told():
    assert told() == []
    bought()
    bought(jana_order("A-2", currency="CZK", payments=()))
    assert told() == [("portal.W005", "No limits for what is paid back in CZK, EUR.")]
    limited()
    limited("CZK", at=timezone.now() + timedelta(hours=1))
    assert told() == [("portal.W005", "No limits for what is paid back in CZK.")]
    limited("CZK")
    assert told() == []
