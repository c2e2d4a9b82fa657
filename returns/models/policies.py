"""What the shop promises: policies, dated and versioned; and the reasons a shopper may give."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from returns.policy.facts import CountedFrom, LegalPath, Terms

FROM = {
    CountedFrom.ORDER: _("the order"),
    CountedFrom.DISPATCH: _("dispatch"),
    CountedFrom.POSSESSION: _("delivery"),
}
PRESETS = (30, 100)  # days: the windows offered as a starting point


class PolicyQuerySet(models.QuerySet["Policy"]):
    def for_orders_placed(self, at: datetime) -> "PolicyQuerySet":
        """Those in force when an order was placed: the order keeps that promise (product.md M1)."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=at), Q(valid_until=None) | Q(valid_until__gt=at))


class Policy(models.Model):
    """One version of a promise. A changed promise is a new version with its own dates."""

    key = models.SlugField(_("key"), max_length=50)
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=100)
    window_days = models.PositiveIntegerField(
        _("days"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(36_500)],
        help_text=_("Empty means no limit."),
    )
    counted_from = models.CharField(
        _("counted from"),
        max_length=20,
        choices=list(FROM.items()),
        default=CountedFrom.POSSESSION,
    )
    kinds = models.JSONField(_("kinds of goods"), default=list, blank=True, help_text=_("Empty means all."))
    countries = models.JSONField(_("countries"), default=list, blank=True, help_text=_("Empty means all."))
    final_sale_returnable = models.BooleanField(_("final sale may come back"), default=False)
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
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key} {self.version})"

    def clean(self) -> None:
        for field in ("kinds", "countries"):
            value = getattr(self, field)
            if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
                raise ValidationError({field: _("Give a list of words.")})

    def in_force(self, at: datetime) -> bool:
        """Whether an order placed at that moment would be given this promise."""
        return (self.valid_from is None or self.valid_from <= at) and not self.ended(at)

    def ended(self, at: datetime) -> bool:
        return self.valid_until is not None and self.valid_until <= at

    @property
    def terms(self) -> Terms:
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
        )


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self) -> "ReasonQuerySet":
        return self.filter(retired_at=None)

    def leaves(self) -> "ReasonQuerySet":
        """Those an item may carry: a reason with reasons under it is a heading."""
        return self.filter(children=None)


class Reason(models.Model):
    """Why an item comes back. `legal_path` decides which law applies (conventions.md)."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    label = models.CharField(_("label"), max_length=100)
    kinds = models.JSONField(_("kinds of goods"), default=list, blank=True, help_text=_("Empty means all."))
    legal_path = models.CharField(
        max_length=20, choices=[(path, path) for path in LegalPath], default=LegalPath.WITHDRAWAL
    )
    asks_photo = models.BooleanField(_("asks for a photo"), default=False)
    shopify_code = models.CharField(max_length=20, default="OTHER")
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(legal_path__in=[*LegalPath]), name="reason_legal_path_known"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    def suits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
