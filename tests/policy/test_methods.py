"""Ways of paying, as data: what is known before the provider is asked."""

from dataclasses import replace

import pytest

from returns.policy.methods import METHODS


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_row_has_a_source_a_mark_and_days_that_can_be(method):
    assert method.source
    assert method.mark in {"D", "C", "M"}
    assert method.window_days is None or method.window_days > 0
    assert method.clawback_days >= 0


def test_a_way_without_refunds_is_an_obstacle_from_the_start():
    assert METHODS["oxxo"].obstacle(whole=True) == "method_without_refunds"


def test_a_way_that_gives_back_all_or_nothing_refuses_a_part():
    whole_only = replace(METHODS["card"], partial=False)
    assert (whole_only.obstacle(whole=True), whole_only.obstacle(whole=False)) == ("", "method_refunds_whole_only")


def test_a_card_gives_back_parts_at_any_time():
    card = METHODS["card"]
    assert (card.obstacle(whole=False), card.window_over(10_000), card.may_be_clawed_back(1)) == ("", False, False)


def test_a_debit_may_be_clawed_back_for_eight_weeks():
    debit = METHODS["sepa_debit"]
    assert [debit.may_be_clawed_back(days) for days in (0, 55, 56)] == [True, True, False]


def test_a_window_ends_after_its_last_day():
    assert [METHODS["alipay"].window_over(days) for days in (90, 91)] == [False, True]
