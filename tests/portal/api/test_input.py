"""What does not fit is refused by name, in one form, and never breaks anything (security.md, A39, A40, A60)."""

import json
import math
from copy import deepcopy
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returns.models import RMA, Event, Order, Receipt, ReturnParcel
from returns.policy.law import EXCEPTIONS
from tests.people import asked, bought, promised
from tests.portal.api.conftest import order_body

pytestmark = pytest.mark.django_db

RETURN = {"order": "A-1001", "items": [{"line": "1", "quantity": 1, "reason": "too_small", "resolution": "refund"}]}
RECEIPT = {"lines": [{"line": "1", "fine": 1}]}
NEWS = {"tracking_number": "Z-1", "carrier": "ppl", "status": "in_transit", "at": "2026-11-10T12:30:00Z"}
NO_COUNT = [0, -1, 1.5, 1e309, math.nan, "1", 2**63, 10**400, None, [], {}, True, False, "", "NaN"]


@pytest.fixture
def rma(db) -> RMA:
    promised(None)
    return asked(bought())


def changed(body, path, value):
    body = deepcopy(body)
    *steps, last = path
    place = body
    for step in steps:
        place = place[step]
    place[last] = value
    return body


def field(path):
    return ".".join(map(str, path))


@pytest.mark.parametrize("value", NO_COUNT, ids=repr)
@pytest.mark.parametrize("call", ["/returns", "/returns/preview"])
def test_a_quantity_is_a_whole_number_above_zero(shop, rma, call, value):
    answer = shop.post(call, changed(RETURN, ("items", 0, "quantity"), value))
    assert answer.status_code == 400
    if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, int) and value > 2**63):
        return  # no number of JSON: the body cannot be read at all
    assert [*answer.json()["error"]["fields"]] == ["items.0.quantity"]
    assert RMA.objects.count() == 1


@pytest.mark.parametrize("value", [-1, *NO_COUNT[2:]], ids=repr)
@pytest.mark.parametrize("kind", ["fine", "damaged", "missing", "wrong", "extra"])
def test_a_count_is_a_whole_number(shop, rma, kind, value):
    answer = shop.post(f"/returns/{rma.number}/receipts", changed(RECEIPT, ("lines", 0, kind), value))
    assert answer.status_code == 400
    assert not Receipt.objects.exists()


AMOUNTS = [
    ("shipping", "paid"),
    ("discounts", 0, "amount"),
    ("lines", 0, "unit_price"),
    ("lines", 0, "discount"),
    ("payments", 0, "captured"),
]


