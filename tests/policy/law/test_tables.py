"""The law as data: complete, dated, with its source, and read as it is written."""

from dataclasses import replace
from datetime import date
from itertools import chain

import pytest

from returns.policy.law import EXCEPTIONS, LAW, RefundFrom
from returns.policy.law.calendar import next_open_day, public_holidays, zones_of

UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
TODAY = date(2026, 11, 22)


def test_every_row_says_how_sure_it_is_and_whence() -> None:
    rows = chain(LAW.regimes.values(), LAW.countries, LAW.functions, LAW.labels.values(), EXCEPTIONS.values())
    for row in rows:
        assert row.mark in {"V", "K", "C"}
        assert row.source
        assert bool(row.checked_on) or row.mark != "V"


def test_all_of_the_union_has_its_right() -> None:
    assert {LAW.regime(country, TODAY) for country in UNION.split()} == {LAW.regimes["EU"]}


def test_the_regimes_are_those_of_law_md() -> None:
    numbers = {name: (regime.days, regime.refund_days, regime.refund_from) for name, regime in LAW.regimes.items()}
    assert numbers == {
        "EU": (14, 14, RefundFrom.INFORMED),
        "UK": (14, 14, RefundFrom.GOODS_SENT),
        "CN": (7, 7, RefundFrom.RECEIVED),
        "JP": (8, 0, RefundFrom.RECEIVED),
    }


def test_a_country_that_the_tables_do_not_know_has_no_right() -> None:
    assert LAW.regime("BR", TODAY) is None
    assert LAW.regime("", TODAY) is None
    assert LAW.regime("CH", TODAY) is None


@pytest.mark.parametrize(
    ("country", "first_day"),
    [("DE", "2026-06-19"), ("IT", "2026-06-19"), ("EE", "2026-09-01"), ("AT", "2026-10-01")],
)
def test_W1_the_withdrawal_function_is_a_duty_from_its_day_on(country: str, first_day: str) -> None:
    first = date.fromisoformat(first_day)
    duty = LAW.function(country, first)
    assert duty is not None
    assert duty.confirmed is True
    assert LAW.function(country, date.fromordinal(first.toordinal() - 1)) is None


def test_W1_what_was_not_read_is_not_called_confirmed() -> None:
    assert " ".join(sorted(row.country for row in LAW.functions if row.confirmed)) == "AT DE EE FR IT NL RO SE"
    assert set(UNION.split()) <= {row.country for row in LAW.functions}


def test_W2_W5_the_statutory_labels_are_there_in_all_official_languages() -> None:
    assert " ".join(sorted(LAW.labels)) == "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
    assert (LAW.labels["de"].function, LAW.labels["de"].confirmation) == ("Vertrag widerrufen", "Widerruf bestätigen")
    assert LAW.labels["en"].function == "Withdraw from contract here"
    assert LAW.labels["et"].confirmation == "Kinnitan taganemise"
    assert LAW.labels["it"].function == "Recedere dal contratto qui"


def test_W2_six_versions_have_no_word_for_here_and_are_not_completed() -> None:
    six = {language: LAW.labels[language].function for language in ("da", "de", "et", "hr", "hu", "lv")}
    assert six == {
        "da": "Fortryd aftale",
        "de": "Vertrag widerrufen",
        "et": "Taganen lepingust",
        "hr": "Odustati od ugovora",
        "hu": "Elállás a szerződéstől",
        "lv": "Atteikties no līguma",
    }


def test_the_letters_of_article_16_and_what_they_hang_on() -> None:
    hangs_on = {letter: row.depends_on for letter, row in EXCEPTIONS.items() if row.depends_on}
    assert "".join(EXCEPTIONS) == "abcdefghijklm"
    assert hangs_on == {"a": "proof", "e": "seal", "f": "proof", "i": "seal", "m": "proof"}


def test_regimes_know_no_letter_beyond_article_16() -> None:
    assert set().union(*(regime.exceptions for regime in LAW.regimes.values())) == set(EXCEPTIONS)
    assert LAW.regimes["CN"].exceptions == set("cdijm")


def test_of_two_rows_of_a_country_the_later_in_force_counts() -> None:
    old = LAW.country("DE", TODAY)
    assert old is not None
    new = replace(old, regime="CN", effective_from=date(2027, 1, 1))
    for rows in ((old, new), (new, old)):
        law = replace(LAW, countries=rows)
        assert law.country("DE", date(2014, 6, 12)) is None
        assert law.country("DE", date(2026, 12, 31)) == old
        assert law.regime("DE", date(2027, 1, 1)) == LAW.regimes["CN"]


def test_no_country_has_two_rows_of_one_day() -> None:
    keys = [(row.country, row.effective_from) for row in LAW.countries]
    assert len(set(keys)) == len(keys)


def test_every_country_of_the_tables_has_holidays_and_a_zone() -> None:
    known = {row.country for row in LAW.countries if public_holidays(row.country, 2026, row.holiday_categories)}
    assert known == {row.country for row in LAW.countries}
    assert [country for country in known if not zones_of(country)] == []


def test_an_open_day_is_its_own_next_and_a_closed_one_is_not() -> None:
    assert next_open_day(date(2026, 12, 24), "DE") == date(2026, 12, 24)
    assert next_open_day(date(2026, 12, 25), "DE") == date(2026, 12, 28)
    assert next_open_day(date(2026, 12, 24), "SE", ("public", "de_facto")) == date(2026, 12, 28)


def test_an_unknown_country_has_weekends_only_and_the_calendar_an_end() -> None:
    assert next_open_day(date(2026, 12, 25), "ZZ") == date(2026, 12, 25)
    assert next_open_day(date(2026, 12, 26), "") == date(2026, 12, 28)
    for no_country in ("registry", "HolidayBase", "DEU"):
        assert next_open_day(date(2026, 12, 25), no_country) == date(2026, 12, 25)
    assert next_open_day(date.max, "DE") == date.max


def test_the_law_of_a_day_holds_for_contracts_of_whatever_day() -> None:
    row = next(row for row in LAW.countries if row.country == "DE")
    changed = replace(row, regime="UK", effective_from=date(2027, 1, 1))
    law = replace(LAW, countries=(*LAW.countries, changed))
    now, then = law.of(TODAY), law.of(date(2027, 1, 1))
    for placed in (date(1990, 1, 1), TODAY, date(2040, 1, 1)):
        assert now.regime("DE", placed) == LAW.regimes["EU"]
        assert then.regime("DE", placed) == LAW.regimes["UK"]
        assert now.country("DE", placed) == replace(row, effective_from=date.min)
    assert law.of(date(2014, 6, 12)).country("DE", TODAY) is None
    assert [one.country for one in now.countries] == sorted({one.country for one in LAW.countries})
    assert now.functions == LAW.functions
