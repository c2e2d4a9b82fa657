"""Money on its way back: refunds, what they pay for, and the attempts to send them."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from returns.models.compiled import Compiled
from returns.models.credits import CreditAccount
from returns.models.goodwill import Goodwill
from returns.models.lifecycle import RefundLifecycle, RefundState
from returns.models.orders import Order, OrderLine, Payment
from returns.models.receipts import Receipt
from returns.models.rmas import RMA, RMAItem

if TYPE_CHECKING:
    from returns.models.reconciliation import Dispute


class Originator(models.TextChoices):
    RMA = "rma", _("return")
    GOODWILL = "goodwill", _("goodwill")
    WITHDRAWAL = "withdrawal", _("withdrawal")
    EXTERNAL = "external", _("made at the payment provider")


class RefundQuerySet(models.QuerySet["Refund"]):
    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def waiting(self, at: datetime) -> Self:
        """Those whose time has come: due, in doubt, or left behind by a worker that died."""
        due = Q(state=RefundState.DUE, next_try_at__lte=at, payment__isnull=False, credit__isnull=True)
        in_doubt = Q(state=RefundState.UNCERTAIN, next_try_at__lte=at)
        left_behind = Q(state=RefundState.SENDING, lease_until__lt=at)
        return self.filter(due | in_doubt | left_behind)

    def sendable(self, at: datetime) -> Self:
        """Those of the waiting that a worker may take up now, the longest waiting first.

        None while a halt is open or our database may be an old one; one at a time of a payment. What is due waits
        while its payment is disputed, or has no room left after a dispute; what is in doubt is looked for all the same.
        """
        from returns.models.reconciliation import Reconciled

        free = self.waiting(at).filter(_NOTHING_IN_THE_WAY, ~Exists(Reconciled.objects.stale(at)))
        return free.order_by("next_try_at", "pk")

    def disputed(self) -> Self:
        """Those that a dispute of their payment holds up.

        Where people let them go despite it, it does so once it has got worse: the provider takes no refund any more,
        or the bank has taken the money.
        """
        return self.filter(_DISPUTED)

    def undisputed(self) -> Self:
        return self.filter(~_DISPUTED)

    def in_question(self) -> Self:
        """Those of whose payment the bank, or a person, has yet to say whether it may still be given back."""
        from returns.models.reconciliation import Dispute

        asked = Dispute.objects.exclude(status__in=(*Dispute.OVER, "lost")).filter(payment=OuterRef("payment"))
        return self.filter(Q(Exists(asked)) | Q(_stopped()))

    def standing(self) -> Self:
        """Those that are owed or paid: neither taken the place of by another, nor nobody's debt.

        Nobody owes goodwill that was declined, nor what was tried at the provider without us and came to nothing.
        """
        declined = Q(originator=Originator.GOODWILL, state=RefundState.CANCELED, gateway_id=None)
        futile = Q(originator=Originator.EXTERNAL, state__in=RefundState.unpaid())
        return self.filter(~declined, ~futile, replaced_by=None)

    def open(self) -> Self:
        """Owed, and not yet with the shopper."""
        return self.standing().filter(state__in=RefundState.open())

    def in_place_of(self, refund: "Refund") -> Self:
        """What one that failed was tried again as: one a charge, while that is so."""
        if refund.replaced_by_id is None:
            return self.none()
        return self.filter(events__kind="refund.retried", events__data__replaces=refund.public_id)

    def of_goodwill(self) -> Self:
        return self.filter(originator=Originator.GOODWILL)

    def proposed(self) -> Self:
        """Goodwill that nobody has granted yet. What was tried again, or is held for a dispute, may have been."""
        waiting = self.of_goodwill().filter(state=RefundState.AWAITING_APPROVAL)
        return waiting.exclude(goodwill__in=Goodwill.objects.granted())

    def decided_with(self, refund: "Refund") -> Self:
        """The refunds of one decision, itself among them: one a charge; they are approved together.

        What one receipt brings as money and as store credit is decided apart: of the credit nobody can say no.
        """
        return self.filter(
            order=refund.order_id,
            rma=refund.rma_id,
            receipt=refund.receipt_id,
            goodwill=refund.goodwill_id,
            originator=refund.originator,
            decided_at=refund.decided_at,
            credit=refund.credit_id,
        )

    def active(self) -> Self:
        """Those that reserve or have spent money of their payment."""
        return self.filter(state__in=RefundState.active(), payment__isnull=False)

    def unsent(self) -> Self:
        """What is owed, or proposed, and has not left: it holds its payment's room, and gives way once that is gone."""
        return self.filter(state__in=[RefundState.DUE, RefundState.AWAITING_APPROVAL])

    def agreed(self) -> Self:
        """Without goodwill that waits for a yes: nobody owes it yet, so that no bank has paid it either."""
        return self.exclude(originator=Originator.GOODWILL, state=RefundState.AWAITING_APPROVAL)

    def past_the_provider(self) -> Self:
        """Those that a person has paid: no payment's room tells of them."""
        from returns.models.approvals import OtherWay

        return self.filter(state=RefundState.PAID_OTHERWISE, other_way__way__in=OtherWay.OF_MONEY)

    def sent(self) -> Self:
        """Those that the provider may have: a call was begun, and nobody knows that it left nothing there."""
        last = Attempt.objects.filter(refund=OuterRef("pk")).order_by("-number").values("outcome")[:1]
        begun = self.alias(outcome=Subquery(last)).filter(outcome__isnull=False)
        return begun.exclude(outcome=Attempt.Outcome.PUT_OFF).exclude(
            state__in=[RefundState.DUE, RefundState.AWAITING_APPROVAL]
        )

    def succeeded(self) -> Self:
        return self.filter(state=RefundState.SUCCEEDED)

    def given(self) -> Self:
        """Those that the shopper has, not counting what a bank took by a dispute, nor what was only set off."""
        return self.succeeded() | self.past_the_provider()

    def total(self) -> int:
        """Minor units; meaningful over refunds of one currency."""
        return self.aggregate(total=Sum("amount"))["total"] or 0

    def worth(self) -> int:
        """As `total`, with the bonus of store credit."""
        return self.aggregate(total=Sum(F("amount") + F("bonus")))["total"] or 0


