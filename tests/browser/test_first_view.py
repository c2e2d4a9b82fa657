"""A shopper's page is small: at most 60 kB over the wire, with all it shows."""

import pytest

from tests.browser.walking import choose, find_order, send_by, submit
from tests.browser.watching import weight

pytestmark = pytest.mark.browser

MOST = 60_000


def test_no_page_of_the_shopper_weighs_more_than_60_kb(come):
    page = come()
    page.goto("/")
    weights = {"find": weight(page)}
    page.goto("/conditions/")
    weights["conditions"] = weight(page)
    find_order(page)
    weights["items"] = weight(page)
    choose(page)
    submit(page)
    weights["way"] = weight(page)
    send_by(page, "qr")
    weights["check"] = weight(page)
    submit(page)
    weights["return"] = weight(page)
    assert {name: bytes_ for name, bytes_ in weights.items() if not 5_000 < bytes_ <= MOST} == {}
