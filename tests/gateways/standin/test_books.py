"""The money rules themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.gateways.standin.refusals import Refusal

from .inside import START, api, charge, error, post, read, refund, refunded

DAY = 86400


@given(st.lists(st.tuples(st.integers(1, 12000), st.sampled_from(["succeeded", "pending", "failed", "canceled"]))))
def test_no_sequence_of_refunds_goes_above_what_was_captured(wishes):
    standin = api()
    paid = charge(standin, metadata={"standin_refund": "pending"})
    held = 0

    for amount, end in wishes:
        fits = held + amount <= 10000
        answer = refund(standin, paid, amount)
        assert (answer.status == 200) == fits
        if fits and end != "pending":
            standin.books.refunds.settle(json.loads(answer.body)["id"], end)
        held += amount if fits and end in {"succeeded", "pending"} else 0

    totals = standin.books.totals()
    assert (refunded(standin, paid), totals["currencies"]["eur"]["refunded"]) == (held, held)
    assert totals["over_refunded"] == []
    assert totals["currencies"]["eur"]["balance"] == 10000 - held


def test_the_books_keep_currencies_apart():
    standin = api()
    refund(standin, charge(standin, 10000, "eur"), 2500)
    refund(standin, charge(standin, 900, "jpy"))

    assert standin.books.totals() == {
        "currencies": {
            "eur": {
                "captured": 10000,
                "charges": 1,
                "refunded": 2500,
                "refunds": {"succeeded": {"count": 1, "amount": 2500}},
                "balance": 7500,
            },
            "jpy": {
                "captured": 900,
                "charges": 1,
                "refunded": 900,
                "refunds": {"succeeded": {"count": 1, "amount": 900}},
                "balance": 0,
            },
        },
        "over_refunded": [],
    }


def test_a_plan_is_followed_by_the_clock():
    standin = api()
    plan = "pending:insufficient_funds > succeeded@3600 > failed:declined@86400"
    made = json.loads(refund(standin, charge(standin, metadata={"standin_refund": plan})).body)

    seen = [(made["status"], made["pending_reason"])]
    for seconds in (3599, 1, DAY):
        standin.advance(seconds)
        now = read(standin, f"/v1/refunds/{made['id']}")
        seen.append((now["status"], now.get("pending_reason") or now.get("failure_reason")))

    assert seen == [
        ("pending", "insufficient_funds"),
        ("pending", "insufficient_funds"),
        ("succeeded", None),
        ("failed", "declined"),
    ]


def test_one_leap_of_the_clock_runs_through_a_whole_plan():
    standin = api()
    paid = charge(standin, metadata={"standin_refund": "pending>succeeded@0>failed@0"})
    made = json.loads(refund(standin, paid).body)

    standin.advance(1)

    assert read(standin, f"/v1/refunds/{made['id']}")["status"] == "failed"
    assert [event["type"] for event in standin.receiver.events] == [
        "refund.created",
        "refund.updated",
        "refund.failed",
        "refund.updated",
    ]


def test_a_refund_that_a_bank_has_settled_leaves_its_plan():
    standin = api()
    paid = charge(standin, metadata={"standin_refund": "pending>failed@60"})
    made = json.loads(refund(standin, paid).body)
    standin.books.refunds.settle(made["id"], "succeeded")

    standin.advance(60)

    assert read(standin, f"/v1/refunds/{made['id']}")["status"] == "succeeded"


def test_an_event_keeps_the_refund_as_it_was_then():
    standin = api()
    refund(standin, charge(standin, metadata={"standin_refund": "pending>succeeded@60"}))
    standin.advance(60)

    events = read(standin, "/v1/events", types={"0": "refund.created", "1": "refund.updated"})["data"]

    assert [event["data"]["object"]["status"] for event in events] == ["succeeded", "pending"]


def test_a_bank_transfer_waits_45_days_for_the_shopper_and_is_canceled():
    standin = api()
    customer = json.loads(post(standin, "/v1/customers", {"email": "alice@example.org"}).body)["id"]
    paid = charge(standin, payment_method_type="customer_balance", customer=customer)
    made = json.loads(refund(standin, paid).body)

    assert (made["status"], made["instructions_email"]) == ("requires_action", "alice@example.org")
    assert made["next_action"]["display_details"]["expires_at"] == START + 45 * DAY
    standin.advance(45 * DAY)
    assert read(standin, f"/v1/refunds/{made['id']}")["status"] == "canceled"
    assert refunded(standin, paid) == 0


def test_a_bank_transfer_of_a_shopper_without_an_address_is_refused():
    standin = api()
    paid = charge(standin, payment_method_type="customer_balance")

    assert refund(standin, paid).status == 400
    assert refunded(standin, paid) == 0


def test_a_refund_that_awaits_the_shopper_can_be_canceled():
    standin = api()
    paid = charge(standin, metadata={"standin_refund": "requires_action"})
    made = json.loads(refund(standin, paid).body)

    canceled = json.loads(post(standin, f"/v1/refunds/{made['id']}/cancel", {}).body)

    assert (canceled["status"], "next_action" in canceled, refunded(standin, paid)) == ("canceled", False, 0)


def test_a_bank_debit_pays_back_by_the_ids_and_types_of_payments():
    standin = api()
    paid = charge(standin, payment_method_type="sepa_debit")
    made = json.loads(refund(standin, paid).body)

    assert (paid[:3], made["id"][:4], made["status"]) == ("py_", "pyr_", "pending")
    assert "instructions_email" not in made
    assert read(standin, f"/v1/balance_transactions/{made['balance_transaction']}")["type"] == "payment_refund"


@pytest.mark.parametrize(
    ("before", "after"), [("failed", "succeeded"), ("canceled", "pending"), ("succeeded", "canceled")]
)
def test_a_refund_does_not_move_where_stripe_never_moves_it(before, after):
    standin = api()
    paid = charge(standin, metadata={"standin_refund": "pending"})
    made = json.loads(refund(standin, paid).body)
    standin.books.refunds.settle(made["id"], before)

    with pytest.raises(Refusal, match=f"A {before} refund does not become {after}"):
        standin.books.refunds.settle(made["id"], after)


@pytest.mark.parametrize("plan", ["paid", "pending:because", "failed>succeeded@1", "succeeded@x"])
def test_a_plan_that_cannot_be_is_refused_when_the_order_is_made(plan):
    standin = api()

    answer = post(
        standin, "/v1/payment_intents", {"amount": "1", "currency": "eur", "metadata": {"standin_refund": plan}}
    )

    assert json.loads(answer.body)["error"]["param"] == "metadata[standin_refund]"


def test_a_payment_that_is_not_captured_is_not_refunded():
    standin = api()
    order = {"amount": "100", "currency": "eur", "confirm": "true", "payment_method": "pm_card_visa"}
    intent = json.loads(post(standin, "/v1/payment_intents", order | {"capture_method": "manual"}).body)

    assert error(refund(standin, intent["latest_charge"])) == (400, "payment_intent_unexpected_state")


def test_several_captures_add_up_to_one_cap():
    standin = api()
    order = {"amount": "10000", "currency": "eur", "confirm": "true", "payment_method": "pm_card_visa"}
    intent = json.loads(post(standin, "/v1/payment_intents", order | {"capture_method": "manual"}).body)
    capture = f"/v1/payment_intents/{intent['id']}/capture"

    first = json.loads(post(standin, capture, {"amount_to_capture": "3000", "final_capture": "false"}).body)
    last = json.loads(post(standin, capture, {"amount_to_capture": "4000"}).body)

    assert [(row["status"], row["amount_received"]) for row in (first, last)] == [
        ("requires_capture", 3000),
        ("succeeded", 7000),
    ]
    assert refund(standin, intent["latest_charge"], 7001).status == 400
    assert refund(standin, intent["latest_charge"], 7000).status == 200


def test_an_amount_with_three_decimals_ends_in_0():
    standin = api()
    paid = charge(standin, 10000, "kwd")

    assert [refund(standin, paid, amount).status for amount in (1005, 1010)] == [400, 200]


def test_a_lost_dispute_of_a_part_leaves_the_rest_to_be_refunded():
    standin = api()
    paid = charge(standin)
    dispute = standin.books.disputes.open(paid, amount=4000)
    assert error(refund(standin, paid, amount=1)) == (400, "charge_disputed")
    standin.books.disputes.move(dispute["id"], "lost")
    assert refund(standin, paid, amount=6001).status == 400
    assert refund(standin, paid, amount=6000).status == 200
    assert error(refund(standin, paid, amount=1)) == (400, "charge_already_refunded")


def test_a_won_dispute_gives_the_money_back_and_lets_the_charge_be_refunded():
    standin = api()
    paid = charge(standin)
    dispute = standin.books.disputes.open(paid)

    assert error(refund(standin, paid)) == (400, "charge_disputed")
    standin.books.disputes.move(dispute["id"], "won")
    assert [row["amount"] for row in dispute["balance_transactions"]] == [-10000, 10000]
    assert refund(standin, paid).status == 200


def test_an_inquiry_withdraws_nothing_and_lets_the_charge_be_refunded():
    standin = api()
    paid = charge(standin)

    inquiry = standin.books.disputes.open(paid, status="warning_needs_response")

    assert (inquiry["is_charge_refundable"], inquiry["balance_transactions"]) == (True, [])
    assert refund(standin, paid).status == 200


def test_a_payout_holds_what_no_payout_held_before_it():
    standin = api()
    refund(standin, charge(standin), 2500)
    first = standin.books.payouts.create("eur")
    refund(standin, charge(standin, 500), 100)
    second = standin.books.payouts.create("eur")

    rows = [read(standin, "/v1/balance_transactions", payout=payout["id"])["data"] for payout in (first, second)]

    assert [[row["type"] for row in page] for page in rows] == [["payout", "refund", "charge"]] * 2
    assert [sum(row["net"] for row in page) for page in rows] == [0, 0]
    assert first["amount"] == 10000 - 2500 - (10000 * 15 // 1000 + 25)


def test_events_can_be_read_for_30_days():
    standin = api()
    refund(standin, charge(standin), 1)
    wanted = {"types": {"0": "refund.created"}}

    standin.advance(30 * DAY)
    assert len(read(standin, "/v1/events", **wanted)["data"]) == 1
    standin.advance(1)
    assert read(standin, "/v1/events", **wanted)["data"] == []


def test_the_same_seed_makes_the_same_books():
    def story() -> str:
        standin = api()
        refund(standin, charge(standin), 2500, key="r-1-1")
        return json.dumps(read(standin, "/v1/events"))

    assert story() == story()
