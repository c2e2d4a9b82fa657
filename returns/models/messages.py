"""What the shopper and an agent write to each other about a return, and the photographs that belong to it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from returns.models.people import Actor
from returns.models.receipts import ReceiptLine
from returns.models.rmas import RMA, RMAItem

DAY = timedelta(days=1)


class Author(models.TextChoices):
    SHOPPER = "shopper", _("shopper")
    AGENT = "agent", _("agent")


class MessageQuerySet(models.QuerySet["Message"]):
    def of_shopper_since(self, at: datetime) -> Self:
        return self.filter(author=Author.SHOPPER, at__gt=at)

    def last_author(self) -> Subquery:
        """For an annotation on returns: who wrote last, or None."""
        return Subquery(self.filter(rma=OuterRef("pk")).order_by("-pk").values("author")[:1])


class Message(models.Model):
    """One message. Its text is the shopper's or an agent's own: shown as it is, never read as a template."""

    rma = models.ForeignKey(RMA, on_delete=models.PROTECT, related_name="messages")
    author = models.CharField(max_length=10, choices=Author)
    text = models.CharField(max_length=2000)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=50, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["rma", "-id"], name="message_of_rma")]
        constraints = [
            models.CheckConstraint(condition=Q(author__in=Author.values), name="message_author_known"),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.pk}"

    @property
    def actor(self) -> Actor:
        return Actor(self.actor_kind, self.actor_id, self.actor_label)

    @property
    def from_shopper(self) -> bool:
        return self.author == Author.SHOPPER


class Photo(models.Model):
    """A photograph as it was drawn anew from an upload: a JPEG in private storage under a random name of our own.

    It shows an item, came with a message, shows what arrived, or belongs to the return as a whole. `size` is in bytes.
    """

    rma = models.ForeignKey(RMA, on_delete=models.PROTECT, related_name="photos")
    item = models.ForeignKey(RMAItem, null=True, on_delete=models.PROTECT, related_name="photos")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="photos")
    # Taken by us of what arrived: the proof of its grade (law.md M-8).
    counted = models.ForeignKey(ReceiptLine, null=True, on_delete=models.PROTECT, related_name="photos")
    name = models.CharField(max_length=32, unique=True)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1, width__gte=1, height__gte=1), name="photo_shows_something"),
            models.CheckConstraint(condition=Q(item=None) | Q(message=None), name="photo_of_an_item_or_a_message"),
            models.CheckConstraint(
                condition=Q(counted=None) | Q(item=None, message=None), name="photo_of_what_arrived_alone"
            ),
        ]

    def __str__(self) -> str:
        return self.name