@pytest.mark.parametrize("value", [-1, *NO_COUNT[2:]], ids=repr)
@pytest.mark.parametrize("path", AMOUNTS, ids=field)
def test_an_amount_is_a_whole_number_of_minor_units(shop, path, value):
    answer = shop.put("/orders/A-1001", changed(order_body(), path, value))
    assert answer.status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("number",), ""),
        (("number",), "x" * 65),
        (("number",), "A\0B"),
        (("number",), "A\ud800"),
        (("placed_at",), "2026-10-28"),
        (("placed_at",), "2026-10-28T09:12:00"),
        (("placed_at",), 1_761_638_400),
        (("placed_at",), "1761638400"),
        (("placed_at",), "0001-01-01T00:00:00+14:00"),
        (("placed_at",), "9999-12-31T23:59:59-14:00"),
        (("currency",), "EURO"),
        (("currency",), "XYZ"),
        (("currency",), "HRK"),  # was one once
        (("currency",), "eur"),
        (("locale",), "../../etc"),
        (("locale",), 7),
        (("customer",), None),
        (("customer", "email"), "jana"),
        (("customer", "email"), "jana@example.com\nBcc: all@example.com"),
        (("customer", "email"), "a@" + "b" * 253),
        (("customer", "name"), "x" * 201),
        (("customer", "business"), "no"),
        (("customer", "business"), 0),
        (("shipping_address", "country"), "Czechia"),
        (("shipping_address", "country"), "UK"),
        (("shipping_address", "country"), "EL"),
        (("shipping_address", "country"), "XX"),
        (("shipping_address", "country"), "cz"),
        (("lines", 0, "origin"), "UK"),
        (("shipping_address", "lines"), ["x"] * 11),
        (("shipping_address", "postcode"), 11000),
        (("lines",), []),
        (("lines",), "1"),
        (("lines", 0, "id"), 1),
        (("lines", 0, "id"), ""),
        (("lines", 0, "name"), ""),
        (("lines", 0, "names"), {"cs": 1}),
        (("lines", 0, "names"), {"no language": "x"}),
        (("lines", 0, "names"), ["Tričko"]),
        (("lines", 0, "quantity"), 10**9 + 1),
        (("lines", 0, "exception"), "z"),
        (("lines", 0, "image"), "javascript:alert(1)"),
        (("lines", 0, "weight_g"), 2**31),
        (("lines", 0, "weight_g"), 0.5),
        (("lines", 0, "tax", "rate"), 0.21),
        (("lines", 0, "tax", "rate"), "21%"),
        (("lines", 0, "tax", "rate"), "1e5"),
        (("lines", 0, "tax", "rate"), "-0.1"),
        (("parcels", 0, "lines"), []),
        (("parcels", 0, "lines", 0, "quantity"), 0),
        (("parcels", 0, "carrier"), "x" * 51),
        (("parcels", 0, "tracking_number"), "x" * 61),
        (("parcels", 0, "possession_at"), "soon"),
        (("payments", 0, "reference"), ""),
        (("payments", 0, "currency"), "???"),
        (("notice_given_at",), "never"),
    ],
    ids=lambda value: field(value) if isinstance(value, tuple) else repr(value)[:20],
)
def test_an_order_that_does_not_fit_the_schema_names_the_field(shop, path, value):
    answer = shop.put("/orders/A-1001", changed(order_body(), path, value))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid")
    assert [name for name in error["fields"] if name.startswith(field(path))]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"lines": [*order_body()["lines"], *order_body()["lines"]]}, "body"),
        ({"payments": [*order_body()["payments"], *order_body()["payments"]]}, "body"),
        ({"payments": [order_body()["payments"][0] | {"currency": "USD"}]}, "body"),
        ({"discounts": [{"amount": 30001}]}, "body"),
        ({"lines": [order_body()["lines"][0] | {"discount": 30001}]}, "lines.0"),
        ({"lines": [order_body()["lines"][0] | {"quantity": 10**9, "unit_price": 10**15}]}, "body"),
        ({"parcels": [{"lines": [{"id": "9", "quantity": 1}]}]}, "body"),
        ({"parcels": [{"lines": [{"id": "1", "quantity": 1}] * 2}]}, "parcels.0"),
    ],
)
def test_an_order_that_does_not_hold_together_is_refused(shop, changes, place):
    answer = shop.put("/orders/A-1001", order_body(**changes))
    assert (answer.status_code, [*answer.json()["error"]["fields"]]) == (400, [place])
    assert not Order.objects.exists()


def test_every_exception_of_the_law_is_taken_and_no_other(shop):
    for letter in EXCEPTIONS:
        body = changed(order_body(payments=[]), ("lines", 0, "exception"), letter)
        assert shop.put(f"/orders/{letter}", body | {"number": letter}).status_code == 201


def test_the_largest_order_that_fits_is_kept_and_returned(shop):
    promised(None)
    line = order_body()["lines"][0] | {"quantity": 10**9, "unit_price": 10**6, "tax": None}
    shop.put("/orders/A-1001", order_body(lines=[line], discounts=[], shipping={}, parcels=[], payments=[]))
    rma = shop.post("/returns", changed(RETURN, ("items", 0, "quantity"), 10**9))
    assert (rma.status_code, rma.json()["estimate"]["goods"]) == (201, 10**15)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status",), "lost"),
        (("status",), "labelled"),
        (("at",), "today"),
        (("carrier",), ""),
        (("carrier",), None),
        (("tracking_number",), "x" * 61),
        (("tracking_number",), "a\0b"),
    ],
)
def test_news_that_does_not_fit_is_refused(shop, rma, path, value):
    answer = shop.post(f"/returns/{rma.number}/parcels", changed(NEWS, path, value))
    assert (answer.status_code, [*answer.json()["error"]["fields"]]) == (400, [field(path)])
    assert ReturnParcel.objects.count() == 1


