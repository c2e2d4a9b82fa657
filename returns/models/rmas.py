"""One return: what a shopper asks to send back from one order."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from returns.models.compiled import Compiled
from returns.models.lifecycle import ItemLifecycle, ItemState, RMALifecycle, RMAState
from returns.models.orders import Order, OrderLine
from returns.models.reasons import Reason
from returns.policy.amounts import free_of_fees, may_lose_value
from returns.policy.facts import LegalPath, Resolution
from returns.policy.verdict import Verdict

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TYPED_FOR = str.maketrans("OIL", "011")


def check_character(digits: str) -> str | None:
    """Crockford's modulo 37 check character, or None where it is neither letter nor digit."""
    value = 0
    for digit in digits:
        value = value * 32 + CROCKFORD.index(digit)
    remainder = value % 37
    return (CROCKFORD + "*~$=U")[remainder] if remainder < 32 or remainder == 36 else None


def draw_number() -> str:
    """A new RMA number such as `R7F3-K2QX-1`: random, so that one tells nothing of another."""
    while True:
        digits = "".join(secrets.choice(CROCKFORD) for _place in range(8))
        if check := check_character(digits):
            return f"{digits[:4]}-{digits[4:]}-{check}"


def read_number(typed: str) -> str | None:
    """The RMA number in what was typed or scanned: O read as 0, I and L as 1; None when it is none."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    digits = plain[:8].translate(_TYPED_FOR)
    if len(plain) != 9 or not all(digit in CROCKFORD for digit in digits):
        return None
    check = check_character(digits)
    if check not in (plain[8], plain[8].translate(_TYPED_FOR)):
        return None
    return f"{digits[:4]}-{digits[4:]}-{check}"


class RMAQuerySet(models.QuerySet["RMA"]):
    def locked(self) -> Self:
        """The row of the return alone. Not its key: whoever writes a row that names it need not wait."""
        return self.select_for_update(of=("self",), no_key=True)

    def with_contents(self) -> Self:
        """All that a page or the API shows of a return, in a fixed number of statements."""
        return self.select_related("order").prefetch_related(
            "items__line", "items__reason", "receipts__lines", "refunds", "parcels"
        )

    def scanned(self, code: str) -> Self:
        """What a code at the bench may mean: the return's own number, else its order's, else its parcel's."""
        plain = "".join(character for character in code if character.isprintable()).strip()
        meanings = (
            Q(number=read_number(plain) or ""),
            Q(order__number__in={plain, plain.upper()}),
            Q(parcels__tracking_number__in={plain, "".join(plain.split()).upper()}),
        )
        for meaning in meanings:
            if (found := self.filter(meaning).distinct()).exists():
                return found
        return self.none()

    def waiting(self) -> Self:
        """The exceptions: those with an item that waits for an agent."""
        return self.filter(_WAITS).exclude(state__in=RMAState.dead())

    def with_nothing_to_decide(self) -> Self:
        """Those without an item that an agent must decide or value."""
        return self.filter(~_WAITS, ~UNVALUED)

    def in_conversation(self) -> Self:
        """The queue: those with an item to decide or to value, or with a shopper's word that nobody has answered."""
        return self.filter(_WAITS | Q(answer_by__isnull=False) | UNVALUED).exclude(state__in=RMAState.dead())

    def oldest_promise_first(self) -> Self:
        """Those that wait for the shopper, and so promise nothing, come last."""
        return self.order_by(F("answer_by").asc(nulls_last=True), "pk")

    def promised_after(self, last: "RMA") -> Self:
        """What follows this one when the oldest promise comes first; all, when it no longer stands among them."""
        if last.answer_by is None:
            return self.filter(answer_by=None, pk__gt=last.pk) if last.waits_for_shopper else self
        later = Q(answer_by__gt=last.answer_by) | Q(answer_by=None)
        return self.filter(later | Q(answer_by=last.answer_by, pk__gt=last.pk))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def asked_before(self, last: "RMA") -> Self:
        """What follows this one when the newest comes first."""
        return self.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))

    def of_shopper(self, email: str) -> Self:
        return self.filter(order__email__iexact=email)

    def earnest_since(self, at: datetime) -> Self:
        """Asked for since then, and not called off, declined or left unsent."""
        return self.filter(created_at__gte=at).exclude(state__in=RMAState.dead())

    def searched(self, words: str) -> Self:
        """Those of a return number, an order number or an e-mail address."""
        return self.filter(
            Q(number=read_number(words) or "") | Q(order__number=words.strip()) | Q(order__email__iexact=words.strip())
        )

    def shown_as(self, state: str) -> Self:
        """Those that pages and the API show in this state: see `RMA.shown_state`."""
        if state == RMAState.IN_REVIEW:
            return self.waiting()
        return self.filter(~_WAITS | Q(state__in=RMAState.dead()), state=state)

    def unsent_since(self, at: datetime) -> Self:
        """Approved, and not sent since; while an agent owes an answer, the shopper may wait too."""
        approved = Q(state__in=[RMAState.APPROVED, RMAState.LABEL_READY], approved_at__lt=at)
        return self.filter(~_WAITS, approved, answer_by=None)

    def finished_before(self, at: datetime) -> Self:
        """Refunded, or received in full with nothing to refund, and quiet since; nobody waits for answer or money."""
        return self.filter(_FINISHED, answer_by=None, updated_at__lt=at)


