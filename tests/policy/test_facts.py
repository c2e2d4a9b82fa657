"""What facts mean when nobody says more."""

from collections.abc import Callable

import pytest

from returns.policy.amounts import return_cost
from returns.policy.clocks import End, statutory_end
from returns.policy.facts import (
    Answer,
    Ask,
    CountedFrom,
    Delivery,
    LegalPath,
    LineFacts,
    OrderFacts,
    OutboundShipping,
    Resolution,
    Terms,
)
from returns.policy.law import LAW
from tests.policy.making import PLACED, at, day, line, order

NAIVE = PLACED.replace(tzinfo=None)


def test_an_order_of_a_consumer_who_was_told_is_the_default() -> None:
    held = Delivery(1, None, at("2026-11-02"))
    facts = OrderFacts(PLACED, "IT", "Europe/Rome", "Europe/Berlin", "DE", (LineFacts("1", "", 1, deliveries=(held,)),))
    assert statutory_end(facts, LAW) == End(day("2026-11-16"), "Europe/Rome")
    assert facts.business is False


def test_a_default_order_is_one_contract_not_a_regular_delivery() -> None:
    parcels = (Delivery(1, None, at("2026-11-02")), Delivery(1, None, at("2026-11-20")))
    shirts = LineFacts("1", "apparel", 2, deliveries=parcels)
    facts = OrderFacts(PLACED, "DE", "Europe/Berlin", "Europe/Berlin", "DE", (shirts,))
    assert statutory_end(facts, LAW) == End(day("2026-12-04"), "Europe/Berlin")


def test_a_line_of_which_nobody_says_more_is_an_unsent_good_without_exception() -> None:
    assert LineFacts("1", "shoes", 2) == LineFacts(
        "1",
        "shoes",
        2,
        taken=0,
        deliveries=(),
        exception=None,
        final_sale=False,
        cancelled=0,
        exception_proven=None,
        intangible=False,
        paid=0,
    )


def test_an_order_of_which_nobody_says_more_is_a_consumers_first_made_at_a_distance() -> None:
    assert OrderFacts(PLACED, "IT", "Europe/Rome", "Europe/Berlin", "DE", ()) == OrderFacts(
        PLACED,
        "IT",
        "Europe/Rome",
        "Europe/Berlin",
        "DE",
        (),
        business=False,
        notice_given_at=None,
        notice_known=False,
        notice_presumed=True,
        off_premises=False,
        recurring=False,
        currency="",
        earlier_returns=0,
    )


def test_terms_of_which_nobody_says_more_hold_everywhere_and_ask_no_person() -> None:
    assert Terms("p", 1, 30) == Terms(
        "p",
        1,
        30,
        counted_from=CountedFrom.POSSESSION,
        kinds=frozenset(),
        countries=frozenset(),
        valid_from=None,
        valid_until=None,
        final_sale_returnable=False,
        transit_days=14,
        seasons=(),
        exceptions_returnable=frozenset(),
        faulty_photos=0,
        person_decides=False,
        person_above_units=None,
        person_above_amount=None,
        person_after_returns=None,
        resolutions=frozenset(),
        credit_bonus_percent=0,
        keep_up_to=None,
        outbound_shipping=OutboundShipping.PROPORTIONAL,
        restocking_percent=0,
        return_fee=0,
        return_cost_told=True,
        free_reasons=frozenset(),
        currency="",
    )


def test_the_words_that_rows_and_verdicts_keep_are_these() -> None:
    assert " ".join(Answer) == "accept refer refuse"
    assert " ".join(LegalPath) == "withdrawal conformity courtesy"
    assert " ".join(CountedFrom) == "order dispatch possession"
    assert " ".join(Resolution) == "refund credit keep"
    assert " ".join(OutboundShipping) == "none proportional full"


def test_an_ask_is_a_withdrawal_without_photos_and_with_the_seal_unknown() -> None:
    assert Ask("1", 1) == Ask("1", 1, LegalPath.WITHDRAWAL, None, 0, "", asks_photo=False)


def test_terms_take_no_fee_and_have_told_of_what_they_take() -> None:
    assert (Terms("p", 1, 30).return_fee, Terms("p", 1, 30).restocking_percent) == (0, 0)
    assert return_cost([(Terms("p", 1, 30, return_fee=495), Ask("1", 1), True)], "EUR") == 495


def test_what_is_sent_is_on_its_way_or_there() -> None:
    on_its_way, there, nowhere = Delivery(1, PLACED, None), Delivery(2, None, PLACED), Delivery(4, None, None)
    assert LineFacts("1", "", 7, deliveries=(on_its_way, there, nowhere)).sent == 3
    assert LineFacts("1", "", 7, intangible=True).sent == 7


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        (lambda: Delivery(-1, None, None), "Delivery.units: -1 is negative"),
        (lambda: line(quantity=-1), "LineFacts.quantity: -1 is negative"),
        (lambda: line(taken=-1), "LineFacts.taken: -1 is negative"),
        (lambda: line(cancelled=-1), "LineFacts.cancelled: -1 is negative"),
        (lambda: Terms("p", 1, -1), "Terms.window_days: -1 is negative"),
        (lambda: Terms("p", 1, 30, transit_days=-1), "Terms.transit_days: -1 is negative"),
    ],
)
def test_a_negative_count_is_refused_by_its_name(facts: Callable[[], object], fault: str) -> None:
    with pytest.raises(ValueError, match=r"\.") as refused:
        facts()
    assert str(refused.value) == fault


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (lambda: Delivery(1, NAIVE, None), "Delivery.dispatched_at"),
        (lambda: Delivery(1, None, NAIVE), "Delivery.possession_at"),
        (lambda: order(line(), placed_at=NAIVE), "OrderFacts.placed_at"),
        (lambda: order(line(), notice_given_at=NAIVE), "OrderFacts.notice_given_at"),
        (lambda: Terms("p", 1, 30, valid_from=NAIVE), "Terms.valid_from"),
        (lambda: Terms("p", 1, 30, valid_until=NAIVE), "Terms.valid_until"),
    ],
)
def test_a_moment_without_a_time_zone_is_refused_by_its_name(facts: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match="has no time zone") as refused:
        facts()
    assert str(refused.value) == f"{name}: the datetime 2026-10-20 09:00:00 has no time zone"


def test_nothing_and_a_window_of_no_days_are_no_contradiction() -> None:
    assert Delivery(0, None, None).sent is False
    assert line(quantity=0).returnable == 0
    assert Terms("p", 1, 0, transit_days=0).window_days == 0


def test_two_lines_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id") as refused:
        order(line(), line())
    assert str(refused.value) == "OrderFacts.lines: two lines have the same id"
