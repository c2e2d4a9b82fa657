"""The one table of legal moves: of a return, of an item, of a refund.

Buttons on pages, the actions that the API lists, the diagrams in the README and the tests all come
from here. A transition's body is empty: what belongs to a move is done by the action that makes it
(returns/actions), in the same database transaction.
"""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, can_proceed, transition


class RMAState(models.TextChoices):
    REQUESTED = "requested", _("requested")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    LABEL_READY = "label_ready", _("label ready")
    IN_TRANSIT = "in_transit", _("in transit")
    RECEIVED = "received", _("received")
    REFUND_DUE = "refund_due", _("refund due")
    REFUNDED = "refunded", _("refunded")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")

    @classmethod
    def dead(cls) -> list["RMAState"]:
        """Those whose items give their units and their share back to the line."""
        return [cls.REJECTED, cls.CANCELLED, cls.EXPIRED]

    @classmethod
    def before_receipt(cls) -> list["RMAState"]:
        return [cls.REQUESTED, cls.IN_REVIEW, cls.APPROVED, cls.LABEL_READY, cls.IN_TRANSIT]

    @classmethod
    def sendable(cls) -> list["RMAState"]:
        """Those in which a parcel may be on its way to us."""
        return [cls.APPROVED, cls.LABEL_READY, cls.IN_TRANSIT]

    @classmethod
    def receivable(cls) -> list["RMAState"]:
        """Those in which what arrives is counted; what was lost may turn up after all (law.md M-9)."""
        return [*cls.sendable(), cls.RECEIVED, cls.REFUND_DUE, cls.REFUNDED, cls.CLOSED]


class RMALifecycle(models.Model):
    """How a return moves. product.md, "The way of a return"."""

    state = FSMField(choices=RMAState, default=RMAState.REQUESTED, protected=True)

    class Meta:
        abstract = True

    @transition("state", source=[RMAState.REQUESTED, RMAState.IN_REVIEW], target=RMAState.APPROVED)
    def approve(self) -> None:
        """At least one item may be sent back."""

    @transition("state", source=RMAState.REQUESTED, target=RMAState.IN_REVIEW)
    def refer(self) -> None:
        """No item is accepted yet: an agent is asked."""

    @transition("state", source=RMAState.IN_REVIEW, target=RMAState.REJECTED)
    def reject(self) -> None:
        """An agent refused every item."""

    # An expired return may be reopened too: a late parcel is no loss of right (law.md M-9).
    @transition("state", source=[RMAState.REJECTED, RMAState.EXPIRED], target=RMAState.IN_REVIEW)
    def reopen(self) -> None:
        """An agent looks at it once more."""

    @transition("state", source=RMAState.APPROVED, target=RMAState.LABEL_READY)
    def ready_label(self) -> None:
        """A label was booked for the way back."""

    @transition("state", source=[RMAState.APPROVED, RMAState.LABEL_READY], target=RMAState.IN_TRANSIT)
    def depart(self) -> None:
        """A carrier has it, or a tracking number was given."""

    @transition("state", source=RMAState.receivable(), target=RMAState.RECEIVED)
    def receive(self) -> None:
        """A parcel was counted at the bench; perhaps not the last one."""

    # A bank may return a refund after the return was closed: then it is owed again. What may be kept is owed at once.
    @transition(
        "state",
        source=[*RMAState.sendable(), RMAState.RECEIVED, RMAState.REFUNDED, RMAState.CLOSED],
        target=RMAState.REFUND_DUE,
    )
    def owe_refund(self) -> None:
        """What arrived, or may be kept, is worth money that has not been paid back yet."""

    @transition("state", source=RMAState.REFUND_DUE, target=RMAState.RECEIVED)
    def await_rest(self) -> None:
        """What arrived is paid back, and more is still to come."""

    @transition("state", source=[RMAState.REFUND_DUE, RMAState.RECEIVED], target=RMAState.REFUNDED)
    def settle(self) -> None:
        """Every item is settled and every refund has succeeded."""

    @transition("state", source=[RMAState.RECEIVED, RMAState.REFUNDED], target=RMAState.CLOSED)
    def close(self) -> None:
        """Nothing is owed, and nothing more is expected."""

    @transition("state", source=RMAState.before_receipt(), target=RMAState.CANCELLED)
    def cancel(self) -> None:
        """Called off before anything arrived."""

    @transition("state", source=RMAState.sendable(), target=RMAState.EXPIRED)
    def expire(self) -> None:
        """Nothing was sent in time."""