def _waits() -> Exists:
    """Whether an item of a return waits for an agent."""
    return Exists(RMAItem.objects.filter(rma=OuterRef("pk"), state=ItemState.REFERRED))


def _unvalued() -> Exists:
    """Whether something that came back damaged waits for an agent to say what it has lost in value."""
    from returns.models.valuations import Valuation

    return Exists(Valuation.objects.filter(counted__receipt__rma=OuterRef("pk")).open())


def _outstanding() -> Exists:
    """Whether units of a return are still expected: neither counted in some way nor given up (`missing.py`)."""
    from returns.models.receipts import ReceiptLine

    lines = ReceiptLine.objects.filter(item=OuterRef("pk")).order_by().values("item")
    units = Coalesce(Subquery(lines.annotate(units=Sum(ReceiptLine.UNITS)).values("units")), 0)
    items = RMAItem.objects.accepted().exclude(resolution=Resolution.KEEP).filter(rma=OuterRef("pk"))
    return Exists(items.annotate(counted=units).filter(counted__lt=F("quantity")))


def _finished() -> Q:
    from returns.models.refunds import Originator, Refund

    refunds = Refund.objects.filter(rma=OuterRef("pk"))
    unpaid = Q(~Exists(refunds.filter(originator=Originator.RMA)), ~_outstanding(), state=RMAState.RECEIVED)
    done = Q(state=RMAState.REFUNDED) | unpaid
    return Q(~_waits(), ~_unvalued(), ~Exists(refunds.open()), done)


_WAITS, UNVALUED, _FINISHED = (Compiled(words, models.BooleanField()) for words in (_waits, _unvalued, _finished))


