"""Who proposes a refund, what counts together with it, and how many others must agree. security.md, "Roles"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db.models import QuerySet, Sum
from django.utils import timezone

from returns.models import Actor, Goodwill, Limits, Order, OrderLine, Originator, Refund, RMAItem, Role, User
from returns.models.goodwill import GoodwillQuerySet
from returns.policy.limits import Allowance, Proposal, Proposer, agent_may_approve, approvals_needed
from returns.policy.methods import METHODS

TOGETHER = timedelta(days=30)  # refunds of one order within these are summed against every limit


def others_needed(refunds: Sequence[Refund], *, by: Actor, at: datetime) -> int:
    """How many people besides `by` must agree before these refunds of one decision, just made, are paid.

    Their payments know the `limits` in force (`rooms.rooms`): where the shop has none, a refund by policy asks the
    database nothing.
    """
    limits, limited = _limits_in_force(refunds[0], at)
    granted = refunds[0].originator == Originator.GOODWILL
    if not limited and not granted and not any(_may_pay_twice(refund, at) for refund in refunds):
        return 0
    proposal = _proposal(refunds[0], refunds, _proposer(by), at=at)
    return approvals_needed(_allowance(limits), replace(proposal, limits_elsewhere=limited))


def agents_may_approve(refunds: Sequence[Refund], *, at: datetime) -> bool:
    """Whether the yes of an agent is enough for these refunds of one decision, by the limits in force now."""
    first = refunds[0]
    if first.approvals_needed != 1:
        return False
    limits = Limits.objects.in_force(first.currency, at)
    allowance = limits.allowance if limits else None
    return agent_may_approve(allowance, _proposal(first, refunds, Proposer.RULE, at=at))


def _limits_in_force(refund: Refund, at: datetime) -> tuple[int | None, bool]:
    """(those of its currency, whether there are any)."""
    if refund.payment is not None:
        return getattr(refund.payment, "limits"), getattr(refund.payment, "limited")  # noqa: B009  annotated
    begun = Limits.objects.begun(at)
    return begun.of(refund.currency).values_list("pk", flat=True).first(), begun.exists()


def _allowance(limits: int | None) -> Allowance | None:
    return Limits.objects.get(pk=limits).allowance if limits else None


def held_role(by: Actor) -> Role | None:
    """In which this person decides. Their row is held: two grants of one must not both see what is left of the day."""
    user = User.objects.acting(by).select_for_update(no_key=True).first()
    return Role(user.role) if user else None


def _proposer(by: Actor) -> Proposer:
    """A person by their role; who only counts a parcel decides nothing. Who is not known has an agent's rights."""
    if by.kind != "staff":
        return Proposer.RULE
    roles: dict[Role | None, Proposer] = {Role.WAREHOUSE: Proposer.RULE, Role.MANAGER: Proposer.MANAGER}
    return roles.get(held_role(by), Proposer.AGENT)


def _proposal(first: Refund, refunds: Sequence[Refund], proposer: Proposer, *, at: datetime) -> Proposal:
    lately = Refund.objects.filter(order=first.order_id, decided_at__gt=first.decided_at - TOGETHER).standing()
    of_order = lately.worth()
    may_pay_twice = any(_may_pay_twice(refund, at) for refund in refunds)
    if first.goodwill is None:
        return Proposal(proposer=proposer, of_order=of_order, may_pay_twice=may_pay_twice)
    granted = lately.of_goodwill().total()
    today = _granted_today(first.proposed_by, first.currency, at)
    lines = _lines(first)
    return Proposal(
        proposer=proposer,
        of_order=of_order,
        goodwill=True,
        granted=granted,
        today=first.goodwill.amount + today.exclude(pk=first.goodwill.pk).total(),
        bought=lines.aggregate(paid=Sum("paid"))["paid"] or 0,
        brought=granted + _shares(lines),
        may_pay_twice=may_pay_twice,
    )


def may_grant_alone(order: Order, user: User, *, at: datetime) -> int:
    """Minor units of goodwill that this person may grant on this order now without asking."""
    limits = Limits.objects.in_force(order.currency, at)
    manages = user.role == Role.MANAGER
    if limits is None:
        return 0
    lately = Refund.objects.filter(order=order, decided_at__gt=at - TOGETHER).of_goodwill().standing()
    today = _granted_today(user.actor.id, order.currency, at).total()
    for_order = limits.manager_goodwill if manages else limits.agent_goodwill
    for_today = limits.manager_goodwill_day if manages else limits.agent_goodwill_day
    return max(0, min(for_order - lately.total(), for_today - today))


def _granted_today(giver_id: str, currency: str, at: datetime) -> GoodwillQuerySet:
    """Today by the shop's clock, without asking anybody."""
    morning = timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
    return Goodwill.objects.alone(giver_id, currency, since=morning)


def _lines(refund: Refund) -> QuerySet[OrderLine]:
    """What the refund is about: the lines of its return, or of its whole order."""
    if refund.rma_id:
        return OrderLine.objects.filter(rma_items__rma=refund.rma_id)
    return OrderLine.objects.filter(order=refund.order_id)


def _shares(lines: QuerySet[OrderLine]) -> int:
    """What live returns bring of these lines."""
    return RMAItem.objects.live().filter(line__in=lines).aggregate(total=Sum("share"))["total"] or 0


def _may_pay_twice(refund: Refund, at: datetime) -> bool:
    return _debited(refund, at) or bool(refund.despite_dispute) or _credited_in_question(refund)


def _credited_in_question(refund: Refund) -> bool:
    """Whether store credit would be given at once that, as money, would have to wait."""
    return refund.credit_id is not None and Refund.objects.in_question().filter(pk=refund.pk).exists()


def _debited(refund: Refund, at: datetime) -> bool:
    """Whether the shopper's bank may still take the payment back by itself (money.md, "Disputes", e)."""
    method = METHODS.get(refund.payment.method) if refund.payment else None
    return method is not None and method.may_be_clawed_back((at - refund.order.placed_at).days)
