"""What the merchant is warned of."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from returns.policy.facts import CountedFrom, LegalPath, OutboundShipping, Resolution, Season, Terms
from returns.policy.law import LAW
from returns.policy.lint import LINT_CODES, Issue, Severity, lint, lint_labels, lint_reason, lint_together
from tests.policy.making import PLACED, at, day

TODAY = day("2026-11-22")
GERMANY = frozenset({"DE"})


def policy(window_days: int | None = 30, **facts: Any) -> Terms:
    """A policy for Germany with nothing to object to."""
    harmless: dict[str, Any] = {"id": "p", "version": 1, "countries": GERMANY, "final_sale_returnable": True}
    return Terms(window_days=window_days, **{**harmless, **facts})


def error(rule: str, code: str, **values: str | int) -> Issue:
    return Issue(Severity.ERROR, rule, code, values)


def warning(rule: str, code: str, **values: str | int) -> Issue:
    return Issue(Severity.WARNING, rule, code, values)


CASES = [
    (policy(13), error("C-1", "window_shorter_than_law", days=13, law_days=14, countries="DE")),
    (
        policy(27, counted_from=CountedFrom.DISPATCH),
        warning("C-1", "window_counted_early", days=27, law_days=14, countries="DE"),
    ),
    (policy(restocking_percent=15), warning("M-6", "restocking_fee_on_withdrawal", percent=15, countries="DE")),
    (
        policy(outbound_shipping=OutboundShipping.NONE),
        warning("M-10", "outbound_shipping_kept", countries="DE"),
    ),
    (policy(credit_bonus_percent=5), error("own", "bonus_without_credit", percent=5)),
    (
        policy(resolutions=frozenset({Resolution.CREDIT}), credit_bonus_percent=101),
        error("own", "percent_out_of_range", percent=101),
    ),
    (policy(resolutions=frozenset({Resolution.KEEP})), warning("own", "keeping_half_offered")),
    (policy(keep_up_to=0), warning("own", "keeping_half_offered")),
    (
        policy(return_fee=495, return_cost_told=False),
        error("M-7", "return_cost_not_told", fee=495, countries="DE"),
    ),
    (policy(final_sale_returnable=False), warning("X-4", "sale_goods_excluded", countries="DE")),
    (policy(person_decides=True), warning("W-4", "approval_before_withdrawal", countries="DE")),
    (policy(person_above_units=5), warning("W-4", "approval_before_withdrawal", countries="DE")),
    (policy(person_above_amount=0), warning("W-4", "approval_before_withdrawal", countries="DE")),
    (policy(person_after_returns=5), warning("W-4", "approval_before_withdrawal", countries="DE")),
    (
        policy(countries=frozenset({"US"}), return_fee=495),
        warning("8", "fees_to_disclose", countries="US"),
    ),
    (
        policy(countries=frozenset({"CH"}), restocking_percent=101),
        error("own", "percent_out_of_range", percent=101),
    ),
    (
        policy(valid_from=PLACED, valid_until=PLACED),
        error("own", "never_in_force", valid_from=PLACED.isoformat(), valid_until=PLACED.isoformat()),
    ),
    (
        policy(seasons=(Season(day("2026-11-01"), day("2026-12-24"), day("2026-12-23")),)),
        error("own", "season_reversed", ordered_from="2026-11-01", ordered_until="2026-12-24"),
    ),
    (
        policy(
            seasons=(
                Season(day("2026-12-24"), day("2026-12-31"), day("2027-01-31")),
                Season(day("2026-11-01"), day("2026-12-24"), day("2027-01-15")),
            )
        ),
        error("own", "seasons_overlap", ordered_from="2026-12-24", ordered_until="2026-12-24"),
    ),
]


@pytest.mark.parametrize(("terms", "issue"), CASES, ids=[issue.code for _, issue in CASES])
def test_a_setting_that_breaks_a_rule_is_named_with_it(terms: Terms, issue: Issue) -> None:
    assert lint(terms, TODAY) == (issue,)


@pytest.mark.parametrize(
    "terms",
    [
        policy(14),
        policy(None),
        policy(28, counted_from=CountedFrom.DISPATCH),
        policy(return_fee=495, return_cost_told=True),
        policy(resolutions=frozenset({Resolution.CREDIT}), credit_bonus_percent=100),
        policy(resolutions=frozenset({Resolution.CREDIT, Resolution.KEEP}), keep_up_to=500),
        policy(outbound_shipping=OutboundShipping.FULL),
        policy(valid_from=PLACED),
    ],
)
def test_a_lawful_setting_is_left_alone(terms: Terms) -> None:
    assert lint(terms, TODAY) == ()


def test_where_no_law_reaches_the_shop_is_free() -> None:
    strict = policy(3, countries=frozenset({"CH"}), restocking_percent=15, final_sale_returnable=False)
    assert lint(strict, TODAY) == ()


def test_a_percentage_is_between_nothing_and_all() -> None:
    free = frozenset({"CH"})
    codes = [
        [issue.code for issue in lint(policy(restocking_percent=percent, countries=free), TODAY)]
        for percent in (-1, 0, 100, 101)
    ]
    assert codes == [["percent_out_of_range"], [], [], ["percent_out_of_range"]]


def test_China_asks_for_seven_days_only() -> None:
    assert lint(policy(7, countries=frozenset({"CN"})), TODAY) == ()
    assert lint(policy(6, countries=frozenset({"CN"})), TODAY) == (
        error("C-1", "window_shorter_than_law", days=6, law_days=7, countries="CN"),
    )


def test_each_finding_names_the_longest_period_of_its_own_countries() -> None:
    """Japan's eight days bind no shown terms; ten from dispatch are too few for Germany and counted early for China."""
    east = frozenset({"CN", "JP"})
    assert [issue.values["law_days"] for issue in lint(policy(6, countries=east), TODAY)] == [7]
    both = policy(10, countries=frozenset({"CN", "DE"}), counted_from=CountedFrom.DISPATCH)
    assert [(issue.code, issue.values["law_days"], issue.values["countries"]) for issue in lint(both, TODAY)] == [
        ("window_shorter_than_law", 14, "DE"),
        ("window_counted_early", 7, "CN"),
    ]