class RMA(RMALifecycle):
    number = models.CharField(max_length=11, unique=True, default=draw_number)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="rmas")
    locale = models.CharField(max_length=10)
    channel = models.CharField(max_length=20)  # page, api, agent
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    # What the parcel back costs the shopper, in minor units of the order's currency; fixed when asked for.
    return_cost = models.BigIntegerField(default=0)
    # By when an agent has answered, when one must (product.md A1: within 24 hours); null once that is done.
    answer_by = models.DateTimeField(null=True)

    objects = RMAQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="rma_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="rma_state_newest"),
            models.Index(fields=["-updated_at", "-id"], name="rma_changed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RMAState.values), name="rma_state_known"),
            models.CheckConstraint(condition=Q(return_cost__gte=0), name="rma_return_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def waits_for_agent(self) -> bool:
        """Whether an item still waits; a dead return waits for nobody."""
        return self.state not in RMAState.dead() and any(item.state == ItemState.REFERRED for item in self.items.all())

    @property
    def shown_state(self) -> RMAState:
        """`in review` as long as one item waits, while the accepted ones go on (product.md)."""
        return RMAState.IN_REVIEW if self.waits_for_agent else RMAState(self.state)

    @property
    def owes_answer(self) -> bool:
        """Whether an agent has promised to answer: an item, or what the shopper wrote."""
        return self.answer_by is not None and self.state not in RMAState.dead()

    @property
    def waits_for_shopper(self) -> bool:
        """Whether an item cannot be decided before the shopper has answered."""
        return self.answer_by is None and self.waits_for_agent

    @property
    def answer_day(self) -> date | None:
        """The day by which an agent answers, when one must."""
        return timezone.localdate(self.answer_by) if self.answer_by else None

    @property
    def send_by(self) -> date | None:
        """The last day for handing the parcel in; None before the return is approved."""
        approved = self.approved_at
        return timezone.localdate(approved) + timedelta(days=settings.SEND_WITHIN_DAYS) if approved else None

    @property
    def refund_by(self) -> date:
        """The last day for the money, by the parcel's own days where they are known."""
        sent = [parcel.status_at for parcel in self.parcels.all() if parcel.status != "labelled"]
        received = [receipt.received_at for receipt in self.receipts.all()]
        return self.order.refund_by(
            asked_on=timezone.localdate(self.created_at),
            sent_on=_first_day(sent + received),
            received_on=_first_day(received),
        )

    @property
    def may_be_written_to(self) -> bool:
        """Whether shopper and agent may still write to each other about it."""
        return self.state not in (RMAState.CLOSED, *RMAState.dead())

    @property
    def may_be_sent(self) -> bool:
        """Whether a label helps: something is accepted and may be on its way."""
        return self.state in RMAState.sendable()


def _first_day(moments: Iterable[datetime]) -> date | None:
    return min(map(timezone.localdate, moments), default=None)


class RMAItemQuerySet(models.QuerySet["RMAItem"]):
    def live(self) -> Self:
        """Those that hold units and a share of their line."""
        return self.exclude(state=ItemState.REFUSED).exclude(rma__state__in=RMAState.dead())

    def accepted(self) -> Self:
        return self.filter(state=ItemState.ACCEPTED)

    def taken(self) -> dict[int, tuple[int, int]]:
        """Per line: (units, share in minor units) that live items hold."""
        rows = self.live().values("line_id").annotate(units=Sum("quantity"), given=Sum("share"))
        return {row["line_id"]: (row["units"], row["given"]) for row in rows.order_by()}


class RMAItem(ItemLifecycle):
    """One order line in a return. `share` is its part of what was paid, `fee` what of it is kept for restocking.

    `credit_bonus` is added when it is paid out as store credit. All are fixed when asked for, in minor units of the
    order's currency.
    """

    rma = models.ForeignKey(RMA, on_delete=models.CASCADE, related_name="items")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="rma_items")
    quantity = models.BigIntegerField()
    share = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    # What the reason meant in law on that day: a reason that is changed later changes no return.
    legal_path = models.CharField(max_length=20, default=LegalPath.WITHDRAWAL)
    resolution = models.CharField(max_length=20, default=Resolution.REFUND)
    credit_bonus = models.BigIntegerField(default=0)
    note = models.CharField(max_length=2000, blank=True)
    # What the shopper said of the seal of goods that are sealed (law.md X-1); null when nobody asked.
    seal_broken = models.BooleanField(null=True)
    # Kept as it was given; never worked out again (issue of the verdict, the policy version, both ends).
    verdict = models.JSONField()
    unvalued: bool  # whether units of it wait for their value; from `settling` alone

    objects = RMAItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rma", "line"], name="item_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="item_quantity_positive"),
            models.CheckConstraint(condition=Q(share__gte=0), name="item_share_not_negative"),
            models.CheckConstraint(condition=Q(fee__gte=0, fee__lte=F("share")), name="item_fee_within_share"),
            models.CheckConstraint(condition=Q(legal_path__in=[*LegalPath]), name="item_legal_path_known"),
            models.CheckConstraint(condition=Q(resolution__in=[*Resolution]), name="item_resolution_known"),
            models.CheckConstraint(
                condition=Q(credit_bonus=0) | Q(credit_bonus__gt=0, resolution=Resolution.CREDIT),
                name="item_bonus_on_credit",
            ),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line}"

    @property
    def judged(self) -> Verdict:
        return Verdict.from_json(self.verdict)

    @property
    def stays(self) -> bool:
        """Whether the shopper may keep it, so that nothing of it is sent."""
        return self.resolution == Resolution.KEEP

    @property
    def path(self) -> LegalPath:
        """Its legal path as decisions know it."""
        return LegalPath(self.legal_path)

    @property
    def free_of_fees(self) -> bool:
        """Whether the law lets nobody keep a fee of its price."""
        return free_of_fees(self.path, by_right=self.judged.by_right)

    @property
    def may_lose_value(self) -> bool:
        """Whether the shopper may be held to what handling has cost of its value; never of what was theirs to keep."""
        return not self.stays and may_lose_value(self.path, told=self.rma.order.told_of_right)
