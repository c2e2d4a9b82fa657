"""Letters owed and sent, and the links they carry."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from returns.models.events import Event
from returns.models.lifecycle import RMAState
from returns.models.rmas import RMA


class LetterState(models.TextChoices):
    OWED = "owed", _("owed")
    SENT = "sent", _("sent")
    DEAD = "dead", _("given up")


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, at: datetime) -> Self:
        return self.filter(state=LetterState.OWED, next_try_at__lte=at).order_by("next_try_at", "pk")


class Letter(models.Model):
    """A letter owed because of an event; the row is the queue and, once sent, the record."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="letters")
    rma = models.ForeignKey(RMA, null=True, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=50)
    language = models.CharField(max_length=10)
    to = models.CharField(max_length=254)
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.OWED)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="letter_owed", condition=Q(state="owed")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="letter_once_an_event"),
            models.CheckConstraint(condition=Q(state__in=LetterState.values), name="letter_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


LINK_AFTER_CLOSE = timedelta(days=30)


class StatusLinkQuerySet(models.QuerySet["StatusLink"]):
    def make(self, rma: RMA, *, at: datetime) -> str:
        """A new secret that opens this RMA at the looked-up level, and its messages; kept as a hash alone."""
        secret = secrets.token_urlsafe(16)
        self.create(rma=rma, digest=_digest(secret), created_at=at)
        return secret

    def opened(self, secret: str, *, at: datetime) -> RMA | None:
        """The RMA of this link, unless it was closed more than 30 days ago (security.md)."""
        link = self.select_related("rma__order").filter(digest=_digest(secret)).first()
        if link is None or (link.rma.state in _ENDED and link.rma.updated_at < at - LINK_AFTER_CLOSE):
            return None
        return link.rma


_ENDED = [RMAState.CLOSED, *RMAState.dead()]


class StatusLink(models.Model):
    """A letter's way to one return: 128 random bits, of which only the hash is kept."""

    rma = models.ForeignKey(RMA, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    objects = StatusLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.rma_id}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
