"""The second pair of eyes: others agree to what is above the limit of who proposed it, or say no. security.md, "Roles".

The refunds of one decision, one a charge, are approved or declined together.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from returns.actions.credits import issue
from returns.actions.declining import declined
from returns.actions.goodwill import granted
from returns.actions.proposals import agents_may_approve
from returns.actions.record import record
from returns.actions.refunds import fail_unsendable, give_up, take_up, told
from returns.actions.refusals import Refused
from returns.actions.settling import record_and_settle
from returns.models import (
    Actor,
    Approval,
    Dispute,
    Event,
    Goodwill,
    Refund,
    RefundState,
    Role,
    User,
)


@transaction.atomic
def approve(refund: Refund, *, seen: int, by: Actor, at: datetime) -> None:
    """Agree to a refund that waits and to all of its decision; with the last yes that is needed they are due.

    What cannot be sent fails then, for a person to find another way. `seen` is the order's `Event.objects.version`
    of what was signed. Raises Refused: `refund_not_waiting`, `changed_meanwhile`, `not_a_manager`, `own_proposal`,
    `approved_already`, `payment_in_question` for store credit, which would be given at once.
    """
    refunds = _waiting(refund, seen)
    role = _judge(refunds, by=by, at=at)
    credited = [one.pk for one in refunds if one.credit_id]
    if credited and Refund.objects.in_question().filter(pk__in=credited).exists():
        raise Refused("payment_in_question")
    signed = set(Approval.objects.filter(refund__in=refunds, actor_id=by.id).values_list("refund_id", flat=True))
    if len(signed) == len(refunds):
        raise Refused("approved_already")
    Approval.objects.bulk_create(
        Approval(
            refund=one,
            proposer_id=one.proposed_by,
            actor_id=by.id,
            actor_label=by.label,
            role=role,
            approved_at=at,
        )
        for one in refunds
        if one.pk not in signed
    )
    # Store credit is with the shopper as soon as it is approved.
    record_and_settle(refunds[0].rma, *_agreed(refunds, by=by, at=at), by=by, at=at)


def _agreed(refunds: Sequence[Refund], *, by: Actor, at: datetime) -> Iterator[Event]:
    """What follows from this yes: an earlier one counts while its giver may log in and is what they were."""
    standing = Approval.objects.standing().filter(refund__in=refunds)
    given = Counter(standing.values_list("refund_id", flat=True))
    for refund in refunds:
        if given[refund.pk] >= refund.approvals_needed:
            _release(refund, at)
        yield told("refund.approved", refund, given=given[refund.pk], needed=refund.approvals_needed, by=by, at=at)
    released = [refund for refund in refunds if refund.state == RefundState.DUE]
    if released and (goodwill := released[0].goodwill) and not _is_granted(goodwill):
        yield granted(goodwill, by=by, at=at)
    yield from fail_unsendable(released, at=at)
    for refund in released:
        if refund.credit_id:  # what could not be credited is none any more
            yield issue(refund, by=by, at=at)


def _is_granted(goodwill: Goodwill) -> bool:
    return Goodwill.objects.granted().filter(pk=goodwill.pk).exists()


def _release(refund: Refund, at: datetime) -> None:
    refund.release()
    refund.next_try_at = refund.updated_at = at
    refund.save()


@transaction.atomic
def decline(refund: Refund, *, note: str, seen: int, by: Actor, at: datetime) -> None:
    """Say no to a refund that waits and to all of its decision.

    Goodwill that was only proposed is owed no longer; what was granted, and what a return is worth, stays owed, and a
    person finds another way.
    Raises Refused: `refund_not_waiting`, `changed_meanwhile`, `not_a_manager`, `own_proposal`, `note_missing`,
    `credit_not_declined`.
    """
    refunds = _waiting(refund, seen)
    _judge(refunds, by=by, at=at)
    if any(one.credit_id for one in refunds):
        raise Refused("credit_not_declined")
    if not note.strip():
        raise Refused("note_missing", field="note")
    owed = refunds[0].goodwill is not None and _is_granted(refunds[0].goodwill)
    end = give_up if owed else declined
    record(*[end(one, "declined_by_us", note=note.strip(), by=by, at=at) for one in refunds])


@transaction.atomic
def send_despite_dispute(refund: Refund, *, reason: str, seen: int, by: Actor, at: datetime) -> None:
    """A manager wants a refund sent although its charge is disputed, and says why; another manager must agree.

    It holds for the disputes that there are, as long as the bank only asks (money.md, "Disputes", b). Raises Refused:
    `refund_under_way`, `changed_meanwhile`, `not_a_manager`, `note_missing`, `not_disputed`, `dispute_not_refundable`.
    """
    refund = take_up(refund)
    if refund.state not in (RefundState.DUE, RefundState.AWAITING_APPROVAL):
        raise Refused("refund_under_way", state=refund.state)
    if Event.objects.version(refund.order_id) != seen:
        raise Refused("changed_meanwhile")
    if User.objects.role_of(by) != Role.MANAGER:
        raise Refused("not_a_manager")
    if not reason.strip():
        raise Refused("note_missing", field="reason")
    disputes = list(Dispute.objects.blocking().filter(payment=refund.payment_id)) if refund.payment_id else []
    if not disputes:
        raise Refused("not_disputed")
    if not all(dispute.may_be_refunded for dispute in disputes):
        raise Refused("dispute_not_refundable")
    refund.approvals.all().delete()  # nobody has agreed to this yet; the events keep who agreed before
    if refund.state == RefundState.DUE:
        refund.hold()
    refund.despite_dispute = reason.strip()[:500]
    refund.proposed_by = by.id
    refund.approvals_needed = max(refund.approvals_needed, 1)
    refund.updated_at = at
    refund.save()
    refund.despite.set(disputes)  # of another one nothing was said
    record(told("refund.held", refund, needed=refund.approvals_needed, note=refund.despite_dispute, by=by, at=at))


def _waiting(refund: Refund, seen: int) -> list[Refund]:
    """The refunds of a decision that waits, locked, and nothing has happened to their order since `seen`."""
    refund = take_up(refund)
    waiting = Refund.objects.decided_with(refund).filter(state=RefundState.AWAITING_APPROVAL)
    refunds = list(waiting.select_related("payment", "goodwill__order", "goodwill__rma").locked())
    if refund not in refunds:
        raise Refused("refund_not_waiting", state=refund.state)
    if Event.objects.version(refund.order_id) != seen:
        raise Refused("changed_meanwhile")
    for one in refunds:
        one.order, one.rma = refund.order, refund.rma
    return refunds


def _judge(refunds: Sequence[Refund], *, by: Actor, at: datetime) -> Role:
    """The role in which this person may decide on them."""
    role = User.objects.role_of(by)
    if role != Role.MANAGER and not (role == Role.AGENT and agents_may_approve(refunds, at=at)):
        raise Refused("not_a_manager")
    if any(refund.proposed_by == by.id for refund in refunds):
        raise Refused("own_proposal")
    return role
