"""A policy in words: what it promises, what the linter finds in it, and what a verdict by it tells the shopper."""

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from returns import sentences
from returns.policy.facts import Answer, CountedFrom, OutboundShipping, Resolution, Season, Terms
from returns.policy.lint import LINT_CODES, Issue, Severity
from returns.policy.reasons import Reason
from returns.policy.verdict import Verdict
from returns.sentences.findings import _ISSUES

APPAREL = frozenset({"apparel"})


# --- promises ---


def terms(days: int | None = 30, **facts: Any) -> Terms:
    return Terms("p", 1, days, **facts)


SEASON = Season(date(2026, 11, 15), date(2026, 12, 24), date(2027, 1, 31))


@pytest.mark.parametrize(
    ("promise", "sentence"),
    [
        (
            terms(kinds=APPAREL),
            "Clothes may come back within 30 days of delivery in all countries; we pay for the label; no fee.",
        ),
        (terms(None), "All goods may come back at any time in all countries; we pay for the label; no fee."),
        (
            terms(1, counted_from=CountedFrom.DISPATCH, countries=frozenset({"DE", "CZ"})),
            "All goods may come back within 1 day of dispatch in Czechia and Germany; we pay for the label; no fee.",
        ),
        (
            terms(0, counted_from=CountedFrom.ORDER, kinds=frozenset({"hats", "footwear"})),
            "Shoes and hats may come back on the day of the order in all countries; we pay for the label; no fee.",
        ),
        (
            terms(return_fee=495, currency="EUR", restocking_percent=15),
            (
                "All goods may come back within 30 days of delivery in all countries; the label costs €4.95; "
                "a restocking fee of 15 percent, but none on a withdrawal by law."
            ),
        ),
        (
            terms(
                resolutions=frozenset({Resolution.CREDIT, Resolution.KEEP}),
                credit_bonus_percent=5,
                keep_up_to=700,
                currency="EUR",
                outbound_shipping=OutboundShipping.FULL,
            ),
            (
                "All goods may come back within 30 days of delivery in all countries; we pay for the label; no fee; "
                "store credit with a bonus of 5 percent; goods worth at most €7.00 may be kept; "
                "a partial withdrawal gives back all of the delivery."
            ),
        ),
        (
            terms(resolutions=frozenset({Resolution.CREDIT}), outbound_shipping=OutboundShipping.NONE),
            (
                "All goods may come back within 30 days of delivery in all countries; we pay for the label; no fee; "
                "store credit; a partial withdrawal gives back nothing of the delivery."
            ),
        ),
        (
            terms(return_fee=495, currency="EUR", return_cost_told=False),
            (
                "All goods may come back within 30 days of delivery in all countries; "
                "the label costs €4.95, which shoppers are not told before they buy; no restocking fee."
            ),
        ),
        (
            terms(return_fee=495, currency="EUR", free_reasons=frozenset({"arrived_late"})),
            (
                "All goods may come back within 30 days of delivery in all countries; "
                "the label costs €4.95; no restocking fee; nothing is charged for 1 reason."
            ),
        ),
        (
            terms(restocking_percent=15, free_reasons=frozenset({"arrived_late", "colour"})),
            (
                "All goods may come back within 30 days of delivery in all countries; we pay for the label; "
                "a restocking fee of 15 percent, but none on a withdrawal by law; nothing is charged for 2 reasons."
            ),
        ),
        (
            terms(free_reasons=frozenset({"arrived_late"})),
            "All goods may come back within 30 days of delivery in all countries; we pay for the label; no fee.",
        ),
        (
            terms(seasons=(SEASON,), final_sale_returnable=True, exceptions_returnable=frozenset("ec")),
            (
                "All goods may come back within 30 days of delivery in all countries; "
                "what is ordered from Sunday, 15 November 2026 to Thursday, 24 December 2026 "
                "until Sunday, 31 January 2027; we pay for the label; no fee; "
                "also what was sold as final sale; also what the law excepts under c and e."
            ),
        ),
        (
            terms(
                faulty_photos=1,
                person_decides=True,
                person_above_units=2,
                person_above_amount=50_000,
                person_after_returns=5,
                currency="CZK",
            ),
            (
                "All goods may come back within 30 days of delivery in all countries; we pay for the label; no fee; "
                "we ask for 1 photo of a fault; an agent decides on each; an agent decides above 2 units; "
                "an agent decides above CZK500.00; an agent decides after 5 returns in a year."
            ),
        ),
    ],
)
def test_a_policy_is_one_sentence(promise: Terms, sentence: str) -> None:
    with override("en"):
        assert sentences.of_terms(promise) == sentence


