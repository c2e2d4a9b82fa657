"""Fees on the shopper's pages: lines of their own, before the return is opened and after."""

import pytest

from portal.shopper.fees import lines
from tests.people import bought, late_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page
from tests.portal.shopper.test_check import press, ready

pytestmark = pytest.mark.django_db

GOODS = "T-shirt × 2 €193.44"


def charging(**terms) -> None:
    promised(60, currency="EUR", **terms)


def test_the_way_back_is_a_line_of_its_own_and_stays_the_same(visitor):
    charging(return_fee=495)
    order = bought()
    browser = ready(visitor, order)
    page = Page(browser.get(address("check", order.number)))
    assert f"{GOODS} Less the price of the way back €4.95 You get back €188.49" in page.text
    opened = Page(browser.get(press(browser, order).url))
    assert f"{GOODS} Less the price of the way back €4.95 For what is accepted €188.49" in opened.text


def test_a_free_way_back_is_no_line(visitor):
    charging()
    order = bought()
    assert "Less the" not in Page(ready(visitor, order).get(address("check", order.number))).text


def test_what_an_agent_decides_names_the_fees_too(visitor):
    promised(30, currency="EUR", return_fee=495, restocking_percent=10)
    order = late_order()
    page = Page(ready(visitor, order).get(address("check", order.number)))
    less = "Less the restocking fee €19.34 Less the price of the way back €4.95"
    assert f"{GOODS} {less} If an agent agrees €169.15" in page.text


def test_fees_are_never_above_what_the_goods_bring(visitor):
    charging(return_fee=1_000_000)
    order = bought()
    page = Page(ready(visitor, order).get(address("check", order.number)))
    assert f"{GOODS} Less the price of the way back €193.44 You get back €0.00" in page.text


@pytest.mark.parametrize(
    ("goods", "restocking", "way_back", "amounts"),
    [(1_000, 100, 495, [100, 495]), (1_000, 800, 495, [800, 200]), (1_000, 1_000, 495, [1_000]), (0, 0, 495, [])],
)
def test_lines_add_up_to_the_goods_at_most(goods, restocking, way_back, amounts):
    assert [amount for _label, amount in lines(goods, restocking, way_back)] == amounts
