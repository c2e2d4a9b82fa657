"""What units that came back damaged by handling have lost in value, once an agent has said so (law.md M-8)."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum

from returns.models.lifecycle import ItemState
from returns.models.people import Actor
from returns.models.receipts import ReceiptLine
from returns.models.rmas import RMA


class ValuationQuerySet(models.QuerySet["Valuation"]):
    def of(self, rma: RMA) -> Self:
        return self.filter(counted__receipt__rma=rma)

    def open(self) -> Self:
        """Those that an agent has not made yet; of a refused item none is."""
        return self.filter(valued_at=None).exclude(counted__item__state=ItemState.REFUSED)

    def overdue(self, at: datetime) -> Self:
        """Those that hold back money that is owed, and should have been made by now."""
        return self.filter(valued_at=None, counted__item__state=ItemState.ACCEPTED, value_by__lte=at)

    def by_item(self) -> dict[int, tuple[int, int]]:
        """Per item: (units not valued yet, minor units of loss that are kept)."""
        rows = self.values("counted__item_id").annotate(
            units=Sum("counted__damaged", filter=Q(valued_at=None), default=0),
            losses=Sum("loss", filter=Q(forgiven_at=None), default=0),
        )
        return {row["counted__item_id"]: (row["units"], row["losses"]) for row in rows.order_by()}


class Valuation(models.Model):
    """The damaged units of one line in one parcel. They are owed once they are valued, less the loss.

    `worth` is what they bring, less their fee, and `loss` what of it is kept, null until somebody has said: in minor
    units of the order's currency. It is never all of it. Not made by `value_by`, it counts as no loss.
    """

    counted = models.OneToOneField(ReceiptLine, on_delete=models.PROTECT, related_name="valuation")
    worth = models.BigIntegerField()
    value_by = models.DateTimeField()
    loss = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=2000, blank=True)  # for the shopper to read
    valued_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=20, blank=True)
    actor_id = models.CharField(max_length=50, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    # When the loss was taken back, after an objection: then all is owed.
    forgiven_at = models.DateTimeField(null=True)

    objects = ValuationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["value_by"], name="valuation_open", condition=Q(valued_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(loss=None) | Q(loss__gte=0, loss__lt=F("worth")), name="valuation_leaves_something"
            ),
            models.CheckConstraint(condition=Q(loss=None) | Q(loss=0) | ~Q(reason=""), name="valuation_says_why"),
            models.CheckConstraint(
                condition=Q(loss=None, valued_at=None, actor_kind="")
                | Q(loss__isnull=False, valued_at__isnull=False) & ~Q(actor_kind=""),
                name="valuation_names_who_and_when",
            ),
            models.CheckConstraint(condition=Q(forgiven_at=None) | Q(loss__gt=0), name="valuation_forgives_a_loss"),
        ]

    def __str__(self) -> str:
        return f"{self.loss} of {self.worth}"

    @property
    def rest(self) -> int:
        """Minor units that remain of what the units are worth."""
        return self.worth - self.kept

    @property
    def kept(self) -> int:
        return 0 if self.forgiven_at else self.loss or 0

    @property
    def forgivable(self) -> bool:
        return self.kept > 0

    @property
    def valued_by(self) -> Actor:
        return Actor(self.actor_kind, self.actor_id, self.actor_label)
