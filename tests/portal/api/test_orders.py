"""Orders in by PUT, and what of them may come back by GET."""

import pytest
import time_machine

from returns.models import Event, Order, Scope
from tests.people import NOW, promised
from tests.portal.api.conftest import order_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]


@pytest.fixture
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def test_an_order_is_created_then_updated_then_left_alone(shop):
    created = shop.put("/orders/A-1001", order_body())
    assert (created.status_code, created.json()["result"]) == (201, "created")
    again = shop.put("/orders/A-1001", order_body())
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    updated = shop.put("/orders/A-1001", order_body(locale="en"))
    assert (updated.status_code, updated.json()["result"]) == (200, "updated")
    assert list(Event.objects.values_list("kind", "actor_kind", "actor_label")) == [
        ("order.created", "integrator", "Shop system"),
        ("order.updated", "integrator", "Shop system"),
    ]


def test_an_order_comes_back_as_it_was_sent(shop):
    promised(30)
    shop.put("/orders/A-1001", order_body())
    answer = shop.get("/orders/A-1001")
    assert answer.status_code == 200
    order = answer.json()
    [line] = order.pop("lines")
    sent = order_body()
    [told] = sent.pop("lines")
    assert {name: line[name] for name in told if name != "discount"} == {
        name: value for name, value in told.items() if name != "discount"
    }
    assert order == {
        "number": "A-1001",
        "placed_at": "2026-10-28T08:12:00Z",
        "currency": "EUR",
        "locale": "cs",
        "shipping": {"paid": 495, "standard": 495, "currency": "EUR"},
        "discounts": [{"amount": 1000, "label": "WELCOME10", "currency": "EUR"}],
        "parcels": [
            sent["parcels"][0] | {"shipped_at": "2026-10-29T10:00:00Z", "possession_at": "2026-10-31T13:00:00Z"}
        ],
        "payments": sent["payments"],
        "notice_given_at": "2026-10-28T08:12:00Z",
        "customer": sent["customer"],
        "shipping_address": {name: value for name, value in sent["shipping_address"].items() if name != "name"},
        "created_at": "2026-11-10T12:00:00Z",
        "updated_at": "2026-11-10T12:00:00Z",
        "links": {
            "self": "http://127.0.0.1:8000/api/v1/orders/A-1001",
            "returns": "http://127.0.0.1:8000/api/v1/returns?order=A-1001",
        },
    }


def test_a_line_says_what_may_still_come_back(shop):
    promised(30)
    shop.put("/orders/A-1001", order_body())
    shop.post("/returns", {"order": "A-1001", "items": [_item(quantity=2)]})
    [line] = shop.get("/orders/A-1001").json()["lines"]
    assert (line["quantity"], line["returnable"], line["paid"]) == (3, 1, 29000)
    assert line["verdict"] == {
        "answer": "accept",
        "reasons": [],
        "statutory_until": "2026-11-16",
        "policy_until": "2026-11-30",
        "until": "2026-11-30",
        "policy": {"id": "standard", "version": 1},
    }
    shop.post("/returns", {"order": "A-1001", "items": [_item(quantity=1)]})
    [line] = shop.get("/orders/A-1001").json()["lines"]
    assert (line["returnable"], line["verdict"]) == (0, None)


def _item(**changes):
    return {"line": "1", "quantity": 1, "reason": "too_small", "resolution": "refund"} | changes


def test_names_and_addresses_need_a_scope_of_their_own(shop, program):
    shop.put("/orders/A-1001", order_body())
    order = program(Scope.ORDERS_READ).get("/orders/A-1001")
    assert (order.json()["customer"], order.json()["shipping_address"]) == (None, None)
    for secret in ("Nováková", "jana@", "Dlouhá", "601234567", "11000"):
        assert secret not in order.content.decode()


def test_the_number_in_the_body_may_be_left_out_but_not_differ(shop):
    body = order_body()
    del body["number"]
    assert shop.put("/orders/A-1001", body).status_code == 201
    differs = shop.put("/orders/A-1002", order_body())
    assert differs.status_code == 400
    assert differs.json()["error"]["fields"] == {"number": "This is not the number in the address."}


