"""What was sold: orders, their lines, the parcels that brought them, the payments that paid them."""

import hashlib
import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone

from returns.models.compiled import Compiled
from returns.policy.clocks import refund_due
from returns.policy.facts import Delivery, LineFacts, OrderFacts
from returns.policy.law import LAW
from returns.policy.methods import METHODS

GATEWAY = "stripe"  # the one provider that we refund through; what others took a person pays back


def normal_email(email: str) -> str:
    return email.strip().casefold()


def normal_postcode(postcode: str) -> str:
    return "".join(postcode.split()).upper()


class OrderQuerySet(models.QuerySet["Order"]):
    def locked(self) -> "OrderQuerySet":
        """In a fixed order. Not the key: an event of an order, written elsewhere, must not wait for this lock.

        It would deadlock: a return's lock is taken after its order's, and its events come last.
        """
        return self.select_for_update(no_key=True).order_by("pk")

    def look_up(self, number: str, proof: str) -> "Order | None":
        """The order that this number and this e-mail or postcode belong to.

        The same work is done whether or not the order exists, so that the time taken tells nothing
        (law.md G-5).
        """
        order = self.filter(number=number.strip()).first()
        known = order or Order(email="-", postcode="-")
        matches = known.answers_to(proof)
        return order if order and matches else None


class Order(models.Model):
    """An order as the shop sent it. Amounts are minor units of `currency`."""

    number = models.CharField(max_length=64, unique=True)
    placed_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    locale = models.CharField(max_length=10, blank=True)
    business = models.BooleanField(default=False)

    customer_name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    address = models.JSONField(default=list)  # the lines between name and city
    city = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)

    shipping_paid = models.BigIntegerField(default=0)
    # What the cheapest offered delivery would have cost (law.md M-2).
    shipping_standard = models.BigIntegerField(default=0)
    discounts = models.JSONField(default=list)

    notice_given_at = models.DateTimeField(null=True)
    notice_known = models.BooleanField(default=False)

    digest = models.CharField(max_length=64)  # of the data it came from: the same again is no change
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(Upper("email"), name="order_email_anyhow"),  # as `iexact` asks for it
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(shipping_paid__gte=0, shipping_standard__gte=0),
                name="order_shipping_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def answers_to(self, proof: str) -> bool:
        """Whether this e-mail address or postcode is the one on file, in constant time."""
        by_email = secrets.compare_digest(_fingerprint(normal_email(proof)), _fingerprint(normal_email(self.email)))
        by_postcode = secrets.compare_digest(
            _fingerprint(normal_postcode(proof)), _fingerprint(normal_postcode(self.postcode))
        )
        return bool(proof.strip()) and (by_email | (by_postcode & bool(self.postcode)))

    @property
    def initial(self) -> str:
        """The most a looked-up order shows of its customer's name (security.md)."""
        return f"{self.customer_name.strip()[:1]}." if self.customer_name.strip() else ""

    @property
    def told_of_right(self) -> bool:
        """Whether the buyer was told of the right to withdraw; where nobody said, as the shop presumes (law.md C-9)."""
        return self.notice_given_at is not None or (not self.notice_known and settings.NOTICE_ASSUMED)

    def refund_by(self, *, asked_on: date, sent_on: date | None = None, received_on: date | None = None) -> date:
        """The last day for the money (law.md M-1, M-3, M-4) of a return asked for on this day.

        The parcel counts as sent on the day of asking where nobody knows better. Where no law speaks, or
        one that waits for an arrival not known yet, the shop keeps to the Union's law.
        """
        own, union = LAW.regime(self.country, timezone.localdate(self.placed_at)), LAW.regimes["EU"]
        days = (
            refund_due(regime, asked_on, sent_on=sent_on or asked_on, received_on=received_on)
            for regime in (own, union)
            if regime is not None
        )
        return next(day for day in days if day is not None)

    def facts(self, lines: "list[OrderLine]", taken: dict[int, int], earlier_returns: int = 0) -> OrderFacts:
        """What a verdict may know of this order.

        `lines` come with `parcel_lines` and their parcels prefetched; `taken` maps a line's primary
        key to its units in other live RMAs; `earlier_returns` are the shopper's in the year before.
        """
        return OrderFacts(
            placed_at=self.placed_at,
            country=self.country,
            zone="",  # the policy knows the zones of a country (law.md C-8)
            shop_zone=settings.TIME_ZONE,
            shop_country=settings.SHOP_COUNTRY,
            business=self.business,
            notice_given_at=self.notice_given_at,
            notice_known=self.notice_known,
            notice_presumed=settings.NOTICE_ASSUMED,
            lines=tuple(line.facts(taken.get(line.pk, 0)) for line in lines),
            currency=self.currency,
            earlier_returns=earlier_returns,
        )


