"""Keys as money.md describes them, without HTTP, so that time and simultaneity are exact."""

import json

from returns.gateways.standin.messages import Request

from .inside import api, charge, error, post, read, refund, refunded

HOUR = 3600


def test_a_replay_is_the_saved_status_and_body():
    standin = api()
    paid = charge(standin)

    first = refund(standin, paid, 4000, key="r-1-1")
    again = refund(standin, paid, 4000, key="r-1-1")

    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert refunded(standin, paid) == 4000


def test_a_saved_500_is_replayed_though_the_money_has_moved():
    standin = api()
    paid = charge(standin)
    standin.faults.set("error_moved")

    first = refund(standin, paid, 4000, key="r-1-1")
    again = refund(standin, paid, 4000, key="r-1-1")

    assert (first.status, again.status) == (500, 500)
    assert refunded(standin, paid) == 4000


def test_a_saved_500_is_replayed_though_nothing_has_moved():
    standin = api()
    paid = charge(standin)
    standin.faults.set("error_unmoved")

    answers = [refund(standin, paid, 4000, key="r-1-1").status for _ in range(2)]

    assert (answers, refunded(standin, paid)) == ([500, 500], 0)
    assert refund(standin, paid, 4000, key="r-1-2").status == 200


def test_a_key_is_bound_to_its_parameters_and_its_path():
    standin = api()
    paid = charge(standin)
    refund(standin, paid, 4000, key="r-1-1")

    answers = [
        refund(standin, paid, 4001, key="r-1-1"),
        post(standin, "/v1/customers", {"email": "alice@example.org"}, key="r-1-1"),
    ]

    assert [(answer.status, json.loads(answer.body)["error"]["type"]) for answer in answers] == [
        (400, "idempotency_error")
    ] * 2


def test_the_order_of_the_parameters_does_not_matter():
    standin = api()
    paid = charge(standin)

    one = post(standin, "/v1/refunds", {"charge": paid, "amount": "1"}, key="k")
    other = post(standin, "/v1/refunds", {"amount": "1", "charge": paid}, key="k")

    assert one.body == other.body


def test_nothing_is_saved_when_validation_fails_before_the_work():
    standin = api()
    paid = charge(standin)

    refused = post(standin, "/v1/refunds", {"charge": paid, "amount": "0"}, key="r-1-1")

    assert error(refused) == (400, "parameter_invalid_integer")
    assert refund(standin, paid, 4000, key="r-1-1").status == 200


def test_a_refusal_by_the_work_is_saved_and_outlives_its_cause():
    standin = api()
    paid = charge(standin)
    whole = json.loads(refund(standin, paid).body)
    assert error(refund(standin, paid, 1, key="r-1-1")) == (400, "charge_already_refunded")

    standin.books.refunds.settle(whole["id"], "failed")

    assert error(refund(standin, paid, 1, key="r-1-1")) == (400, "charge_already_refunded")
    assert refund(standin, paid, 1, key="r-1-2").status == 200


def test_a_key_is_forgotten_after_24_hours_and_then_pays_again():
    standin = api()
    paid = charge(standin)
    first = refund(standin, paid, 4000, key="r-1-1")

    standin.advance(24 * HOUR - 1)
    assert refund(standin, paid, 4000, key="r-1-1").body == first.body

    standin.advance(1)
    assert refund(standin, paid, 4000, key="r-1-1").body != first.body
    assert refunded(standin, paid) == 8000


def test_the_same_key_twice_at_once_is_in_use_for_the_second():
    seconds = []
    standin = api(sleep=lambda _: seconds.append(refund(standin, paid, 4000, key="r-1-1")))
    paid = charge(standin)
    standin.faults.set("stall", seconds=200)

    first = refund(standin, paid, 4000, key="r-1-1")

    assert (first.status, [error(second) for second in seconds]) == (200, [(409, "idempotency_key_in_use")])
    assert refund(standin, paid, 4000, key="r-1-1").body == first.body
    assert refunded(standin, paid) == 4000


def test_a_rate_limit_and_a_wrong_key_are_answered_before_anything_is_saved():
    standin = api()
    paid = charge(standin)
    standin.faults.set("rate_limit")

    limited = refund(standin, paid, 4000, key="r-1-1")
    stranger = post(standin, "/v1/refunds", {"charge": paid, "amount": "4000"}, key="r-1-1", api_key="sk_live_1")
    done = refund(standin, paid, 4000, key="r-1-1")

    assert [limited.status, stranger.status, done.status] == [429, 401, 200]
    assert refunded(standin, paid) == 4000


def test_a_rate_limit_hides_a_saved_result_only_once():
    standin = api()
    paid = charge(standin)
    first = refund(standin, paid, 4000, key="r-1-1")
    standin.faults.set("rate_limit")

    assert refund(standin, paid, 4000, key="r-1-1").status == 429
    assert refund(standin, paid, 4000, key="r-1-1").body == first.body


def test_a_key_of_256_characters_is_refused():
    standin = api()
    paid = charge(standin)

    assert refund(standin, paid, 1, key="k" * 256).status == 400
    assert refund(standin, paid, 1, key="k" * 255).status == 200


def test_a_key_means_nothing_to_a_reader():
    standin = api()
    paid = charge(standin)
    standin.call(Request("GET", f"/v1/charges/{paid}", {}, "sk_test_1", "r-1-1"))

    assert refund(standin, paid, 4000, key="r-1-1").status == 200


def test_an_event_names_the_request_and_the_key_that_caused_it():
    standin = api()
    answer = refund(standin, charge(standin), 1, key="r-1-1")

    event = read(standin, "/v1/events", type="refund.created")["data"][0]

    assert event["request"] == {"id": answer.headers["Request-Id"], "idempotency_key": "r-1-1"}
