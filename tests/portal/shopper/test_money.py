"""What a shopper reads of the delivery, of store credit and of goods to keep: before, meanwhile, and after."""

import pytest

from returns.actions import sending
from returns.actions.requests import Wish
from returns.importing.data import OrderData
from returns.models import Refund
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page
from tests.portal.shopper.test_check import CHOICE, ready

pytestmark = pytest.mark.django_db


def posted() -> OrderData:
    return jana_order(shipping_standard=495)


def shown(visitor, rma) -> str:
    return Page(visitor(rma.order).get(address("return", rma.number))).text


def test_the_delivery_is_told_before_it_is_paid_and_is_what_is_paid(visitor):
    promised()
    order = bought(posted())
    both = CHOICE | {"item": ["1", "2"], "quantity-1": "3", "quantity-2": "1", "reason-2": "changed_mind", "note-2": ""}
    page = Page(ready(visitor, order, both).get(address("check", order.number)))
    assert "Mug × 1 €4.79 Delivery to you €4.95 You get back €299.90" in page.text
    rma = asked(order, Wish("1", 3), Wish("2", 1))
    assert "Mug × 1 €4.79 Delivery to you €4.95 For what is accepted €299.90" in shown(visitor, rma)
    arrived(rma)
    assert Refund.objects.get().amount == 29_990
    assert "Delivery to you €4.95 For what is accepted €299.90" in shown(visitor, rma)


def test_what_waits_for_an_agent_brings_its_part_of_the_delivery_if_he_agrees(visitor):
    promised(faulty_photos=1)
    rma = asked(bought(posted()), Wish("1", 3), Wish("2", 1, "faulty"))
    text = shown(visitor, rma)
    assert "Delivery to you €4.86 For what is accepted €295.02" in text
    assert "Delivery to you €0.09 If an agent agrees €4.88" in text


def test_goods_to_keep_need_no_parcel(visitor):
    promised(resolutions=["keep"], keep_up_to=1_000, currency="EUR")
    rma = asked(bought(), Wish("2", 1, resolution="keep"))
    text = shown(visitor, rma)
    assert "You may keep everything, and the refund is ordered." in text
    assert "The goods may be kept; nothing needs to be sent." in text
    assert "By this day at the latest the money is paid back, the way you paid." in text
    assert "Print the label" not in text
    assert "Cancel" not in text
    sending.send_next(Scripted(), at=NOW)
    assert "The money is paid back." in shown(visitor, rma)


def test_store_credit_stands_on_the_page_with_its_bonus(visitor):
    promised(resolutions=["credit"], credit_bonus_percent=5)
    rma = asked(bought(), Wish("1", 3, resolution="credit"))
    text = shown(visitor, rma)
    assert "When the parcel has arrived, the amount is put on your store credit." in text
    assert "the way you paid" not in text
    arrived(rma)
    text = shown(visitor, rma)
    assert "The amount is on your store credit. You can spend it in our shop." in text
    assert "€304.66 · on your store credit ·" in text
