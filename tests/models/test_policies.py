"""Policies: what a merchant may promise, and what the database refuses."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from returns.models import Policy, Season
from returns.policy.facts import CountedFrom, OutboundShipping, Terms
from returns.policy.facts import Season as SeasonFacts
from tests.people import NOW, promised

pytestmark = pytest.mark.django_db

DECEMBER = SeasonFacts(date(2026, 11, 15), date(2026, 12, 24), date(2027, 1, 31))


def wrong(**terms: Any) -> list[str]:
    """The fields at which a policy like that is refused."""
    policy = Policy(**{"key": "standard", "name_en": "Standard", **terms})
    try:
        policy.full_clean()
    except ValidationError as refused:
        return sorted(refused.message_dict)
    return []


def season(policy: Policy, told: SeasonFacts = DECEMBER) -> Season:
    return Season(
        policy=policy, ordered_from=told.ordered_from, ordered_until=told.ordered_until, last_day=told.last_day
    )


EVERYTHING: dict[str, Any] = {
    "window_days": 100,
    "counted_from": CountedFrom.DISPATCH,
    "kinds": ["apparel"],
    "countries": ["CZ", "DE"],
    "valid_from": NOW,
    "valid_until": NOW + timedelta(days=9),
    "final_sale_returnable": True,
    "transit_days": 5,
    "exceptions_returnable": ["e"],
    "faulty_photos": 2,
    "person_decides": True,
    "person_above_units": 4,
    "person_above_amount": 50_000,
    "person_after_returns": 6,
    "resolutions": ["credit", "keep"],
    "credit_bonus_percent": 8,
    "keep_up_to": 700,
    "outbound_shipping": OutboundShipping.FULL,
    "restocking_percent": 10,
    "return_fee": 495,
    "return_cost_told": False,
    "free_reasons": ["arrived_late"],
    "currency": "EUR",
}


def test_a_policy_passes_all_its_terms_on() -> None:
    policy = Policy.objects.create(key="standard", name_en="Standard", version=3, **EVERYTHING)
    season(policy).save()
    sets = ("kinds", "countries", "exceptions_returnable", "free_reasons", "resolutions")
    expected: dict[str, Any] = {name: frozenset(value) if name in sets else value for name, value in EVERYTHING.items()}
    assert policy.terms == Terms(id="standard", version=3, seasons=(DECEMBER,), **expected)


def test_everything_that_terms_can_say_is_a_column_of_a_policy() -> None:
    assert {field.name for field in fields(Terms)} - set(EVERYTHING) == {"id", "version", "seasons"}


def test_a_new_policy_promises_what_plain_terms_do() -> None:
    assert promised().terms == Terms("standard", 1, 30)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_terms_for_an_order_cost_one_statement(rows: int, django_assert_num_queries) -> None:
    later = SeasonFacts(date(2027, 11, 15), date(2027, 12, 24), date(2028, 1, 31))
    for number in range(rows):
        policy = Policy.objects.create(key=f"policy-{number}", name_en="One", window_days=30)
        season(policy, later).save()
        season(policy).save()
    Policy.objects.create(key="plain", name_en="Plain", window_days=14)
    Policy.objects.create(key="over", name_en="Over", valid_until=NOW)
    with django_assert_num_queries(1):
        found = Policy.objects.for_orders_placed(NOW).terms()
    expected = {f"policy-{number}": (DECEMBER, later) for number in range(rows)}
    assert {terms.id: terms.seasons for terms in found} == {**expected, "plain": ()}


# --- what is refused, at its field ---


@pytest.mark.parametrize(
    ("terms", "fields_told"),
    [
        ({}, []),
        ({"kinds": ["apparel", "anything at all"]}, []),
        ({"kinds": "apparel"}, ["kinds"]),
        ({"kinds": [""]}, ["kinds"]),
        ({"kinds": [7]}, ["kinds"]),
        ({"countries": ["CZ", "GB", "AX"]}, []),
        ({"countries": ["CZ", "UK"]}, ["countries"]),
        ({"countries": ["cz"]}, ["countries"]),
        ({"countries": {"CZ": 1}}, ["countries"]),
        ({"window_days": 0}, []),
        ({"window_days": -1}, ["window_days"]),
        ({"window_days": 36_501}, ["window_days"]),
        ({"restocking_percent": 100}, []),
        ({"restocking_percent": 101}, ["restocking_percent"]),
        ({"restocking_percent": -1}, ["restocking_percent"]),
        ({"return_fee": -1, "currency": "EUR"}, ["return_fee"]),
        ({"return_fee": 495, "currency": "EUR"}, []),
        ({"return_fee": 495}, ["currency"]),
        ({"person_above_amount": 0}, ["currency"]),
        ({"return_fee": 495, "currency": "EURO"}, ["currency"]),
        ({"return_fee": 495, "currency": "XYZ"}, ["currency"]),
        ({"exceptions_returnable": ["a", "m"]}, []),
        ({"exceptions_returnable": ["n"]}, ["exceptions_returnable"]),
        ({"free_reasons": ["arrived_late"]}, []),
        ({"free_reasons": ["nobody_knows"]}, ["free_reasons"]),
        ({"counted_from": "the moon"}, ["counted_from"]),
        ({"resolutions": ["keep", "credit"]}, []),
        ({"resolutions": ["refund"]}, ["resolutions"]),
        ({"resolutions": ["credit", "credit"]}, ["resolutions"]),
        ({"resolutions": {"credit": 1}}, ["resolutions"]),
        ({"resolutions": ["credit"], "credit_bonus_percent": 100}, []),
        ({"resolutions": ["credit"], "credit_bonus_percent": 101}, ["credit_bonus_percent"]),
        ({"resolutions": ["keep"], "credit_bonus_percent": 1}, ["credit_bonus_percent"]),
        ({"resolutions": ["keep"], "keep_up_to": 0, "currency": "EUR"}, []),
        ({"resolutions": ["keep"], "keep_up_to": 0}, ["currency"]),
        ({"resolutions": ["keep"], "keep_up_to": -1, "currency": "EUR"}, ["keep_up_to"]),
        ({"resolutions": ["credit"], "keep_up_to": 500, "currency": "EUR"}, ["keep_up_to"]),
        ({"outbound_shipping": "none"}, []),
        ({"outbound_shipping": "half"}, ["outbound_shipping"]),
        ({"valid_from": NOW, "valid_until": NOW + timedelta(seconds=1)}, []),
        ({"valid_from": NOW, "valid_until": NOW}, ["valid_until"]),
        ({"valid_from": NOW, "valid_until": NOW - timedelta(days=1)}, ["valid_until"]),
    ],
)
def test_what_is_no_promise_is_refused_at_its_field(terms: dict[str, Any], fields_told: list[str]) -> None:
    assert wrong(**terms) == fields_told


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        Policy(key="x", name_en="X", countries=["CZ", "UK"]).full_clean()
    assert refused.value.message_dict == {"countries": ["There is no country UK. Use codes such as CZ, DE."]}


@pytest.mark.parametrize(
    "terms",
    [
        {"restocking_percent": 101},
        {"return_fee": -1, "currency": "EUR"},
        {"return_fee": 1},
        {"person_above_amount": 1},
        {"person_above_amount": -1, "currency": "EUR"},
        {"valid_from": NOW, "valid_until": NOW},
        {"counted_from": "the moon"},
        {"resolutions": ["refund"]},
        {"resolutions": ["credit", "credit"]},
        {"resolutions": ["credit"], "credit_bonus_percent": 101},
        {"resolutions": ["keep"], "credit_bonus_percent": 1},
        {"resolutions": ["keep"], "keep_up_to": 0},
        {"resolutions": ["keep"], "keep_up_to": -1, "currency": "EUR"},
        {"resolutions": ["credit"], "keep_up_to": 500, "currency": "EUR"},
        {"outbound_shipping": "half"},
    ],
)
def test_the_database_refuses_it_too(terms: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        promised(**terms)


def test_a_version_exists_once() -> None:
    promised()
    with pytest.raises(IntegrityError), transaction.atomic():
        promised()


# --- seasons ---


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((day(12, 24), day(11, 15), day(1, 31, 2027)), "ordered_until"),
        ((day(11, 15), day(12, 24), day(12, 23)), "last_day"),
    ],
)
def test_the_days_of_a_season_stand_in_order(days: tuple[date, date, date], field: str) -> None:
    upside_down = season(promised(), SeasonFacts(*days))
    with pytest.raises(ValidationError) as refused:
        upside_down.clean()
    assert list(refused.value.message_dict) == [field]
    with pytest.raises(IntegrityError), transaction.atomic():
        upside_down.save()


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        (day(11, 1), day(11, 14), False),
        (day(11, 1), day(11, 15), True),
        (day(11, 20), day(11, 21), True),
        (day(12, 24), day(12, 31), True),
        (day(12, 25), day(12, 31), False),
    ],
)
def test_seasons_of_a_policy_do_not_overlap(first: date, last: date, overlaps: bool) -> None:
    policy, other = promised(), Policy.objects.create(key="other", name_en="Other")
    season(policy).save()
    told = SeasonFacts(first, last, day(1, 31, 2027))
    season(other, told).clean()
    if overlaps:
        with pytest.raises(ValidationError) as refused:
            season(policy, told).clean()
        assert list(refused.value.message_dict) == ["ordered_from"]
    else:
        season(policy, told).clean()


def test_a_season_does_not_overlap_itself() -> None:
    policy = promised()
    one_day = season(policy, SeasonFacts(day(12, 24), day(12, 24), day(12, 24)))
    one_day.save()
    one_day.full_clean()


def test_a_policy_that_has_begun_may_have_been_given_to_an_order() -> None:
    ever, now, later = (
        Policy.objects.create(key=key, name_en=key, valid_from=start)
        for key, start in [("ever", None), ("now", NOW), ("later", datetime(2030, 1, 1, tzinfo=UTC))]
    )
    assert [policy.has_begun(NOW) for policy in (ever, now, later)] == [True, True, False]
    assert set(Policy.objects.begun(NOW)) == {ever}