@pytest.mark.parametrize("path", ["grade", "disposition"])
def test_a_count_has_known_grades_and_dispositions(shop, rma, path):
    answer = shop.post(f"/returns/{rma.number}/receipts", changed(RECEIPT, ("lines", 0, path), "superb"))
    assert answer.status_code == 400
    assert {name.rsplit(".", 1)[0] for name in answer.json()["error"]["fields"]} == {f"lines.0.{path}"}


# --- bodies that are none -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"A-1001"', 400),
        (b"\xff\xfe", 400),
        (b"{'order': 1}", 400),
        (b'{"order": NaN, "items": []}', 400),
        (b'{"order": "A-1001", "items": -Infinity}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"1" * 5_000, 400),
        (b" " * 3_000_000, 413),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_body_that_is_no_order_is_refused_in_json(shop, body, status):
    for method, path in (("PUT", "/orders/A-1001"), ("POST", "/returns"), ("POST", "/returns/preview")):
        answer = shop.client.generic(
            method, "/api/v1" + path, body, "application/json", headers={"idempotency-key": "k"}
        )
        assert answer.status_code == status
        assert {*answer.json()["error"]} == {"code", "message", "fields"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_is_not_said_to_be_json_is_refused(shop, content_type):
    body = json.dumps(order_body()).encode()
    answer = shop.client.generic("PUT", "/api/v1/orders/A-1001", body, content_type)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/v2/orders", 404),
        ("POST", "/api/v1/refunds", 404),
        ("GET", "/api/v1/returns/", 404),
        ("DELETE", "/api/v1/orders/A-1001", 405),
        ("POST", "/api/v1/orders/A-1001", 405),
        ("PATCH", "/api/v1/returns", 405),
        ("HEAD", "/api/v1/returns", 405),
        ("OPTIONS", "/api/v1/events", 405),
        ("TRACE", "/api/v1/events", 405),
    ],
)
def test_an_unknown_address_or_method_is_refused_in_json(client, method, path, status):
    answer = client.generic(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    if method != "HEAD":
        assert answer.json()["error"]["code"] == ("not_found" if status == 404 else "method_not_allowed")
    if status == 405:
        assert answer["Allow"]


def test_what_breaks_on_our_side_is_said_in_json_and_tells_nothing(shop, monkeypatch, caplog):
    def breaks(*_args, **_kwargs):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("returns.actions.requests.preview", breaks)
    bought()
    answer = shop.post("/returns/preview", RETURN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
    assert "hunter2" not in answer.content.decode()
    assert "hunter2" in caplog.text


# --- at random ----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**65)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["1", "2", "A-1001", "too_small", "refund", "EUR", "\0", "in_transit", "2026-11-10T12:30:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(body, path=()):
    """Every place of a body, the whole included."""
    yield path
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


@st.composite
def nearly(draw, body):
    """A body in which one or two places hold anything at all."""
    for _time in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([*places(body)]))
        value = draw(JSON)
        body = changed(body, path, value) if path else value
    return body


FUZZ = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/orders/A-1001", order_body()),
        ("POST", "/returns/preview", RETURN),
        ("POST", "/returns", RETURN),
        ("POST", "/returns/NUMBER/parcels", NEWS),
        ("POST", "/returns/NUMBER/receipts", RECEIPT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_body_breaks_a_call(shop, rma, method, path, body):
    @FUZZ
    @given(nearly(body))
    def answered(sent):
        answer = shop.client.generic(
            method,
            "/api/v1" + path.replace("NUMBER", rma.number),
            json.dumps(sent).encode(),
            "application/json",
            headers={"idempotency-key": str(Event.objects.count())},
        )
        assert answer.status_code < 500
        assert answer.status_code < 400 or {*answer.json()["error"]} == {"code", "message", "fields"}

    answered()


@FUZZ
@given(path=st.text(max_size=30), query=st.text(max_size=30))
def test_no_address_breaks_a_call(shop, path, query):
    for start in ("/orders/", "/returns/", "/refunds/", "/"):
        asked_for = {"cursor": query, "order": query, "after": query}
        answer = shop.client.get(f"/api/v1{start}{quote(path)}", asked_for)
        assert answer.status_code < 500
