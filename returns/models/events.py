"""What happened, to what, who did it, when. Append-only; timeline, letters and webhooks come from it."""

from typing import Any, Self

from django.db import models

from returns.models.orders import Order
from returns.models.people import Actor
from returns.models.refunds import Refund
from returns.models.rmas import RMA


class AppendOnly(models.QuerySet[Any]):
    """What was written stays: a correction is a new row."""

    def update(self, **_changes: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is append-only")


class EventQuerySet(AppendOnly):
    def after(self, event_id: int) -> Self:
        return self.filter(pk__gt=event_id).order_by("pk")

    def timeline(self, rma: RMA) -> Self:
        return self.filter(rma=rma).order_by("pk")

    def version(self, order_id: int) -> int:
        """Grows with everything that happens to an order: who saw this number has seen all of it."""
        return self.filter(order_id=order_id).order_by("-pk").values_list("pk", flat=True).first() or 0


class Event(models.Model):
    """One change. `kind` is `noun.past_participle`; `data` is what the change was about."""

    kind = models.CharField(max_length=50)
    at = models.DateTimeField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    rma = models.ForeignKey(RMA, null=True, on_delete=models.PROTECT, related_name="events")
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="events")
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=50, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    # Where the return and the refund stood after it (money.md, I8 and I20); "" where it is about neither.
    rma_state = models.CharField(max_length=20, blank=True)
    refund_state = models.CharField(max_length=20, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["rma", "id"], name="event_of_rma")]

    def __str__(self) -> str:
        return self.kind

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_id, self.actor_label)
