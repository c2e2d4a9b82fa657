"""The desk of money: what waits for a person, and one refund as it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from returns import sentences
from returns.actions.proposals import agents_may_approve
from returns.models import (
    Break,
    Dispute,
    Event,
    Halt,
    OtherWay,
    Refund,
    RefundLine,
    RefundState,
    Role,
    User,
)
from returns.sentences.refunds import of_failure, of_step

FEW = 100  # rows of each list


@dataclass(frozen=True, slots=True)
class Waiting:
    """A refund, or all of one decision, that waits for a person; `amount` in minor units."""

    refund: Refund
    amount: int
    who: str
    why: str
    age: str


@dataclass(frozen=True, slots=True)
class Difference:
    """An open break as a person reads it."""

    row: Break
    sentence: str
    age: str


@dataclass(frozen=True)
class Desk:
    """What waits at `at`, each list in the order in which it came, the first hundred of it."""

    at: datetime

    @cached_property
    def approvals(self) -> list[Waiting]:
        """One row for each decision."""
        decisions: dict[tuple[object, ...], list[Refund]] = {}
        for refund in _rows(Refund.objects.filter(state=RefundState.AWAITING_APPROVAL)):
            decisions.setdefault(_decision(refund), []).append(refund)
        names = _names([refunds[0].proposed_by for refunds in decisions.values()])
        return [
            self._waiting(refunds[0], sum(refund.amount for refund in refunds), names.get(refunds[0].proposed_by, ""))
            for refunds in decisions.values()
        ]

    @cached_property
    def failed(self) -> list[Waiting]:
        return [self._waiting(refund, refund.amount, "") for refund in _rows(failed().filter(other_way=None))]

    @cached_property
    def prepared(self) -> list[Waiting]:
        rows = _rows(failed().filter(other_way__in=OtherWay.objects.unconfirmed()))
        return [self._waiting(refund, refund.amount, refund.other_way.prepared_label) for refund in rows]

    @cached_property
    def breaks(self) -> list[Difference]:
        rows = Break.objects.open().select_related("refund", "owner")[:FEW]
        return [Difference(row, sentences.of_break(row.kind, row.values), self._age(row.opened_at)) for row in rows]

    @cached_property
    def disputes(self) -> list[Dispute]:
        return list(Dispute.objects.blocking().select_related("payment__order")[:FEW])

    @cached_property
    def halts(self) -> list[Halt]:
        return list(Halt.objects.open())

    def _waiting(self, refund: Refund, amount: int, who: str) -> Waiting:
        return Waiting(refund, amount, who, of_failure(refund.failure_reason), self._age(refund.updated_at))

    def _age(self, since: datetime) -> str:
        return timesince(since, self.at, depth=1)


def failed() -> QuerySet[Refund]:
    """Owed, and no way to pay it is under way."""
    return Refund.objects.open().filter(state__in=RefundState.unpaid())


def waiting_count() -> int:
    """How many things wait for a person, for the link to this desk."""
    held = Refund.objects.filter(state=RefundState.AWAITING_APPROVAL)
    return (held | failed()).count() + Break.objects.open().count() + Halt.objects.open().count()


def _rows(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    return refunds.select_related("order", "rma", "payment", "other_way").order_by("updated_at", "pk")[:FEW]


def _decision(refund: Refund) -> tuple[object, ...]:
    return (
        refund.order_id,
        refund.rma_id,
        refund.receipt_id,
        refund.goodwill_id,
        refund.originator,
        refund.decided_at,
        refund.credit_id,
    )


def _names(ids: Sequence[str]) -> dict[str, str]:
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=[found for found in ids if found])}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a refund; `amount` in minor units."""

    at: datetime
    who: str
    sentence: str
    note: str


