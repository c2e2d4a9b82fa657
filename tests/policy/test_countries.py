"""Which countries there are."""

import re

from returns.policy.countries import COUNTRIES
from returns.policy.law import LAW


def test_the_countries_are_the_249_of_iso_3166_by_two_letters() -> None:
    assert len(COUNTRIES) == 249
    assert [code for code in COUNTRIES if not re.fullmatch("[A-Z]{2}", code)] == []


def test_every_country_whose_law_is_known_is_a_country() -> None:
    assert {row.country for row in LAW.countries} - COUNTRIES == set()
    assert "ZZ" not in COUNTRIES