def test_a_window_of_no_days_is_named_with_no_days() -> None:
    assert lint(policy(0), TODAY) == (error("C-1", "window_shorter_than_law", days=0, law_days=14, countries="DE"),)


def test_a_window_counted_from_dispatch_is_early_from_fourteen_days_on() -> None:
    found = [lint(policy(days, counted_from=CountedFrom.DISPATCH), TODAY)[0].code for days in (13, 14, 27)]
    assert found == ["window_shorter_than_law", "window_counted_early", "window_counted_early"]


def test_seasons_may_follow_each_other() -> None:
    first = Season(day("2026-11-01"), day("2026-12-23"), day("2027-01-15"))
    assert lint(policy(seasons=(first, Season(day("2026-12-24"), day("2026-12-31"), day("2027-01-31")))), TODAY) == ()


def test_a_season_may_be_one_day() -> None:
    christmas_eve = day("2026-12-24")
    assert lint(policy(seasons=(Season(christmas_eve, christmas_eve, christmas_eve),)), TODAY) == ()


def test_only_the_countries_whose_law_is_broken_are_named() -> None:
    terms = policy(10, countries=frozenset({"SE", "DE", "CN", "CH", "JP"}))
    assert lint(terms, TODAY) == (error("C-1", "window_shorter_than_law", days=10, law_days=14, countries="DE SE"),)


def test_a_policy_for_all_countries_meets_every_law() -> None:
    (issue,) = lint(policy(10, countries=frozenset()), TODAY)
    countries = str(issue.values["countries"]).split()
    assert {"DE", "SE", "GB", "RE"} <= set(countries)
    assert {"CN", "CH", "US", "JP"}.isdisjoint(countries)


def test_a_law_that_is_not_yet_in_force_breaks_nothing() -> None:
    assert lint(policy(3), day("2014-06-12"), day("2014-06-12")) == ()


NEXT_YEAR = day("2027-01-01")
GERMAN = next(row for row in LAW.countries if row.country == "DE")


def test_a_law_that_changes_while_the_policy_lasts_is_looked_at_too() -> None:
    """Swiss law gives no right today; here it is to give one next year."""
    swiss = replace(GERMAN, country="CH", effective_from=NEXT_YEAR)
    law = replace(LAW, countries=(*LAW.countries, swiss))
    short = policy(13, countries=frozenset({"CH"}))
    assert lint(short, TODAY, day("2026-12-31"), law) == ()
    too_few = error("C-1", "window_shorter_than_law", days=13, law_days=14, countries="CH")
    assert lint(short, TODAY, NEXT_YEAR, law) == lint(short, TODAY, law=law) == (too_few,)


def test_a_finding_of_today_and_of_a_law_to_come_is_told_once_with_all_its_countries() -> None:
    swiss = replace(GERMAN, country="CH", effective_from=NEXT_YEAR)
    law = replace(LAW, countries=(*LAW.countries, swiss))
    both = policy(13, countries=frozenset({"CH", "DE"}))
    assert lint(both, TODAY, law=law) == (
        error("C-1", "window_shorter_than_law", days=13, law_days=14, countries="CH DE"),
    )