class ItemState(models.TextChoices):
    PENDING = "pending", _("pending")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    REFERRED = "referred", _("with an agent")


class ItemLifecycle(models.Model):
    """How an item is decided. What policy refuses is referred: only a person refuses for good."""

    state = FSMField(choices=ItemState, default=ItemState.PENDING, protected=True)

    class Meta:
        abstract = True

    @transition("state", source=[ItemState.PENDING, ItemState.REFERRED], target=ItemState.ACCEPTED)
    def accept(self) -> None:
        """It may come back and will be paid for."""

    @transition(
        "state",
        source=[ItemState.PENDING, ItemState.REFUSED, ItemState.ACCEPTED],
        target=ItemState.REFERRED,
    )
    def refer(self) -> None:
        """A person decides, or looks once more at a reopened return."""

    @transition("state", source=ItemState.REFERRED, target=ItemState.REFUSED)
    def refuse(self) -> None:
        """A person said no, and why."""


class RefundState(models.TextChoices):
    DUE = "due", _("due")
    AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
    SENDING = "sending", _("sending")
    UNCERTAIN = "uncertain", _("uncertain")
    PENDING = "pending", _("on its way")
    REQUIRES_ACTION = "requires_action", _("waiting for the shopper's bank details")
    SUCCEEDED = "succeeded", _("paid back")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("cancelled")
    PAID_OTHERWISE = "paid_otherwise", _("paid another way")

    @classmethod
    def ended(cls) -> list["RefundState"]:
        """Those that no longer reserve or have spent money of the payment."""
        return [*cls.unpaid(), cls.PAID_OTHERWISE]

    @classmethod
    def unpaid(cls) -> list["RefundState"]:
        """Those that have ended, and the shopper has nothing."""
        return [cls.FAILED, cls.CANCELED]

    @classmethod
    def active(cls) -> list["RefundState"]:
        return [state for state in cls if state not in cls.ended()]

    @classmethod
    def open(cls) -> list["RefundState"]:
        """Owed, but not yet with the shopper."""
        return [state for state in cls if state not in (cls.SUCCEEDED, cls.PAID_OTHERWISE)]


_AT_PROVIDER = [RefundState.PENDING, RefundState.REQUIRES_ACTION]
_UNANSWERED = [RefundState.SENDING, RefundState.UNCERTAIN]


def _unknown_at_provider(refund: Any) -> bool:
    return refund.gateway_id is None


