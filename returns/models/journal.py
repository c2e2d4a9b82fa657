"""The journal: every change of money as transfers between accounts, append-only, and store credit derived from it.

A transfer takes from one account what it gives to another, so the journal sums to zero per currency by
its very shape (money.md, I9). A balance is a sum over transfers; nothing keeps it beside them.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from returns.models.credits import CreditAccount
from returns.models.events import AppendOnly, Event
from returns.models.orders import Order
from returns.models.refunds import Refund


class Account(models.TextChoices):
    GOODS = "goods", _("goods returned")
    SHIPPING = "shipping", _("delivery refunded")
    FEE = "fee", _("fees kept")
    VALUE_LOSS = "value_loss", _("loss of value kept")
    GOODWILL = "goodwill", _("goodwill")
    BONUS = "bonus", _("bonus on store credit")
    EXTERNAL = "external", _("made at the payment provider")
    CHARGEBACKS = "chargebacks", _("taken by disputes")
    OWED = "owed", _("owed to shoppers")
    PROVIDER = "provider", _("at the payment provider")
    OTHER_WAY = "other_way", _("paid another way")
    SET_OFF = "set_off", _("set off against what was paid before")
    STORE_CREDIT = "store_credit", _("store credit")
    SPENT = "spent", _("store credit spent")


class TransferQuerySet(AppendOnly):
    def moved(self, debited: str, credited: str) -> int:
        """Minor units from one account to another; meaningful over one currency."""
        return self.filter(debited=debited, credited=credited).aggregate(total=Sum("amount"))["total"] or 0

    def balance(self, account: str) -> int:
        """Minor units credited to an account less those debited; meaningful over one currency."""
        given = self.filter(credited=account).aggregate(total=Sum("amount"))["total"] or 0
        taken = self.filter(debited=account).aggregate(total=Sum("amount"))["total"] or 0
        return given - taken

    def of_holder(self, holder: CreditAccount | int) -> Self:
        return self.filter(holder=holder)


class Transfer(models.Model):
    """`amount` minor units taken from `debited` and given to `credited`, because of an event."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="transfers")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="transfers")
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="transfers")
    # Whose store credit, where one of the accounts is store credit.
    holder = models.ForeignKey(CreditAccount, null=True, on_delete=models.PROTECT, related_name="transfers")
    debited = models.CharField(max_length=20, choices=Account)
    credited = models.CharField(max_length=20, choices=Account)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(
                condition=Q(debited__in=Account.values, credited__in=Account.values), name="transfer_accounts_known"
            ),
            models.CheckConstraint(condition=~Q(debited=F("credited")), name="transfer_between_two"),
            models.CheckConstraint(
                condition=Q(holder__isnull=False) ^ ~(Q(debited="store_credit") | Q(credited="store_credit")),
                name="transfer_of_store_credit_names_its_holder",
            ),
            models.UniqueConstraint(fields=["event", "debited", "credited"], name="transfer_once_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.debited} → {self.credited} {self.amount} {self.currency}"


class Spending(models.Model):
    """Store credit that was spent, once for each `reference` of the shop's."""

    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="spendings")
    reference = models.CharField(max_length=100)
    amount = models.BigIntegerField()
    spent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="spending_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="spending_positive"),
        ]

    def __str__(self) -> str:
        return self.reference


# What a seal covers of each row, in this order for ever: columns that come later are not sealed.
SEALED = {
    "event": (
        "id",
        "kind",
        "at",
        "order_id",
        "rma_id",
        "refund_id",
        "actor_kind",
        "actor_id",
        "actor_label",
        "data",
        "rma_state",
        "refund_state",
    ),
    "transfer": (
        "id",
        "event_id",
        "order_id",
        "refund_id",
        "holder_id",
        "debited",
        "credited",
        "amount",
        "currency",
        "at",
    ),
}


class Seal(models.Model):
    """A fingerprint of all events and transfers up to these, and of the seal before: changed rows break it.

    money.md, I31. Made in batches by the worker, for a chain from row to row would make every writer wait.
    """

    through_event = models.BigIntegerField()
    through_transfer = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.digest

    def over(self, before: "Seal | None") -> str:
        """What the digest has to be: sha256 of the digest before and of the rows since, the same on every database."""
        digest = hashlib.sha256((before.digest if before else "").encode())
        since = (before.through_event, before.through_transfer) if before else (0, 0)
        events = Event.objects.filter(pk__gt=since[0], pk__lte=self.through_event)
        transfers = Transfer.objects.filter(pk__gt=since[1], pk__lte=self.through_transfer)
        for kind, rows in (("event", events), ("transfer", transfers)):
            for row in _canonical(kind, rows):
                digest.update(row)
        return digest.hexdigest()


def _canonical(kind: str, rows: models.QuerySet[Any]) -> Iterator[bytes]:
    """Each row as a line of JSON: times in UTC, the keys of objects in order."""
    write = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_utc).encode
    for row in rows.order_by("pk").values_list(*SEALED[kind]).iterator():
        yield f"{kind} {write(row)}\n".encode()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
