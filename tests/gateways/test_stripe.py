"""The real Stripe client against the stand-in: whatever is lost or refused, one refund exists there."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from returns.actions import halts, payouts, provider, reconciling, sending
from returns.actions.sending import ABSENCE_AGE, LOOKS
from returns.gateways.gateway import News, PutOff, Rejected, Unanswered
from returns.gateways.standin.process import StandIn, running
from returns.gateways.stripe import BUSY, Forged, Pace, Stripe, connect, gateway, read_webhook
from returns.importing.data import PaymentData
from returns.models import (
    RMA,
    Attempt,
    Break,
    Dispute,
    GatewayEvent,
    Halt,
    Originator,
    Payment,
    Refund,
    RefundState,
    RMAState,
)
from tests.actions.refunding import keep
from tests.people import NOW, arrived, asked, bought, jana_order, promised

KEY = "sk_test_portal"
SECRET = "whsec_test"
STAMP = 1_800_000_000


@pytest.fixture(scope="module")
def _process() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@dataclass
class Shop:
    """Jana's T-shirt is back: 96.72 are due on a payment that the stand-in knows."""

    standin: StandIn
    stripe: Stripe
    charge: str

    def send(self, after: timedelta = timedelta()) -> None:
        assert sending.send_next(self.stripe, at=NOW + after) is True

    @property
    def refund(self) -> Refund:
        return Refund.objects.get(originator=Originator.RMA)

    @property
    def there(self) -> dict[str, Any]:
        """What the stand-in's books say was refunded: how many, and how much."""
        euros = self.standin.books()["currencies"]["eur"]
        return {"count": sum(state["count"] for state in euros["refunds"].values()), "amount": euros["refunded"]}


@pytest.fixture
def shop(_process: StandIn, db, settings) -> Shop:
    settings.STRIPE_API_KEY = KEY
    _process.stop_failing()
    _process.empty()
    (paid,) = _process.load([{"amount": 29_990, "currency": "eur"}])
    promised()
    payment = PaymentData(paid["payment_intent"], 29_990, "EUR")
    arrived(asked(bought(jana_order(payments=(payment,)))))
    return Shop(_process, connect(KEY, _process.url), paid["charge"])


ONCE = {"count": 1, "amount": 9_672}


def test_a_refund_is_made_with_our_names_on_it(shop):
    shop.send()
    assert (shop.refund.state, RMA.objects.get().state) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert shop.there == ONCE
    made = shop.stripe._api.refunds.retrieve(shop.refund.gateway_id).to_dict()
    assert (made["charge"], made["reason"]) == (shop.charge, "requested_by_customer")
    assert made["metadata"] == {
        "portal_refund_id": shop.refund.public_id,
        "rma": RMA.objects.get().number,
        "attempt": "1",
        "installation": made["metadata"]["installation"],
    }


@pytest.mark.parametrize("fault", ["lost_answer", "cut_answer", "error_moved"])
def test_an_answer_lost_after_the_money_moved_is_adopted_once(shop, fault):
    shop.standin.fail(fault)
    shop.send()
    assert shop.refund.state == RefundState.UNCERTAIN
    shop.send(LOOKS[1])
    assert shop.refund.state == RefundState.SUCCEEDED
    assert shop.there == ONCE


@pytest.mark.parametrize("fault", ["error_unmoved", "unavailable"])
def test_a_server_error_that_moved_nothing_is_sent_again_after_fifteen_minutes_under_a_new_key(shop, fault):
    shop.standin.fail(fault)
    shop.send()
    shop.send(LOOKS[1])
    assert shop.there["count"] == 0
    shop.send(ABSENCE_AGE)
    assert shop.refund.state == RefundState.SUCCEEDED
    assert list(shop.refund.attempts.values_list("number", "key_spent")) == [(1, True), (2, False)]
    assert shop.there == ONCE


def test_a_refund_made_late_is_not_made_twice(shop):
    shop.standin.fail("late_commit", seconds=600)
    shop.send()
    shop.send(LOOKS[1])
    assert shop.there["count"] == 0
    shop.standin.advance(600)
    shop.send(ABSENCE_AGE)
    assert shop.refund.state == RefundState.SUCCEEDED
    assert shop.there == ONCE


