"""What the payment provider told us: stored once, worked by the worker."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class GatewayEventQuerySet(models.QuerySet["GatewayEvent"]):
    def unworked(self, at: datetime) -> Self:
        waiting = self.filter(worked_at=None, next_try_at__lte=at, tries__lt=GatewayEvent.TRIES)
        return waiting.order_by("next_try_at", "received_at")

    def dead(self) -> Self:
        """Given up after the last try: a person is told (money.md, I15 and I17)."""
        return self.filter(worked_at=None, tries__gte=GatewayEvent.TRIES)


class GatewayEvent(models.Model):
    """An event of the payment provider, stored once by its id and worked later by the worker."""

    TRIES = 5  # the last one ten minutes after the first

    id = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100, blank=True)
    received_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True)
    livemode = models.BooleanField(null=True)  # real money, as the event said; null where it was not kept
    error = models.CharField(max_length=200, blank=True)

    objects = GatewayEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="gateway_event_unworked", condition=Q(worked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
