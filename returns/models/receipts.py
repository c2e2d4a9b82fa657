"""What arrived, as counted at the bench. Append-only: a new count is a new receipt."""

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from returns.models.orders import OrderLine
from returns.models.rmas import RMA, RMAItem


class Grade(models.TextChoices):
    SEALED = "A", _("sealed")
    AS_NEW = "B", _("as new")
    LIGHT_WEAR = "C", _("light wear")
    DAMAGED = "D", _("damaged")
    UNSELLABLE = "E", _("unsellable")
    WRONG = "X", _("wrong or missing")

    @classmethod
    def harmed(cls) -> list["Grade"]:
        """Those that say that the goods have lost in value."""
        return [cls.DAMAGED, cls.UNSELLABLE]


class Disposition(models.TextChoices):
    RESTOCK = "restock", _("restock")
    REPACK = "repack", _("repack")
    REFURBISH = "refurbish", _("refurbish")
    VENDOR = "vendor", _("back to the vendor")
    DONATE = "donate", _("donate")
    RECYCLE = "recycle", _("recycle")
    DESTROY = "destroy", _("destroy")
    QUARANTINE = "quarantine", _("quarantine")
    SEND_BACK = "send_back", _("send back to the shopper")


class Receipt(models.Model):
    """One parcel as counted: who, when, and one line per order line."""

    rma = models.ForeignKey(RMA, on_delete=models.PROTECT, related_name="receipts")
    number = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=50, blank=True)
    actor_label = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rma", "number"], name="receipt_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rma}/{self.number}"


class ReceiptLineQuerySet(models.QuerySet["ReceiptLine"]):
    def counted(self) -> dict[int, tuple[int, int]]:
        """Per item: (units that arrived, units accounted for), over all receipts.

        What an agent still has to value has arrived, but is not accounted for.
        """
        unvalued = Q(valuation__isnull=False, valuation__valued_at=None)
        rows = (
            self.exclude(item=None)
            .values("item_id")
            .annotate(
                arrived=Sum(F("fine") + F("damaged")),
                accounted=Sum(ReceiptLine.UNITS) - Sum("damaged", filter=unvalued, default=0),
            )
        )
        return {row["item_id"]: (row["arrived"], row["accounted"]) for row in rows.order_by()}


class ReceiptLine(models.Model):
    """Units of one line in one parcel. `extra` is what was not announced: never refunded by itself."""

    UNITS = F("fine") + F("damaged") + F("missing") + F("wrong")  # that account for what is expected

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="receipt_lines")
    item = models.ForeignKey(RMAItem, null=True, on_delete=models.PROTECT, related_name="receipt_lines")
    fine = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    wrong = models.BigIntegerField(default=0)
    extra = models.BigIntegerField(default=0)
    grade = models.CharField(max_length=1, choices=Grade, blank=True)
    disposition = models.CharField(max_length=20, choices=Disposition, blank=True)
    note = models.CharField(max_length=2000, blank=True)

    objects = ReceiptLineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "line"], name="receipt_line_once"),
            models.CheckConstraint(
                condition=Q(fine__gte=0, damaged__gte=0, missing__gte=0, wrong__gte=0, extra__gte=0),
                name="receipt_counts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(fine=0, damaged=0, missing=0, wrong=0),
                name="receipt_unannounced_is_extra",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt}: {self.line_id}"
