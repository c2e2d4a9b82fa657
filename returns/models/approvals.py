"""Limits of staff, the second pair of eyes, refunds paid another way. security.md, "Roles and rights"."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from returns.models.people import Role, User
from returns.models.refunds import Refund
from returns.policy.limits import Allowance


class LimitsQuerySet(models.QuerySet["Limits"]):
    def in_force(self, currency: str, at: datetime) -> "Limits | None":
        return self.begun(at).of(currency).first()

    def begun(self, at: datetime) -> Self:
        """Those that have been in force by then: confirmed, and their time has come."""
        return self.filter(valid_from__lte=at, confirmed_at__isnull=False)

    def of(self, currency: str) -> Self:
        """The newest first."""
        return self.filter(currency=currency).order_by("-valid_from")


class Limits(models.Model):
    """What staff may spend without asking, in minor units of `currency`; the newest version in force counts.

    Without a row for a currency everything in it asks a manager who is another; only where there are no limits at all
    do refunds by policy go out by themselves. What a manager proposes is in force once another has confirmed it; what
    nobody proposed, such as a row of the command line's, is confirmed by nobody.
    """

    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateTimeField(_("from"))
    automatic = models.BigIntegerField(
        _("a refund by policy goes out by itself up to"), null=True, blank=True, help_text=_("Empty means no limit.")
    )
    agent = models.BigIntegerField(_("an agent approves up to"))
    manager = models.BigIntegerField(_("one manager approves up to"))
    agent_goodwill = models.BigIntegerField(_("an agent's goodwill for one return"))
    agent_goodwill_day = models.BigIntegerField(_("an agent's goodwill in one day"))
    manager_goodwill = models.BigIntegerField(_("a manager's goodwill for one return"))
    manager_goodwill_day = models.BigIntegerField(_("a manager's goodwill in one day"))
    proposed_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    confirmed_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    objects = LimitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("limits")
        verbose_name_plural = _("limits")
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="limits_once"),
            models.CheckConstraint(
                condition=Q(agent__gte=0, agent_goodwill__gte=0, agent_goodwill_day__gte=0, manager_goodwill_day__gte=0)
                & (Q(automatic=None) | Q(automatic__gte=0))
                & Q(manager__gte=F("agent"), manager_goodwill__gte=F("agent_goodwill")),
                name="limits_grow_with_the_role",
            ),
            models.CheckConstraint(condition=~Q(confirmed_by=F("proposed_by")), name="limits_confirmed_by_another"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(proposed_by=None) | Q(confirmed_by__isnull=False),
                name="limits_of_a_person_wait_for_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from:%Y-%m-%d}"

    @property
    def allowance(self) -> Allowance:
        return Allowance(**{field: getattr(self, field) for field in Allowance.__dataclass_fields__})


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def standing(self) -> Self:
        """Those of people who may still log in, as what they were when they agreed."""
        giver = User.objects.filter(is_active=True, role=OuterRef("role")).alias(named=Cast("pk", models.CharField()))
        return self.filter(Exists(giver.filter(named=OuterRef("actor_id"))))


class Approval(models.Model):
    """A person other than its proposer agreed to a refund. `proposer_id` is "" where the system proposed it."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="approvals")
    proposer_id = models.CharField(max_length=50, blank=True)
    actor_id = models.CharField(max_length=50)
    actor_label = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role)
    approved_at = models.DateTimeField()

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "actor_id"], name="approval_once_a_person"),
            models.CheckConstraint(condition=~Q(actor_id=F("proposer_id")), name="approval_by_another_person"),
            models.CheckConstraint(condition=Q(role__in=[Role.AGENT, Role.MANAGER]), name="approval_role"),
        ]

    def __str__(self) -> str:
        return f"{self.refund}: {self.actor_label}"


class OtherWayQuerySet(models.QuerySet["OtherWay"]):
    def unconfirmed(self) -> Self:
        return self.filter(confirmed_at=None)


class OtherWay(models.Model):
    """A refund that was paid past the provider: by transfer, in cash, or taken back by a dispute that was lost.

    Or that what was paid before is set off against it, since nothing of what the shopper paid is left.

    One person prepares it with evidence, a manager who is another confirms it; a bank's chargeback needs
    neither, the dispute is the evidence. Once a refund.
    """

    WAYS = (
        ("transfer", _("bank transfer")),
        ("cash", _("cash")),
        ("voucher", _("voucher")),
        ("set_off", _("paid before: as goodwill, or at the payment provider")),
        ("chargeback", _("chargeback")),
    )

    OF_MONEY = ("transfer", "cash", "voucher")  # a chargeback's money is counted where the bank took it

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="other_way")
    way = models.CharField(max_length=20, choices=WAYS)
    evidence = models.CharField(max_length=500)  # the transfer's reference, the dispute's id
    prepared_by = models.CharField(max_length=50, blank=True)
    prepared_label = models.CharField(max_length=200, blank=True)
    prepared_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=50, blank=True)
    confirmed_label = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = OtherWayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="other_way_has_evidence"),
            models.CheckConstraint(
                condition=Q(way__in=["transfer", "cash", "voucher", "set_off", "chargeback"]), name="other_way_known"
            ),
            models.CheckConstraint(
                condition=Q(way="chargeback") | Q(confirmed_at=None) | ~Q(confirmed_by=F("prepared_by")),
                name="other_way_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund}: {self.way}"
