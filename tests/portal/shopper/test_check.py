"""How it is sent, everything once more, and one button that works once."""

import pytest

from returns.actions.requests import Wish
from returns.models import RMA, Event
from tests.people import asked, bought, late_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db

CHOICE = {"item": ["1"], "quantity-1": "2", "reason-1": "too_small", "note-1": ""}


def ready(visitor, order, choice=CHOICE, way="label"):
    """A browser that stands before the last button."""
    browser = visitor(order)
    assert browser.post(address("items", order.number), choice).status_code == 302
    assert browser.post(address("way", order.number), {"way": way}).status_code == 302
    return browser


def token(browser, order) -> str:
    return Page(browser.get(address("check", order.number))).values["token"][0]


def press(browser, order, form_token=None, **headers):
    form_token = token(browser, order) if form_token is None else form_token
    return browser.post(address("check", order.number), {"token": form_token}, **headers)


def test_steps_come_in_order(visitor):
    order = bought()
    browser = visitor(order)
    assert browser.get(address("check", order.number)).url == address("way", order.number)
    assert browser.get(address("way", order.number)).url == address("items", order.number)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Please choose how you send the parcel."),
        ({"way": "pigeon"}, "Please choose one of the offered ways."),
    ],
)
def test_a_way_must_be_chosen(visitor, typed, sentence):
    order = bought()
    browser = visitor(order)
    browser.post(address("items", order.number), CHOICE)
    answer = browser.post(address("way", order.number), typed)
    assert (answer.status_code, Page(answer).summary) == (400, [("id_way", sentence)])


def test_the_check_shows_the_money_to_the_cent_and_its_last_day(visitor):
    promised()
    order = bought()
    page = Page(ready(visitor, order).get(address("check", order.number)))
    assert "T-shirt × 2 Too small may come back" in page.text
    assert "T-shirt × 2 €193.44 You get back €193.44" in page.text
    assert "by Tuesday, 24 November 2026 at the latest" in page.text


def test_what_an_agent_must_decide_is_summed_apart(visitor):
    promised()
    order = late_order()
    choice = {"item": ["1"], "quantity-1": "1", "note-1": "I was <b>ill</b>."}
    page = Page(ready(visitor, order, choice).get(address("check", order.number)))
    assert "If an agent agrees €96.72" in page.text
    assert "An agent answers by e-mail by Wednesday, 11 November 2026" in page.text
    assert "I was <b>ill</b>." in page.text
    assert "You get back" not in page.text


def test_the_button_opens_the_return_as_it_was_shown(visitor):
    promised()
    order = bought()
    answer = press(ready(visitor, order), order, headers={"accept-language": "cs"})
    rma = RMA.objects.get()
    item = rma.items.get()
    assert (answer.status_code, answer.url) == (302, address("return", rma.number))
    assert (rma.state, rma.locale, rma.channel) == ("label_ready", "cs", "page")
    assert (item.line.line_id, item.quantity, item.share) == ("1", 2, 19_344)
    assert item.reason is not None
    assert (item.reason.code, item.resolution) == ("too_small", "refund")
    assert Event.objects.get(kind="rma.requested").actor.kind == "shopper"


def test_an_exception_carries_the_shoppers_words(visitor):
    promised()
    order = late_order()
    press(ready(visitor, order, {"item": ["1"], "quantity-1": "1", "note-1": " I was ill. "}), order)
    rma = RMA.objects.get()
    assert (rma.state, rma.items.get().note) == ("in_review", "I was ill.")


def test_pressing_twice_makes_one_return_and_shows_the_same_page(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    form_token = token(browser, order)
    before = browser.session["drafts"]
    first = press(browser, order, form_token)
    session = browser.session
    session["drafts"] = before  # the second click was sent before the first was answered
    session.save()
    second = press(browser, order, form_token)
    third = press(browser, order, form_token)
    assert first.url == second.url == third.url
    assert RMA.objects.count() == 1


def test_going_back_after_the_last_step_leads_to_the_return(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    done = press(browser, order)
    assert browser.get(address("check", order.number)).url == done.url
    assert Page(browser.get(address("items", order.number))).values.get("item") is None


def test_a_choice_changed_in_another_window_is_shown_before_it_is_sent(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    old = token(browser, order)
    browser.post(address("items", order.number), {**CHOICE, "quantity-1": "3"})
    answer = press(browser, order, old)
    assert answer.status_code == 409
    assert "The choice was changed in another window." in Page(answer).text
    assert "T-shirt × 3" in Page(answer).text
    assert RMA.objects.count() == 0


@pytest.mark.parametrize("form_token", ["", "é", "x" * 10_000])
def test_a_foreign_token_opens_nothing(visitor, form_token):
    promised()
    order = bought()
    assert press(ready(visitor, order), order, form_token).status_code == 409
    assert RMA.objects.count() == 0


def test_units_taken_in_the_meantime_lead_back_to_the_choice(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    form_token = token(browser, order)
    asked(order, Wish("1", 2))
    answer = press(browser, order, form_token)
    page = Page(answer)
    assert answer.status_code == 409
    assert page.summary == [("item-0-quantity", "T-shirt: At most 1 unit of this item can still be returned.")]
    assert page.values["quantity-1"] == ["1"]
    assert RMA.objects.count() == 1


def test_an_item_that_is_gone_altogether_is_still_named(visitor):
    promised()
    order = bought()
    browser = ready(visitor, order)
    asked(order, Wish("1", 3))
    page = Page(browser.get(address("check", order.number)))
    assert page.summary == [("item-0-quantity", "T-shirt: All units of this item are already in a return.")]
    assert "item-0-quantity" in page.ids


def test_a_return_is_opened_by_post_with_a_csrf_token_alone(visitor):
    from django.test import Client

    promised()
    order = bought()
    browser = ready(visitor, order)
    form_token = token(browser, order)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(address("check", order.number), {"token": form_token}).status_code == 403
    assert strict.get(address("check", order.number), {"token": form_token}).status_code == 200
    assert RMA.objects.count() == 0
