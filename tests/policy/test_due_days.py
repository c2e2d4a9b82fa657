"""Until when the seller answers for faults, and by when the money is back."""

from returns.policy.clocks import liable_until, refund_due
from returns.policy.law import LAW
from tests.policy.making import day, delivered, line, order, parcel


def test_SE_a_fault_is_liable_for_three_years_and_elsewhere_for_two() -> None:
    for country, last in (("DE", "2028-11-02"), ("SE", "2029-11-02")):
        facts = delivered("2026-11-02", country)
        assert liable_until(facts, facts.lines[0], LAW) == day(last)


def test_of_two_parcels_the_later_one_ends_the_liability() -> None:
    facts = order(line(parcel("2026-11-20", 1), parcel("2026-11-02", 2)))
    assert liable_until(facts, facts.lines[0], LAW) == day("2028-11-20")


def test_nobody_guesses_the_end_of_liability() -> None:
    undelivered = order(line(parcel(None)))
    assert liable_until(undelivered, undelivered.lines[0], LAW) is None
    british = delivered("2026-11-02", "GB")
    assert liable_until(british, british.lines[0], LAW) is None


INFORMED, LATER = day("2026-11-02"), day("2026-11-25")


def test_M1_M3_the_money_is_due_fourteen_days_from_the_statement_or_with_the_goods() -> None:
    regime = LAW.regimes["EU"]
    assert refund_due(regime, INFORMED, sent_on=None, received_on=None) is None
    assert refund_due(regime, INFORMED, sent_on=day("2026-11-04"), received_on=None) == day("2026-11-16")
    assert refund_due(regime, INFORMED, sent_on=None, received_on=LATER) == LATER
    assert refund_due(regime, INFORMED, sent_on=day("2026-11-20"), received_on=LATER) == day("2026-11-20")


def test_M4_UK_fourteen_days_run_from_the_goods_or_their_proof() -> None:
    regime = LAW.regimes["UK"]
    assert refund_due(regime, INFORMED, sent_on=day("2026-11-04"), received_on=LATER) == day("2026-11-18")
    assert refund_due(regime, INFORMED, sent_on=None, received_on=None) is None


def test_China_seven_days_run_from_the_receipt() -> None:
    regime = LAW.regimes["CN"]
    assert refund_due(regime, INFORMED, sent_on=INFORMED, received_on=None) is None
    assert refund_due(regime, INFORMED, sent_on=INFORMED, received_on=LATER) == day("2026-12-02")


def test_with_nothing_to_wait_for_the_days_run_from_the_statement() -> None:
    for name in ("EU", "UK"):
        due = refund_due(LAW.regimes[name], INFORMED, sent_on=None, received_on=None, nothing_to_wait_for=True)
        assert due == day("2026-11-16")
