"""What the portal relies on in Stripe, told by the real client.

Every test runs against the stand-in and, when STRIPE_TEST_KEY holds the key of a Stripe
test account, against Stripe as well; without the key the stand-in is all it is held to.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import stripe

from returns.gateways.standin.process import StandIn

from .conftest import STRIPE_TEST_KEY, client_of, pay

WORLDS = ["stand-in", *([pytest.param("stripe", marks=pytest.mark.enable_socket)] if STRIPE_TEST_KEY else [])]
PATIENCE, PAUSE = 600, 5


@dataclass(frozen=True)
class World:
    client: Any
    standin: StandIn | None

    def until(self, reached: Callable[[], bool]) -> bool:
        """Whether it comes true in time: the stand-in's clock is moved, Stripe's is waited for."""
        if self.standin:
            self.standin.advance(PATIENCE)
            return reached()
        deadline = time.monotonic() + PATIENCE
        while not reached() and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return reached()

    def refund(self, charge: str, amount: int | None = None, *, key: str | None = None, **more: object) -> Any:
        params = {"charge": charge, "reason": "requested_by_customer"} | ({"amount": amount} if amount else {}) | more
        return self.client.v1.refunds.create(params, {"idempotency_key": key or f"r-{uuid4()}-1"})

    def charge(self, charge: str) -> Any:
        return self.client.v1.charges.retrieve(charge)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "stripe":
        yield World(stripe.StripeClient(STRIPE_TEST_KEY, max_network_retries=2), None)
    else:
        standin = request.getfixturevalue("standin")
        yield World(client_of(standin), standin)


@pytest.fixture
def paid(world: World) -> str:
    return pay(world.client).latest_charge.id


def test_a_payment_is_confirmed_and_captured_in_one_call(world):
    intent = pay(world.client, amount=12345)

    assert (intent.status, intent.amount_received) == ("succeeded", 12345)
    charge = intent.latest_charge
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded, charge.disputed) == (
        12345,
        0,
        False,
        False,
    )


def test_the_cap_is_what_was_captured_and_not_what_was_authorised(world):
    intent = pay(world.client, capture_method="manual")
    world.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 6000})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.refund(intent.latest_charge.id, 6001)

    assert refused.value.param == "amount"
    assert world.refund(intent.latest_charge.id, 6000).status == "succeeded"


def test_a_refund_by_card_succeeds_at_once_and_carries_what_it_was_given(world, paid):
    refund = world.refund(paid, 2500, metadata={"portal_refund_id": "17", "rma": "R7F3-K2QX-1"})

    assert refund.id.startswith("re_")
    assert (refund.status, refund.amount, refund.currency, refund.charge) == ("succeeded", 2500, "eur", paid)
    assert refund.reason == "requested_by_customer"
    assert refund.metadata.to_dict() == {"portal_refund_id": "17", "rma": "R7F3-K2QX-1"}
    assert refund.destination_details.card.type in {"refund", "reversal", "pending"}
    assert world.client.v1.refunds.retrieve(refund.id).amount == 2500


def test_a_succeeded_refund_has_no_fields_of_other_states(world, paid):
    refund = world.refund(paid)

    others = ["failure_reason", "failure_balance_transaction", "pending_reason", "next_action", "instructions_email"]
    assert [name for name in others if hasattr(refund, name)] == []


def test_partial_refunds_add_up_on_the_charge(world, paid):
    world.refund(paid, 2500)
    assert (world.charge(paid).amount_refunded, world.charge(paid).refunded) == (2500, False)

    world.refund(paid, 7500)
    assert (world.charge(paid).amount_refunded, world.charge(paid).refunded) == (10000, True)


def test_a_refund_without_an_amount_takes_the_rest(world, paid):
    world.refund(paid, 2500)

    assert world.refund(paid).amount == 7500


def test_a_refund_may_name_the_payment_intent(world):
    intent = pay(world.client)

    refund = world.client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})

    assert (refund.charge, refund.payment_intent) == (intent.latest_charge.id, intent.id)


def test_a_charge_that_is_refunded_refuses_with_its_code(world, paid):
    world.refund(paid)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.refund(paid, 1)

    assert (refused.value.http_status, refused.value.code) == (400, "charge_already_refunded")


def test_more_than_is_left_is_refused_with_the_parameter_and_no_code(world, paid):
    world.refund(paid, 9000)

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount on charge") as refused:
        world.refund(paid, 1001)

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, None, "amount")
    assert world.charge(paid).amount_refunded == 9000


def test_more_than_the_whole_charge_is_refused_in_other_words(world, paid):
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount") as refused:
        world.refund(paid, 10001)

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, None, "amount")


def test_the_refunds_of_a_charge_are_listed_newest_first_over_pages(world, paid):
    pay(world.client)
    refunds = [world.refund(paid, amount).id for amount in (100, 200, 300)]

    page = world.client.v1.refunds.list({"charge": paid, "limit": 2})

    assert (len(page.data), page.has_more) == (2, True)
    assert [refund.id for refund in page.auto_paging_iter()] == refunds[::-1]


def test_refunds_are_listed_from_a_moment_on(world, paid):
    refund = world.refund(paid, 100)

    since = world.client.v1.refunds.list({"charge": paid, "created": {"gte": refund.created}})
    after = world.client.v1.refunds.list({"charge": paid, "created": {"gt": refund.created}})

    assert ([row.id for row in since], [row.id for row in after]) == ([refund.id], [])


@pytest.mark.parametrize(
    "ask",
    [
        lambda refunds: refunds.create({"charge": "ch_none", "amount": 100}),
        lambda refunds: refunds.list({"charge": "ch_none"}),
        lambda refunds: refunds.retrieve("re_none"),
    ],
    ids=["create", "list", "retrieve"],
)
def test_what_the_account_does_not_have_is_missing_and_never_an_empty_answer(world, ask):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        ask(world.client.v1.refunds)

    assert refused.value.code == "resource_missing"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"reason": "too small"}, "reason"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amout": 5}, "amout"),
    ],
    ids=["reason", "zero", "negative", "misspelt"],
)
def test_a_wrong_parameter_is_named(world, paid, wrong, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"charge": paid} | wrong)

    assert refused.value.param == param
    assert world.charge(paid).amount_refunded == 0


def test_a_refund_needs_a_charge_or_an_intent(world):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.refunds.create({"amount": 100})

    assert refused.value.code == "parameter_missing"


def test_the_same_key_with_the_same_parameters_refunds_once(world, paid):
    key = f"r-{uuid4()}-1"

    first = world.refund(paid, 4000, key=key)
    again = world.refund(paid, 4000, key=key)

    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert world.charge(paid).amount_refunded == 4000


def test_the_same_key_with_other_parameters_is_an_error(world, paid):
    key = f"r-{uuid4()}-1"
    world.refund(paid, 4000, key=key)

    with pytest.raises(stripe.IdempotencyError) as refused:
        world.refund(paid, 4001, key=key)

    assert refused.value.http_status == 400
    assert world.charge(paid).amount_refunded == 4000


def test_a_refusal_is_saved_under_the_key(world, paid):
    key = f"r-{uuid4()}-1"
    rest = world.refund(paid)
    with pytest.raises(stripe.InvalidRequestError):
        world.refund(paid, 1, key=key)

    with pytest.raises(stripe.InvalidRequestError) as replayed:
        world.refund(paid, 1, key=key)

    assert (replayed.value.headers or {})["Idempotent-Replayed"] == "true"
    assert world.charge(paid).amount_refunded == rest.amount


def test_metadata_is_merged_and_emptied(world, paid):
    refund = world.refund(paid, metadata={"portal_refund_id": "17", "note": "x"})

    changed = world.client.v1.refunds.update(refund.id, {"metadata": {"note": "", "attempt": "1"}})

    assert changed.metadata.to_dict() == {"portal_refund_id": "17", "attempt": "1"}


def test_a_succeeded_refund_is_not_canceled(world, paid):
    refund = world.refund(paid)

    with pytest.raises(stripe.InvalidRequestError):
        world.client.v1.refunds.cancel(refund.id)

    assert world.client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_pending_refund_counts_against_the_cap_and_succeeds_later(world):
    charge = pay(world.client, method="pm_card_pendingRefund").latest_charge.id
    refund = world.refund(charge)

    assert (refund.status, world.charge(charge).amount_refunded) == ("pending", 10000)
    assert world.until(lambda: world.client.v1.refunds.retrieve(refund.id).status == "succeeded")


def test_a_succeeded_refund_may_fail_later_and_gives_the_money_back(world):
    charge = pay(world.client, method="pm_card_refundFail").latest_charge.id
    refund = world.refund(charge)

    assert refund.status == "succeeded"
    assert world.until(lambda: world.client.v1.refunds.retrieve(refund.id).status == "failed")
    failed = world.client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert failed.failure_reason in {"expired_or_canceled_card", "unknown"}
    assert failed.failure_balance_transaction.amount == 10000
    assert world.charge(charge).amount_refunded == 0


def test_a_disputed_charge_is_not_refunded(world):
    charge = pay(world.client, method="pm_card_createDispute").latest_charge.id
    assert world.until(lambda: world.charge(charge).disputed)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.refund(charge)

    dispute = world.client.v1.disputes.list({"charge": charge}).data[0]
    assert (refused.value.code, dispute.status, dispute.is_charge_refundable) == (
        "charge_disputed",
        "needs_response",
        False,
    )


def test_the_balance_pays_for_a_refund(world, paid):
    refund = world.refund(paid, 2500)

    transaction = world.client.v1.balance_transactions.retrieve(refund.balance_transaction)

    assert (transaction.type, transaction.source) == ("refund", refund.id)
    assert transaction.amount < 0


def test_the_events_of_a_refund_can_be_read(world, paid):
    refund = world.refund(paid, 2500)
    wanted = {"types": ["refund.created", "charge.refunded"], "created": {"gte": refund.created - 60}, "limit": 100}

    def found() -> set[tuple[str, str]]:
        events = world.client.v1.events.list(wanted).auto_paging_iter()
        return {(event.type, event.data.object.id) for event in events}

    expected = {("refund.created", refund.id), ("charge.refunded", paid)}
    assert world.until(lambda: expected <= found())


def test_the_refunds_of_a_payment_are_listed_by_its_intent_too(world):
    intent = pay(world.client)
    refund = world.refund(intent.latest_charge.id, 100)
    pay(world.client)

    listed = world.client.v1.refunds.list({"payment_intent": intent.id}).auto_paging_iter()

    assert [(row.id, row.charge, row.payment_intent) for row in listed] == [
        (refund.id, intent.latest_charge.id, intent.id)
    ]


def test_a_dispute_withdraws_the_money_until_it_is_over(world):
    charge = pay(world.client, method="pm_card_createDispute").latest_charge.id
    assert world.until(lambda: world.charge(charge).disputed)

    (listed,) = world.client.v1.disputes.list({"charge": charge}).data
    dispute = world.client.v1.disputes.retrieve(listed.id)

    assert (dispute.amount, dispute.currency, dispute.charge) == (10000, "eur", charge)
    assert sum(row.amount for row in dispute.balance_transactions) < 0
    assert isinstance(dispute.created, int)


def test_an_inquiry_withdraws_nothing_and_leaves_the_charge_refundable(world):
    charge = pay(world.client, method="pm_card_createDisputeInquiry").latest_charge.id
    assert world.until(lambda: world.charge(charge).disputed)

    (dispute,) = world.client.v1.disputes.list({"charge": charge}).data

    assert (dispute.status, dispute.is_charge_refundable) == ("warning_needs_response", True)
    assert dispute.balance_transactions == []


def test_a_dispute_of_an_unknown_charge_is_missing_and_never_an_empty_list(world):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.client.v1.disputes.list({"charge": "ch_none"})

    assert refused.value.code == "resource_missing"


def test_an_event_names_its_object_its_mode_and_nobodys_account(world, paid):
    refund = world.refund(paid, 100)
    wanted = {"types": ["refund.created"], "created": {"gte": refund.created - 60}, "limit": 100}

    def mine() -> list[Any]:
        events = world.client.v1.events.list(wanted).auto_paging_iter()
        return [event for event in events if event.data.object.id == refund.id]

    assert world.until(lambda: bool(mine()))
    (event,) = mine()
    assert (event.livemode, event.type, hasattr(event, "account")) == (False, "refund.created", False)


def test_payouts_are_listed_with_what_says_whether_their_lines_are_complete(world):
    payouts = world.client.v1.payouts.list({"created": {"gte": 0}, "limit": 100}).data

    for payout in payouts:
        assert isinstance(payout.automatic, bool)
        assert payout.reconciliation_status in {"completed", "in_progress", "not_applicable"}


def test_only_a_key_of_a_test_account_opens_it(world):
    stranger = client_of(world.standin, "sk_live_none") if world.standin else stripe.StripeClient("sk_live_none")

    with pytest.raises(stripe.AuthenticationError) as refused:
        stranger.v1.refunds.list()

    assert refused.value.http_status == 401
