"""The reasons that a shopper may give for sending something back, as a tree."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from returns.policy.facts import LegalPath

# The reasons for a return as Shopify knows them (conventions.md).
SHOPIFY = (
    *("COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL"),
    *("STYLE", "UNWANTED", "WRONG_ITEM", "OTHER"),
)

# X12's element 1293, the reason of who asks to return; as public references list it (stedi.com, November 2026). Its
# codes have English names alone.
X12 = {
    "BC": "beyond code date",
    "CO": "customer's ordering error",
    "CV": "colour variance",
    "DA": "damaged product",
    "DI": "discontinued product",
    "DM": "defective, found by the store",
    "DP": "defective packaging",
    "DR": "defective, returned by the consumer",
    "DT": "damaged in transit",
    "EI": "excess inventory",
    "EO": "end of season",
    "EW": "excessive wear",
    "LP": "label problem",
    "MD": "mark downs",
    "NA": "not as expected",
    "OP": "outdated packaging",
    "PE": "price error",
    "PF": "poor fit",
    "PR": "product recall",
    "PS": "product spoiled",
    "PW": "poor workmanship",
    "RE": "recall",
    "SD": "short-dated product",
    "SM": "samples",
    "SP": "shipped past the cancel date",
    "SR": "stock reduction agreement",
    "ST": "style problem",
    "TE": "termination",
    "WG": "wrong goods, or not ordered",
}


def words(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise ValidationError(_("Give a list of words."))


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self) -> "ReasonQuerySet":
        """Those an item may be given. A reason with reasons under it is a heading, even when all are retired."""
        return self.filter(retired_at=None, children=None)

    def wanting_photo(self) -> "ReasonQuerySet":
        """Those of which `Reason.wants_photo` is true."""
        return self.filter(asks_photo=True, legal_path=LegalPath.CONFORMITY)


class Reason(models.Model):
    """Why an item comes back. `legal_path` decides which law applies (conventions.md).

    The codes for Shopify and X12 say elsewhere what it means.
    """

    code = models.SlugField(_("code"), max_length=50, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    label = models.CharField(_("label"), max_length=100)
    kinds = models.JSONField(
        _("kinds of goods"), default=list, blank=True, validators=[words], help_text=_("Empty means all.")
    )
    legal_path = models.CharField(
        max_length=20, choices=[(path, path) for path in LegalPath], default=LegalPath.WITHDRAWAL
    )
    asks_photo = models.BooleanField(_("asks for a photo"), default=False)
    shopify_code = models.CharField(
        _("code for Shopify"), max_length=20, choices=[(code, code) for code in SHOPIFY], default="OTHER"
    )
    x12_code = models.CharField(
        _("code for X12 (element 1293)"),
        max_length=2,
        choices=[(code, f"{code}: {name}") for code, name in X12.items()],
        blank=True,
        help_text=_("Empty where none of them fits."),
    )
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(legal_path__in=[*LegalPath]), name="reason_legal_path_known"),
            models.CheckConstraint(condition=Q(shopify_code__in=SHOPIFY), name="reason_shopify_code_known"),
            models.CheckConstraint(condition=Q(x12_code__in=["", *X12]), name="reason_x12_code_known"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    def clean(self) -> None:
        if self.pk in self._headings():
            raise ValidationError({"parent": _("A reason cannot stand under itself.")})

    def _headings(self) -> set[int]:
        """The keys of those it stands under; where rows go round in a circle, once around."""
        above = dict(Reason.objects.values_list("pk", "parent"))
        heading, found = self.parent_id, set[int]()
        while heading is not None and heading not in found:
            found.add(heading)
            heading = above[heading]
        return found

    @property
    def wants_photo(self) -> bool:
        """Whether a photo is asked for: a withdrawal may never be asked for one (law.md W-4)."""
        return self.asks_photo and self.legal_path == LegalPath.CONFORMITY

    def suits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds
