"""What would you like back? Money first, credit never ticked beforehand, keeping where the whole return may stay."""

from typing import Any

import pytest
from django.test import Client

from returns.models import RMA, Order
from tests.people import bought, late_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page
from tests.portal.shopper.test_check import press, token

pytestmark = pytest.mark.django_db

BOTH = {"item": ["1", "2"], "quantity-1": "2", "quantity-2": "1", "note-1": "", "note-2": ""}
MUG = {"item": ["2"], "quantity-2": "1", "note-2": ""}


def offering(*resolutions: str, days: int = 30, **terms: Any) -> None:
    promised(days, resolutions=list(resolutions), currency="EUR", **terms)


def everything(up_to: int = 479, **terms: Any) -> None:
    offering("credit", "keep", keep_up_to=up_to, credit_bonus_percent=5, **terms)


def chosen(visitor, order: Order, choice: dict[str, Any]) -> Client:
    browser = visitor(order)
    assert browser.post(address("items", order.number), choice).status_code == 302
    return browser


def back(browser: Client, order: Order, **typed: str) -> Any:
    return browser.post(address("way", order.number), typed)


def test_where_only_money_comes_back_nobody_is_asked(visitor):
    promised()
    order = bought()
    page = Page(chosen(visitor, order, BOTH).get(address("way", order.number)))
    assert "How would you like to send it?" in page.text
    assert "Money back" not in page.text


def test_money_back_is_chosen_until_the_shopper_chooses_something_else(visitor):
    everything()
    order = bought()
    page = Page(chosen(visitor, order, BOTH).get(address("way", order.number)))
    assert (page.values["resolution-1"], page.values["resolution-2"]) == (["refund"], ["refund"])
    assert "T-shirt × 2 Money back €193.44, the way you paid." in page.text
    assert "Store credit €203.11 to spend in our shop, €9.67 more than the money." in page.text
    assert "You may keep it" not in page.text


def test_credit_without_a_bonus_promises_none(visitor):
    offering("credit")
    order = bought()
    assert (
        "Store credit €4.79 to spend in our shop."
        in Page(chosen(visitor, order, MUG).get(address("way", order.number))).text
    )


def test_a_small_return_may_be_kept(visitor):
    everything()
    order = bought()
    page = Page(chosen(visitor, order, MUG).get(address("way", order.number)))
    assert "You may keep it You get €4.79 back the way you paid, and you send nothing." in page.text
    assert page.values["resolution-2"] == ["refund"]


def test_what_is_chosen_is_shown_and_becomes_the_return(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, BOTH)
    assert back(browser, order, way="label", **{"resolution-1": "credit"}).status_code == 302
    page = Page(browser.get(address("check", order.number)))
    assert "T-shirt × 2 may come back Store credit" in page.text
    assert "T-shirt × 2 €193.44 Mug × 1 €4.79 Bonus on store credit €9.67 You get back €207.90" in page.text
    assert "What is marked as store credit you can spend in our shop" in page.text
    assert "Paid back the way you paid" in page.text
    opened = Page(browser.get(press(browser, order).url))
    rma = RMA.objects.get()
    assert list(rma.items.values_list("resolution", "credit_bonus")) == [("credit", 967), ("refund", 0)]
    assert "Mug × 1 €4.79 Bonus on store credit €9.67 For what is accepted €207.90" in opened.text


def test_where_all_is_credit_no_money_is_promised(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, MUG)
    back(browser, order, way="qr", **{"resolution-2": "credit"})
    text = Page(browser.get(address("check", order.number))).text
    assert "it is not paid back as money" in text
    assert "Paid back the way you paid" not in text


def test_who_keeps_everything_need_not_say_how_it_is_sent(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, MUG)
    assert back(browser, order, **{"resolution-2": "keep"}).status_code == 302
    text = Page(browser.get(address("check", order.number))).text
    assert "You keep everything, so nothing is sent." in text
    assert "You may keep it" in text
    assert "If the parcel arrives later" not in text
    press(browser, order)
    assert RMA.objects.get().items.get().resolution == "keep"


def test_who_sends_something_says_how(visitor):
    everything(up_to=50_000)
    order = bought()
    browser = chosen(visitor, order, BOTH)
    answer = back(browser, order, **{"resolution-2": "keep", "resolution-1": "refund"})
    assert (answer.status_code, Page(answer).summary) == (400, [("id_way", "Please choose how you send the parcel.")])
    assert Page(answer).values["resolution-2"] == ["keep"]


@pytest.mark.parametrize("typed", ["keep", "gold", "'"])
def test_what_is_not_offered_is_told_beside_the_item(visitor, typed):
    everything()
    order = bought()
    answer = back(chosen(visitor, order, BOTH), order, way="label", **{"resolution-2": typed})
    page = Page(answer)
    told = "Mug: This is not offered for the item. Please choose again."
    assert (answer.status_code, page.summary) == (400, [("back-2", told)])
    assert {"back-2", "back-2-error"} <= page.ids


def test_going_back_keeps_the_choice_and_other_items_ask_again(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, MUG)
    back(browser, order, way="label", **{"resolution-2": "credit"})
    browser.post(address("items", order.number), MUG)
    assert Page(browser.get(address("way", order.number))).values["resolution-2"] == ["credit"]
    browser.post(address("items", order.number), BOTH)
    assert Page(browser.get(address("way", order.number))).values["resolution-2"] == ["refund"]


def test_a_choice_of_another_window_is_shown_before_it_is_sent(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, MUG)
    back(browser, order, way="label")
    old = token(browser, order)
    back(browser, order, way="label", **{"resolution-2": "credit"})
    answer = press(browser, order, old)
    assert (answer.status_code, RMA.objects.count()) == (409, 0)
    assert "Store credit" in Page(answer).text


def test_what_an_agent_decides_is_asked_too_and_summed_apart(visitor):
    everything()
    order = late_order()
    browser = chosen(visitor, order, MUG)
    page = Page(browser.get(address("way", order.number)))
    assert "Mug × 1 an agent decides Money back" in page.text
    assert "You may keep it" not in page.text
    back(browser, order, way="label", **{"resolution-2": "credit"})
    text = Page(browser.get(address("check", order.number))).text
    assert "Mug × 1 €4.79 Bonus on store credit €0.23 If an agent agrees €5.02" in text


def test_units_that_are_gone_send_the_shopper_back_to_the_items(visitor):
    everything()
    order = bought()
    browser = chosen(visitor, order, MUG)
    other = chosen(visitor, order, MUG)
    back(other, order, way="label")
    press(other, order)
    answer = browser.get(address("way", order.number))
    assert answer.status_code == 409
    assert "All units of this item are already in a return." in Page(answer).text
