"""A policy as a merchant reads it: one sentence that says all it promises."""

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from returns.policy.facts import CountedFrom, OutboundShipping, Resolution, Terms
from returns.sentences.writing import countries, day, goods, listed, money, until


def of_terms(terms: Terms) -> str:
    """As in "Shoes may come back within 30 days of delivery in all countries; we pay for the label; no fee."."""
    head = gettext("%(goods)s may come back %(when)s %(where)s") % {
        "goods": _first_large(goods(terms.kinds)) if terms.kinds else gettext("All goods"),
        "when": of_window(terms),
        "where": gettext("in %(countries)s") % {"countries": countries(terms.countries)}
        if terms.countries
        else gettext("in all countries"),
    }
    return "; ".join([head, *_clauses(terms)]) + "."


def of_window(terms: Terms) -> str:
    """As in "within 30 days of delivery"."""
    days = terms.window_days
    if days is None:
        return gettext("at any time")
    if days == 0:
        return {
            CountedFrom.ORDER: gettext("on the day of the order"),
            CountedFrom.DISPATCH: gettext("on the day of dispatch"),
            CountedFrom.POSSESSION: gettext("on the day of delivery"),
        }[terms.counted_from]
    return {
        CountedFrom.ORDER: ngettext("within %(days)d day of the order", "within %(days)d days of the order", days),
        CountedFrom.DISPATCH: ngettext("within %(days)d day of dispatch", "within %(days)d days of dispatch", days),
        CountedFrom.POSSESSION: ngettext("within %(days)d day of delivery", "within %(days)d days of delivery", days),
    }[terms.counted_from] % {"days": days}


def of_precedence() -> str:
    """Which policy counts where several cover an item, as precedence.py decides."""
    return gettext(
        "An order keeps the version that was in force when it was placed. Where several policies cover an item, the "
        "most specific one counts: first goods and country, then goods, then country, then neither. Of equally "
        "specific ones the one that came into force last counts, and of those that came at the same moment the one "
        "whose key comes first."
    )


def _clauses(terms: Terms) -> Iterator[str]:
    for season in terms.seasons:
        yield gettext("what is ordered from %(first)s to %(last)s until %(until)s") % {
            "first": day(season.ordered_from),
            "last": day(season.ordered_until),
            "until": until(season.last_day),
        }
    yield _way_back(terms)
    if percent := terms.restocking_percent:
        yield gettext("a restocking fee of %(percent)d percent, but none on a withdrawal by law") % {"percent": percent}
    else:
        yield gettext("no restocking fee") if terms.return_fee else gettext("no fee")
    if (terms.return_fee or terms.restocking_percent) and (count := len(terms.free_reasons)):
        yield ngettext("nothing is charged for %(count)d reason", "nothing is charged for %(count)d reasons", count) % {
            "count": count
        }
    yield from _instead(terms)
    if terms.final_sale_returnable:
        yield gettext("also what was sold as final sale")
    if terms.exceptions_returnable:
        letters = listed(sorted(terms.exceptions_returnable))
        yield gettext("also what the law excepts under %(letters)s") % {"letters": letters}
    if terms.faulty_photos:
        count = terms.faulty_photos
        yield ngettext("we ask for %(count)d photo of a fault", "we ask for %(count)d photos of a fault", count) % {
            "count": count
        }
    yield from _persons(terms)


def _way_back(terms: Terms) -> str:
    if not terms.return_fee:
        return gettext("we pay for the label")
    price = {"price": money(terms.return_fee, terms.currency) if terms.currency else str(terms.return_fee)}
    if not terms.return_cost_told:
        return gettext("the label costs %(price)s, which shoppers are not told before they buy") % price
    return gettext("the label costs %(price)s") % price


def _instead(terms: Terms) -> Iterator[str]:
    """What is offered beside money back, and what is unusual about the delivery."""
    if Resolution.CREDIT in terms.resolutions:
        bonus = terms.credit_bonus_percent
        told = gettext("store credit with a bonus of %(percent)d percent") % {"percent": bonus}
        yield told if bonus else gettext("store credit")
    if Resolution.KEEP in terms.resolutions and (worth := terms.keep_up_to) is not None:
        yield gettext("goods worth at most %(amount)s may be kept") % {
            "amount": money(worth, terms.currency) if terms.currency else worth
        }
    if terms.outbound_shipping is OutboundShipping.NONE:
        yield gettext("a partial withdrawal gives back nothing of the delivery")
    if terms.outbound_shipping is OutboundShipping.FULL:
        yield gettext("a partial withdrawal gives back all of the delivery")


def _persons(terms: Terms) -> Iterator[str]:
    """When an agent decides."""
    if terms.person_decides:
        yield gettext("an agent decides on each")
    if (units := terms.person_above_units) is not None:
        yield ngettext("an agent decides above %(units)d unit", "an agent decides above %(units)d units", units) % {
            "units": units
        }
    if terms.person_above_amount is not None:
        limit = terms.person_above_amount
        yield gettext("an agent decides above %(amount)s") % {
            "amount": money(limit, terms.currency) if terms.currency else limit
        }
    if (returns := terms.person_after_returns) is not None:
        yield ngettext(
            "an agent decides after %(returns)d return in a year",
            "an agent decides after %(returns)d returns in a year",
            returns,
        ) % {"returns": returns}


def _first_large(words: str) -> str:
    return words[:1].upper() + words[1:]