def _fingerprint(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


class OrderLine(models.Model):
    """One line of an order; `paid` is what the shopper paid for all its units, fixed at import."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=300)
    names = models.JSONField(default=dict)  # language -> name, as the shop sent them
    quantity = models.BigIntegerField()
    unit_price = models.BigIntegerField()
    paid = models.BigIntegerField()
    tax_rate = models.CharField(max_length=20, blank=True)
    tax_included = models.BooleanField(default=True)
    kind = models.CharField(max_length=50, blank=True)
    exception = models.CharField(max_length=50, null=True, blank=True)  # noqa: DJ001  null says: none of Art. 16
    final_sale = models.BooleanField(default=False)
    image = models.CharField(max_length=500, blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    hs_code = models.CharField(max_length=10, blank=True)
    origin = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "line_id"], name="line_once_an_order"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(condition=Q(paid__gte=0, unit_price__gte=0), name="line_money_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.name

    def facts(self, taken: int) -> LineFacts:
        return LineFacts(
            id=self.line_id,
            kind=self.kind,
            quantity=self.quantity,
            taken=taken,
            deliveries=tuple(part.facts for part in self.parcel_lines.all()),
            exception=self.exception,
            final_sale=self.final_sale,
            paid=self.paid,
        )


class Parcel(models.Model):
    """A parcel on its way to the shopper."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    shipped_at = models.DateTimeField(null=True)
    # When the consumer held it in hand (law.md C-1, C-5); null while on its way or at a locker.
    possession_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=50, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tracking_number"], name="parcel_tracking")]

    def __str__(self) -> str:
        return self.tracking_number or f"{self.pk}"


class ParcelLine(models.Model):
    """How many units of a line a parcel carried."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="parcel_lines")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "line"], name="parcel_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line_id}"

    @property
    def facts(self) -> Delivery:
        return Delivery(
            units=self.quantity,
            dispatched_at=self.parcel.shipped_at,
            possession_at=self.parcel.possession_at,
        )


class PaymentQuerySet(models.QuerySet["Payment"]):
    def with_room(self) -> "PaymentQuerySet":
        """Annotates `active`: what refunds reserve or have spent of it, and what disputes have taken."""
        return self.annotate(active=_SPENT)  # type: ignore[no-redef]  # declared on Payment, for who reads it

    def bound(self) -> "PaymentQuerySet":
        """Those that something names: a refund, a dispute, a difference between the books."""
        return self.exclude(refunds=None, disputes=None, breaks=None).distinct()

    def with_chargebacks(self) -> "PaymentQuerySet":
        """Annotates `charged_back`, what lost disputes took and no refund has used.

        And what may use it: `unsent`, and the part of that which will, `agreed`.
        """
        return self.annotate(charged_back=_CHARGED_BACK, unsent=_UNSENT, agreed=_AGREED)  # type: ignore[no-redef]

    def overdrawn(self) -> "PaymentQuerySet":
        """Those of which refunds hold and disputes have taken more than was captured."""
        return self.alias(taken=_spent()).filter(taken__gt=F("captured"))

    def named(self, *names: str) -> "PaymentQuerySet":
        """Those that the provider knows by one of these names."""
        return self.filter(gateway=GATEWAY, reference__in=[name for name in names if name])


def _spent() -> CombinedExpression:
    from returns.models.reconciliation import Dispute
    from returns.models.refunds import Refund

    return _sum_of(Refund.objects.active(), "amount") + _sum_of(Dispute.objects.all(), "withdrawn")


def _charged_back() -> Coalesce:
    from returns.models.reconciliation import Dispute

    return _sum_of(Dispute.objects.filter(status="lost").with_unspent(), "unspent")


def _unsent() -> Coalesce:
    from returns.models.refunds import Refund

    return _sum_of(Refund.objects.unsent(), "amount")


def _agreed() -> Coalesce:
    from returns.models.refunds import Refund

    return _sum_of(Refund.objects.unsent().agreed(), "amount")


_SPENT, _CHARGED_BACK, _UNSENT, _AGREED = (
    Compiled(words, models.BigIntegerField()) for words in (_spent, _charged_back, _unsent, _agreed)
)


def _sum_of(rows: "models.QuerySet[Any]", amount: str) -> Coalesce:
    """Of the rows of each payment."""
    of_it = rows.filter(payment=OuterRef("pk")).order_by().values("payment").annotate(total=Sum(amount))
    return Coalesce(Subquery(of_it.values("total")), 0, output_field=models.BigIntegerField())


class Payment(models.Model):
    """A charge that paid (part of) an order: one row of its tender list (money.md)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payments")
    gateway = models.CharField(max_length=20, default=GATEWAY)
    reference = models.CharField(max_length=100)
    captured = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # How it was paid, in the provider's word ("card", "sepa_debit"); "" where nobody said.
    method = models.CharField(max_length=30, blank=True)
    active: int  # minor units that refunds or disputes hold of it; from `with_room` alone
    charged_back: int  # from `with_chargebacks` alone, like the next two
    unsent: int
    agreed: int
    passed: bool  # whether a person has paid past it; from `rooms.rooms` alone

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reference"], name="payment_once"),
            models.CheckConstraint(condition=Q(captured__gte=0), name="payment_not_negative"),
        ]

    def __str__(self) -> str:
        return self.reference

    def obstacle(self, amount: int) -> str:
        """Why the way it was paid cannot give this amount back, as a code (`policy/methods.py`), or ""."""
        if self.gateway != GATEWAY:
            return "gateway_without_refunds"
        method = METHODS.get(self.method)
        return method.obstacle(whole=amount == self.captured) if method else ""
