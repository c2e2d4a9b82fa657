"""Stripe counts a few currencies otherwise than ISO 4217: what is paid is still exactly what is owed."""

import pytest

from returns.gateways.gateway import Rejected
from returns.gateways.stripe_objects import in_our_units, in_their_units, is_withdrawn


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [("EUR", 1_234, 1_234), ("JPY", 1_234, 1_234), ("ISK", 1_234, 123_400), ("UGX", 5, 500), ("MGA", 1_200, 12)],
)
def test_an_amount_keeps_its_worth_on_the_way_there_and_back(currency: str, ours: int, theirs: int) -> None:
    assert in_their_units(ours, currency) == theirs
    assert in_our_units(theirs, currency) == ours


@pytest.mark.parametrize(("currency", "amount"), [("MGA", 1_250), ("KWD", 1_005)])
def test_an_amount_that_stripe_cannot_pay_to_the_last_unit_is_left_to_a_person(currency: str, amount: int) -> None:
    with pytest.raises(Rejected, match="amount_not_payable"):
        in_their_units(amount, currency)


def test_three_decimals_are_paid_when_the_last_is_a_zero() -> None:
    assert in_their_units(1_010, "KWD") == 1_010


def test_a_foreign_amount_between_two_of_our_units_is_told_as_it_is() -> None:
    assert in_our_units(123_450, "ISK") == 123_450


@pytest.mark.parametrize(
    ("moved", "withdrawn"),
    [([], False), ([-32_400], True), ([-32_400, 32_150], False), ([-32_400, 32_900], False), ([-9, 9, -9], True)],
)
def test_what_was_given_back_at_another_days_rate_is_held_no_longer(moved: list[int], withdrawn: bool) -> None:
    assert is_withdrawn([{"amount": amount} for amount in moved]) is withdrawn