def _nothing_in_the_way() -> Q:
    from returns.models.reconciliation import Halt

    overdrawn = Exists(Payment.objects.overdrawn().filter(pk=OuterRef("payment"), disputes__withdrawn__gt=0))
    another = Refund.objects.filter(payment=OuterRef("payment"), state=RefundState.SENDING).exclude(pk=OuterRef("pk"))
    may_leave = ~Q(state=RefundState.DUE) | Q(~_disputed(), ~overdrawn)
    return Q(may_leave, ~Exists(another), ~_stopped(), ~Exists(Halt.objects.open()))


def _disputed() -> Exists:
    from returns.models.reconciliation import Dispute

    meant = Refund.despite.through.objects.filter(refund=OuterRef(OuterRef("pk")), dispute=OuterRef("pk"))
    let_go = Q(Exists(meant), refundable=True, withdrawn=0)
    return Exists(Dispute.objects.blocking().filter(~let_go, payment=OuterRef("payment")))


def _stopped() -> Exists:
    from returns.models.reconciliation import Break

    of_order = Q(kind__in=Break.OF_ORDER, payment__order=OuterRef("order"))
    of_it = Q(refund=OuterRef("pk")) | Q(payment=OuterRef("payment"))
    return Exists(Break.objects.stopping().filter(of_it | of_order))


_DISPUTED = Compiled(_disputed, models.BooleanField())
_NOTHING_IN_THE_WAY = Compiled(_nothing_in_the_way, models.BooleanField())


def draw_public_id() -> str:
    return secrets.token_hex(12)


