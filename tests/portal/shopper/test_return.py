"""The page of a return: what has happened, what is next, the money; the label, the tracking number, the way out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from returns.actions import decisions, upkeep
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import LineData
from returns.models import SYSTEM, Refund, StatusLink
from tests.people import NOW, arrived, asked, bought, jana_order, late_order, promised
from tests.portal.shopper.conftest import address
from tests.portal.shopper.reading import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def rma():
    promised()
    return asked(bought())


def shown(visitor, rma) -> Page:
    return Page(visitor(rma.order).get(address("return", rma.number)))


def test_the_page_says_what_to_do_by_when(visitor, rma):
    text = shown(visitor, rma).text
    assert f"Your return {rma.number} label ready Order A-1001" in text
    assert "Hand in the parcel by Thursday, 10 December 2026 and keep the proof of posting." in text
    assert "Tuesday, 24 November 2026 By this day at the latest the money is paid back, the way you paid." in text
    assert "For what is accepted €96.72" in text


def test_the_timeline_tells_each_day_once(visitor, rma):
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        arrived(rma, at=NOW + timedelta(days=5))
        text = shown(visitor, rma).text
    assert (
        "Tuesday, 10 November 2026 The return was requested. The return was approved. The label is ready. "
        "Sunday, 15 November 2026 The parcel has arrived and was checked. The refund was ordered." in text
    )
    assert "€96.72 · ordered · Sunday, 15 November 2026" in text


def test_the_page_counts_what_has_arrived(visitor):
    promised()
    rma = asked(bought(), Wish("1", 3), Wish("2", 1))
    arrived(rma, Count("1", fine=1, damaged=1, missing=1))
    text = shown(visitor, rma).text
    assert "T-shirt × 3 may come back 2 of 3 arrived Mug × 1 may come back Your money" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("uncertain", "ordered"),
        ("pending", "on its way to your bank"),
        ("succeeded", "paid back"),
        ("failed", "did not go through; we are looking for another way"),
    ],
)
def test_a_refund_is_told_in_the_shoppers_words(visitor, rma, state, words):
    arrived(rma)
    Refund.objects.update(state=state, gateway_id="re_1")
    assert f"€96.72 · {words} · Tuesday, 10 November 2026" in shown(visitor, rma).text


def test_an_exception_says_why_and_by_when_an_agent_answers(visitor):
    promised()
    text = shown(visitor, asked(late_order())).text
    assert "An agent looks at it and answers you by e-mail." in text
    assert "Wednesday, 11 November 2026 By this day an agent answers you by e-mail." in text
    assert "an agent decides The time for returning this item ended on Sunday, 11 October 2026." in text
    assert "If an agent agrees €96.72" in text
    assert ("Print the label" in text, "For what is accepted" in text) == (False, False)


def test_a_late_answer_is_owned_up_to(visitor):
    promised()
    rma = asked(late_order())
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert "By this day an agent was to answer you. We are sorry for the delay." in shown(visitor, rma).text


def test_a_no_says_why_and_what_can_be_done(visitor):
    promised()
    rma = decisions.reject(asked(late_order()), by=SYSTEM, at=NOW, note="Worn <b>out</b>.")
    text = shown(visitor, rma).text
    assert (
        "We cannot accept this return; the reason stands below. If you see it differently, please write to us." in text
    )
    assert "An agent has declined the request. Worn <b>out</b>." in text


def test_what_an_agent_declined_of_a_mixed_return_leaves_the_rest_as_it_is(visitor):
    promised()
    lines = (LineData("1", "T-shirt", 1, 500, kind="apparel"), LineData("2", "Cap", 1, 300, final_sale=True))
    delivered = NOW - timedelta(days=20)
    order = bought(
        jana_order(lines=lines, discounts=(), delivered=delivered, placed_at=delivered, notice_given_at=delivered)
    )
    rma = asked(order, Wish("1", 1), Wish("2", 1))
    assert "For what is accepted €5.00 Cap × 1 €3.00 If an agent agrees €3.00" in shown(visitor, rma).text
    decisions.reject(rma, by=SYSTEM, at=NOW, note="Final sale.")
    text = shown(visitor, rma).text
    assert "Cap × 1 declined This item was sold as final sale." in text
    assert "For what is accepted €5.00" in text
    assert "Print the label (A4)" in text
    assert "If an agent agrees" not in text


def test_what_an_agent_noted_on_an_approval_stays_with_the_shop(visitor):
    promised()
    rma = decisions.approve(asked(late_order()), by=SYSTEM, at=NOW, note="Kind customer")
    assert "Kind customer" not in shown(visitor, rma).text


def test_an_expired_return_says_what_can_be_done(visitor, rma):
    later = NOW + timedelta(days=31)
    assert upkeep.expire_next(at=later)
    with time_machine.travel(later, tick=False):
        assert "If the parcel is on its way already, please write to us." in shown(visitor, rma).text


@pytest.mark.parametrize(
    ("format", "kind", "starts"),
    [
        ("a4", "application/pdf", b"%PDF"),
        ("a6", "application/pdf", b"%PDF"),
        ("4x6", "application/pdf", b"%PDF"),
        ("letter", "application/pdf", b"%PDF"),
        ("qr", "image/png", b"\x89PNG"),
    ],
)
def test_the_label_comes_in_every_size_under_its_own_name(visitor, rma, format, kind, starts):
    answer = visitor(rma.order).get(address("label", rma.number, format))
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer["Content-Disposition"] == f'inline; filename="{rma.number}-{format}.{kind[-3:]}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer.content.startswith(starts)


def test_the_label_speaks_the_language_of_the_return_and_names_nobody(visitor, rma):
    from io import BytesIO

    from pypdf import PdfReader

    answer = visitor(rma.order).get(address("label", rma.number, "a6"), headers={"accept-language": "en"})
    reader = PdfReader(BytesIO(answer.content))
    text = reader.pages[0].extract_text()
    assert str(reader.root_object["/Lang"]) == "cs"
    assert rma.number in text
    assert [word for word in ("Nováková", "Dlouhá 12, ", "jana@") if word in text] == []


@pytest.mark.parametrize("format", ["a5", "A4", "pdf", "..", "a4.pdf"])
def test_an_unknown_size_is_not_found(visitor, rma, format):
    assert visitor(rma.order).get(f"/returns/{rma.number}/label/{format}/").status_code == 404


def test_a_return_that_is_not_to_be_sent_has_no_label(visitor, rma):
    decisions.cancel(rma, by=SYSTEM, at=NOW)
    assert visitor(rma.order).get(address("label", rma.number, "a4")).status_code == 404


def test_cancelling_frees_the_items_and_may_be_pressed_twice(visitor, rma):
    browser = visitor(rma.order)
    for _press in range(2):
        assert browser.post(address("cancellation", rma.number)).url == address("return", rma.number)
    rma = type(rma).objects.get()
    assert (rma.state, rma.events.filter(kind="rma.cancelled").count()) == ("cancelled", 1)
    page = Page(browser.get(address("return", rma.number)))
    assert "This return was cancelled. Its items can be chosen again." in page.text
    assert "Nothing is accepted, so no money is due." in page.text
    assert "Yes, cancel the return" not in page.text


def test_what_has_arrived_cannot_be_cancelled(visitor, rma):
    arrived(rma)
    browser = visitor(rma.order)
    assert "Cancel this return" not in Page(browser.get(address("return", rma.number))).text
    browser.post(address("cancellation", rma.number))
    text = Page(browser.get(address("return", rma.number))).text
    assert "This return can no longer be cancelled, because something has arrived already." in text


def test_nothing_is_cancelled_by_opening_an_address(visitor, rma):
    assert visitor(rma.order).get(address("cancellation", rma.number)).status_code == 405
    assert type(rma).objects.get().state == "label_ready"


def test_a_tracking_number_tells_that_the_parcel_is_on_its_way(visitor, rma):
    browser = visitor(rma.order)
    browser.post(address("parcels", rma.number), {"tracking_number": " RR 473124829 CZ ", "carrier": "Post"})
    text = Page(browser.get(address("return", rma.number))).text
    assert "in transit" in text
    assert "Post RR 473124829 CZ · on its way, Tuesday, 10 November 2026" in text
    assert "The parcel is on its way to us." in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Please enter the tracking number."),
        ("<script>", "Please enter the tracking number as it stands on the proof of posting."),
    ],
)
def test_a_bad_tracking_number_is_kept_and_explained(visitor, rma, typed, sentence):
    answer = visitor(rma.order).post(address("parcels", rma.number), {"tracking_number": typed, "carrier": "Post"})
    page = Page(answer)
    assert (answer.status_code, page.summary) == (400, [("id_tracking_number", sentence)])
    assert (page.values["tracking_number"], page.values["carrier"]) == ([typed], ["Post"])


def test_without_a_printer_the_code_stands_on_the_page(visitor):
    from tests.portal.shopper.test_check import press, ready

    promised()
    order = bought()
    browser = ready(visitor, order, way="qr")
    answer = browser.get(press(browser, order).url)
    number = type(answer.context["rma"]).objects.get().number
    assert f'<img src="{address("label", number, "qr")}"' in answer.content.decode()


@pytest.mark.parametrize("typed", [str.lower, lambda number: number.replace("-", ""), lambda number: number])
def test_the_number_may_be_typed_in_any_form(visitor, rma, typed):
    assert visitor(rma.order).get(address("return", typed(rma.number))).status_code == 200


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_the_page_takes_thirteen_statements_for_any_number_of_items(visitor, lines, django_assert_num_queries):
    promised()
    goods = tuple(LineData(str(n), f"Mug {n}", 1, 495, kind="homeware") for n in range(lines))
    rma = asked(bought(jana_order(lines=goods, discounts=())), *(Wish(str(n), 1, "other") for n in range(lines)))
    arrived(rma)
    browser = visitor(rma.order)
    # session; the return with its order, its items, lines, reasons, receipts, their lines, refunds, parcels; photos,
    # messages, valuations; events
    with django_assert_num_queries(13):
        assert browser.get(address("return", rma.number)).status_code == 200


def test_a_links_visitor_is_not_led_to_what_they_may_not_see(rma):
    browser = Client()
    browser.get(f"/link/{StatusLink.objects.make(rma, at=NOW)}/")
    links = Page(browser.get(address("return", rma.number))).links
    assert [href for href, _words in links if href.startswith("/orders/")] == []