def test_the_last_day_of_a_season_is_declined_as_the_language_wants_it() -> None:
    with override("cs"):
        assert "lze vrátit do neděle 31. ledna 2027;" in sentences.of_terms(terms(seasons=(SEASON,)))


@pytest.mark.parametrize(("language", "moment"), [("en", "at the same moment"), ("cs", "ve stejném okamžiku")])
def test_a_tie_is_told_as_it_is_broken(language: str, moment: str) -> None:
    with override(language):
        assert moment in sentences.of_precedence()


# --- findings ---

VALUES: dict[str, str | int] = {
    "days": 10,
    "law_days": 14,
    "percent": 15,
    "fee": 495,
    "countries": "CZ DE",
    "first": "a",
    "second": "b",
    "ordered_from": "2026-11-15",
    "ordered_until": "2026-12-24",
    "valid_from": "2026-11-15T00:00:00+00:00",
    "valid_until": "2026-11-14T00:00:00+00:00",
    "language": "de",
    "shown": "Hier widerrufen",
    "label": "Vertrag widerrufen",
}


def found(code: str, rule: str = "C-1", **values: str | int) -> Issue:
    return Issue(Severity.ERROR, rule, code, {name: VALUES[name] for name in LINT_CODES[code]} | values)


@pytest.mark.parametrize("code", sorted(LINT_CODES))
@pytest.mark.parametrize("language", ["en", "cs"])
def test_every_finding_has_a_sentence_with_its_rule(code: str, language: str) -> None:
    with override(language):
        sentence = sentences.of_issue(found(code))
    assert sentence.endswith(" (C-1)")
    assert "%(" not in sentence


def test_every_sentence_is_of_a_finding_and_no_two_are_the_same() -> None:
    assert set(_ISSUES) == set(LINT_CODES)
    assert len({sentences.of_issue(found(code)) for code in LINT_CODES}) == len(LINT_CODES)


def test_a_finding_names_countries_and_days() -> None:
    with override("en"):
        assert sentences.of_issue(found("window_shorter_than_law")) == (
            "The law gives consumers 14 days to withdraw: 10 are too few in Czechia and Germany. (C-1)"
        )


@pytest.mark.parametrize(
    ("days", "english", "czech"),
    [(1, "1 is too few", "1 je příliš málo"), (2, "2 are too few", "2 jsou příliš málo"), (5, "5 are", "5 je příliš")],
)
def test_a_finding_counts_days_as_its_language_does(days: int, english: str, czech: str) -> None:
    for language, words in (("en", english), ("cs", czech)):
        with override(language):
            assert words in sentences.of_issue(found("window_shorter_than_law", days=days)).replace("\xa0", " ")


def test_a_finding_names_a_language_in_the_readers() -> None:
    with override("en"):
        assert sentences.of_issue(found("statutory_label_changed", "W-2")) == (
            "In this language (German) the law names the button “Vertrag widerrufen”: “Hier widerrufen” must mean the "
            "same beyond doubt. (W-2)"
        )
    with override("cs"):
        assert "V tomto jazyce (němčina)" in sentences.of_issue(found("statutory_label_changed")).replace("\xa0", " ")


