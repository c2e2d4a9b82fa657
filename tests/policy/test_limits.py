"""Who must agree: every row of security.md's table about money, at its edge."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.policy.limits import Allowance, Proposal, Proposer, agent_may_approve, approvals_needed

DEFAULTS = Allowance(
    automatic=10_000,
    agent=25_000,
    manager=200_000,
    agent_goodwill=2_500,
    agent_goodwill_day=15_000,
    manager_goodwill=20_000,
    manager_goodwill_day=100_000,
)
RULE, AGENT, MANAGER = Proposer.RULE, Proposer.AGENT, Proposer.MANAGER


def by_policy(proposer: Proposer, of_order: int) -> Proposal:
    return Proposal(proposer=proposer, of_order=of_order)


def goodwill(proposer: Proposer, granted: int, today: int | None = None, **goods: int) -> Proposal:
    return Proposal(
        proposer=proposer,
        of_order=granted,
        goodwill=True,
        granted=granted,
        today=granted if today is None else today,
        bought=goods.get("bought", 1_000_000),
        brought=goods.get("brought", granted),
    )


@pytest.mark.parametrize(
    ("proposer", "of_order", "needed"),
    [
        (RULE, 10_000, 0),
        (RULE, 10_001, 1),
        (RULE, 200_000, 1),
        (RULE, 200_001, 2),
        (AGENT, 25_000, 0),
        (AGENT, 25_001, 1),
        (AGENT, 200_000, 1),
        (AGENT, 200_001, 2),
        (MANAGER, 25_000, 0),
        (MANAGER, 25_001, 1),
        (MANAGER, 200_001, 2),
    ],
)
def test_a_refund_by_policy_asks_by_what_the_order_has_had(proposer, of_order, needed):
    assert approvals_needed(DEFAULTS, by_policy(proposer, of_order)) == needed


def test_no_limit_for_what_goes_out_by_itself_lets_a_rule_send_anything_and_a_person_no_more():
    unlimited = replace(DEFAULTS, automatic=None)
    assert approvals_needed(unlimited, by_policy(RULE, 10**12)) == 0
    assert approvals_needed(unlimited, by_policy(AGENT, 25_001)) == 1


@pytest.mark.parametrize(
    ("proposer", "granted", "today", "needed"),
    [
        (AGENT, 2_500, 2_500, 0),
        (AGENT, 2_501, 2_501, 1),
        (AGENT, 2_500, 15_000, 0),
        (AGENT, 2_500, 15_001, 1),
        (AGENT, 20_000, 20_000, 1),
        (AGENT, 20_001, 20_001, 2),
        (MANAGER, 20_000, 20_000, 0),
        (MANAGER, 20_001, 20_001, 1),
        (MANAGER, 20_000, 100_000, 0),
        (MANAGER, 20_000, 100_001, 1),
        (RULE, 1, 1, 1),
    ],
)
def test_goodwill_asks_by_what_the_order_and_the_day_have_had(proposer, granted, today, needed):
    assert approvals_needed(DEFAULTS, goodwill(proposer, granted, today)) == needed


@pytest.mark.parametrize("proposer", Proposer)
def test_a_shop_without_any_limits_asks_nobody_about_refunds_by_policy(proposer):
    assert approvals_needed(None, by_policy(proposer, 10**12)) == 0


@pytest.mark.parametrize("proposer", Proposer)
def test_a_currency_that_was_forgotten_asks_a_manager_about_everything(proposer):
    assert approvals_needed(None, replace(by_policy(proposer, 1), limits_elsewhere=True)) == 1


@pytest.mark.parametrize("elsewhere", [True, False])
@pytest.mark.parametrize("proposer", Proposer)
def test_without_limits_goodwill_asks_a_manager_whoever_proposes_it(proposer, elsewhere):
    assert approvals_needed(None, replace(goodwill(proposer, 1), limits_elsewhere=elsewhere)) == 1


@pytest.mark.parametrize(("brought", "needed"), [(11_000, 1), (11_001, 2)])
@pytest.mark.parametrize("proposer", [AGENT, MANAGER])
def test_more_than_110_percent_of_the_price_asks_two(proposer, brought, needed):
    above = 5_000 if proposer is AGENT else 25_000
    assert approvals_needed(DEFAULTS, goodwill(proposer, above, bought=10_000, brought=brought)) == needed


def test_what_one_may_grant_alone_may_be_more_than_the_goods_cost():
    assert approvals_needed(DEFAULTS, goodwill(AGENT, 2_500, bought=100, brought=2_600)) == 0


@pytest.mark.parametrize("allowance", [None, DEFAULTS])
@pytest.mark.parametrize("proposal", [by_policy(RULE, 1), goodwill(MANAGER, 1)])
def test_what_a_bank_may_take_back_by_itself_asks_at_least_one(allowance, proposal):
    assert approvals_needed(allowance, replace(proposal, may_pay_twice=True)) == 1


@pytest.mark.parametrize(
    ("proposal", "may"),
    [
        (by_policy(RULE, 25_000), True),
        (by_policy(RULE, 25_001), False),
        (goodwill(AGENT, 1), False),
        (replace(by_policy(RULE, 1), may_pay_twice=True), False),
    ],
)
def test_an_agent_approves_what_an_agent_decides_alone(proposal, may):
    assert agent_may_approve(DEFAULTS, proposal) is may
    assert agent_may_approve(None, proposal) is False


amounts = st.integers(0, 10**9)
people = st.sampled_from(Proposer)


@given(people, amounts, amounts)
def test_more_money_never_asks_fewer_by_policy(proposer, one, other):
    less, more = sorted((one, other))
    asked = [approvals_needed(DEFAULTS, by_policy(proposer, amount)) for amount in (less, more)]
    assert asked == sorted(asked)


@given(people, amounts, amounts, amounts)
def test_more_goodwill_never_asks_fewer(proposer, one, other, bought):
    less, more = sorted((one, other))
    asked = [
        approvals_needed(DEFAULTS, goodwill(proposer, amount, bought=bought, brought=bought + amount))
        for amount in (less, more)
    ]
    assert asked == sorted(asked)


@given(amounts, amounts)
def test_an_agent_grants_nothing_that_a_manager_could_not(granted, today):
    agents, managers = (approvals_needed(DEFAULTS, goodwill(who, granted, today)) for who in (AGENT, MANAGER))
    assert managers <= agents
