"""What does not agree, what the bank disputes, and whether money may leave at all. money.md, "Reconciliation"."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from returns.models.orders import Payment
from returns.models.people import User
from returns.models.refunds import Refund

STALE = timedelta(minutes=20)  # two rounds of looking for missed events
NEGLECTED = timedelta(days=3)


class BreakQuerySet(models.QuerySet["Break"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def stopping(self) -> Self:
        """Those whose refund, or all refunds of whose payment or order, wait until a person has closed them."""
        return self.open().filter(kind__in=Break.STOPPING)


class Break(models.Model):
    """A difference between our books and the world, numbered by its key, with an owner and an age.

    `kind` is a code with a sentence (returns/sentences), `values` its values, `subject` what it is
    about: the same difference is not opened twice.
    """

    OF_ORDER = ("forgotten_refund", "late_success")  # what is owed of the order may be paid already
    STOPPING = (
        *OF_ORDER,
        "idempotency_error",
        "unknown_answer",
        "unreadable",
        "dispute_in_another_currency",
    )

    kind = models.CharField(max_length=50)
    subject = models.CharField(max_length=100)
    values = models.JSONField(default=dict)
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="breaks")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="breaks")
    opened_at = models.DateTimeField()
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="breaks")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=2000, blank=True)

    objects = BreakQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(closed_at=None), name="break_open_once_a_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"

    @property
    def stops_money(self) -> bool:
        return self.kind in self.STOPPING


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def with_unspent(self) -> Self:
        """Annotates `unspent`: of what a lost one took for good, the minor units that have settled no refund yet."""
        settled = Refund.objects.filter(
            order=OuterRef("payment__order"), other_way__way="chargeback", other_way__evidence=OuterRef("gateway_id")
        )
        spent = settled.order_by().values("order").annotate(total=Sum("amount")).values("total")
        left = F("withdrawn") - Coalesce(Subquery(spent), 0)
        whole = models.BigIntegerField()
        return self.annotate(unspent=Case(When(status="lost", then=left), default=0, output_field=whole))

    def blocking(self) -> Self:
        """Those that forbid automatic refunds of their charge (money.md, "Disputes", a).

        A lost one no longer does once its money has settled refunds: what is owed beyond that is owed all the same.
        """
        return self.exclude(status__in=Dispute.OVER).with_unspent().exclude(status="lost", unspent__lte=0)

    def paid_twice(self) -> Self:
        """Lost ones of a payment of which the shopper has more than was captured; annotates `above`, how much."""
        given = Refund.objects.given().filter(payment=OuterRef("payment")).order_by().values("payment")
        taken = Dispute.objects.filter(status="lost", payment=OuterRef("payment")).order_by().values("payment")
        above = (
            Coalesce(Subquery(given.annotate(total=Sum("amount")).values("total")), 0)
            + Coalesce(Subquery(taken.annotate(total=Sum("withdrawn")).values("total")), 0)
            - F("payment__captured")
        )
        return self.filter(status="lost", withdrawn__gt=0).annotate(above=above).filter(above__gt=0)

    def not_given_back(self, at: datetime) -> Self:
        """Those that are over and for days have left money with the bank all the same."""
        return self.filter(status__in=Dispute.OVER, withdrawn__gt=0, updated_at__lt=at - NEGLECTED)

    def unsettled(self) -> Self:
        """Those that are not over, or were lost and leave refunds of their charge to be settled."""
        owing = Exists(Refund.objects.open().filter(payment=OuterRef("payment")))
        return self.blocking().filter(owing | ~Q(status="lost"))


class Dispute(models.Model):
    """A bank asks for a charge's money back. Amounts in minor units; `withdrawn` is what is gone until reinstated."""

    OVER = ("won", "warning_closed", "prevented")

    gateway_id = models.CharField(max_length=100, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    status = models.CharField(max_length=50)
    reason = models.CharField(max_length=100, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    withdrawn = models.BigIntegerField(default=0)
    refundable = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    unspent: int  # from `with_unspent` alone
    above: int  # from `paid_twice` alone

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, withdrawn__gte=0), name="dispute_money"),
        ]

    def __str__(self) -> str:
        return self.gateway_id

    @property
    def may_be_refunded(self) -> bool:
        """Whether a person may let a refund go despite it: the bank only asks, and holds nothing (rule b)."""
        return self.refundable and not self.withdrawn


class HaltQuerySet(models.QuerySet["Halt"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class Halt(models.Model):
    """No refund leaves while one is open. Any manager starts one; two end it; what the system began it may end."""

    class Cause(models.TextChoices):
        MANUAL = "manual", _("stopped by a manager")
        KEY_REFUSED = "key_refused", _("the provider refuses our key")
        RESTORED = "restored", _("the database forgot refunds that went out")

    cause = models.CharField(max_length=20, choices=Cause)
    why = models.CharField(max_length=500, blank=True)
    started_by = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    end_asked_by = models.CharField(max_length=50, blank=True)  # the first manager who wants to go on
    end_asked_label = models.CharField(max_length=200, blank=True)
    ended_by = models.CharField(max_length=50, blank=True)
    ended_label = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = HaltQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cause"], condition=Q(ended_at=None), name="halt_open_once_a_cause"),
            models.CheckConstraint(
                condition=Q(cause__in=["manual", "key_refused", "restored"]), name="halt_cause_known"
            ),
            models.CheckConstraint(
                condition=~Q(cause="manual") | Q(ended_at=None) | ~Q(ended_by=F("end_asked_by")),
                name="halt_ended_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.started_at:%Y-%m-%d %H:%M}"


class ReconciledQuerySet(models.QuerySet["Reconciled"]):
    def stale(self, at: datetime) -> Self:
        """The row of events when it has fallen behind: our database may be an old one, so nothing is sent."""
        return self.filter(level=Reconciled.Level.EVENTS, through__lt=at - STALE)

    def neglected(self, at: datetime) -> Self:
        """The row of refunds when several nights could not compare them."""
        return self.filter(level=Reconciled.Level.REFUNDS, through__lt=at - NEGLECTED)


class Reconciled(models.Model):
    """Up to when the provider's side has been compared with ours; a row a level. money.md, "Reconciliation"."""

    class Level(models.TextChoices):
        EVENTS = "events"
        REFUNDS = "refunds"
        DISPUTES = "disputes"

    level = models.CharField(primary_key=True, max_length=20, choices=Level)
    through = models.DateTimeField()

    objects = ReconciledQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.level} {self.through:%Y-%m-%d %H:%M}"