def test_a_refund_made_later_than_we_wait_is_not_made_twice_either(shop):
    shop.standin.fail("late_commit", seconds=3_600)
    shop.send()
    shop.send(ABSENCE_AGE)  # still under way there: 409
    assert shop.refund.state == RefundState.UNCERTAIN
    shop.standin.advance(3_600)
    shop.send(timedelta(hours=1))
    assert shop.refund.state == RefundState.SUCCEEDED
    assert shop.there == ONCE


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ("rate_limit", BUSY),
        ("lock_timeout", BUSY),
        ("conflict", timedelta(seconds=23)),
    ],
)
def test_what_was_put_off_waits_and_goes_under_the_same_key(shop, fault, wait):
    shop.standin.fail(fault)
    shop.send()
    assert (shop.refund.state, shop.refund.next_try_at) == (RefundState.DUE, NOW + wait)
    shop.send(wait)
    assert shop.refund.state == RefundState.SUCCEEDED
    assert Attempt.objects.count() == 1
    assert shop.there == ONCE


def test_a_rotated_key_stops_the_sending_and_resumes_with_the_new_one(shop):
    shop.stripe = connect("sk_other_1", shop.standin.url)
    shop.send()
    assert shop.refund.state == RefundState.DUE
    halts.probe(shop.stripe, at=NOW)
    assert sending.send_next(shop.stripe, at=NOW + BUSY) is False
    shop.stripe = connect(KEY, shop.standin.url)
    halts.probe(shop.stripe, at=NOW)
    shop.send(BUSY)
    assert shop.refund.state == RefundState.SUCCEEDED


@pytest.mark.parametrize("fault", ["unauthorized", "forbidden"])
def test_a_refused_key_stops_all_sending_until_the_provider_takes_it_again(shop, fault):
    shop.standin.fail(fault)
    shop.send()
    assert (shop.refund.state, Halt.objects.open().get().cause) == (RefundState.DUE, Halt.Cause.KEY_REFUSED)
    assert sending.send_next(shop.stripe, at=NOW + BUSY) is False
    halts.probe(shop.stripe, at=NOW)
    shop.send(BUSY)
    assert (shop.refund.state, Attempt.objects.count()) == (RefundState.SUCCEEDED, 1)
    assert shop.there == ONCE


def test_no_connection_is_a_doubt(shop):
    shop.stripe = connect(KEY, "http://127.0.0.1:9")
    shop.send()
    assert shop.refund.state == RefundState.UNCERTAIN


def test_what_was_refunded_in_the_dashboard_fails_with_the_providers_code(shop):
    shop.stripe._api.refunds.create({"charge": shop.charge})
    shop.send()
    external = Refund.objects.get(originator=Originator.EXTERNAL)
    assert (external.amount, external.state) == (29_990, RefundState.SUCCEEDED)
    assert set(Break.objects.values_list("kind", flat=True)) == {"room_taken", "external_refund"}
    assert (shop.refund.state, shop.refund.failure_reason) == (RefundState.FAILED, "charge_already_refunded")
    assert RMA.objects.get().state == RMAState.REFUND_DUE
    assert shop.there == {"count": 1, "amount": 29_990}


def test_less_left_than_we_owe_fails_and_moves_nothing(shop):
    shop.stripe._api.refunds.create({"charge": shop.charge, "amount": 25_000})
    shop.send()
    assert (shop.refund.state, shop.refund.failure_reason) == (RefundState.FAILED, "amount_too_large")
    assert shop.there == {"count": 1, "amount": 25_000}


def test_ours_is_found_behind_a_hundred_others(shop):
    for number in range(101):
        shop.stripe._api.refunds.create(
            {"charge": shop.charge, "amount": 1, "metadata": {"portal_refund_id": str(number)}}
        )
    assert shop.stripe.find(shop.refund) is None
    shop.send()
    found = shop.stripe.find(shop.refund)
    assert found is not None
    assert (found.id, found.amount, found.currency) == (shop.refund.gateway_id, 9_672, "EUR")


def test_the_bank_returns_it_later_and_we_hear_of_it(shop):
    shop.send()
    shop.standin.settle(shop.refund.gateway_id, "failed", "declined")
    GatewayEvent.objects.create(
        id="evt_1", kind="refund.failed", object_id=shop.refund.gateway_id, received_at=NOW, next_try_at=NOW
    )
    provider.work_next_event(shop.stripe, at=NOW)
    assert (shop.refund.state, shop.refund.failure_reason) == (RefundState.FAILED, "declined")


