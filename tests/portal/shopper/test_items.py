"""The second step: a card for every item, and every answer explains itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from returns.actions.requests import Wish
from returns.importing.data import LineData
from returns.models import RMA, Reason
from returns.policy.facts import Answer
from tests.people import MUG, NOW, SHIRT, asked, bought, jana_order, late_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db


def items(order) -> str:
    return address("items", order.number)


def chosen(line="1", quantity="1", **more) -> dict:
    return {"item": [line], f"quantity-{line}": quantity, **more}


def test_a_card_says_what_was_paid_and_until_when_it_may_come_back(visitor):
    promised()
    order = bought()
    page = Page(visitor(order).get(items(order)))
    assert (
        "T-shirt Paid €290.16 for 3 units Can be returned until Monday, 7 December 2026. "
        "Our return conditions give you this time. Return this item" in page.text
    )
    assert "Mug Paid €4.79 Can be returned until Monday, 7 December 2026." in page.text


def test_the_reader_has_names_days_and_money_in_their_language(visitor):
    promised()
    order = bought()
    page = Page(visitor(order).get(items(order), headers={"accept-language": "cs"}))
    assert "Tričko" in page.text
    assert "290,16 €" in page.text
    assert "do pondělí 7. prosince 2026" in page.text


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "¥10,000"), ("KWD", "KWD10.000"), ("EUR", "€100.00")])
def test_money_has_the_decimals_of_its_currency(visitor, currency, shown):
    order = bought(jana_order(currency=currency, lines=(replace(SHIRT, quantity=1),), discounts=(), payments=()))
    assert f"Paid {shown} " in Page(visitor(order).get(items(order))).text.replace("\xa0", "")


def test_what_is_out_of_time_says_so_and_can_be_asked_for(visitor):
    promised()
    order = late_order()
    page = Page(visitor(order).get(items(order)))
    assert "The time for returning this item ended on Sunday, 11 October 2026." in page.text
    assert "You can ask us for an exception. An agent answers within 24 hours." in page.text
    assert "Return this item" not in page.text


def test_units_in_a_return_are_no_longer_offered(visitor):
    promised()
    order = bought()
    rma = asked(order, Wish("1", 2), Wish("2", 1))
    page = Page(visitor(order).get(items(order)))
    assert "1 can still be returned" in page.text
    assert "All units of this item are already in a return." in page.text
    assert (address("return", rma.number), rma.number) in page.links
    assert page.text.count("Return this item") == 1


def test_reasons_fit_the_kind_of_goods(visitor):
    order = bought()
    html = visitor(order).get(items(order)).content.decode()
    shirt, mug = html.split("T-shirt")[-1].split("Mug")[0], html.split("Mug")[-1]
    assert ("too_small" in shirt, "too_small" in mug) == (True, False)
    assert ('<optgroup label="Something is wrong with it">' in mug, 'value="other"' in mug) == (True, True)
    assert 'value="fit"' not in html  # a heading is no reason


def test_a_heading_with_only_retired_children_is_not_offered(visitor):
    Reason.objects.filter(parent__code="fault").update(retired_at=NOW)
    order = bought()
    browser = visitor(order)
    html = browser.get(items(order)).content.decode()
    assert ('value="fault"' in html, "Something is wrong with it" in html, 'value="other"' in html) == (
        (False, False, True)
    )
    answer = browser.post(items(order), chosen("2", **{"reason-2": "fault"}))
    assert Page(answer).summary == [("item-1-reason", "Mug: Please choose a reason from the list.")]


def test_reasons_under_a_retired_heading_are_offered_without_it(visitor):
    Reason.objects.filter(code="fault").update(retired_at=NOW)
    order = bought()
    html = visitor(order).get(items(order)).content.decode()
    assert ("Something is wrong with it" in html, 'value="faulty"' in html) == (False, True)


def test_a_good_choice_leads_to_the_next_step_and_is_kept(visitor):
    order = bought()
    browser = visitor(order)
    typed = chosen(quantity="2", **{"reason-1": "too_small", "note-1": "Two\nlines"})
    answer = browser.post(items(order), typed)
    assert (answer.status_code, answer.url) == (302, address("way", order.number))
    page = Page(browser.get(items(order)))
    assert (page.values["item"], page.values["quantity-1"]) == (["1"], ["2"])
    assert (page.values["reason-1"], page.values["note-1"]) == (["too_small"], ["Two\nlines"])


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("0", "Please enter a whole number of at least 1."),
        ("-1", "Please enter a whole number of at least 1."),
        ("1.5", "Please enter a whole number of at least 1."),
        ("1e309", "Please enter a whole number of at least 1."),
        ("NaN", "Please enter a whole number of at least 1."),
        ("", "Please enter a whole number of at least 1."),
        ("٣", "Please enter a whole number of at least 1."),
        ("9223372036854775808", "Please enter a whole number of at least 1."),
        ("4", "At most 3 units of this item can still be returned."),
    ],
)
def test_a_bad_quantity_is_named_at_the_top_and_beside_the_field(visitor, quantity, sentence):
    order = bought()
    answer = visitor(order).post(items(order), chosen(quantity=quantity, **{"note-1": "kept"}))
    page = Page(answer)
    assert answer.status_code == 400
    assert page.summary == [("item-0-quantity", f"T-shirt: {sentence}")]
    assert page.text.count(sentence) == 2
    assert {"item-0-quantity", "item-0-quantity-error"} <= page.ids
    assert (page.values["item"], page.values["quantity-1"], page.values["note-1"]) == (["1"], [quantity], ["kept"])


def test_every_bad_card_is_named_at_once(visitor):
    order = bought(jana_order(lines=(SHIRT, replace(MUG, quantity=2))))
    typed = {"item": ["1", "2"], "quantity-1": "0", "quantity-2": "3"}
    page = Page(visitor(order).post(items(order), typed))
    assert [field for field, _sentence in page.summary] == ["item-0-quantity", "item-1-quantity"]


def test_nothing_chosen_is_said(visitor):
    order = bought()
    answer = visitor(order).post(items(order), {"quantity-1": "1"})
    assert answer.status_code == 400
    assert Page(answer).summary == [("items", "Please choose at least one item.")]


@pytest.mark.parametrize("line", ["99", "x' or 1=1", "<script>", "\x00"])
def test_a_line_of_another_order_is_refused(visitor, line):
    order = bought()
    bought(jana_order("A-2002", lines=(LineData("99", "Lamp", 1, 500),), discounts=()))
    answer = visitor(order).post(items(order), {"item": ["1", line], "quantity-1": "1", f"quantity-{line}": "1"})
    assert answer.status_code == 400
    assert "This item does not belong to the order." in Page(answer).text


@pytest.mark.parametrize("reason", ["fit", "nonsense", "too_small"])
def test_a_reason_that_is_not_in_the_list_is_refused(visitor, reason):
    order = bought()
    answer = visitor(order).post(items(order), chosen("2", **{"reason-2": reason}))
    assert Page(answer).summary == [("item-1-reason", "Mug: Please choose a reason from the list.")]


def test_W4_whatever_reasons_the_shop_has_nobody_needs_to_give_one(visitor):
    """Not even where the shop has retired them all: to say nothing is to withdraw, and no row of the shop's."""
    Reason.objects.update(retired_at=NOW)
    order = bought()
    browser = visitor(order)
    assert '<option value="">I would rather not say</option>' in browser.get(items(order)).content.decode()
    assert browser.post(items(order), chosen(**{"reason-1": ""}))["Location"] == address("way", order.number)
    item = asked(order, Wish("1", 1)).items.get()
    assert (item.reason, item.judged.answer, item.judged.by_right) == (None, Answer.ACCEPT, True)


