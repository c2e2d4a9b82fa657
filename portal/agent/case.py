"""Everything that an agent must know of one return, on one page and in a fixed number of statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Sum
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.agent.money import told_to_staff
from returns import sentences
from returns.actions.missing import expected
from returns.actions.proposals import may_grant_alone
from returns.actions.rooms import claimable, free_for_goodwill
from returns.models import (
    RMA,
    SHOPPER,
    SYSTEM,
    Event,
    Goodwill,
    GoodwillReason,
    ItemState,
    Letter,
    Order,
    Originator,
    RefundLine,
    RefundState,
    RMAItem,
    User,
    Valuation,
)
from returns.models.lifecycle import legal
from returns.policy.facts import Answer, LegalPath, Resolution

HISTORY = 10  # other returns of the same shopper that are listed
VERDICTS = {
    Answer.ACCEPT: lambda: _("Policy accepts it."),
    Answer.REFER: lambda: _("Policy asks a person."),
    Answer.REFUSE: lambda: _("Policy refuses it."),
}
LEGAL_PATHS = {
    LegalPath.WITHDRAWAL: gettext_lazy("withdrawal"),
    LegalPath.CONFORMITY: gettext_lazy("faulty goods"),
    LegalPath.COURTESY: gettext_lazy("courtesy"),
}
SEALS = {
    True: lambda: _("The shopper says that the seal is broken."),
    False: lambda: _("The shopper says that the seal is unbroken."),
}
WANTED: Mapping[Resolution, Callable[[str], str]] = {
    Resolution.REFUND: lambda _bonus: "",
    Resolution.CREDIT: lambda bonus: _("The shopper chose store credit, with a bonus of %(bonus)s.") % {"bonus": bonus},
    Resolution.KEEP: lambda _bonus: _("The shopper may keep it, so nothing of it comes back."),
}
LETTERS = {
    "referred": gettext_lazy("an agent looks at it"),
    "message": gettext_lazy("message"),
    "fee": gettext_lazy("fee"),
    "value_loss": gettext_lazy("loss of value"),
    "rejected": gettext_lazy("rejected"),
    "reopened": gettext_lazy("reopened"),
    "cancelled": gettext_lazy("cancelled"),
    "expired": gettext_lazy("expired"),
    "label": gettext_lazy("label ready"),
    "keep": gettext_lazy("please keep it"),
    "on_its_way": gettext_lazy("parcel on its way"),
    "received": gettext_lazy("parcel arrived"),
    "rest_missing": gettext_lazy("rest no longer expected"),
    "goodwill": gettext_lazy("goodwill"),
    "refund_pending": gettext_lazy("refund on its way"),
    "refund_needs_details": gettext_lazy("bank details needed"),
    "refunded": gettext_lazy("refunded"),
    "credited": gettext_lazy("store credit given"),
    "refund_failed": gettext_lazy("refund failed"),
    "paid_otherwise": gettext_lazy("paid another way"),
}
ACTORS = {SHOPPER.kind: gettext_lazy("shopper"), SYSTEM.kind: gettext_lazy("the portal")}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is to come back, the verdict on it in sentences, and both ends."""

    item: RMAItem
    name: str
    legal_path: str
    verdict: str
    reasons: Sequence[str]
    seal: str
    wanted: str
    policy_until: date | None
    statutory_until: date | None
    open_ended: bool
    estimated: bool

    @property
    def waits(self) -> bool:
        return self.item.state == ItemState.REFERRED


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units of the order's currency. `after` is what remains when all that is open has been paid."""

    paid: int
    refunded: int
    open: int
    share: int
    fees: int
    share_refunded: int
    before: int
    after: int
    short: int
    free: int

    @classmethod
    def of(cls, rma: RMA, at: datetime) -> "Money":
        payments = list(rma.order.payments.with_room())
        paid = sum(payment.captured for payment in payments)
        refunded = sum(payment.active for payment in payments)
        fees = _fees(rma)
        left = paid - refunded - claimable(rma.order) + fees - _kept_already(rma)
        active = RefundState.active()
        return cls(
            paid=paid,
            refunded=refunded,
            open=rma.order.refunds.open().total(),
            fees=fees,
            free=free_for_goodwill(rma.order, at=at),
            share=sum(item.share for item in rma.items.all() if item.state != ItemState.REFUSED),
            share_refunded=sum(
                refund.amount
                for refund in rma.refunds.all()
                if refund.originator == Originator.RMA and refund.state in active
            ),
            before=paid - refunded,
            after=max(0, left),
            short=max(0, -left),
        )