def test_delivered_at_stands_for_possession_at(shop):
    parcel = order_body()["parcels"][0]
    told = {"lines": parcel["lines"], "delivered_at": "2026-11-01T08:00:00Z"}
    shop.put("/orders/A-1001", order_body(parcels=[told]))
    assert shop.get("/orders/A-1001").json()["parcels"][0]["possession_at"] == "2026-11-01T08:00:00Z"
    shop.put("/orders/A-1001", order_body(parcels=[told | {"possession_at": "2026-11-02T08:00:00Z"}]))
    assert shop.get("/orders/A-1001").json()["parcels"][0]["possession_at"] == "2026-11-02T08:00:00Z"


def test_an_absent_notice_is_unknown_and_a_null_one_was_not_given(shop):
    body = order_body()
    shop.put("/orders/A-1001", body)
    assert _notice() == (True, True)
    shop.put("/orders/A-1001", body | {"notice_given_at": None})
    assert _notice() == (True, False)
    del body["notice_given_at"]
    shop.put("/orders/A-1001", body)
    assert _notice() == (False, False)


def _notice():
    order = Order.objects.get()
    return order.notice_known, order.notice_given_at is not None


def test_what_contradicts_a_return_is_refused_and_changes_nothing(shop):
    promised(30)
    shop.put("/orders/A-1001", order_body())
    shop.post("/returns", {"order": "A-1001", "items": [_item()]})
    fewer = order_body()["lines"][0] | {"quantity": 2}
    refused = shop.put("/orders/A-1001", order_body(lines=[fewer], parcels=[], locale="en"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "order_contradicts")
    assert (Order.objects.get().locale, Order.objects.get().lines.get().quantity) == ("cs", 3)


def test_a_payment_of_another_order_is_refused(shop):
    shop.put("/orders/A-1001", order_body())
    refused = shop.put("/orders/A-1002", order_body(number="A-1002"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "payment_taken")
    assert Order.objects.count() == 1


def test_a_gateway_is_known_however_it_is_written(shop):
    payment = order_body()["payments"][0] | {"gateway": "Stripe"}
    shop.put("/orders/A-1001", order_body(payments=[payment]))
    assert [one["gateway"] for one in shop.get("/orders/A-1001").json()["payments"]] == ["stripe"]


def test_without_parcels_nothing_has_been_sent(shop):
    promised(30)
    body = order_body()
    del body["parcels"]
    shop.put("/orders/A-1001", body)
    [line] = shop.get("/orders/A-1001").json()["lines"]
    assert line["verdict"]["answer"] == "refer"
    assert "not_delivered" in [reason["code"] for reason in line["verdict"]["reasons"]]


def test_tax_that_is_not_included_is_paid_on_top(shop):
    line = order_body()["lines"][0] | {"tax": {"rate": "0.21", "included": False}}
    shop.put("/orders/A-1001", order_body(lines=[line], discounts=[], payments=[]))
    assert shop.get("/orders/A-1001").json()["lines"][0]["paid"] == 36300


def test_an_unknown_order_is_not_found(shop):
    unknown = shop.get("/orders/A-9999")
    assert unknown.status_code == 404
    assert unknown.json() == {
        "error": {"code": "not_found", "message": "There is nothing at this address.", "fields": {}}
    }


def test_a_number_may_hold_any_character(shop):
    address = "/orders/2026%2F%C5%BDlu%C5%A5%20%237"
    assert shop.put(address, order_body(number="2026/Žluť #7")).status_code == 201
    order = shop.get(address).json()
    assert order["number"] == "2026/Žluť #7"
    assert order["links"]["self"] == f"http://127.0.0.1:8000/api/v1{address}"


@pytest.mark.parametrize("lines", [1, 40])
def test_an_order_is_read_in_the_same_number_of_statements_however_long(shop, lines, django_assert_num_queries):
    promised(30)
    first = order_body()["lines"][0]
    parts = [{"id": str(number), "quantity": 3} for number in range(lines)]
    shop.put(
        "/orders/A-1001",
        order_body(
            lines=[first | {"id": str(number)} for number in range(lines)],
            parcels=[order_body()["parcels"][0] | {"lines": parts}],
        ),
    )
    with django_assert_num_queries(10):
        assert len(shop.get("/orders/A-1001").json()["lines"]) == lines