class Refund(RefundLifecycle):
    """One movement of money on one charge, or to store credit instead.

    Amount, currency and payment never change once decided.
    """

    public_id = models.CharField(max_length=24, unique=True, default=draw_public_id)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    # null: owed, but no payment has room for it; a person finds another way
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="refunds")
    rma = models.ForeignKey(RMA, null=True, on_delete=models.PROTECT, related_name="refunds")
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="refunds")
    goodwill = models.ForeignKey(Goodwill, null=True, on_delete=models.PROTECT, related_name="refunds")
    # Store credit instead of money: it takes up the payment's room all the same. `bonus` comes on top of the amount.
    credit = models.ForeignKey(CreditAccount, null=True, on_delete=models.PROTECT, related_name="refunds")
    bonus = models.BigIntegerField(default=0)
    # Tried again after it failed: the refund that is owed in this one's place.
    replaced_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaces")
    # The member of staff whose act brought it about, "" where none did; how many others must agree before it is sent.
    proposed_by = models.CharField(max_length=50, blank=True)
    approvals_needed = models.PositiveSmallIntegerField(default=0)
    # Why it may be sent although its charge is disputed, "" where nobody said so; and the disputes that were meant.
    despite_dispute = models.CharField(max_length=500, blank=True)
    despite: "models.ManyToManyField[Dispute, Any]" = models.ManyToManyField("Dispute", related_name="refunded_despite")
    originator = models.CharField(max_length=20, choices=Originator)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    decided_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    # The provider's own id, from the first answer that names it; and why it failed, in its words.
    gateway_id = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001  null: not known yet
    failure_reason = models.CharField(max_length=100, blank=True)

    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="refund_to_send",
                condition=Q(state__in=[RefundState.DUE, RefundState.UNCERTAIN, RefundState.SENDING]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state=RefundState.SENDING), name="refund_one_in_flight_a_payment"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_known"),
            models.CheckConstraint(condition=Q(originator__in=Originator.values), name="refund_originator_known"),
            models.CheckConstraint(
                condition=~Q(originator=Originator.RMA)
                | Q(rma__isnull=False),  # without a receipt: goods that are kept
                name="refund_of_a_return_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(originator=Originator.GOODWILL) | Q(goodwill__isnull=False),
                name="refund_of_goodwill_names_it",
            ),
            models.CheckConstraint(
                condition=Q(gateway_id__isnull=False)
                | Q(credit__isnull=False)
                | ~Q(state__in=[RefundState.PENDING, RefundState.REQUIRES_ACTION, RefundState.SUCCEEDED]),
                name="refund_at_the_provider_has_its_id",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False)
                | Q(
                    state__in=[
                        RefundState.DUE,
                        RefundState.AWAITING_APPROVAL,
                        RefundState.FAILED,
                        RefundState.CANCELED,
                        RefundState.PAID_OTHERWISE,
                    ]
                ),
                name="refund_without_a_payment_is_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(credit__isnull=True, bonus=0)
                | Q(
                    credit__isnull=False,
                    bonus__gte=0,
                    gateway_id=None,
                    state__in=[RefundState.DUE, RefundState.AWAITING_APPROVAL, RefundState.SUCCEEDED],
                ),
                name="refund_to_credit_is_not_sent",
            ),
            models.CheckConstraint(
                condition=~Q(originator=Originator.EXTERNAL) | Q(gateway_id__isnull=False),
                name="refund_made_elsewhere_has_the_providers_id",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def worth(self) -> int:
        """What the shopper gets, with the bonus of store credit."""
        return self.amount + self.bonus

    @property
    def obstacle(self) -> str:
        """Why it cannot be sent, known before anybody is asked, or "". Store credit is not sent."""
        if self.payment is None:
            return "no_payment"
        return "" if self.credit_id else self.payment.obstacle(self.amount)

    @property
    def declined(self) -> bool:
        """Whether it is goodwill that a person said no to: nobody owes it."""
        ended = self.originator == Originator.GOODWILL and self.state == RefundState.CANCELED
        return ended and self.gateway_id is None

    @property
    def futile(self) -> bool:
        """Whether somebody tried it at the provider without us, and it came to nothing: nobody owes it."""
        return self.originator == Originator.EXTERNAL and self.state in RefundState.unpaid()

    @property
    def paid_instead(self) -> bool:
        """Whether another that stands in its place was paid, and is as much: the shopper has the money."""
        other = self.replaced_by
        return other is not None and other.state == RefundState.SUCCEEDED and other.amount == self.amount


class RefundLineQuerySet(models.QuerySet["RefundLine"]):
    def owed(self) -> dict[tuple[str, int | None], int]:
        """By (kind, item): minor units owed or paid by refunds; fees are below zero.

        A failed refund is still owed, until another takes its place.
        """
        rows = self.filter(refund__replaced_by=None).values("kind", "item_id").annotate(owed=Sum("amount"))
        return {(row["kind"], row["item_id"]): row["owed"] for row in rows.order_by()}


class RefundLine(models.Model):
    """What a refund pays for: units of an item, outbound shipping, or goodwill; and, below zero, what is kept of it."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SHIPPING = "shipping", _("shipping")
        FEE = "fee", _("fee")
        VALUE_LOSS = "value_loss", _("loss of value")
        EXTERNAL = "external", _("made at the payment provider")
        GOODWILL = "goodwill", _("goodwill")

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=20, choices=Kind)
    item = models.ForeignKey(RMAItem, null=True, on_delete=models.PROTECT, related_name="refund_lines")
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.PROTECT, related_name="refund_lines")
    amount = models.BigIntegerField()

    objects = RefundLineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="goods") | Q(item__isnull=False), name="refund_line_goods_name_an_item"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["goods", "shipping", "fee", "value_loss", "external", "goodwill"]),
                name="refund_line_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="fee", amount__lt=0)
                | Q(kind="value_loss") & ~Q(amount=0)  # above zero: a loss that is taken back
                | ~Q(kind__in=["fee", "value_loss"]) & Q(amount__gt=0),
                name="refund_line_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Attempt(models.Model):
    """One idempotency key's worth of sending; written before the call, so that a crash is known."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        UNANSWERED = "unanswered", _("no definite answer")
        PUT_OFF = "put_off", _("put off by the provider")

        @classmethod
        def definite(cls) -> "list[Attempt.Outcome]":
            """Those after which it is known what the provider did; a put-off did nothing."""
            return [cls.ANSWERED, cls.PUT_OFF]

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=255, unique=True)
    first_sent_at = models.DateTimeField()
    last_sent_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    error = models.CharField(max_length=200, blank=True)
    # The key holds a stored server error: only a new key can get another answer.
    key_spent = models.BooleanField(default=False)
    # When the provider's list did not have it: the proof that a new key needs (money.md, I27).
    absent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "number"], name="attempt_number_once"),
        ]

    def __str__(self) -> str:
        return self.key
