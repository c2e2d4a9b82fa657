"""What facts mean when nobody says more."""

from returns.policy.amounts import return_cost
from returns.policy.clocks import End, statutory_end
from returns.policy.facts import Ask, Delivery, LegalPath, LineFacts, OrderFacts, Terms
from returns.policy.law import LAW
from tests.policy.making import PLACED, at, day


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


def test_an_ask_is_a_withdrawal_without_photos_and_with_the_seal_unknown() -> None:
    assert Ask("1", 1) == Ask("1", 1, LegalPath.WITHDRAWAL, None, 0, "")


def test_terms_take_no_fee_and_have_told_of_what_they_take() -> None:
    assert (Terms("p", 1, 30).return_fee, Terms("p", 1, 30).restocking_percent) == (0, 0)
    assert return_cost([(Terms("p", 1, 30, return_fee=495), Ask("1", 1), True)], "EUR") == 495


def test_what_is_sent_is_on_its_way_or_there() -> None:
    on_its_way, there, nowhere = Delivery(1, PLACED, None), Delivery(2, None, PLACED), Delivery(4, None, None)
    assert LineFacts("1", "", 7, deliveries=(on_its_way, there, nowhere)).sent == 3
    assert LineFacts("1", "", 7, intangible=True).sent == 7