def test_a_wrong_account_is_a_refusal_to_look_and_never_an_absence(shop):
    shop.standin.empty()
    with pytest.raises(Rejected, match="resource_missing"):
        shop.stripe.find(shop.refund)
    with pytest.raises(Rejected, match="resource_missing"):
        shop.stripe.fetch("re_none")


def test_a_look_that_is_refused_or_lost_says_so(shop):
    shop.standin.fail("unauthorized", method="GET")
    with pytest.raises(PutOff):
        shop.stripe.find(shop.refund)
    shop.standin.fail("unavailable", method="GET")
    with pytest.raises(Unanswered):
        shop.stripe.fetch("re_1")


# --- reconciliation over HTTP -------------------------------------------------------------------


@pytest.fixture
def now(shop) -> datetime:
    """The provider's own time: what it has made since, it dates by it."""
    return datetime.fromtimestamp(shop.standin.control("GET", "")["now"], UTC)


EARLIER = timedelta(hours=1)


def test_refunds_are_listed_by_payment_by_charge_and_since(shop, now):
    made = shop.stripe._api.refunds.create({"charge": shop.charge, "amount": 100}).id
    shop.send()
    ours = shop.refund.gateway_id
    assert {one.id for one in shop.stripe.refunds_of(shop.refund.payment.reference)} == {made, ours}
    assert {one.id for one in shop.stripe.refunds_of(shop.charge)} == {made, ours}
    since = {one.id: one for one in shop.stripe.refunds_since(now - EARLIER)}
    assert since.keys() == {made, ours}
    assert (since[ours].payment, since[ours].charge) == (shop.refund.payment.reference, shop.charge)
    assert (since[ours].installation, since[ours].rma) == (settings.BASE_URL, RMA.objects.get().number)
    assert (since[made].refund_id, since[made].installation) == ("", "")
    assert list(shop.stripe.refunds_since(now + EARLIER)) == []


def test_a_payment_that_is_known_by_its_charge_is_refunded_by_it(shop):
    Payment.objects.update(reference=shop.charge)
    shop.send()
    assert (shop.refund.state, shop.there) == (RefundState.SUCCEEDED, ONCE)


def test_events_that_were_missed_are_read(shop, now):
    shop.send()
    told = list(shop.stripe.events_since(now - EARLIER))
    assert {(one.kind, one.object_id) for one in told} == {
        ("refund.created", shop.refund.gateway_id),
        ("charge.refunded", shop.charge),
    }
    assert {one.livemode for one in told} == {False}
    assert list(shop.stripe.events_since(now + EARLIER)) == []


def test_a_dispute_is_read_with_what_the_bank_holds(shop):
    dispute = shop.standin.dispute(shop.charge)["id"]
    remote = shop.stripe.dispute(dispute)
    assert (remote.status, remote.amount, remote.currency) == ("needs_response", 29_990, "EUR")
    assert (remote.withdrawn, remote.refundable, remote.charge) == (29_990, False, shop.charge)
    assert [one.id for one in shop.stripe.disputes_of(shop.refund.payment.reference)] == [dispute]
    assert [one.id for one in shop.stripe.disputes_since(remote.opened_at)] == [dispute]
    assert list(shop.stripe.disputes_since(remote.opened_at + timedelta(seconds=1))) == []
    shop.standin.move_dispute(dispute, "won")
    assert shop.stripe.dispute(dispute).withdrawn == 0


def test_a_disputed_charge_is_not_refunded_until_the_dispute_is_won(shop):
    dispute = shop.standin.dispute(shop.charge)["id"]
    shop.send()
    assert (shop.refund.state, Dispute.objects.get().status) == (RefundState.UNCERTAIN, "needs_response")
    shop.send(ABSENCE_AGE)
    assert shop.refund.state == RefundState.DUE
    shop.standin.move_dispute(dispute, "won")
    keep(shop.stripe.dispute(dispute))
    shop.send(timedelta(days=2))
    assert (shop.refund.state, shop.there) == (RefundState.SUCCEEDED, ONCE)


def test_the_lines_of_a_payout_add_up_with_our_refund_among_them(shop, now):
    shop.send()
    payout = shop.standin.pay_out("eur")["id"]
    assert shop.stripe.payouts_since(now - EARLIER) == [payout]
    lines = shop.stripe.movements(payout)
    assert sum(line.net for line in lines) == 0
    (moved,) = [line for line in lines if line.kind == "refund"]
    assert (moved.amount, moved.currency, moved.source) == (-9_672, "EUR", shop.refund.gateway_id)
    payouts.compare(shop.stripe, payout, at=NOW)
    assert not Break.objects.exists()


