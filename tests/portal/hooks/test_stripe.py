"""News of the payment provider: proven, stored once, or refused without a trace (security.md, A20–A25)."""

import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection
from django.test import Client

from returns.models import GatewayEvent

SECRET = "whsec_test"
HOOK = "/hooks/stripe/"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_KEY = "rk_test_1"


def event(**changes) -> dict:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "type": "refund.updated",
        "livemode": False,
        "data": {"object": {"id": "re_1", "object": "refund", "status": "succeeded"}},
    } | changes


def signature(body: bytes, *, secret: str = SECRET, at: float | None = None, scheme: str = "v1") -> str:
    stamp = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
    return f"t={stamp},{scheme}={digest}"


def deliver(body: bytes, signed: str | None):
    headers = {} if signed is None else {"stripe-signature": signed}
    return Client(enforce_csrf_checks=True).generic("POST", HOOK, body, "application/json", headers=headers)


def tell(**changes):
    body = json.dumps(event(**changes)).encode()
    return deliver(body, signature(body))


@pytest.mark.django_db
class TestProven:
    def test_an_event_is_stored_for_the_worker(self):
        answer = tell()
        assert (answer.status_code, answer.content) == (200, b"")
        stored = GatewayEvent.objects.get()
        assert (stored.id, stored.kind, stored.object_id) == ("evt_1", "refund.updated", "re_1")
        assert (stored.worked_at, stored.tries, stored.livemode) == (None, 0, False)
        assert stored in GatewayEvent.objects.unworked(stored.received_at)

    def test_the_same_event_again_is_stored_once_and_what_was_worked_stays_worked(self):
        tell()
        GatewayEvent.objects.update(tries=3)
        assert tell(type="refund.failed").status_code == 200
        assert GatewayEvent.objects.values_list("kind", "tries").get() == ("refund.updated", 3)

    def test_an_event_of_a_kind_that_nobody_knows_is_stored(self):
        assert tell(type="moon.landed", data={"object": {"object": "moon"}}).status_code == 200
        assert GatewayEvent.objects.values_list("kind", "object_id").get() == ("moon.landed", "")

    def test_one_of_several_signatures_is_enough_while_secrets_rotate(self):
        body = json.dumps(event()).encode()
        signed = signature(body)
        assert deliver(body, f"{signed},v1={'0' * 64}").status_code == 200

    def test_without_a_key_both_modes_are_taken(self, settings):
        settings.STRIPE_API_KEY = ""
        assert tell(livemode=True).status_code == 200
        assert tell(id="evt_2").status_code == 200
        assert set(GatewayEvent.objects.values_list("id", "livemode")) == {("evt_1", True), ("evt_2", False)}

    def test_it_takes_one_statement(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            tell()


BODY = json.dumps(event()).encode()


@pytest.mark.django_db
class TestForged:
    @pytest.mark.parametrize(
        "signed",
        [
            None,
            "",
            "nonsense",
            "t=,v1=",
            "t=now,v1=00",
            f"t={10**400},v1=00",
            "v1=é",
            "t=1,v1=é",
            "t=1;v1=0",
            "=" * 1000,
            "," * 1000,
        ],
    )
    def test_a_signature_that_is_none(self, signed):
        assert_refused(deliver(BODY, signed))

    @pytest.mark.parametrize("secret", ["", "whsec_other", "rk_test_1"])
    def test_another_secret(self, secret):
        assert_refused(deliver(BODY, signature(BODY, secret=secret)))

    def test_the_old_scheme_alone(self):
        assert_refused(deliver(BODY, signature(BODY, scheme="v0")))

    def test_an_altered_body(self):
        assert_refused(deliver(BODY.replace(b"evt_1", b"evt_2"), signature(BODY)))

    @pytest.mark.parametrize("seconds", [-301, 61 + 5, 86_400])
    def test_a_stamp_of_long_ago_or_of_the_future(self, seconds):
        assert_refused(deliver(BODY, signature(BODY, at=time.time() + seconds)))

    def test_a_secret_that_is_not_set_lets_nothing_in(self, settings):
        settings.STRIPE_WEBHOOK_SECRET = ""
        assert_refused(deliver(BODY, signature(BODY, secret="")))

    @pytest.mark.parametrize("both", ["{first},{second}", "{second},{first}"])
    @pytest.mark.parametrize("ahead", [0, 5_000])
    def test_two_stamps_of_which_the_client_believes_one(self, both, ahead):
        now = int(time.time())
        first, second = f"t={now}", signature(BODY, at=now + ahead)
        assert_refused(deliver(BODY, both.format(first=first, second=second)))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"[1]",
            b'"evt_1"',
            b"{}",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"id": NaN}',
            json.dumps(event(data=None)).encode(),
            json.dumps(event(data={"object": []})).encode(),
            json.dumps(event(id=None)).encode(),
            json.dumps(event(id=7)).encode(),
            json.dumps(event(id="e" * 101)).encode(),
            json.dumps(event(type="t" * 101)).encode(),
            json.dumps(event(id="evt\0")).encode(),
            json.dumps(event(id="evt\ud800")).encode(),
            json.dumps(event(id="")).encode(),
            json.dumps(event(data={"object": {"id": ["re_1"]}})).encode(),
            json.dumps(event(livemode=None)).encode(),
            json.dumps(event(livemode="false")).encode(),
            json.dumps(event(livemode=0)).encode(),
        ],
        ids=lambda body: repr(body)[:40],
    )
    def test_a_body_that_is_no_event_though_it_is_signed(self, body):
        assert_refused(deliver(body, signature(body)))

    def test_the_other_mode_or_another_account(self, settings):
        assert_refused(tell(livemode=True))
        assert_refused(tell(account="acct_other"))
        settings.STRIPE_API_KEY = "rk_live_1"
        assert_refused(tell(livemode=False))

    @pytest.mark.parametrize("size", [256 * 1024 + 1, 10 * 1024 * 1024])
    def test_a_body_that_is_too_long(self, size):
        body = b" " * size
        assert_refused(deliver(body, signature(body)), status=413)

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
    def test_any_method_but_post(self, client, method):
        assert client.generic(method, HOOK).status_code == 405


def assert_refused(answer, *, status: int = 400) -> None:
    assert (answer.status_code, answer.content) == (status, b"")
    assert not GatewayEvent.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fifty_deliveries_at_once_make_one_row():
    def one(_number):
        with closing(connection):
            return tell().status_code

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(one, range(50))) == {200}
    assert GatewayEvent.objects.count() == 1