def test_a_law_that_becomes_milder_is_looked_at_as_it_is_until_then() -> None:
    """Fourteen days until the end of the year, seven after it."""
    milder = replace(LAW, countries=(*LAW.countries, replace(GERMAN, regime="CN", effective_from=NEXT_YEAR)))
    too_few = error("C-1", "window_shorter_than_law", days=10, law_days=14, countries="DE")
    assert lint(policy(10), TODAY, law=milder) == (too_few,)
    assert lint(policy(10), NEXT_YEAR, law=milder) == ()


def test_USA_new_york_wants_each_fee_shown_before_it_is_taken() -> None:
    told = warning("8", "fees_to_disclose", countries="US")
    assert lint(policy(countries=frozenset({"US"}), restocking_percent=10), TODAY) == (told,)


def test_goods_that_no_policy_covers_are_told() -> None:
    assert lint_together([policy()], at("2026-11-22")) == (warning("own", "goods_without_policy"),)
    assert lint_together([policy(countries=frozenset())], at("2026-11-22")) == ()


def test_a_policy_that_is_not_yet_in_force_covers_nothing() -> None:
    everywhere = policy(countries=frozenset(), valid_from=at("2026-11-22"))
    assert lint_together([everywhere], at("2026-11-21")) == (warning("own", "goods_without_policy"),)
    assert lint_together([everywhere], at("2026-11-22")) == ()


def test_policies_of_the_same_day_but_not_of_the_same_moment_need_no_name_to_decide() -> None:
    first = policy(id="a", countries=frozenset(), valid_from=at("2026-11-21"))
    second = policy(id="b", countries=frozenset(), valid_from=at("2026-11-21") + timedelta(seconds=1))
    assert lint_together([first, second], at("2026-11-22")) == ()


def test_policies_for_the_same_goods_in_different_countries_do_not_meet() -> None:
    everything, shoes = policy(countries=frozenset()), frozenset({"shoes"})
    german = policy(id="german", kinds=shoes)
    swedish = policy(id="swedish", kinds=shoes, countries=frozenset({"SE"}))
    nordic = policy(id="nordic", kinds=shoes, countries=frozenset({"DK", "SE"}))
    assert lint_together([everything, german, swedish], at("2026-11-22")) == ()
    assert lint_together([everything, german, swedish, nordic], at("2026-11-22")) == (
        warning("own", "decided_by_name", first="nordic", second="swedish"),
    )


def test_two_policies_that_only_their_names_decide_are_told() -> None:
    everything = policy(countries=frozenset())
    first = policy(id="a", kinds=frozenset({"shoes", "apparel"}))
    second = policy(id="b", kinds=frozenset({"shoes"}))
    other = policy(id="c", kinds=frozenset({"books"}))
    assert lint_together([everything, second, other, first], at("2026-11-22")) == (
        warning("own", "decided_by_name", first="a", second="b"),
    )


def test_P3_a_reason_that_claims_no_right_is_told_of() -> None:
    assert lint_reason(LegalPath.COURTESY) == (warning("P-3", "reason_claims_no_right"),)
    assert lint_reason(LegalPath.WITHDRAWAL) == lint_reason(LegalPath.CONFORMITY) == ()


LABELS = {language: (row.function, row.confirmation) for language, row in LAW.labels.items()}
COMPLETED = {"de": ("Hier Vertrag widerrufen", "Widerruf bestätigen"), "en": ("Withdraw from contract here", "Confirm")}


def test_the_laws_own_labels_are_left_alone() -> None:
    assert lint_labels(LABELS) == ()


def test_W2_W5_a_changed_statutory_label_is_named_with_the_laws_words() -> None:
    assert lint_labels({**LABELS, **COMPLETED}) == (
        warning("W-5", "statutory_label_changed", language="en", shown="Confirm", label=LAW.labels["en"].confirmation),
        warning(
            "W-2",
            "statutory_label_changed",
            language="de",
            shown="Hier Vertrag widerrufen",
            label=LAW.labels["de"].function,
        ),
    )


def test_a_language_without_a_text_of_the_law_has_none_to_differ_from() -> None:
    assert lint_labels({"ja": ("契約を撤回", "確認")}) == ()


def test_every_code_is_declared_with_its_values_and_has_a_case() -> None:
    shoes = [policy(id=name, kinds=frozenset({"shoes"})) for name in "ab"]
    found = [issue for _, issue in CASES] + list(lint_together(shoes, at("2026-11-22")))
    found += [*lint_reason(LegalPath.COURTESY), *lint_labels(COMPLETED)]
    assert {issue.code for issue in found} == set(LINT_CODES)
    assert all(tuple(issue.values) == LINT_CODES[issue.code] for issue in found)
    assert " ".join(Severity) == "error warning"
