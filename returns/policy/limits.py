"""How many others must agree before money leaves. security.md, "Roles and rights"; money.md, I11 and I23."""

from dataclasses import dataclass
from enum import StrEnum


class Proposer(StrEnum):
    """Who would send it: a rule (by policy, whoever counted the parcel), or a person who decided."""

    RULE = "rule"
    AGENT = "agent"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a role may spend without asking, in minor units of one currency; `automatic` None is no limit."""

    automatic: int | None
    agent: int
    manager: int
    agent_goodwill: int
    agent_goodwill_day: int
    manager_goodwill: int
    manager_goodwill_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one decision would send, with all that counts together with it; in minor units.

    `of_order`: all refunds of the order within 30 days, with this one, so that nothing is split below a limit; with the
    bonus of store credit.
    `granted`: those of them that are goodwill; `today`: what the proposer has granted alone today, with this.
    `bought` was paid for the goods it is about, and `brought` is what these goods bring with it.
    `may_pay_twice`: a bank may take the payment back by itself, or has begun to (money.md, "Disputes").
    `limits_elsewhere`: the shop has limits, for this currency or another.
    """

    proposer: Proposer
    of_order: int
    goodwill: bool = False
    granted: int = 0
    today: int = 0
    bought: int = 0
    brought: int = 0
    may_pay_twice: bool = False
    limits_elsewhere: bool = False


def approvals_needed(allowance: Allowance | None, proposal: Proposal) -> int:
    """0, 1 or 2 people other than the proposer.

    Without an allowance for the currency everything asks a manager who is another; only where the shop has no limits
    at all do refunds by policy ask nobody.
    """
    needed = _goodwill(allowance, proposal) if proposal.goodwill else _by_policy(allowance, proposal)
    return max(needed, 1) if proposal.may_pay_twice else needed


def agent_may_approve(allowance: Allowance | None, proposal: Proposal) -> bool:
    """Whether an agent's yes counts as well as a manager's: by policy, and within what an agent decides alone."""
    if allowance is None or proposal.goodwill or proposal.may_pay_twice:
        return False
    return proposal.of_order <= allowance.agent


def _by_policy(allowance: Allowance | None, proposal: Proposal) -> int:
    """Above what an agent decides alone a manager is asked who did not propose it, above a manager's limit two."""
    if allowance is None:
        return 1 if proposal.limits_elsewhere else 0
    alone = allowance.automatic if proposal.proposer is Proposer.RULE else allowance.agent
    if alone is None or proposal.of_order <= alone:
        return 0
    return 1 if proposal.of_order <= allowance.manager else 2


def _goodwill(allowance: Allowance | None, proposal: Proposal) -> int:
    if allowance is None:
        return 1
    if _within(allowance, proposal):
        return 0
    if 10 * proposal.brought > 11 * proposal.bought:  # more than 110 % of the price
        return 2
    a_manager_may = proposal.granted <= allowance.manager_goodwill
    return 1 if a_manager_may or proposal.proposer is Proposer.MANAGER else 2


def _within(allowance: Allowance, proposal: Proposal) -> bool:
    """Whether the proposer may grant it alone: for this order, and today."""
    if proposal.proposer is Proposer.RULE:  # a rule has no goodwill to give
        return False
    manages = proposal.proposer is Proposer.MANAGER
    for_order = allowance.manager_goodwill if manages else allowance.agent_goodwill
    for_today = allowance.manager_goodwill_day if manages else allowance.agent_goodwill_day
    return proposal.granted <= for_order and proposal.today <= for_today
