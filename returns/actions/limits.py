"""A new version of the limits: one manager proposes it, another confirms it, then it begins. security.md, "Roles"."""

from datetime import datetime, timedelta

from django.db import transaction

from returns.actions.refusals import Refused
from returns.models import Limits, Role, User

AHEAD = timedelta(minutes=15)  # time for the other managers to see what comes


@transaction.atomic
def confirm(limits: Limits, *, by: User, at: datetime) -> Limits:
    """They are in force from when their proposer wished, and no sooner than a quarter of an hour from now.

    Both are managers now. Raises Refused: `managers_only`, `limits_confirmed`, `own_proposal`, `limits_of_nobody`.
    """
    if User.objects.role_of(by.actor) != Role.MANAGER:
        raise Refused("managers_only")
    limits = Limits.objects.select_for_update(of=("self",)).get(pk=limits.pk)
    if limits.confirmed_at is not None:
        raise Refused("limits_confirmed")
    proposer = limits.proposed_by
    if proposer == by:
        raise Refused("own_proposal")
    if proposer is None or User.objects.role_of(proposer.actor) != Role.MANAGER:
        raise Refused("limits_of_nobody")
    limits.confirmed_by, limits.confirmed_at = by, at
    limits.valid_from = max(limits.valid_from, at + AHEAD)
    limits.save()
    return limits
