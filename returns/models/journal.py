"""The journal: every change of money as transfers between accounts, append-only, and store credit derived from it.

A transfer takes from one account what it gives to another, so the journal sums to zero per currency by
its very shape (money.md, I9). A balance is a sum over transfers; nothing keeps it beside them.
"""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from returns.models.events import Event
from returns.models.orders import Order
from returns.models.refunds import CreditAccount, Refund


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
    STORE_CREDIT = "store_credit", _("store credit")
    SPENT = "spent", _("store credit spent")


class AppendOnly(models.QuerySet[Any]):
    """What was written stays: a correction is a new row."""

    def update(self, **_changes: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is append-only")


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


class Seal(models.Model):
    """A fingerprint of all events and transfers up to these, and of the seal before: changed rows break it.

    money.md, I31. Made in batches by the worker, for a chain from row to row would make every writer wait.
    """

    through_event = models.BigIntegerField()
    through_transfer = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.digest
