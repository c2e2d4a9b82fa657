"""Every code that a decision or an action can give has a sentence of its own."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.utils import translation

from returns import sentences
from returns.policy.facts import Answer
from returns.policy.reasons import CODES, FAULTS, Reason
from returns.policy.verdict import Verdict
from returns.reactions import REACTIONS

ACTIONS = settings.BASE_DIR / "returns" / "actions"
VALUES = {
    name: {"units": 3, "delivered": 1, "returnable": 2, "needed": 1, "photos": 0, "limit": 5}.get(name, "2026-11-16")
    for names in (*CODES.values(), *FAULTS.values())
    for name in names
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_reason_of_a_verdict_has_a_sentence(code: str) -> None:
    assert code in sentences.codes._REASONS
    sentence = sentences.of_reason(Reason(code, {name: VALUES[name] for name in CODES[code]}))
    assert sentence.endswith(".")
    assert "%(" not in sentence


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_reason_without_its_values_still_reads_as_a_sentence(code: str) -> None:
    assert sentences.of_reason(Reason(code, dict.fromkeys(CODES[code], ""))).endswith(".")


def test_every_refusal_of_an_action_has_a_sentence() -> None:
    codes = {code for file in ACTIONS.glob("*.py") for code in re.findall(r'Refused\(\s*"(\w+)"', file.read_text())}
    internal = {"remote_differs", "unknown_status", "room_in_doubt"}  # told to a person as breaks, never to who asked
    assert codes - internal <= set(sentences.codes._REFUSALS)
    assert set(FAULTS) <= set(sentences.codes._REFUSALS)


def test_every_event_that_a_timeline_shows_is_a_kind_of_event() -> None:
    assert set(sentences.codes._EVENTS) <= set(REACTIONS)


def test_a_day_is_written_with_its_weekday(settings) -> None:

    with translation.override("cs"):
        assert sentences.day(date(2026, 11, 16)) == "16. listopadu 2026 (pondělí)"
    with translation.override("en"):
        assert sentences.day(date(2026, 11, 16)) == "Monday, 16 November 2026"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (28_500, "EUR", {"en": "€285.00", "cs": "285,00\xa0€"}),
        (28_500, "CZK", {"en": "CZK285.00", "cs": "285,00\xa0Kč"}),
        (28_500, "RSD", {"en": "RSD285.00", "cs": "285,00\xa0RSD"}),
        (28_500, "KWD", {"en": "KWD28.500", "cs": "28,500\xa0KWD"}),
        (1_234_567, "JPY", {"en": "¥1,234,567", "cs": "1\xa0234\xa0567\xa0JP¥"}),
    ],
)
def test_money_is_written_in_the_readers_form_with_the_currencys_decimals(amount, currency, written) -> None:
    for language, expected in written.items():
        with translation.override(language):
            assert sentences.money(amount, currency) == expected


@pytest.mark.parametrize(
    ("last", "czech"),
    [(16, "pondělí 16"), (18, "středy 18"), (19, "čtvrtka 19"), (20, "pátku 20"), (21, "soboty 21"), (22, "neděle 22")],
)
def test_a_last_day_declines_its_weekday(last: int, czech: str) -> None:
    verdict = Verdict("1", 1, Answer.ACCEPT, policy_until=date(2026, 11, last))
    with translation.override("cs"):
        assert sentences.of_verdict(verdict).startswith(f"Vrátit lze do {czech}. listopadu 2026. ")
    with translation.override("en"):
        assert sentences.until(date(2026, 11, 16)) == "Monday, 16 November 2026"