def test_a_finding_of_the_shops_own_rules_has_no_number() -> None:
    with override("en"):
        assert sentences.of_issue(found("percent_out_of_range", "own")) == "15 percent is not between 0 and 100."


def test_of_many_countries_five_are_named() -> None:
    with override("en"):
        sentence = sentences.of_issue(found("outbound_shipping_kept", countries="AT BE CZ DE EE FI FR"))
    assert "Austria, Belgium, Czechia, Estonia, Finland, and 2 more countries" in sentence


# --- verdicts ---

UNTIL, LATER = date(2026, 11, 16), date(2026, 12, 2)
PASSED = Reason("window_passed", {"policy_until": "2026-11-16", "days": 14, "units_open": 0})
ASK = "You can ask for an exception; an agent decides."
SHOPS = "Our return conditions give you this time."
LAWS = "This is your right by law; you need not say why."


def verdict(answer: Answer = Answer.ACCEPT, *reasons: Reason, **facts: Any) -> Verdict:
    return Verdict(line="1", units=1, answer=answer, reasons=reasons, **facts)


@pytest.mark.parametrize(
    ("answered", "sentence"),
    [
        (verdict(policy_until=LATER), f"Can be returned until Wednesday, 2 December 2026. {SHOPS}"),
        (
            verdict(policy_until=LATER, statutory_until=UNTIL, by_right=True),
            f"Can be returned until Wednesday, 2 December 2026. {SHOPS}",
        ),
        (
            verdict(policy_until=UNTIL, statutory_until=UNTIL, by_right=True),
            f"Can be returned until Monday, 16 November 2026. {LAWS}",
        ),
        (
            verdict(statutory_until=UNTIL),
            "Can be returned until Monday, 16 November 2026. This is your right by law.",
        ),
        (
            verdict(Answer.ACCEPT, Reason("final_sale", {}), statutory_until=UNTIL, by_right=True),
            f"Can be returned until Monday, 16 November 2026. {LAWS}",
        ),
        (
            verdict(policy_until=LATER, estimated=True),
            (
                f"Can be returned until Wednesday, 2 December 2026. {SHOPS} "
                "We have assumed the day of delivery; if it was later, you have longer."
            ),
        ),
        (verdict(open_ended=True), "Can be returned at any time."),
        (verdict(open_ended=True, statutory_until=UNTIL, by_right=True), "Can be returned at any time."),
        (
            verdict(open_ended=True, policy_until=LATER, by_right=True),
            "Can be returned. The time for it starts when everything has been delivered.",
        ),
        (
            verdict(Answer.ACCEPT, Reason("statutory_right", {"statutory_until": ""}), open_ended=True, by_right=True),
            "Can be returned. The time for it starts when everything has been delivered.",
        ),
        (verdict(), "Can be returned."),
        (
            verdict(Answer.REFER, Reason("not_delivered", {"units": 1, "delivered": 0})),
            "This item has not been delivered yet. You can ask for the return.",
        ),
        (
            verdict(Answer.REFUSE, PASSED, policy_until=UNTIL),
            f"The time for returning this item ended on Monday, 16 November 2026. {ASK}",
        ),
        (
            verdict(Answer.REFUSE, PASSED, policy_until=UNTIL, statutory_until=LATER),
            f"The time for returning this item ended on Wednesday, 2 December 2026. {ASK}",
        ),
        (
            verdict(Answer.REFUSE, Reason("window_passed", {**PASSED.values, "units_open": 1}), policy_until=UNTIL),
            (
                "The time for returning this item ended on Monday, 16 November 2026. "
                f"1 unit of it can still be returned. {ASK}"
            ),
        ),
        (
            verdict(Answer.REFUSE, Reason("final_sale", {}), PASSED),
            "This item was sold as final sale. The time for returning this item ended on Monday, 16 November 2026. "
            + ASK,
        ),
    ],
)
def test_a_verdict_says_until_when_why_and_what_then(answered: Verdict, sentence: str) -> None:
    with override("en"):
        assert sentences.of_verdict(answered) == sentence
