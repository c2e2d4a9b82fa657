"""What the shop promises: policies, dated and versioned, with their seasons."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import permutations
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from returns.models.reasons import Reason, words
from returns.policy.countries import COUNTRIES
from returns.policy.currencies import EXPONENTS
from returns.policy.facts import CountedFrom, OutboundShipping, Resolution, Terms
from returns.policy.facts import Season as SeasonFacts
from returns.policy.law import EXCEPTIONS

FROM = {
    CountedFrom.ORDER: _("the order"),
    CountedFrom.DISPATCH: _("dispatch"),
    CountedFrom.POSSESSION: _("delivery"),
}
BESIDE_MONEY = {Resolution.CREDIT: _("store credit"), Resolution.KEEP: _("keeping the goods")}
SHIPPING = {
    OutboundShipping.NONE: _("nothing of it"),
    OutboundShipping.PROPORTIONAL: _("in proportion to the goods"),
    OutboundShipping.FULL: _("all of it"),
}
PRESETS = (14, 30, 100, None)  # days: the windows offered as a starting point; None is no limit
MOST_DAYS = 36_500


def _countries(value: Any) -> None:
    words(value)
    if unknown := [code for code in value if code not in COUNTRIES]:
        raise ValidationError(_("There is no country %(code)s. Use codes such as CZ, DE.") % {"code": unknown[0]})


def _letters(value: Any) -> None:
    words(value)
    if unknown := [letter for letter in value if letter not in EXCEPTIONS]:
        raise ValidationError(_("There is no exception %(letter)s. Use letters from a to m.") % {"letter": unknown[0]})


def _resolutions(value: Any) -> None:
    words(value)
    if set(value) - set(BESIDE_MONEY) or len(set(value)) < len(value):
        raise ValidationError(_("Give each of %(words)s at most once.") % {"words": ", ".join(BESIDE_MONEY)})


def _offering(*resolutions: Resolution) -> Q:
    """Policies that offer at least these beside money back: the whole lists are few enough to be named."""
    lists = [list(words) for count in range(3) for words in permutations(BESIDE_MONEY, count)]
    return Q(resolutions__in=[words for words in lists if {*resolutions} <= {*words}])


def _currency(value: str) -> None:
    if value not in EXPONENTS:
        raise ValidationError(_("There is no currency %(code)s. Use codes such as EUR, CZK.") % {"code": value})


NO_CREDIT = _("Offer store credit, or leave the bonus at 0.")
NO_KEEPING = _("Offer keeping the goods, or leave the value empty.")


class PolicyQuerySet(models.QuerySet["Policy"]):
    def for_orders_placed(self, at: datetime) -> "PolicyQuerySet":
        """Those in force when an order was placed: the order keeps that promise (product.md M1)."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=at), Q(valid_until=None) | Q(valid_until__gt=at))

    def begun(self, at: datetime) -> "PolicyQuerySet":
        """Those that some order placed before that moment may have been given."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lt=at))

    def terms(self) -> list[Terms]:
        """What they promise, in one statement with their seasons: a row for each season, or one without any."""
        season = {name: F(f"seasons__{name}") for name in ("ordered_from", "ordered_until", "last_day")}
        found: dict[int, Policy] = {}
        seasons: defaultdict[int, list[SeasonFacts]] = defaultdict(list)
        rows: Iterable[Any] = self.annotate(**season).order_by("pk", "seasons__ordered_from")
        for row in rows:
            found[row.pk] = row
            if row.ordered_from is not None:
                seasons[row.pk].append(SeasonFacts(row.ordered_from, row.ordered_until, row.last_day))
        return [policy.promising(seasons[key]) for key, policy in found.items()]


class Policy(models.Model):
    """One version of a promise. A changed promise is a new version with its own dates.

    Amounts are minor units of `currency` and bind orders paid in it alone.
    """

    key = models.SlugField(_("key"), max_length=50)
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=100)
    kinds = models.JSONField(
        _("kinds of goods"), default=list, blank=True, validators=[words], help_text=_("Empty means all.")
    )
    countries = models.JSONField(
        _("countries"), default=list, blank=True, validators=[_countries], help_text=_("Empty means all.")
    )

    window_days = models.PositiveIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text=_("Empty means no limit."),
    )
    counted_from = models.CharField(
        _("counted from"),
        max_length=20,
        choices=list(FROM.items()),
        default=CountedFrom.POSSESSION,
    )
    transit_days = models.PositiveIntegerField(
        _("days on the way"),
        default=14,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text=_("Added to the day of dispatch when nobody has told us of the delivery."),
    )
    final_sale_returnable = models.BooleanField(_("final sale may come back"), default=False)
    exceptions_returnable = models.JSONField(
        _("excepted goods that may come back"),
        default=list,
        blank=True,
        validators=[_letters],
        help_text=_("Goods that the law excepts from withdrawal, and that you take back all the same."),
    )

    return_fee = models.BigIntegerField(_("price of the way back"), default=0, validators=[MinValueValidator(0)])
    return_cost_told = models.BooleanField(_("shoppers are told of it before they buy"), default=True)
    free_reasons = models.JSONField(
        _("reasons for which nothing is charged"),
        default=list,
        blank=True,
        validators=[words],
        help_text=_("Neither for the way back nor for restocking. Faulty goods never cost anything."),
    )
    restocking_percent = models.PositiveIntegerField(
        _("restocking fee in percent"), default=0, validators=[MaxValueValidator(100)]
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[_currency],
        help_text=_("Amounts of this policy bind orders paid in this currency alone."),
    )

    resolutions = models.JSONField(
        _("offered beside money back"),
        default=list,
        blank=True,
        validators=[_resolutions],
        help_text=_("Money back is always offered, because the law says so."),
    )
    credit_bonus_percent = models.PositiveIntegerField(
        _("bonus on store credit in percent"), default=0, validators=[MaxValueValidator(100)]
    )
    keep_up_to = models.BigIntegerField(
        _("goods may be kept up to this value"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    outbound_shipping = models.CharField(
        _("what a partial withdrawal gives back of the delivery"),
        max_length=20,
        choices=list(SHIPPING.items()),
        default=OutboundShipping.PROPORTIONAL,
        help_text=_("A full withdrawal always gives the standard delivery back."),
    )

    faulty_photos = models.PositiveIntegerField(
        _("photos of a fault"), default=0, validators=[MaxValueValidator(10)], help_text=_("How many are asked for.")
    )
    person_decides = models.BooleanField(_("an agent decides on every return"), default=False)
    person_above_units = models.PositiveIntegerField(_("an agent decides above this many units"), null=True, blank=True)
    person_above_amount = models.BigIntegerField(
        _("an agent decides above this value"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    person_after_returns = models.PositiveIntegerField(
        _("an agent decides after this many returns in a year"),
        null=True,
        blank=True,
        help_text=_("Counted by e-mail address."),
    )

    valid_from = models.DateTimeField(_("for orders from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("for orders until"), null=True, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="policy_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
            models.CheckConstraint(condition=Q(counted_from__in=[*CountedFrom]), name="policy_counted_from_known"),
            models.CheckConstraint(
                condition=Q(outbound_shipping__in=[*OutboundShipping]), name="policy_outbound_shipping_known"
            ),
            models.CheckConstraint(condition=_offering(), name="policy_resolutions_known"),
            models.CheckConstraint(
                condition=Q(restocking_percent__lte=100, credit_bonus_percent__lte=100),
                name="policy_percent_of_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(credit_bonus_percent=0) | _offering(Resolution.CREDIT),
                name="policy_bonus_on_credit",
                violation_error_message=NO_CREDIT,
            ),
            models.CheckConstraint(
                condition=Q(keep_up_to=None) | _offering(Resolution.KEEP),
                name="policy_kept_if_offered",
                violation_error_message=NO_KEEPING,
            ),
            models.CheckConstraint(
                condition=Q(return_fee__gte=0)
                & (Q(person_above_amount=None) | Q(person_above_amount__gte=0))
                & (Q(keep_up_to=None) | Q(keep_up_to__gte=0)),
                name="policy_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(currency="") | Q(return_fee=0, person_above_amount=None, keep_up_to=None),
                name="policy_amounts_have_a_currency",
                violation_error_message=_("Say in which currency the amounts are."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key} {self.version})"

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            wrong["valid_until"] = _("The end must be later than the start.")
        if not self.currency and (self.return_fee or (self.person_above_amount, self.keep_up_to) != (None, None)):
            wrong["currency"] = _("Say in which currency the amounts are.")
        if self.credit_bonus_percent and Resolution.CREDIT not in self.resolutions:
            wrong["credit_bonus_percent"] = NO_CREDIT
        if self.keep_up_to is not None and Resolution.KEEP not in self.resolutions:
            wrong["keep_up_to"] = NO_KEEPING
        known = Reason.objects.filter(code__in=self.free_reasons).values_list("code", flat=True)
        if unknown := set(self.free_reasons) - set(known):
            wrong["free_reasons"] = _("There is no reason %(code)s.") % {"code": min(unknown)}
        if wrong:
            raise ValidationError(wrong)

    def in_force(self, at: datetime) -> bool:
        """Whether an order placed at that moment would be given this promise."""
        return self.has_begun(at) and not self.ended(at)

    def has_begun(self, at: datetime) -> bool:
        return self.valid_from is None or self.valid_from <= at

    def ended(self, at: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= at

    @property
    def terms(self) -> Terms:
        return self.promising(season.facts for season in (self.seasons.all() if self.pk else ()))

    def promising(self, seasons: Iterable[SeasonFacts]) -> Terms:
        """Its terms, with seasons that are at hand."""
        return Terms(
            id=self.key,
            version=self.version,
            window_days=self.window_days,
            counted_from=CountedFrom(self.counted_from),
            kinds=frozenset(self.kinds),
            countries=frozenset(self.countries),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            final_sale_returnable=self.final_sale_returnable,
            transit_days=self.transit_days,
            seasons=tuple(seasons),
            exceptions_returnable=frozenset(self.exceptions_returnable),
            faulty_photos=self.faulty_photos,
            person_decides=self.person_decides,
            person_above_units=self.person_above_units,
            person_above_amount=self.person_above_amount,
            person_after_returns=self.person_after_returns,
            resolutions=frozenset(map(Resolution, self.resolutions)),
            credit_bonus_percent=self.credit_bonus_percent,
            keep_up_to=self.keep_up_to,
            outbound_shipping=OutboundShipping(self.outbound_shipping),
            restocking_percent=self.restocking_percent,
            return_fee=self.return_fee,
            return_cost_told=self.return_cost_told,
            free_reasons=frozenset(self.free_reasons),
            currency=self.currency,
        )


class Season(models.Model):
    """A longer promise for a while: orders placed on these days (both included) may come back to `last_day`."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="seasons", verbose_name=_("policy"))
    ordered_from = models.DateField(_("ordered from"))
    ordered_until = models.DateField(_("ordered until"))
    last_day = models.DateField(_("may come back until"))

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ["ordered_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ordered_from__lte=F("ordered_until"), ordered_until__lte=F("last_day")),
                name="season_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordered_from} – {self.ordered_until}: {self.last_day}"

    def clean(self) -> None:
        if None in (self.ordered_from, self.ordered_until, self.last_day):
            return
        if self.ordered_until < self.ordered_from:
            raise ValidationError({"ordered_until": _("The end must not be earlier than the start.")})
        if self.last_day < self.ordered_until:
            raise ValidationError({"last_day": _("What is ordered on the last day must have time to come back.")})
        if self.policy_id and any(self.meets(other) for other in self.policy.seasons.exclude(pk=self.pk)):
            raise ValidationError({"ordered_from": SEASONS_OVERLAP})

    def meets(self, other: "Season") -> bool:
        """Whether an order could fall into both."""
        return self.ordered_from <= other.ordered_until and other.ordered_from <= self.ordered_until

    @property
    def facts(self) -> SeasonFacts:
        return SeasonFacts(self.ordered_from, self.ordered_until, self.last_day)


SEASONS_OVERLAP = _("Two seasons of a policy must not overlap.")
