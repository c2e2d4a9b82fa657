"""Goods that the law takes out of withdrawal (law.md section 4)."""

import pytest

from returns.policy.exceptions import hangs_on_seal
from returns.policy.facts import Terms
from returns.policy.law import EXCEPTIONS
from returns.policy.reasons import Reason
from tests.policy.making import (
    ACCEPT,
    BETWEEN,
    COURTESY,
    REFER,
    REFUSE,
    WINDOW_10,
    WINDOW_30,
    WITHIN,
    at,
    codes,
    day,
    line,
    order,
    parcel,
    summary,
    verdict,
)


@pytest.mark.parametrize("letter", list("bcdghjkl"))
def test_goods_typed_as_an_exception_are_refused_with_their_letter(letter: str) -> None:
    facts = order(line(parcel("2026-11-02"), exception=letter))
    answered = verdict(facts, WITHIN, WINDOW_30)
    assert summary(answered) == (REFUSE, [f"exception_{letter}"])
    assert answered.until is None


def test_X1_a_seal_is_asked_about_once() -> None:
    for letter in "ei":
        facts = order(line(parcel("2026-11-02"), exception=letter))
        unknown, sealed, broken = (
            verdict(facts, WITHIN, WINDOW_30, seal_broken=broken) for broken in (None, False, True)
        )
        assert unknown.reasons == (Reason("seal_unknown", {"exception": letter}),)
        assert unknown.answer is REFER
        assert summary(sealed) == (ACCEPT, [])
        assert summary(broken) == (REFER, [f"exception_{letter}"])


def test_X1_only_goods_with_a_seal_are_asked_about_it() -> None:
    assert "".join(letter for letter in EXCEPTIONS if hangs_on_seal(letter)) == "ei"
    assert [hangs_on_seal(exception) for exception in (None, "", "z")] == [False, False, False]


def test_X1_a_broken_seal_loses_no_right_before_a_person_has_looked() -> None:
    """The shop's ten days are over, the law's fourteen are not."""
    facts = order(line(parcel("2026-11-02"), exception="e"))
    when = at("2026-11-14")
    assert summary(verdict(facts, when, WINDOW_10, seal_broken=True)) == (REFER, ["exception_e", "window_passed"])
    assert summary(verdict(facts, when, WINDOW_10, seal_broken=False)) == (ACCEPT, ["window_passed", "statutory_right"])
    assert summary(verdict(facts, when, WINDOW_10, law=None)) == (REFUSE, ["seal_unknown", "window_passed"])


@pytest.mark.parametrize(
    ("proven", "expected"),
    [(None, (REFER, ["exception_unproven"])), (False, (ACCEPT, [])), (True, (REFUSE, ["exception_m"]))],
)
def test_X6_digital_content_is_excepted_only_with_its_proofs(proven, expected) -> None:
    facts = order(line(intangible=True, exception="m", exception_proven=proven))
    assert summary(verdict(facts, at("2026-10-21"), WINDOW_30)) == expected


def test_X6_a_missing_proof_is_named_with_its_letter() -> None:
    facts = order(line(intangible=True, exception="m"))
    answered = verdict(facts, at("2026-10-21"), WINDOW_30)
    assert answered.reasons == (Reason("exception_unproven", {"exception": "m"}),)


def test_X4_a_sale_price_is_no_exception_to_the_right() -> None:
    sale = order(line(parcel("2026-11-02"), final_sale=True))
    within = verdict(sale, WITHIN, WINDOW_30)
    assert summary(within) == (ACCEPT, ["final_sale", "statutory_right"])
    assert within.until == day("2026-11-16")
    assert summary(verdict(sale, BETWEEN, WINDOW_30)) == (REFUSE, ["final_sale"])
    assert summary(verdict(sale, WITHIN, WINDOW_30, path=COURTESY)) == (REFUSE, ["final_sale"])


def test_a_shop_may_take_back_what_the_law_excepts() -> None:
    facts = order(line(parcel("2026-11-02"), exception="c"))
    answered = verdict(facts, WITHIN, Terms("p", 1, 30, exceptions_returnable=frozenset({"c"})))
    assert (answered.answer, answered.by_right, answered.until) == (ACCEPT, False, day("2026-12-02"))


def test_China_an_exception_that_the_country_does_not_know_takes_no_right() -> None:
    """China's law has nothing on auctions."""
    facts = order(line(parcel("2026-11-02", zone="Asia/Shanghai"), exception="k"), country="CN")
    assert summary(verdict(facts, at("2026-11-05"), WINDOW_30)) == (ACCEPT, ["exception_k", "statutory_right"])


def test_a_letter_that_nobody_knows_is_for_a_person_where_no_right_decides() -> None:
    facts = order(line(parcel("2026-11-02"), exception="z"))
    unknown = Reason("exception_unknown", {"exception": "z"})
    assert verdict(facts, BETWEEN, WINDOW_30).reasons == (unknown,)
    assert verdict(facts, BETWEEN, WINDOW_30).answer is REFER
    assert summary(verdict(facts, WITHIN, WINDOW_30)) == (ACCEPT, ["exception_unknown", "statutory_right"])


def test_X2_goods_in_foil_that_can_be_cleaned_are_typed_as_no_exception_and_come_back() -> None:
    """A mattress is not of letter e: the shop types nothing, and nobody asks about a seal."""
    assert verdict(order(line(parcel("2026-11-02"), kind="mattress")), WITHIN).by_right
    assert not hangs_on_seal(None)


def test_X3_what_is_made_to_measure_is_excepted_before_anybody_makes_it() -> None:
    assert codes(verdict(order(line(exception="c")), WITHIN, WINDOW_30)) == ["not_delivered", "exception_c"]
    assert not verdict(order(line(exception="c")), WITHIN, WINDOW_30).by_right
