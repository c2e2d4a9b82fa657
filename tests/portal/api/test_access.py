"""Keys and their scopes: nothing without one, and nothing beyond it."""

import json

import pytest
from django.test import Client

from portal.api.urls import api
from returns.models import ApiKey, Event, Order, Scope
from tests.people import NOW, asked, bought, jana_order, promised
from tests.portal.api.conftest import Program, order_body

pytestmark = pytest.mark.django_db

ITEMS = [{"line": "1", "quantity": 1, "reason": "too_small", "resolution": "refund"}]
SPENT = {"email": "jana@example.com", "currency": "EUR", "amount": 1, "reference": "B-1"}
NEWS = {"tracking_number": "Z-1", "carrier": "ppl", "status": "in_transit", "at": "2026-11-10T12:30:00Z"}
CALLS = [
    (Scope.ORDERS_WRITE, "PUT", "/orders/A-1002", order_body(number="A-1002"), 201),
    (Scope.ORDERS_READ, "GET", "/orders/A-1001", None, 200),
    (Scope.RETURNS_READ, "POST", "/returns/preview", {"order": "A-1001", "items": ITEMS}, 200),
    (Scope.RETURNS_WRITE, "POST", "/returns", {"order": "A-1001", "items": ITEMS}, 201),
    (Scope.RETURNS_READ, "GET", "/returns", None, 200),
    (Scope.RETURNS_READ, "GET", "/returns/NUMBER", None, 200),
    (Scope.RETURNS_READ, "GET", "/returns/NUMBER/label", None, 200),
    (Scope.RETURNS_WRITE, "POST", "/returns/NUMBER/parcels", NEWS, 200),
    (Scope.RECEIPTS_WRITE, "POST", "/returns/NUMBER/receipts", {"lines": [{"line": "1", "fine": 1}]}, 201),
    (Scope.RETURNS_READ, "GET", "/returns/NUMBER/refunds", None, 200),
    (Scope.RETURNS_READ, "GET", "/refunds/0123456789abcdef01234567", None, 404),
    (Scope.CREDITS_READ, "GET", "/credits?email=jana@example.com&currency=EUR", None, 200),
    (Scope.CREDITS_WRITE, "POST", "/credits/spendings", SPENT, 409),
    (Scope.EVENTS_READ, "GET", "/events", None, 200),
]
NAMES = [f"{method} {path}" for _scope, method, path, _body, _status in CALLS]


@pytest.fixture
def rma(db):
    promised(None)
    return asked(bought())


def call(client: Client, method: str, path: str, body: object, number: str):
    return client.generic(
        method,
        "/api/v1" + path.replace("NUMBER", number),
        json.dumps(body).encode() if body else b"",
        "application/json",
        headers={"idempotency-key": "k"},
    )


def test_every_call_stands_in_the_table_of_this_test():
    documented = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    tabled = {
        name.replace("NUMBER", "{number}")
        .replace("A-1002", "{number}")
        .replace("A-1001", "{number}")
        .replace("0123456789abcdef01234567", "{id}")
        .partition("?")[0]
        for name in NAMES
    }
    assert tabled == documented


@pytest.mark.parametrize(("scope", "method", "path", "body", "status"), CALLS, ids=NAMES)
def test_the_one_scope_is_enough_and_all_others_together_are_not(rma, scope, method, path, body, status):
    others = Program(*(other for other in Scope if other != scope))
    refused = call(others.client, method, path, body, rma.number)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert scope in refused.json()["error"]["message"]
    assert call(Program(scope).client, method, path, body, rma.number).status_code == status


@pytest.mark.parametrize(("scope", "method", "path", "body", "status"), CALLS, ids=NAMES)
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer rk_wrong", "Basic cmtfOg==", "rk_wrong", "Bearer é"]
)
def test_without_a_key_that_is_known_nothing_is_told_or_done(rma, scope, method, path, body, status, authorization):
    before = (Order.objects.count(), Event.objects.count())
    client = Client(headers={"authorization": authorization} if authorization is not None else {})
    refused = call(client, method, path, body, rma.number)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["code"] == "unauthenticated"
    assert (Order.objects.count(), Event.objects.count()) == before


def test_who_was_refused_stands_in_one_line_of_the_log(client, program, caplog):
    client.get("/api/v1/returns/A%0D%0A200 GET forged")
    program(Scope.EVENTS_READ).get("/returns")
    assert [record.getMessage() for record in caplog.records if record.name == "returns.api"] == [
        "401 GET /api/v1/returns/A%0D%0A200%20GET%20forged",
        "403 GET /api/v1/returns: no scope returns:read",
    ]


def test_a_revoked_key_opens_nothing(shop):
    assert shop.get("/returns").status_code == 200
    ApiKey.objects.update(revoked_at=NOW)
    assert shop.get("/returns").status_code == 401


def test_a_session_or_cookie_opens_nothing(mona, logged_in):
    assert logged_in(mona).get("/api/v1/returns").status_code == 401


def test_no_token_of_a_form_is_asked_for(shop):
    bought(jana_order())
    shop.client.handler.enforce_csrf_checks = True
    assert shop.post("/returns/preview", {"order": "A-1001", "items": ITEMS}).status_code == 200


def test_a_key_is_found_in_one_statement(shop, django_assert_num_queries):
    with django_assert_num_queries(2):  # the key, the events
        shop.get("/events")


def test_answers_are_stored_nowhere_on_the_way_and_set_no_cookie(shop):
    for path in ("/returns", "/nowhere", "/orders/A-9"):
        answer = shop.get(path)
        assert (answer["Cache-Control"], answer.cookies) == ("no-store", {})
