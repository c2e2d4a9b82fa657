"""Parcels on the way back to us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from returns.models.rmas import RMA


class ParcelStatus(models.TextChoices):
    LABELLED = "labelled", _("label made")
    IN_TRANSIT = "in_transit", _("on its way")
    AVAILABLE = "available", _("waiting for collection")
    DELIVERED = "delivered", _("delivered")


class ReturnParcelQuerySet(models.QuerySet["ReturnParcel"]):
    def book(self, parcel: "ReturnParcel") -> None:
        """Write a parcel that got a label; a return that was reopened has the same one again."""
        self.bulk_create(
            [parcel],
            update_conflicts=True,
            unique_fields=["rma", "carrier", "tracking_number"],
            update_fields=["status", "status_at"],
        )


class ReturnParcel(models.Model):
    """One parcel of a return and the last that its carrier told of it."""

    rma = models.ForeignKey(RMA, on_delete=models.CASCADE, related_name="parcels")
    carrier = models.CharField(max_length=50)
    tracking_number = models.CharField(max_length=60)
    status = models.CharField(max_length=20, choices=ParcelStatus)
    status_at = models.DateTimeField()

    objects = ReturnParcelQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["tracking_number"], name="return_parcel_tracking")]
        constraints = [
            models.UniqueConstraint(fields=["rma", "carrier", "tracking_number"], name="return_parcel_once"),
            models.CheckConstraint(condition=Q(status__in=ParcelStatus.values), name="return_parcel_status_known"),
        ]

    def __str__(self) -> str:
        return self.tracking_number
