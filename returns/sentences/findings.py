"""What the linter says of a policy, so that a merchant knows what to change."""

from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext, ngettext

from returns.policy.lint import Issue
from returns.sentences.writing import day, language, some_countries

Values = Mapping[str, str | int]


def of_issue(issue: Issue) -> str:
    """One sentence, with the number of the rule in law.md; the shop's own rules have none."""
    values = dict(issue.values)
    if "countries" in values:
        values["countries"] = some_countries(str(values["countries"]).split())
    if "language" in values:
        values["language"] = language(str(values["language"]))
    sentence = _ISSUES[issue.code](values)
    return sentence if issue.rule == "own" else f"{sentence} ({issue.rule})"


def _season(sentence: str, values: Values) -> str:
    days = {name: day(date.fromisoformat(str(value))) for name, value in values.items()}
    return sentence % days


_ISSUES: dict[str, Callable[[Values], str]] = {
    "window_shorter_than_law": lambda v: (
        ngettext(
            "The law gives consumers %(law_days)d days to withdraw: %(days)d is too few in %(countries)s.",
            "The law gives consumers %(law_days)d days to withdraw: %(days)d are too few in %(countries)s.",
            int(v["days"]),
        )
        % v
    ),
    "window_counted_early": lambda v: (
        gettext(
            "These %(days)d days start before delivery and may end before the %(law_days)d days of the law in "
            "%(countries)s; consumers there keep the longer time."
        )
        % v
    ),
    "restocking_fee_on_withdrawal": lambda v: (
        gettext(
            "A consumer who withdraws pays no restocking fee in %(countries)s: there the %(percent)d percent are kept "
            "only after the days of the law."
        )
        % v
    ),
    "outbound_shipping_kept": lambda v: (
        gettext(
            "Whether a consumer who withdraws from a part of an order gets a part of the delivery back is not settled "
            "in %(countries)s: in proportion is the safer choice."
        )
        % v
    ),
    "return_cost_not_told": lambda v: (
        gettext(
            "In %(countries)s consumers pay the way back only if they are told of it before they buy: tell them, or "
            "set the price to 0."
        )
        % v
    ),
    "sale_goods_excluded": lambda v: (
        gettext("Final sale does not end the right to withdraw in %(countries)s: there it stays open all the same.") % v
    ),
    "approval_before_withdrawal": lambda v: (
        gettext(
            "A withdrawal needs nobody's approval in %(countries)s: there an agent decides only after the days of "
            "the law."
        )
        % v
    ),
    "fees_to_disclose": lambda v: gettext("New York wants each fee shown before the buyer pays (%(countries)s).") % v,
    "percent_out_of_range": lambda v: gettext("%(percent)d percent is not between 0 and 100.") % v,
    "bonus_without_credit": lambda _v: gettext("Offer store credit, or leave the bonus at 0."),
    "keeping_half_offered": lambda _v: gettext(
        "Nobody is told that goods may be kept: offer it, and say up to which value."
    ),
    "never_in_force": lambda _v: gettext("The end must be later than the start."),
    "season_reversed": lambda v: _season(
        gettext("The season from %(ordered_from)s to %(ordered_until)s ends before it starts, or leaves no time."), v
    ),
    "seasons_overlap": lambda v: _season(
        gettext("The season from %(ordered_from)s starts before another one ends, on %(ordered_until)s."), v
    ),
    "goods_without_policy": lambda _v: gettext(
        "No policy covers all goods in all countries: returns of what none covers wait for an agent."
    ),
    "decided_by_name": lambda v: (
        gettext(
            "%(first)s and %(second)s cover the same goods, equally closely and from the same moment on: %(first)s "
            "counts, because its key comes first."
        )
        % v
    ),
    "reason_claims_no_right": lambda _v: gettext(
        "Whoever gives this reason is judged without the right to withdraw: choose it only for people who did not buy "
        "the goods, such as recipients of a gift."
    ),
    "statutory_label_changed": lambda v: (
        gettext(
            "In this language (%(language)s) the law names the button “%(label)s”: “%(shown)s” must mean the same "
            "beyond doubt."
        )
        % v
    ),
}