def test_the_same_key_with_another_amount_stops_for_a_person(shop):
    """F15: the parameters were changed by a deploy."""
    shop.stripe._api.refunds.create(
        {"charge": shop.charge, "amount": 100}, {"idempotency_key": f"r-{shop.refund.public_id}-1"}
    )
    shop.send()
    assert shop.refund.state == RefundState.UNCERTAIN
    assert Break.objects.get().kind == "idempotency_error"
    assert shop.there["amount"] == 100


def test_a_whole_comparison_finds_what_was_lost_and_what_was_made_by_hand(shop, now):
    shop.standin.fail("lost_answer")
    shop.send()
    shop.stripe._api.refunds.create({"charge": shop.charge, "amount": 100})
    reconciling.compare_refunds(shop.stripe, since=now - EARLIER, at=NOW)
    assert shop.refund.state == RefundState.SUCCEEDED
    assert Refund.objects.get(originator=Originator.EXTERNAL).amount == 100


def test_calls_are_held_back_to_their_pace():
    clock, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        clock[0] += seconds

    pace = Pace(10, clock=lambda: clock[0], sleep=sleep)
    for _call in range(3):
        pace.wait()
    clock[0] += 5
    pace.wait()
    assert slept == [0, 0.1, 0.1, 0]


def test_only_the_real_provider_is_called_at_a_pace(settings):
    gateway.cache_clear()
    settings.STRIPE_API_KEY = KEY
    settings.STRIPE_API_BASE = ""
    paced = gateway()._api._requestor._client
    assert type(paced).__name__ == "_Paced"
    gateway.cache_clear()
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert type(gateway()._api._requestor._client).__name__ == "RequestsClient"
    gateway.cache_clear()


# --- webhooks -----------------------------------------------------------------------------------


def body(**changes: Any) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "refund.updated",
        "livemode": False,
        "data": {"object": {"id": "re_1", "object": "refund", "status": "succeeded"}},
    }
    return json.dumps({**event, **changes}).encode()


def signed(payload: bytes, *, secret: str = SECRET, stamp: int = STAMP, scheme: str = "v1") -> str:
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={stamp},{scheme}={digest}"


@pytest.fixture
def _signed_now(settings, monkeypatch) -> None:
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_KEY = KEY
    monkeypatch.setattr("time.time", lambda: float(STAMP))


@pytest.mark.usefixtures("_signed_now")
class TestWebhooks:
    def test_a_signed_event_is_read(self):
        payload = body()
        assert read_webhook(payload, signed(payload), now=STAMP) == News(
            "evt_1", "refund.updated", "re_1", livemode=False
        )

    def test_one_of_two_signatures_is_enough_while_the_secret_changes(self):
        payload = body()
        both = f"{signed(payload, secret='whsec_old')},{signed(payload).partition(',')[2]}"
        assert read_webhook(payload, both, now=STAMP).id == "evt_1"

    @pytest.mark.parametrize(
        "signature",
        [
            "",
            "v1=",
            "t=,v1=",
            "nonsense",
            "t=1,v1=é",
            "t=ž",
            signed(body(), secret="whsec_other"),
            signed(body(), scheme="v0"),
            signed(b"{}"),
            signed(body(), stamp=STAMP - 301),
            signed(body(), stamp=STAMP + 61),
        ],
    )
    def test_a_signature_that_is_not_the_providers_is_forged(self, signature):
        with pytest.raises(Forged):
            read_webhook(body(), signature, now=STAMP)

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"[]",
            b'["a"]',
            b"null",
            b"7",
            b"{}",
            b"\xff\xfe",
            b'{"id": "evt_1"}',
            b"{" * 9_000,
            body(data={}),
            body(data=[]),
            body(livemode=True),
            body(account="acct_other"),
        ],
    )
    def test_a_body_that_is_no_event_of_ours_is_forged_even_when_signed(self, payload):
        with pytest.raises(Forged):
            read_webhook(payload, signed(payload), now=STAMP)

    def test_without_a_secret_nothing_is_believed(self, settings):
        settings.STRIPE_WEBHOOK_SECRET = ""
        payload = body()
        with pytest.raises(Forged):
            read_webhook(payload, signed(payload, secret=""), now=STAMP)

    def test_no_header_at_all_is_forged(self):
        with pytest.raises(Forged):
            read_webhook(body(), None, now=STAMP)  # type: ignore[arg-type]
