"""Events as an endpoint receives them, verified by the real client."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from returns.gateways.standin.webhooks import Courier

from .inside import api, charge, refund

SECRET = "whsec_standin"
PATIENCE, SHORT = 10, 0.2


class Endpoint(ThreadingHTTPServer):
    """Takes what is posted; answers, once `open`, with the next of `statuses`, then 200."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: queue.Queue[tuple[bytes, str]] = queue.Queue()
        self.statuses: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hooks/stripe/"

    def next(self):
        body, signature = self.posts.get(timeout=PATIENCE)
        return stripe.Webhook.construct_event(body, signature, SECRET)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.put((body, self.headers["Stripe-Signature"]))
        self.server.open.wait(PATIENCE)
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def endpoint():
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def subscribed(standin, endpoint):
    standin.send_events_to(endpoint.url, SECRET)
    yield standin
    standin.send_events_to("", "")


def test_a_refund_is_told_by_signed_events(subscribed, endpoint, client, paid):
    refund = client.v1.refunds.create({"charge": paid, "amount": 2500})

    events = [endpoint.next() for _ in range(2)]

    assert [(event.type, event.data.object.id) for event in events] == [
        ("refund.created", refund.id),
        ("charge.refunded", paid),
    ]
    assert [event.livemode for event in events] == [False, False]
    assert client.v1.events.retrieve(events[0].id).data.object.amount == 2500


def test_another_secret_does_not_verify(subscribed, endpoint, client, paid):
    client.v1.refunds.create({"charge": paid})
    body, signature = endpoint.posts.get(timeout=PATIENCE)

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")


def test_the_signature_holds_although_the_clock_was_moved(subscribed, endpoint, client, paid):
    subscribed.advance(90 * 86400)
    client.v1.refunds.create({"charge": paid})

    assert endpoint.next().type == "refund.created"


def test_a_later_change_is_told_with_what_was_before(subscribed, endpoint, client, paid):
    refund = client.v1.refunds.create({"charge": paid})
    subscribed.settle(refund.id, "failed", "declined")

    events = [endpoint.next() for _ in range(5)]

    assert [event.type for event in events[2:]] == ["refund.failed", "refund.updated", "charge.refund.updated"]
    assert events[2].data.object.failure_reason == "declined"
    assert events[2].data.previous_attributes.to_dict() == {"status": "succeeded"}


def test_events_nobody_subscribed_to_are_not_sent_but_can_be_read(subscribed, endpoint, client):
    client.v1.customers.create({"email": "alice@example.org"})

    event = client.v1.events.list({"type": "customer.created"}).data[0]

    assert (event.pending_webhooks, endpoint.posts.qsize()) == (0, 0)


def test_a_dispute_is_told(subscribed, endpoint, paid):
    dispute = subscribed.dispute(paid)
    subscribed.move_dispute(dispute["id"], "won")

    assert [endpoint.next().type for _ in range(4)] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_a_lost_event_is_not_sent_and_reads_as_undelivered(subscribed, endpoint, client, paid):
    subscribed.fail("events_lost", times=1)
    refund = client.v1.refunds.create({"charge": paid})

    assert endpoint.next().type == "charge.refunded"
    missed = client.v1.events.list({"delivery_success": False, "types": ["refund.created"]})
    assert [event.data.object.id for event in missed] == [refund.id]


def test_a_doubled_event_comes_twice(subscribed, endpoint, client, paid):
    subscribed.fail("events_doubled", times=1)
    client.v1.refunds.create({"charge": paid})

    events = [endpoint.next() for _ in range(3)]

    assert [event.type for event in events] == ["refund.created", "refund.created", "charge.refunded"]
    assert events[0].id == events[1].id


def test_a_reordered_event_comes_after_the_one_that_follows_it(subscribed, endpoint, client, paid):
    subscribed.fail("events_reordered", times=1)
    client.v1.refunds.create({"charge": paid})

    assert [endpoint.next().type for _ in range(2)] == ["charge.refunded", "refund.created"]


def test_an_event_still_held_back_comes_when_the_faults_are_cleared():
    standin = api()
    standin.faults.set("events_reordered")
    refund(standin, charge(standin))
    assert standin.receiver.events == []

    standin.clear_faults()

    assert [event["type"] for event in standin.receiver.events] == ["refund.created"]


class _Watched(Courier):
    def __init__(self, retry_after=(0.01, 0.01)):
        self.arrived: queue.Queue[str] = queue.Queue()
        super().__init__(self.arrived.put, retry_after)


@pytest.fixture
def courier(endpoint):
    courier = _Watched()
    courier.url, courier.secret = endpoint.url, SECRET
    courier.start()
    yield courier
    courier.stop()


def test_an_event_is_sent_again_until_it_is_taken(courier, endpoint):
    endpoint.statuses = [500, 302]
    courier.send({"id": "evt_1", "object": "event", "type": "refund.created"})

    assert courier.arrived.get(timeout=PATIENCE) == "evt_1"
    assert [json.loads(endpoint.posts.get(timeout=PATIENCE)[0])["id"] for _ in range(3)] == ["evt_1"] * 3
    assert courier.counts == {"delivered": 1, "failed": 2, "given_up": 0}


def test_an_event_that_is_never_taken_is_given_up_and_others_pass_it(courier, endpoint):
    endpoint.statuses = [500]
    courier.send({"id": "evt_1", "object": "event", "type": "refund.created"})
    courier.send({"id": "evt_2", "object": "event", "type": "refund.created"})

    assert [courier.arrived.get(timeout=PATIENCE) for _ in range(2)] == ["evt_2", "evt_1"]


def test_an_event_waits_its_time_before_it_is_sent_again(endpoint):
    patient = _Watched(retry_after=(3600,))
    patient.url, patient.secret = endpoint.url, SECRET
    endpoint.statuses = [500]
    patient.start()
    patient.send({"id": "evt_1", "object": "event", "type": "refund.created"})
    endpoint.posts.get(timeout=PATIENCE)

    with pytest.raises(queue.Empty):
        endpoint.posts.get(timeout=SHORT)
    assert patient.waiting == 1
    patient.stop()


def test_an_event_that_is_under_way_when_all_is_forgotten_is_not_sent_again(courier, endpoint):
    endpoint.statuses = [500]
    endpoint.open.clear()
    courier.send({"id": "evt_1", "object": "event", "type": "refund.created"})
    endpoint.posts.get(timeout=PATIENCE)

    courier.forget()
    endpoint.open.set()

    with pytest.raises(queue.Empty):
        endpoint.posts.get(timeout=SHORT)


def test_an_endpoint_that_is_gone_is_given_up(courier, endpoint):
    given_up = threading.Event()
    courier.counts = _Telling(given_up)
    courier.url = "http://127.0.0.1:1/"
    courier.send({"id": "evt_1", "object": "event", "type": "refund.created"})

    assert given_up.wait(PATIENCE)
    assert dict(courier.counts) == {"delivered": 0, "failed": 3, "given_up": 1}


class _Telling(dict):
    """The courier's counts, which tell when an event was given up."""

    def __init__(self, given_up):
        super().__init__(delivered=0, failed=0, given_up=0)
        self._given_up = given_up

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        if name == "given_up":
            self._given_up.set()