@dataclass(frozen=True)
class Signed:
    """One refund with all of its decision, as a person signs it; `version` is that of the order before all else."""

    refund: Refund
    version: int
    user: User
    at: datetime

    @classmethod
    def of(cls, public_id: str, user: User, at: datetime) -> "Signed | None":
        known = Refund.objects.filter(public_id=public_id).first()
        if known is None:
            return None
        version = Event.objects.version(known.order_id)
        rows = Refund.objects.select_related("order", "rma", "payment", "goodwill", "credit")
        return cls(rows.get(pk=known.pk), version, user, at)

    @cached_property
    def together(self) -> list[Refund]:
        """All of its decision while that waits for others, who sign it together; afterwards each goes its own way."""
        if self.refund.state != RefundState.AWAITING_APPROVAL:
            return [self.refund]
        refunds = Refund.objects.decided_with(self.refund).filter(state=RefundState.AWAITING_APPROVAL)
        return list(refunds.select_related("payment", "order"))

    @cached_property
    def in_its_place(self) -> list[Refund]:
        """What it was tried again as, or divided into."""
        return list(Refund.objects.in_place_of(self.refund).order_by("pk"))

    @property
    def amount(self) -> int:
        return sum(refund.amount for refund in self.together)

    @property
    def worth(self) -> int:
        return self.amount + self.bonus

    @property
    def bonus(self) -> int:
        """What comes on top of store credit."""
        return sum(refund.bonus for refund in self.together)

    @cached_property
    def lines(self) -> list[RefundLine]:
        return list(RefundLine.objects.filter(refund__in=self.together).select_related("line"))

    @cached_property
    def paid(self) -> int:
        """What was captured for the order, in its currency."""
        payments = self.refund.order.payments.filter(currency=self.refund.currency)
        return sum(payment.captured for payment in payments)

    @cached_property
    def others(self) -> list[Refund]:
        """All other refunds of the order that are owed or paid."""
        rows = Refund.objects.filter(order=self.refund.order_id).standing()
        return list(rows.exclude(pk__in=[refund.pk for refund in self.together]).select_related("rma"))

    @property
    def elsewhere(self) -> int:
        return sum(refund.amount for refund in self.others)

    @property
    def before(self) -> int:
        """What is left to the shop of the order without this refund."""
        return self.paid - self.elsewhere

    @property
    def after(self) -> int:
        return self.before - self.amount

    @cached_property
    def proposer(self) -> str:
        """Who decided it; the portal, where a rule did."""
        return _names([self.refund.proposed_by]).get(self.refund.proposed_by, "") or _("the portal")

    @cached_property
    def approvals(self) -> list[str]:
        """Who has agreed; while it waits, of them those whose yes still counts."""
        given = self.refund.approvals.all()
        if self.refund.state == RefundState.AWAITING_APPROVAL:
            given = given.standing()
        return [approval.actor_label for approval in given]

    @cached_property
    def other_way(self) -> OtherWay | None:
        return OtherWay.objects.filter(refund=self.refund).first()

    @cached_property
    def disputes(self) -> list[Dispute]:
        if self.refund.payment_id is None:
            return []
        return list(Dispute.objects.blocking().filter(payment=self.refund.payment_id))

    @property
    def failure(self) -> str:
        """Why it failed; of what waits, why it cannot be sent once others have agreed."""
        held = self.refund.state == RefundState.AWAITING_APPROVAL
        return of_failure(self.refund.obstacle if held else self.refund.failure_reason)

    @cached_property
    def history(self) -> list[Step]:
        events = Event.objects.filter(refund=self.refund).order_by("pk")
        return [
            Step(event.at, event.actor_label or _("the portal"), told_to_staff(event), event.data.get("note", ""))
            for event in events
        ]

    @property
    def manages(self) -> bool:
        return self.user.role == Role.MANAGER

    @cached_property
    def moves(self) -> list[str]:
        """What this person may do with it now; the actions ask again."""
        return [move for move, may in self._rights().items() if may]

    @property
    def hindrance(self) -> str:
        """Why this person may not decide on what waits, or ""."""
        if self.refund.state != RefundState.AWAITING_APPROVAL or "approve" in self.moves:
            return ""
        if self.refund.proposed_by == self.user.actor.id:
            return _("You proposed this yourself, so another person must decide on it.")
        if self._agreed:
            return _("You have agreed already; another person must agree as well.")
        return _("A manager must decide on this.")

    def _rights(self) -> dict[str, bool]:
        refund, me = self.refund, self.user.actor.id
        held = refund.state == RefundState.AWAITING_APPROVAL
        lost = self._failed and self.other_way is None
        unconfirmed = self.other_way is not None and self.other_way.confirmed_at is None
        mine = self.other_way is not None and self.other_way.prepared_by == me
        decides = held and refund.proposed_by != me and self._may_agree
        return {
            "approve": decides and not self._agreed,
            "decline": decides and refund.credit_id is None,
            "retry": lost and self.manages,
            "prepare": lost,
            "confirm": unconfirmed and self.manages and not mine,
            "discard": unconfirmed and (self.manages or mine),
            "despite": bool(self.disputes) and self.manages and (held or refund.state == RefundState.DUE),
        }

    @property
    def _may_agree(self) -> bool:
        return self.manages or agents_may_approve(self.together, at=self.at)

    @cached_property
    def _agreed(self) -> bool:
        return self.refund.approvals.filter(actor_id=self.user.actor.id).exists()

    @property
    def _failed(self) -> bool:
        return failed().filter(pk=self.refund.pk).exists()


def told_to_staff(event: Event) -> str:
    """As the shopper reads it, or in words that are staff's alone."""
    return of_step(event.kind, event.data) or sentences.of_event(event.kind, event.data) or event.kind