def test_a_note_has_its_limit_and_is_kept(visitor):
    order = bought()
    page = Page(visitor(order).post(items(order), chosen(**{"note-1": "x" * 2_001})))
    assert page.summary == [("item-0-note", "T-shirt: Please use at most 2000 characters.")]
    assert page.values["note-1"] == ["x" * 2_001]


def test_prices_and_states_in_the_form_are_ignored(visitor):
    promised()
    order = bought()
    browser = visitor(order)
    browser.post(items(order), chosen(**{"share-1": "999999", "state": "refunded", "resolution-1": "cash"}))
    browser.post(address("way", order.number), {"way": "label", "total": "999999"})
    page = Page(browser.get(address("check", order.number)))
    assert "You get back €96.72" in page.text
    assert RMA.objects.count() == 0


def test_a_photograph_is_shown_over_https_alone(visitor):
    lines = (
        replace(SHIRT, image="https://shop.example/shirt.jpg"),
        replace(MUG, image="javascript:alert(1)"),
        LineData("3", "Lamp", 1, 500, kind="lighting", image="http://shop.example/lamp.jpg"),
    )
    order = bought(jana_order(lines=lines))
    html = visitor(order).get(items(order)).content.decode()
    assert html.count('src="https://shop.example/shirt.jpg"') == 1
    assert ("javascript:" in html, "http://shop.example" in html) == (False, False)
    assert (html.count("goods/homeware.svg"), html.count("goods/other.svg")) == (1, 1)


def test_hostile_text_is_shown_and_not_obeyed(visitor):
    hostile = "<script>alert(1)</script>\"'{{7*7}}%(secret)s"
    order = bought(jana_order(lines=(LineData(hostile, hostile, 2, 500, kind=hostile),), discounts=()))
    browser = visitor(order)
    answer = browser.post(items(order), chosen(hostile, "0", **{f"note-{hostile}": hostile}))
    page = Page(answer)
    assert b"<script>alert" not in answer.content
    assert hostile in page.text
    assert (page.values["item"], page.values[f"note-{hostile}"]) == ([hostile], [hostile])


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_the_page_takes_nine_statements_for_any_number_of_items(visitor, lines, django_assert_num_queries):
    promised()
    order = bought(
        jana_order(
            lines=tuple(LineData(str(n), f"Mug {n}", 2, 495, kind="homeware") for n in range(lines)), discounts=()
        )
    )
    asked(order, *(Wish(str(n), 1) for n in range(lines)))
    browser = visitor(order)
    # session, order; lines, parcel lines, units taken, policies; reasons; the order's returns and their items
    with django_assert_num_queries(9):
        page = Page(browser.get(items(order)))
    assert page.text.count("Return this item") == lines


def test_before_delivery_an_item_can_be_asked_for(visitor):
    promised()
    order = bought(jana_order(delivered=None))
    page = Page(visitor(order).get(items(order)))
    assert "This item has not been delivered yet." in page.text
    assert page.text.count("Ask for an exception") == 2


def test_a_promise_without_an_end_says_so(visitor):
    promised(None)
    order = bought(jana_order(delivered=NOW - timedelta(days=900)))
    assert "Can be returned at any time." in Page(visitor(order).get(items(order))).text
