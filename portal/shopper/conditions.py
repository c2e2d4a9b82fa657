"""The return conditions of a country, written out of the policies in force today and the law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.access import everybody
from returns.models import Policy, Reason
from returns.policy.countries import COUNTRIES
from returns.policy.facts import Terms
from returns.policy.law import EXCEPTIONS, LAW, Regime
from returns.policy.precedence import covered, in_force
from returns.sentences import conditions as said
from returns.sentences.writing import country, every_country, goods


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its sentences."""

    heading: str
    sentences: Sequence[str]


class Conditions:
    """What holds for an order that is placed at a moment from a country."""

    def __init__(self, code: str, at: datetime) -> None:
        self.code = code
        self.country = country(code)
        self.day = timezone.localdate(at)
        self.covered = covered(in_force(Policy.objects.for_orders_placed(at).terms(), at), code)
        self.row = LAW.country(code, self.day)
        self.regime = LAW.regime(code, self.day) if settings.STATUTORY_CLOCK else None

    @property
    def all_covered(self) -> bool:
        return any(not kinds for _terms, kinds in self.covered)

    @cached_property
    def reasons(self) -> dict[str, str]:
        """The labels of the reasons for which nothing is charged."""
        codes = {code for terms, _kinds in self.covered for code in terms.free_reasons}
        return {reason.code: str(reason) for reason in Reason.objects.filter(code__in=codes)} if codes else {}

    @property
    def promises(self) -> list[Part]:
        parts = [self._promise(terms, kinds) for terms, kinds in self.covered]
        if not self.all_covered:
            left = _("An agent decides on returns of what is not named here.")
            parts.append(Part(_("All other goods") if parts else _("All goods"), [left]))
        return parts

    def _promise(self, terms: Terms, kinds: frozenset[str]) -> Part:
        words = goods(kinds) if kinds else _("All other goods") if len(self.covered) > 1 else _("All goods")
        told = [*said.of_promise(terms, self.reasons, self.day)]
        if self.withdrawable:
            told.append(said.of_delivery(terms))
        return Part(words[:1].upper() + words[1:], told)

    @property
    def right(self) -> list[str]:
        """The right to withdraw, or that none is known here."""
        if self.regime is None:
            told = _("We know of no law in this country by which you can change your mind. Other rights remain yours.")
            return [told]
        if self.regime.only_without_terms and self.all_covered:
            return [_("The law of this country leaves it to conditions such as these. Other rights remain yours.")]
        if self.regime.only_without_terms:
            return [_("For goods that no condition above covers:"), *said.of_right(self.regime)]
        return [*said.of_right(self.regime)]

    @property
    def withdrawable(self) -> bool:
        return self.regime is not None and not (self.regime.only_without_terms and self.all_covered)

    @property
    def exceptions(self) -> list[str]:
        """What the law excepts, and the promise with it where a policy does not say otherwise."""
        return said.of_exceptions(frozenset(EXCEPTIONS))

    @property
    def partly_excepted(self) -> list[str]:
        """What this country's law does not except: there the promise alone ends with it."""
        if self.regime is None or not self.withdrawable:
            return []
        return said.of_exceptions(frozenset(EXCEPTIONS) - self.regime.exceptions)

    @property
    def money_back(self) -> str:
        """By the country's law or, where it has none, by the Union's, to which the shop keeps everywhere."""
        regime: Regime = self.regime or LAW.regimes["EU"]
        return said.of_money_back(regime)

    @property
    def faults(self) -> list[str]:
        shown = Reason.objects.offered().wanting_photo().exists()
        return [
            *said.of_faults(self.row.liable_years if self.row else None),
            *([said.of_shown_faults()] if shown else []),
        ]


@everybody
@require_safe
def conditions(request: HttpRequest, code: str = "") -> HttpResponse:
    """The shop's own country unless another one is chosen."""
    if chosen := request.GET.get("country", "").upper():
        return redirect("shopper:conditions-of", chosen) if chosen in COUNTRIES else redirect("shopper:conditions")
    if code and code not in COUNTRIES:
        raise Http404
    told = Conditions(code or settings.SHOP_COUNTRY, timezone.now())
    return render(request, "shopper/conditions.html", {"told": told, "countries": every_country()})
