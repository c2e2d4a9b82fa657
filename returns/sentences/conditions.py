"""The return conditions in words: what a policy promises and what the law gives, as shoppers read them.

Written out of the same terms and tables that decide, so that text and rules cannot disagree.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.translation import gettext, ngettext

from returns.policy.facts import OutboundShipping, Resolution, Terms
from returns.policy.law import RefundFrom, Regime
from returns.sentences.promises import of_window
from returns.sentences.writing import EXCEPTIONS, day, listed, money, until


def of_promise(terms: Terms, reasons: Mapping[str, str], on: date) -> Iterator[str]:
    """What the shop promises by one policy; `reasons` are labels by code, `on` the day on which it is read."""
    yield gettext("You can send them back %(when)s.") % {"when": of_window(terms)}
    for season in terms.seasons:
        if season.last_day >= on:
            yield gettext("What is ordered from %(first)s to %(last)s can be sent back until %(until)s.") % {
                "first": day(season.ordered_from),
                "last": day(season.ordered_until),
                "until": until(season.last_day),
            }
    if terms.final_sale_returnable:
        yield gettext("This holds for final sale too.")
    else:
        yield gettext("This does not hold for final sale.")
    if returnable := sorted(terms.exceptions_returnable & EXCEPTIONS.keys()):
        words = listed(str(EXCEPTIONS[letter]) for letter in returnable)
        yield gettext("We also take back what the law excepts here: %(goods)s.") % {"goods": words}
    yield from _price(terms, reasons)
    yield from _instead(terms)
    if photos := terms.faulty_photos:
        yield ngettext(
            "If they are faulty, please send %(count)d photo of the fault.",
            "If they are faulty, please send %(count)d photos of the fault.",
            photos,
        ) % {"count": photos}
    yield from _agent(terms)


def _price(terms: Terms, reasons: Mapping[str, str]) -> Iterator[str]:
    if not terms.return_fee:
        yield gettext("We pay for the way back.")
    else:
        yield gettext("For orders paid in %(currency)s the way back costs %(price)s, once for each parcel.") % {
            "currency": terms.currency,
            "price": money(terms.return_fee, terms.currency),
        }
    if terms.restocking_percent:
        yield gettext(
            "We keep %(percent)d percent of the price, but nothing while the law gives you the right to withdraw, and "
            "nothing of faulty goods."
        ) % {"percent": terms.restocking_percent}
    if terms.return_fee or terms.restocking_percent:
        yield from _free(terms, reasons)


def _free(terms: Terms, reasons: Mapping[str, str]) -> Iterator[str]:
    if free := sorted(reasons.get(code, code) for code in terms.free_reasons):
        yield gettext("For these reasons we charge nothing: %(reasons)s.") % {"reasons": listed(free)}


def _instead(terms: Terms) -> Iterator[str]:
    """What may be chosen beside money back."""
    if Resolution.CREDIT in terms.resolutions:
        bonus = terms.credit_bonus_percent
        yield (
            gettext("If you like, you get store credit instead of the money, with a bonus of %(percent)d percent.")
            % {"percent": bonus}
            if bonus
            else gettext("If you like, you get store credit instead of the money.")
        )
    if Resolution.KEEP in terms.resolutions and terms.keep_up_to is not None:
        yield gettext(
            "If what you return of an order paid in %(currency)s is worth at most %(amount)s, you may keep it and get "
            "the money back."
        ) % {"currency": terms.currency, "amount": money(terms.keep_up_to, terms.currency)}


def of_delivery(terms: Terms) -> str:
    """What a consumer who withdraws gets back of the outbound delivery (law.md M-1, M-10, M-11)."""
    return {
        OutboundShipping.NONE: gettext(
            "If you withdraw from a whole order, we also pay back the standard delivery; if from a part of it, nothing "
            "of the delivery."
        ),
        OutboundShipping.PROPORTIONAL: gettext(
            "If you withdraw from a whole order, we also pay back the standard delivery; if from a part of it, a part "
            "of the delivery in proportion to the goods."
        ),
        OutboundShipping.FULL: gettext(
            "If you withdraw from an order or a part of it, we also pay back the standard delivery."
        ),
    }[terms.outbound_shipping]


def _agent(terms: Terms) -> Iterator[str]:
    if terms.person_decides:
        yield gettext("An agent looks at each return first.")
    if (units := terms.person_above_units) is not None:
        yield (
            ngettext(
                "An agent looks at returns of more than %(units)d unit first.",
                "An agent looks at returns of more than %(units)d units first.",
                units,
            )
            % {"units": units}
        )
    if terms.person_above_amount is not None:
        yield gettext("An agent looks at items worth more than %(amount)s first.") % {
            "amount": money(terms.person_above_amount, terms.currency)
        }
    if (returns := terms.person_after_returns) is not None:
        yield (
            ngettext(
                "An agent looks at a return first if there has been %(returns)d in a year.",
                "An agent looks at a return first if there have been %(returns)d in a year.",
                returns,
            )
            % {"returns": returns}
        )


def of_right(regime: Regime) -> Iterator[str]:
    """The right to withdraw: how long, from when, how."""
    yield (
        ngettext(
            "As a consumer you can withdraw from the contract within %(days)d day, without saying why.",
            "As a consumer you can withdraw from the contract within %(days)d days, without saying why.",
            regime.days,
        )
        % {"days": regime.days}
    )
    if regime.first_day_counts:
        yield gettext("The day on which you, or somebody you named, received the last item is the first of them.")
    else:
        yield gettext("They are counted from the day after you, or somebody you named, received the last item.")
    if regime.closed_days_move:
        yield gettext("If the last day is a Saturday, a Sunday or a public holiday, the next working day is the last.")
    yield gettext("You can do so from the day of the order on, also before anything is delivered.")
    if months := regime.months_without_notice:
        yield (
            ngettext(
                "If we have not told you of this right, you have %(months)d month more.",
                "If we have not told you of this right, you have %(months)d months more.",
                months,
            )
            % {"months": months}
        )
    yield gettext("No approval is needed for it, and it costs no fee but the way back where a price is told above.")
    yield gettext("It holds for final sale too.")


def of_exceptions(letters: frozenset[str]) -> list[str]:
    return [str(words) for letter, words in EXCEPTIONS.items() if letter in letters]


def of_money_back(regime: Regime) -> str:
    """By when the money is back, as `Order.refund_by` works it out."""
    if regime.refund_days == 0 and regime.refund_from is RefundFrom.RECEIVED:
        return gettext("You have the money on the day on which we receive the goods.")
    days = {"days": regime.refund_days}
    if regime.refund_from is RefundFrom.INFORMED:
        return (
            gettext(
                "You have the money within %(days)d days of telling us. If neither the goods nor a proof that you have "
                "sent them is here by then, we pay as soon as one of them is."
            )
            % days
        )
    if regime.refund_from is RefundFrom.GOODS_SENT:
        return (
            gettext("You have the money within %(days)d days of our receiving the goods or a proof of sending.") % days
        )
    return gettext("You have the money within %(days)d days of our receiving the goods.") % days


def of_faults(liable_years: int | None) -> Iterator[str]:
    if liable_years is not None:
        yield (
            ngettext(
                "For faulty goods we are liable by law for %(years)d year from delivery.",
                "For faulty goods we are liable by law for %(years)d years from delivery.",
                liable_years,
            )
            % {"years": liable_years}
        )
    yield gettext("Faulty goods cost you nothing to send back, and no time limit above restricts your rights by law.")


def of_shown_faults() -> str:
    """Where a reason asks for it, whatever the promise says."""
    return gettext("For some reasons we ask you for a photo of the fault.")
