"""Each fault, as the real client meets it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from .conftest import client_of

WISH = {"idempotency_key": "r-1-1"}


def ask(client, charge, options=WISH):
    return client.v1.refunds.create({"charge": charge, "amount": 4000}, options)


def code_of(caught):
    return caught.value.json_body["error"].get("code")


def refunded(client, charge):
    return client.v1.charges.retrieve(charge).amount_refunded


@pytest.mark.parametrize("fault", ["lost_answer", "cut_answer"])
def test_an_answer_that_is_lost_was_done_and_the_same_key_brings_it_back(standin, client, paid, fault):
    standin.fail(fault)

    with pytest.raises(stripe.APIConnectionError):
        ask(client, paid)

    assert refunded(client, paid) == 4000
    assert ask(client, paid).last_response.headers["Idempotent-Replayed"] == "true"
    assert refunded(client, paid) == 4000


def test_a_late_commit_is_seen_only_later_and_holds_its_key_until_then(standin, client, paid):
    standin.fail("late_commit", seconds=300)
    with pytest.raises(stripe.APIConnectionError):
        ask(client, paid)

    with pytest.raises(stripe.APIError) as busy:
        ask(client, paid)
    assert (busy.value.http_status, code_of(busy)) == (409, "idempotency_key_in_use")
    assert list(client.v1.refunds.list({"charge": paid})) == []

    standin.advance(300)
    found = client.v1.refunds.list({"charge": paid}).data
    assert [row.id for row in found] == [ask(client, paid).id]


@pytest.mark.parametrize(
    ("fault", "error", "status", "code"),
    [
        ("conflict", stripe.APIError, 409, "idempotency_key_in_use"),
        ("rate_limit", stripe.RateLimitError, 429, "rate_limit"),
        ("lock_timeout", stripe.RateLimitError, 429, "lock_timeout"),
        ("unauthorized", stripe.AuthenticationError, 401, None),
        ("forbidden", stripe.PermissionError, 403, None),
        ("unavailable", stripe.APIError, 503, None),
    ],
)
def test_an_early_refusal_does_nothing_and_saves_nothing(standin, client, paid, fault, error, status, code):
    standin.fail(fault)

    with pytest.raises(error) as refused:
        ask(client, paid)

    assert (type(refused.value), refused.value.http_status) == (error, status)
    assert code_of(refused) == code
    assert refunded(client, paid) == 0
    assert ask(client, paid).status == "succeeded"


@pytest.mark.parametrize(("fault", "moved"), [("error_moved", 4000), ("error_unmoved", 0)])
def test_a_500_tells_nothing_about_the_money_and_is_saved(standin, client, paid, fault, moved):
    standin.fail(fault)

    for _ in range(2):
        with pytest.raises(stripe.APIError) as broken:
            ask(client, paid)
        assert broken.value.http_status == 500

    assert refunded(client, paid) == moved


def test_a_stalled_answer_outlasts_the_clients_patience_and_was_done(standin, paid):
    impatient = stripe.StripeClient(
        "sk_test_standin",
        base_addresses={"api": standin.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=0.2),
    )
    standin.fail("stall", seconds=1)

    with pytest.raises(stripe.APIConnectionError):
        ask(impatient, paid)

    assert refunded(client_of(standin), paid) == 4000


def test_a_fault_meets_the_calls_it_was_meant_for(standin, client, paid):
    standin.fail("rate_limit", times=2, skip=1, path="/v1/refunds")

    def outcome(number):
        try:
            return ask(client, paid, {"idempotency_key": f"r-{number}-1"}).status
        except stripe.RateLimitError:
            return "limited"

    assert refunded(client, paid) == 0
    assert [outcome(number) for number in range(3)] == ["succeeded", "limited", "limited"]
    assert outcome(4) == "succeeded"


def test_a_fault_may_meet_readers(standin, client, paid):
    standin.fail("lost_answer", method="GET", path="/v1/charges")

    with pytest.raises(stripe.APIConnectionError):
        refunded(client, paid)
    assert refunded(client, paid) == 0


def test_a_fault_without_end_lasts_until_it_is_cleared(standin, client, paid):
    standin.fail("unavailable", times=0)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            ask(client, paid)

    standin.stop_failing()

    assert ask(client, paid).status == "succeeded"


def test_stripe_may_advise_the_client_to_try_again(standin, client, paid):
    standin.fail("rate_limit", should_retry="true")

    with pytest.raises(stripe.RateLimitError) as refused:
        ask(client, paid)

    assert (refused.value.headers or {})["Stripe-Should-Retry"] == "true"


def test_an_unknown_fault_is_refused(standin):
    with pytest.raises(ValueError, match="Unknown fault: earthquake"):
        standin.fail("earthquake")


def test_many_at_once_with_one_key_refund_once(standin, client, paid):
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: ask(client_of(standin), paid).id, range(40)))

    assert len(set(answers)) == 1
    assert refunded(client, paid) == 4000


def test_many_at_once_with_keys_of_their_own_stay_under_the_cap(standin, client, paid):
    def outcome(number):
        try:
            return ask(client_of(standin), paid, {"idempotency_key": f"r-{number}-1"}).status
        except stripe.InvalidRequestError as refused:
            return refused.param

    with ThreadPoolExecutor(8) as callers:
        outcomes = list(callers.map(outcome, range(40)))

    assert (outcomes.count("succeeded"), outcomes.count("amount")) == (2, 38)
    assert standin.books()["over_refunded"] == []