class RefundLifecycle(models.Model):
    """How one movement of money goes. money.md, "The way of a refund"."""

    state = FSMField(choices=RefundState, default=RefundState.DUE, protected=True)

    class Meta:
        abstract = True

    @transition("state", source=RefundState.DUE, target=RefundState.AWAITING_APPROVAL)
    def hold(self) -> None:
        """Above the limit: a second person must agree."""

    @transition("state", source=RefundState.AWAITING_APPROVAL, target=RefundState.DUE)
    def release(self) -> None:
        """A second person agreed."""

    @transition("state", source=[RefundState.DUE, RefundState.UNCERTAIN], target=RefundState.SENDING)
    def claim(self) -> None:
        """A worker holds the lease and is about to call the provider."""

    @transition("state", source=_UNANSWERED, target=RefundState.UNCERTAIN)
    def doubt(self) -> None:
        """The call gave no definite answer: it may or may not have moved money."""

    @transition("state", source=RefundState.SENDING, target=RefundState.DUE)
    def put_back(self) -> None:
        """The provider answered that it did nothing yet (429, closed circuit): try again later."""

    @transition("state", source=[*_UNANSWERED, RefundState.REQUIRES_ACTION], target=RefundState.PENDING)
    def await_provider(self) -> None:
        """The provider has it and will tell the end."""

    @transition("state", source=[*_UNANSWERED, RefundState.PENDING], target=RefundState.REQUIRES_ACTION)
    def await_shopper(self) -> None:
        """The provider asks the shopper for bank details."""

    @transition("state", source=RefundState.DUE, target=RefundState.SUCCEEDED)
    def issue_credit(self) -> None:
        """It is on the shopper's store credit, in the same moment."""

    # What we gave up ourselves, never having heard of it at the provider, may still turn up there.
    @transition(
        "state",
        source=[RefundState.FAILED, RefundState.CANCELED],
        target=RefundState.SUCCEEDED,
        conditions=[_unknown_at_provider],
    )
    @transition("state", source=[*_UNANSWERED, *_AT_PROVIDER], target=RefundState.SUCCEEDED)
    def succeed(self) -> None:
        """The money is on its way to the shopper's bank."""

    # The bank may return a refund up to 30 days after it succeeded.
    @transition(
        "state",
        source=[RefundState.DUE, *_UNANSWERED, *_AT_PROVIDER, RefundState.SUCCEEDED],
        target=RefundState.FAILED,
    )
    def fail(self) -> None:
        """The shopper will not get it this way: the provider says so, or no payment can bear it."""

    @transition("state", source=[*_UNANSWERED, *_AT_PROVIDER], target=RefundState.CANCELED)
    def cancel(self) -> None:
        """The provider gave up on it."""

    # Not `cancel`, which is the provider's word: of what we gave up ourselves it is no news.
    @transition("state", source=RefundState.AWAITING_APPROVAL, target=RefundState.CANCELED)
    def decline(self) -> None:
        """The second person said no."""

    @transition("state", source=[RefundState.FAILED, RefundState.CANCELED], target=RefundState.PAID_OTHERWISE)
    def pay_otherwise(self) -> None:
        """A person paid it another way, with evidence."""

    @transition(
        "state",
        source=[RefundState.DUE, RefundState.AWAITING_APPROVAL, RefundState.FAILED, RefundState.CANCELED],
        target=RefundState.PAID_OTHERWISE,
    )
    def charge_back(self) -> None:
        """The shopper's bank has taken the money back in a dispute that was lost."""

    # Not `fail`: the provider's old news that it failed may come once more, and says nothing of what settled it.
    @transition("state", source=RefundState.PAID_OTHERWISE, target=RefundState.FAILED)
    def owe_again(self) -> None:
        """What had settled it has come undone, and a person finds another way."""


def moves(machine: type[models.Model]) -> list[tuple[str, str, str]]:
    """Every legal move of a machine as (source, verb, target), in the order of its states."""
    field = _state_field(machine)
    order = [value for value, _label in field.choices]
    found = ((move.source, move.name, move.target) for move in field.get_all_transitions(machine))
    return sorted(found, key=lambda move: (order.index(move[0]), order.index(move[2]), move[1]))


def legal(instance: models.Model) -> list[str]:
    """The verbs that are legal for this row now: what pages and the API offer."""
    verbs = _state_field(type(instance)).transitions[type(instance)]
    return sorted(verb for verb in verbs if can_proceed(getattr(instance, verb)))


def diagram(machine: type[models.Model]) -> Iterator[str]:
    """The machine as lines of a Mermaid state diagram."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {_state_field(machine).default}"
    for source, verb, target in moves(machine):
        yield f"    {source} --> {target}: {verb}"


def _state_field(machine: type[models.Model]) -> Any:
    return machine._meta.get_field("state")