def _fees(rma: RMA) -> int:
    """What is kept of the return's shares, for its items and once for the way back."""
    items = [item for item in rma.items.all() if item.state != ItemState.REFUSED]
    return min(sum(item.share for item in items), rma.return_cost + sum(item.fee for item in items)) if items else 0


def _kept_already(rma: RMA) -> int:
    """What refunds that hold or have spent money were lowered by."""
    kept = RefundLine.objects.filter(refund__in=rma.refunds.active(), kind=RefundLine.Kind.FEE)
    return -(kept.aggregate(total=Sum("amount"))["total"] or 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: what happened, when, by whom, and what was written with it."""

    at: datetime
    sentence: str
    who: str
    note: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Override:
    """What an agent granted beyond policy. `amount` in minor units; `why` as a reason, where one was chosen."""

    at: datetime
    who: str
    what: str
    amount: int
    why: str
    note: str


@dataclass(frozen=True)
class Case:
    """`version` is that of the order before anything else was read: what happens meanwhile makes it an old one."""

    rma: RMA
    version: int
    user: User
    at: datetime

    @classmethod
    def of(cls, number: str, user: User, at: datetime) -> "Case | None":
        known = RMA.objects.filter(number=number).first()
        if known is None:
            return None
        version = Event.objects.version(known.order_id)
        rmas = RMA.objects.with_contents().prefetch_related(
            "receipts__lines__line",
            "receipts__lines__photos",
            "receipts__lines__valuation",
            "items__photos",
            "messages__photos",
            "goodwill__refunds",
        )
        return cls(rmas.get(pk=known.pk), version, user, at)

    @property
    def order(self) -> Order:
        return self.rma.order

    @property
    def moves(self) -> list[str]:
        """What may be done now: the lifecycle's verbs, `decide` while an item waits, `write` while it is alive."""
        others = {
            "decide": self.rma.waits_for_agent,
            "write": self.rma.may_be_written_to,
            "give_up_rest": bool(self.missing),
        }
        return [*legal(self.rma), *(move for move, may in others.items() if may)]

    @cached_property
    def items(self) -> list[Item]:
        return [_item(item, self.order.currency) for item in self.rma.items.all()]

    @cached_property
    def missing(self) -> list[tuple[RMAItem, int]]:
        """What is still expected where a part has arrived, in units."""
        return expected(self.rma)

    @cached_property
    def money(self) -> Money:
        return Money.of(self.rma, self.at)

    @cached_property
    def grants_alone(self) -> str:
        """How much goodwill this member of staff may grant on the order now, and what happens above it."""
        alone = may_grant_alone(self.order, self.user, at=self.at)
        if not alone:
            return _("A manager must agree before it is sent.")
        amount = sentences.money(alone, self.order.currency)
        return _("Up to %(amount)s it is sent at once; above that a manager must agree.") % {"amount": amount}

    @cached_property
    def valuations(self) -> list[Valuation]:
        """What came back harmed, as it was or will be valued; nothing of what was refused."""
        refused = {item.item.pk for item in self.items if item.item.state == ItemState.REFUSED}
        counted = (line for receipt in self.rma.receipts.all() for line in receipt.lines.all())
        return [line.valuation for line in counted if hasattr(line, "valuation") and line.item_id not in refused]

    @cached_property
    def proposal(self) -> str:
        """What the verdicts suggest for the items that wait; a person decides."""
        waiting = [item.item.judged for item in self.items if item.waits]
        if not waiting:
            return _("Say what the damaged goods have lost in value.") if self._unvalued else ""
        if self.rma.waits_for_shopper:
            return _("Wait for the shopper's answer.")
        if any(verdict.by_right for verdict in waiting):
            return _("Approve: the law gives the shopper the right to withdraw.")
        if all(verdict.answer == Answer.REFUSE for verdict in waiting):
            return _("Decline, or approve beyond policy and say why.")
        return _("Look at the reasons; approve unless something speaks against it.")

    @property
    def _unvalued(self) -> bool:
        return any(valuation.valued_at is None for valuation in self.valuations)

    @cached_property
    def history(self) -> list[Entry]:
        return [_entry(event) for event in self._events]

    @cached_property
    def overrides(self) -> list[Override]:
        """What was granted beyond policy: who, why, how much (product.md A3)."""
        by_line = {item.item.line.line_id: item for item in self.items}
        approved = [event for event in self._events if event.kind == "rma.approved" and event.data.get("note")]
        return [
            *(_accepted_beyond(event, by_line) for event in approved),
            *(_granted(goodwill) for goodwill in self.rma.goodwill.all()),
        ]

    @cached_property
    def _events(self) -> list[Event]:
        return list(Event.objects.timeline(self.rma))

    @cached_property
    def letters(self) -> list[tuple[Letter, str]]:
        """Each with what it is about."""
        return [(letter, str(LETTERS.get(letter.kind, letter.kind))) for letter in self.rma.letters.order_by("pk")]

    @cached_property
    def earlier(self) -> list[RMA]:
        """Other returns of the same e-mail address: a fact for the decision, not a judgement (product.md A5)."""
        return list(RMA.objects.of_shopper(self.order.email).exclude(pk=self.rma.pk).newest_first()[:HISTORY])


def _item(item: RMAItem, currency: str) -> Item:
    verdict = item.judged
    return Item(
        item=item,
        name=item.line.name_in(get_language() or ""),
        legal_path=str(LEGAL_PATHS[item.path]) if item.reason else "",
        verdict=VERDICTS[verdict.answer](),
        reasons=[sentences.of_reason(reason) for reason in verdict.reasons],
        seal="" if item.seal_broken is None else SEALS[item.seal_broken](),
        wanted=WANTED[Resolution(item.resolution)](sentences.money(item.credit_bonus, currency)),
        policy_until=verdict.policy_until,
        statutory_until=verdict.statutory_until,
        open_ended=verdict.open_ended,
        estimated=verdict.estimated,
    )


def _accepted_beyond(event: Event, by_line: Mapping[str, Item]) -> Override:
    items = [by_line[line] for line in event.data["lines"] if line in by_line]
    return Override(
        at=event.at,
        who=event.actor_label,
        what=", ".join(f"{item.item.quantity} × {item.name}" for item in items),
        amount=sum(item.item.share for item in items),
        why=_("accepted by an agent"),
        note=event.data["note"],
    )


def _granted(goodwill: Goodwill) -> Override:
    return Override(
        at=goodwill.granted_at,
        who=goodwill.granted_by,
        what=_("Goodwill on top"),
        amount=goodwill.amount,
        why=f"{GoodwillReason(goodwill.reason).label}{_fate(goodwill)}",
        note=goodwill.note,
    )


def _fate(goodwill: Goodwill) -> str:
    """Whether others still have to agree, or did not."""
    states = {refund.state for refund in goodwill.refunds.all()}
    if RefundState.AWAITING_APPROVAL in states:
        return _(" (waits for approval)")
    return _(" (declined)") if any(refund.declined for refund in goodwill.refunds.all()) else ""


def _entry(event: Event) -> Entry:
    return Entry(
        at=event.at,
        sentence=told_to_staff(event),
        who=event.actor_label or str(ACTORS.get(event.actor_kind, event.actor_kind)),
        note=event.data.get("note", ""),
        amount=event.data.get("amount"),
    )
