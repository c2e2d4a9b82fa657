"""The parcel on the screen: what is expected, and what must not be counted."""

from dataclasses import replace

import pytest

from returns.actions import decisions, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import LineData
from returns.models import RMA, OrderLine, RMAState
from tests.people import MUG, NOW, SHIRT, asked, bought, jana_order, promised
from tests.portal.warehouse.counting import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(logged_in, wanda):
    return logged_in(wanda)


@pytest.fixture
def rma() -> RMA:
    promised()
    return asked(bought(), Wish("1", 2, "too_small"))


def rows(page) -> list[tuple[str, int, str]]:
    return [
        (form.line.line_id, form.expected, str(form.counts[0].value())) for form in page.context["counting"].announced
    ]


def test_what_is_expected_is_preset_as_fine(bench, rma):
    page = shown(bench, rma)
    assert page.status_code == 200
    assert rows(page) == [("1", 2, "2")]


def test_the_other_lines_of_the_order_stand_folded_below(bench, rma):
    counting = shown(bench, rma).context["counting"]
    assert [(form.line.line_id, list(form.fields)) for form in counting.others] == [("2", ["extra", "grade", "note"])]
    assert b'<details class="others">' in shown(bench, rma).content


def test_a_second_parcel_expects_only_what_has_not_arrived(bench, rma, wanda):
    receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
    assert rows(shown(bench, rma, parcel=2)) == [("1", 1, "1")]


def test_what_was_missing_in_the_first_parcel_is_still_expected(bench, rma, wanda):
    receiving.receive(rma, [Count("1", fine=1, missing=1)], by=wanda.actor, at=NOW)
    assert rows(shown(bench, rma, parcel=2)) == [("1", 1, "1")]


def mixed() -> RMA:
    """The T-shirt is accepted at once, the mug waits for an agent."""
    promised()
    order = bought(jana_order(business=True, lines=(SHIRT, replace(MUG, final_sale=True))))
    return asked(order, Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))


def test_an_item_that_waits_for_an_agent_may_be_counted_but_is_not_expected(bench):
    announced = shown(bench, mixed()).context["counting"].announced
    assert [(form.line.line_id, form.expected, len(form.counts)) for form in announced] == [("1", 1, 5), ("2", 0, 5)]


def test_what_comes_of_a_refused_item_is_extra(bench, bob):
    rma = decisions.reject(mixed(), by=bob.actor, at=NOW, note="Sold as final sale.")
    announced = shown(bench, rma).context["counting"].announced
    assert [(form.line.line_id, form.expected, len(form.counts)) for form in announced] == [("1", 1, 5), ("2", 0, 1)]


def test_a_second_scan_of_the_same_parcel_says_when_and_by_whom_it_was_counted(bench, rma, wanda):
    receiving.receive(rma, [Count("1", fine=1, damaged=1)], by=wanda.actor, at=NOW)
    page = shown(bench, rma)
    answer = page.context["answer"]
    assert (answer.tone, answer.word) == ("wait", "Already counted")
    assert answer.facts == ["Parcel 1: Nov. 10, 2026, 1 p.m., Wanda (1 unit fine, 1 unit damaged)"]
    assert answer.advice == "Nothing more is expected."
    assert page.context["upcoming"] == "2"
    assert b'href="?parcel=2"' in page.content


def test_a_second_scan_says_what_is_still_expected(bench, rma, wanda):
    receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
    assert shown(bench, rma).context["answer"].advice == "1 unit is still expected in another parcel."


@pytest.mark.parametrize("parcel", ["", "1", "3", "-1", "two", "9" * 400])
def test_only_the_next_parcel_can_be_counted(bench, rma, wanda, parcel):
    receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
    assert shown(bench, rma, parcel=parcel).context["answer"].word == "Already counted"


def waiting_for_an_agent() -> RMA:
    promised(days=1)
    rma = asked(bought(jana_order(delivered=NOW.replace(month=5), notice_given_at=NOW.replace(month=4))))
    assert rma.state == RMAState.IN_REVIEW
    return rma


def cancelled(by) -> RMA:
    promised()
    return decisions.cancel(asked(bought()), by=by, at=NOW)


def declined(by) -> RMA:
    return decisions.reject(waiting_for_an_agent(), by=by, at=NOW, note="Too late.")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (lambda _by: waiting_for_an_agent(), "An agent has not decided on this return yet."),
        (cancelled, "The shopper has cancelled this return."),
        (declined, "An agent has declined this return."),
    ],
)
def test_a_parcel_that_must_not_be_counted_says_why_and_what_to_do(bench, bob, kind, why):
    page = shown(bench, kind(bob.actor))
    answer = page.context["answer"]
    assert (answer.tone, answer.title) == ("bad", why)
    assert answer.advice == "Do not open the parcel. Put it aside for an agent, with the return number on it."
    assert page.content.count(b"autofocus") == 1


@pytest.mark.parametrize("state", [state for state in RMAState if state not in RMAState.receivable()])
def test_every_state_that_is_not_receivable_has_its_sentence(bench, rma, state):
    RMA.objects.filter(pk=rma.pk).update(state=state)
    assert shown(bench, rma).context["answer"].word == "Do not count"


def test_a_return_that_is_not_there_is_not_found(bench):
    assert bench.get("/warehouse/returns/R7F3-K2QX-1/").status_code == 404


def test_the_bench_sees_no_price_and_no_address(bench, rma):
    html = shown(bench, rma).content.decode()
    for hidden in ("100.00", "10000", "EUR", "€", "Nováková", "jana@example.com", "Dlouhá", "110 00", "Praha"):
        assert hidden not in html


def test_the_page_speaks_the_language_of_who_stands_at_the_bench(bench, rma):
    bench.cookies["language"] = "cs"
    assert shown(bench, rma).context["counting"].announced[0].name == "Tričko"


HOSTILE = "<script>alert('x')</script>{{7*7}}"


def test_hostile_names_are_shown_as_text(bench):
    promised()
    line = LineData(
        "1", HOSTILE, 1, 100, sku='"><img src=x onerror=alert(1)>', image="javascript:alert(1)", kind="apparel"
    )
    page = shown(bench, asked(bought(jana_order(lines=(line, MUG), discounts=()))))
    assert b"<script>alert" not in page.content
    assert b"<img src=x" not in page.content
    assert b"{{7*7}}" in page.content


@pytest.mark.parametrize("lines", [1, 3])
def test_a_longer_order_costs_no_more_statements(bench, django_assert_num_queries, lines):
    promised()
    sold = tuple(LineData(str(place), f"Thing {place}", 2, 100) for place in range(1, lines + 1))
    rma = asked(
        bought(jana_order(lines=(*sold, SHIRT_ASIDE), discounts=())),
        *(Wish(line.id, 1, "changed_mind") for line in sold),
    )
    assert OrderLine.objects.filter(order=rma.order).count() == lines + 1
    with django_assert_num_queries(8):
        shown(bench, rma)


SHIRT_ASIDE = LineData("99", SHIRT.name, 1, 100)
