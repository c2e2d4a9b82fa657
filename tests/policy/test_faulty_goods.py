"""Faulty goods: another legal path (law.md section 7)."""

import pytest

from returns.policy.facts import LegalPath, Terms
from returns.policy.reasons import Reason
from tests.policy.making import (
    ACCEPT,
    AFTER,
    BETWEEN,
    CONFORMITY,
    COURTESY,
    REFER,
    WINDOW_10,
    WINDOW_30,
    WITHDRAWAL,
    WITHIN,
    at,
    codes,
    delivered,
    line,
    order,
    parcel,
    summary,
    verdict,
)


def test_a_fault_within_either_window_is_accepted() -> None:
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, WINDOW_30, path=CONFORMITY)) == (ACCEPT, [])
    by_law = verdict(delivered("2026-11-02"), at("2026-11-16"), WINDOW_10, path=CONFORMITY)
    assert summary(by_law) == (ACCEPT, [])
    ever = Terms("ever", 1, None)
    assert summary(verdict(delivered("2026-11-02"), AFTER, ever, path=CONFORMITY)) == (ACCEPT, [])


def test_a_fault_outside_the_windows_goes_to_a_person_with_the_end_of_liability() -> None:
    answered = verdict(delivered("2026-11-02"), AFTER, WINDOW_30, path=CONFORMITY)
    assert (answered.answer, answered.reasons) == (REFER, (Reason("faulty_goods", {"liable_until": "2028-11-02"}),))
    alone = verdict(delivered("2026-11-02"), AFTER, WINDOW_30, path=CONFORMITY, law=None)
    assert (alone.answer, alone.reasons) == (REFER, (Reason("faulty_goods", {"liable_until": ""}),))


def test_a_fault_without_a_policy_goes_to_a_person() -> None:
    assert summary(verdict(delivered("2026-11-02", "US"), WITHIN, path=CONFORMITY)) == (REFER, ["faulty_goods"])


def test_a_fault_of_undelivered_goods_is_a_matter_of_the_delivery() -> None:
    assert codes(verdict(order(line(), country="US"), WITHIN, WINDOW_30, path=CONFORMITY)) == ["not_delivered"]


def test_neither_sale_nor_exception_nor_calendar_refuses_a_fault() -> None:
    facts = order(line(parcel("2026-11-02"), final_sale=True, exception="c"))
    assert summary(verdict(facts, WITHIN, WINDOW_30, path=CONFORMITY)) == (ACCEPT, [])
    assert summary(verdict(facts, AFTER, WINDOW_30, path=CONFORMITY)) == (REFER, ["faulty_goods"])


def test_a_fault_may_need_a_photo_and_a_change_of_mind_never_does() -> None:
    terms = Terms("p", 1, 30, faulty_photos=2)
    one = verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, photos=1)
    assert (one.answer, one.reasons) == (REFER, (Reason("photo_needed", {"needed": 2, "photos": 1}),))
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, photos=2)) == (ACCEPT, [])
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, terms, path=WITHDRAWAL)) == (ACCEPT, [])


@pytest.mark.parametrize(("promised", "needed"), [(0, 1), (1, 1), (2, 2)])
def test_a_reason_may_ask_for_a_photo_of_a_fault(promised: int, needed: int) -> None:
    terms = Terms("p", 1, 30, faulty_photos=promised)
    asked = verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, asks_photo=True)
    assert (asked.answer, asked.reasons) == (REFER, (Reason("photo_needed", {"needed": needed, "photos": 0}),))
    shown = verdict(delivered("2026-11-02"), BETWEEN, terms, path=CONFORMITY, asks_photo=True, photos=needed)
    assert summary(shown) == (ACCEPT, [])


def test_a_reason_may_ask_for_a_photo_where_nothing_is_promised() -> None:
    asked = verdict(delivered("2026-11-02"), WITHIN, path=CONFORMITY, asks_photo=True)
    assert summary(asked) == (REFER, ["photo_needed"])


@pytest.mark.parametrize("path", [WITHDRAWAL, COURTESY])
def test_W4_whatever_the_reason_asks_for_a_change_of_mind_shows_no_photo(path: LegalPath) -> None:
    terms = Terms("p", 1, 30, faulty_photos=2)
    assert summary(verdict(delivered("2026-11-02"), BETWEEN, terms, path=path, asks_photo=True)) == (ACCEPT, [])
