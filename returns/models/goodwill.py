"""What people grant beyond policy, and why."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from returns.models.orders import Order
from returns.models.people import Role
from returns.models.rmas import RMA


class GoodwillReason(models.TextChoices):
    OUTSIDE_POLICY = "outside_policy", _("accepted beyond policy")
    LATE_DELIVERY = "late_delivery", _("late delivery")
    OUR_MISTAKE = "our_mistake", _("our mistake")
    LOYALTY = "loyalty", _("loyal customer")
    OTHER = "other", _("other")


class GoodwillQuerySet(models.QuerySet["Goodwill"]):
    def granted(self) -> Self:
        """Those that all have agreed to who must: they are owed, and the shopper has been told."""
        from returns.models.events import Event

        told = Event.objects.filter(kind="goodwill.granted", order=OuterRef("order"))
        named = told.alias(goodwill=Cast(KT("data__goodwill"), models.BigIntegerField()))
        return self.filter(Exists(named.filter(goodwill=OuterRef("pk"))))

    def alone(self, giver_id: str, currency: str, since: datetime) -> Self:
        """Those that this person has granted since then without asking anybody, whatever became of their refunds."""
        return self.filter(alone=True, giver_id=giver_id, currency=currency, granted_at__gte=since)

    def total(self) -> int:
        """Minor units; of one currency, else they add up to nothing."""
        return self.aggregate(total=Sum("amount"))["total"] or 0


class Goodwill(models.Model):
    """What an agent grants beyond policy. `amount` 0: acceptance alone. Stands on an order, perhaps an RMA.

    Who granted it keeps the role that it was granted in, "" where there is none; `alone`: nobody else had to agree.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="goodwill")
    rma = models.ForeignKey(RMA, null=True, on_delete=models.PROTECT, related_name="goodwill")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=30, choices=GoodwillReason)
    note = models.CharField(max_length=2000)
    granted_by = models.CharField(max_length=200)
    giver_id = models.CharField(max_length=50, blank=True)
    giver_role = models.CharField(max_length=20, choices=Role, blank=True)
    alone = models.BooleanField()
    granted_at = models.DateTimeField()

    objects = GoodwillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="goodwill_not_negative"),
            models.CheckConstraint(condition=~Q(note=""), name="goodwill_says_why"),
            models.CheckConstraint(condition=Q(reason__in=GoodwillReason.values), name="goodwill_reason_known"),
            models.CheckConstraint(condition=Q(giver_role__in=["", *Role.values]), name="goodwill_giver_role_known"),
        ]
        indexes = [models.Index(fields=["giver_id", "granted_at"], name="goodwill_of_giver")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
