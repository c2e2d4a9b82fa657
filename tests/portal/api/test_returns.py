"""Returns by the API: previewed, opened, listed, sent, received."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returns.actions.requests import Wish
from returns.models import RMA, Event, Policy, Receipt, Refund, ReturnParcel
from tests.people import NOW, asked, bought, jana_order, promised

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today", "_promise")]

TO_MEASURE = replace(jana_order().lines[1], exception="c")  # excepted from withdrawal: an agent is asked
SHIRT = {"line": "1", "quantity": 1, "reason": "too_small", "resolution": "refund"}
MUG = {"line": "2", "quantity": 1, "reason": "changed_mind", "resolution": "refund"}


@pytest.fixture
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def _promise(db):
    promised(30)


# --- preview ------------------------------------------------------------------------------------


def test_a_preview_tells_verdict_and_money_and_writes_nothing(shop):
    bought()
    answer = shop.post("/returns/preview", {"order": "A-1001", "items": [{"line": "1", "quantity": 2}]}, once="")
    assert answer.status_code == 200
    assert answer.json() == {
        "order": "A-1001",
        "items": [
            {
                "line": "1",
                "quantity": 2,
                "reason": "",
                "reason_codes": None,
                "legal_path": "withdrawal",
                "resolution": "refund",
                "resolutions": ["refund"],
                "credit_bonus": 0,
                "verdict": {
                    "answer": "accept",
                    "reasons": [],
                    "statutory_until": "2026-11-23",
                    "policy_until": "2026-12-07",
                    "until": "2026-12-07",
                    "policy": {"id": "standard", "version": 1},
                },
                "estimate": {"goods": 19344, "shipping": 0, "fees": 0, "total": 19344, "currency": "EUR"},
            }
        ],
        "estimate": {"goods": 19344, "shipping": 0, "fees": 0, "total": 19344, "currency": "EUR"},
        "refund_by": "2026-11-24",
    }
    assert not RMA.objects.exists()


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "This item has not been delivered yet."), ("tlh", "This item has not been delivered yet.")],
)
def test_a_reason_is_told_in_the_language_asked_for(program, language, text):
    bought(jana_order(delivered=None))
    asking = program(language=language)
    answer = asking.post("/returns/preview", {"order": "A-1001", "items": [SHIRT]})
    [reason] = answer.json()["items"][0]["verdict"]["reasons"][:1]
    assert reason == {"code": "not_delivered", "values": {"units": 1, "delivered": 0}, "text": text}


def test_what_a_preview_shows_is_what_a_return_gets(shop):
    bought()
    body = {"order": "A-1001", "items": [SHIRT, MUG]}
    preview = shop.post("/returns/preview", body).json()
    opened = shop.post("/returns", body).json()
    assert opened["refund_by"] == preview["refund_by"]
    assert opened["estimate"] == preview["estimate"]
    for seen, got in zip(preview["items"], opened["items"], strict=True):
        assert seen.pop("resolutions") == ["refund"]  # what may be chosen is over once it is
        assert {name: got[name] for name in seen} == seen


# --- opening ------------------------------------------------------------------------------------


def test_a_return_is_opened_with_number_state_verdict_actions_and_links(shop):
    bought()
    answer = shop.post("/returns", {"order": "A-1001", "items": [SHIRT | {"note": "Sleeves"}]})
    assert answer.status_code == 201
    rma = RMA.objects.get()
    here = f"http://127.0.0.1:8000/api/v1/returns/{rma.number}"
    assert answer.json() == {
        "number": rma.number,
        "state": "label_ready",
        "order": "A-1001",
        "locale": "cs",
        "channel": "api",
        "items": [
            SHIRT
            | {
                "note": "Sleeves",
                "reason_codes": {"shopify": "SIZE_TOO_SMALL", "x12": "PF"},
                "legal_path": "withdrawal",
                "credit_bonus": 0,
                "state": "accepted",
                "verdict": {
                    "answer": "accept",
                    "reasons": [],
                    "statutory_until": "2026-11-23",
                    "policy_until": "2026-12-07",
                    "until": "2026-12-07",
                    "policy": {"id": "standard", "version": 1},
                },
                "estimate": {"goods": 9672, "shipping": 0, "fees": 0, "total": 9672, "currency": "EUR"},
            }
        ],
        "estimate": {"goods": 9672, "shipping": 0, "fees": 0, "total": 9672, "currency": "EUR"},
        "parcels": [
            {"tracking_number": rma.number, "carrier": "own", "status": "labelled", "at": "2026-11-10T12:00:00Z"}
        ],
        "receipts": [],
        "refunds": [],
        "refund_by": "2026-11-24",
        "actions": ["cancellation", "label", "parcels", "receipts"],
        "answer_by": None,
        "approved_at": "2026-11-10T12:00:00Z",
        "created_at": "2026-11-10T12:00:00Z",
        "updated_at": "2026-11-10T12:00:00Z",
        "links": {
            "self": here,
            "order": "http://127.0.0.1:8000/api/v1/orders/A-1001",
            "label": f"{here}/label",
            "refunds": f"{here}/refunds",
        },
    }
    assert shop.get(f"/returns/{rma.number}").json() == answer.json()
    assert Event.objects.get(kind="rma.requested").actor.label == "Shop system"


def test_one_item_that_waits_is_shown_as_in_review_while_the_other_goes_on(shop):
    bought(jana_order(lines=(jana_order().lines[0], TO_MEASURE)))
    rma = shop.post("/returns", {"order": "A-1001", "items": [SHIRT, MUG]}).json()
    assert rma["state"] == "in_review"
    assert [item["state"] for item in rma["items"]] == ["accepted", "referred"]
    assert rma["actions"] == ["approval", "rejection", "cancellation", "label", "parcels", "receipts"]
    assert rma["answer_by"] == "2026-11-11T12:00:00Z"


@pytest.mark.parametrize(
    ("items", "status", "code", "field"),
    [
        ([SHIRT | {"quantity": 4}], 409, "quantity_too_many", "1"),
        ([SHIRT | {"line": "9"}], 400, "line_unknown", "9"),
        ([SHIRT, SHIRT], 400, "line_twice", "1"),
        ([SHIRT | {"reason": "no_such_reason"}], 400, "reason_unknown", "1"),
        ([MUG | {"reason": "too_small"}], 400, "reason_unsuitable", "2"),
        ([SHIRT | {"resolution": "exchange"}], 400, "resolution_unknown", "1"),
        ([SHIRT, MUG | {"resolution": "credit"}], 400, "resolution_not_offered", "2"),
    ],
)
def test_what_cannot_be_returned_is_said_and_nothing_is_written(shop, items, status, code, field):
    bought()
    for path in ("/returns", "/returns/preview"):
        answer = shop.post(path, {"order": "A-1001", "items": items})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], [*error["fields"]]) == (status, code, [field])
        assert error["message"] == error["fields"][field]
    assert not RMA.objects.exists()


def test_what_is_offered_is_told_and_the_bonus_of_what_is_chosen(shop):
    offers = {"resolutions": ["credit", "keep"], "credit_bonus_percent": 5, "keep_up_to": 10_000, "currency": "EUR"}
    Policy.objects.update(**offers)
    bought()
    body = {"order": "A-1001", "items": [SHIRT | {"resolution": "credit"}]}
    (previewed,) = shop.post("/returns/preview", body).json()["items"]
    assert (previewed["resolutions"], previewed["credit_bonus"]) == (["refund", "credit", "keep"], 483)
    (opened,) = shop.post("/returns", body).json()["items"]
    assert (opened["resolution"], opened["credit_bonus"], opened["estimate"]) == ("credit", 483, previewed["estimate"])


@pytest.mark.parametrize("missing", ["reason", "resolution"])
def test_reason_and_resolution_may_be_left_out_in_a_preview_alone(shop, missing):
    bought()
    item = {name: value for name, value in SHIRT.items() if name != missing}
    body = {"order": "A-1001", "items": [item]}
    assert shop.post("/returns/preview", body).status_code == 200
    refused = shop.post("/returns", body)
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"] == {f"items.0.{missing}": "Field required"}


def test_W4_a_return_may_be_opened_without_saying_why(shop):
    bought()
    answer = shop.post("/returns", {"order": "A-1001", "items": [SHIRT | {"reason": ""}]})
    assert answer.status_code == 201
    (item,) = answer.json()["items"]
    assert (item["reason"], item["verdict"]["answer"], item["verdict"]["statutory_until"]) == (
        "",
        "accept",
        "2026-11-23",
    )


def test_an_unknown_order_is_not_found(shop):
    for path in ("/returns", "/returns/preview"):
        assert shop.post(path, {"order": "A-9", "items": [SHIRT]}).status_code == 404


def test_server_values_win_over_those_in_the_body(shop):
    bought()
    mine = {"share": 1, "state": "closed", "estimate": {"goods": 1}, "id": 7, "approved_by": "me"}
    rma = shop.post("/returns", mine | {"order": "A-1001", "number": "X", "items": [SHIRT | mine]}).json()
    assert (rma["state"], rma["estimate"]["goods"]) == ("label_ready", 9672)
    assert rma["number"] == RMA.objects.get().number


# --- one and many -------------------------------------------------------------------------------


def test_a_number_is_read_as_people_write_it(shop):
    rma = asked(bought())
    assert shop.get(f"/returns/{rma.number.lower().replace('-', ' ')}").json()["number"] == rma.number


@pytest.mark.parametrize("number", ["R7F3-K2QX-1", "nonsense", "1", "%00", "..", "💥"])
def test_an_unknown_return_is_not_found(shop, number):
    for path in (f"/returns/{number}", f"/returns/{number}/label", f"/returns/{number}/refunds"):
        assert shop.get(path).status_code == 404
    receipt = {"lines": [{"line": "1", "fine": 1}]}
    assert shop.post(f"/returns/{number}/receipts", receipt).status_code == 404


def test_a_list_is_paged_newest_first_and_stays_right_while_returns_are_added(shop):
    order = bought(jana_order(lines=(jana_order().lines[0],)))
    returns = [asked(order, at=NOW + timedelta(minutes=minute // 2)) for minute in range(3)]
    first = shop.get("/returns", limit=2).json()
    assert [rma["number"] for rma in first["data"]] == [returns[2].number, returns[1].number]
    asked(bought(jana_order("A-1002")), at=NOW + timedelta(hours=1))
    second = shop.get("/returns", limit=2, cursor=first["next_cursor"]).json()
    assert [rma["number"] for rma in second["data"]] == [returns[0].number]
    assert second["next_cursor"] is None


def test_a_list_may_be_narrowed_by_state_order_and_change(shop):
    old = asked(bought(), at=NOW)
    new = asked(bought(jana_order("A-1002", delivered=None)), at=NOW + timedelta(hours=2))

    def numbers(**query):
        return [rma["number"] for rma in shop.get("/returns", **query).json()["data"]]

    assert numbers(state="in_review") == [new.number]
    assert numbers(state="label_ready") == [old.number]
    assert numbers(state="closed") == []
    assert numbers(order="A-1001") == [old.number]
    assert numbers(updated_since="2026-11-10T14:00:00+01:00") == [new.number]
    assert numbers(order="A-1001", state="in_review") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "sleeping"}, "state"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "MjAyNi0xMS0xMFQxMjowMDowMCAx"}, "cursor"),
        ({"cursor": "MjAyNi0xMS0xMFQxMjowMDowMCswMDowMCA5OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"updated_since": "2026-11-10"}, "updated_since"),
        ({"updated_since": "0001-01-01T00:00:00+14:00"}, "updated_since"),
        ({"order": "a\0b"}, "order"),
        ({"status": "closed"}, "status"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_by_name(shop, query, field):
    answer = shop.get("/returns", **query)
    assert (answer.status_code, [*answer.json()["error"]["fields"]]) == (400, [field])


@pytest.mark.parametrize("returns", [1, 3])
def test_a_list_takes_the_same_statements_however_many_returns(shop, returns, django_assert_num_queries):
    for number in range(returns):
        rma = asked(bought(jana_order(f"A-{number}")), Wish("1", 2, "too_small"), Wish("2", 1, "changed_mind"))
        shop.post(f"/returns/{rma.number}/receipts", {"lines": [{"line": "1", "fine": 1}, {"line": "2", "extra": 1}]})
    with django_assert_num_queries(10):
        assert len(shop.get("/returns").json()["data"]) == returns


# --- the way back -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "media_type", "start"),
    [
        ("a4", "application/pdf", b"%PDF"),
        ("a6", "application/pdf", b"%PDF"),
        ("4x6", "application/pdf", b"%PDF"),
        ("letter", "application/pdf", b"%PDF"),
        ("qr", "image/png", b"\x89PNG"),
    ],
)
def test_a_label_comes_in_every_format(shop, format, media_type, start):
    rma = asked(bought())
    answer = shop.get(f"/returns/{rma.number}/label", format=format)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, media_type, "no-store")
    assert answer.content.startswith(start)


def test_a_label_that_is_not_to_be_had_is_refused_in_json(shop):
    rma = asked(bought(jana_order(delivered=None)))
    refused = shop.get(f"/returns/{rma.number}/label")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "rma_not_sendable")
    assert shop.get(f"/returns/{rma.number}/label", format="a5").status_code == 400


def test_a_carrier_s_news_moves_the_return_and_old_news_changes_nothing(shop):
    rma = asked(bought())
    news = {"tracking_number": "Z-1", "carrier": "ppl", "status": "in_transit", "at": "2026-11-10T12:30:00Z"}
    answer = shop.post(f"/returns/{rma.number}/parcels", news)
    assert (answer.status_code, answer.json()) == (200, news)
    assert shop.get(f"/returns/{rma.number}").json()["state"] == "in_transit"
    stale = shop.post(f"/returns/{rma.number}/parcels", news | {"status": "available", "at": "2026-11-10T11:00:00Z"})
    assert stale.json() == news
    assert ReturnParcel.objects.get(tracking_number="Z-1").status == "in_transit"


def test_a_return_that_waits_for_an_agent_takes_no_parcels_and_no_receipts(shop):
    rma = asked(bought(jana_order(delivered=None)))
    news = {"tracking_number": "Z-1", "carrier": "ppl", "status": "in_transit", "at": "2026-11-10T12:30:00Z"}
    refused = shop.post(f"/returns/{rma.number}/parcels", news)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "rma_not_sendable")
    refused = shop.post(f"/returns/{rma.number}/receipts", {"lines": [{"line": "1", "fine": 1}]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "rma_not_receivable")
    assert not Receipt.objects.exists()


def test_what_arrives_is_refunded_and_what_is_above_the_request_is_extra(shop):
    rma = asked(bought(), Wish("1", 2, "too_small"))
    counted = {"line": "1", "fine": 3, "grade": "B", "disposition": "restock", "note": "one more"}
    answer = shop.post(f"/returns/{rma.number}/receipts", {"lines": [counted], "note": "Cage 4"})
    assert answer.status_code == 201
    assert answer.json() == {
        "number": 1,
        "received_at": "2026-11-10T12:00:00Z",
        "note": "Cage 4",
        "lines": [
            {
                "line": "1",
                "fine": 2,
                "damaged": 0,
                "missing": 0,
                "wrong": 0,
                "extra": 1,
                "grade": "B",
                "disposition": "restock",
                "note": "one more",
            }
        ],
    }
    whole = shop.get(f"/returns/{rma.number}").json()
    assert (whole["state"], whole["receipts"]) == ("refund_due", [answer.json()])
    refund = Refund.objects.get()
    assert whole["refunds"] == [refund.public_id]
    [told] = shop.get(f"/returns/{rma.number}/refunds").json()["data"]
    assert told == {
        "id": refund.public_id,
        "state": "due",
        "originator": "rma",
        "order": "A-1001",
        "return": rma.number,
        "receipt": 1,
        "amount": 19344,
        "currency": "EUR",
        "lines": [{"kind": "goods", "line": "1", "amount": 19344}],
        "payment": {"gateway": "stripe", "reference": "pi_A-1001"},
        "credit": False,
        "bonus": 0,
        "gateway_id": None,
        "failure_reason": "",
        "decided_at": "2026-11-10T12:00:00Z",
        "updated_at": "2026-11-10T12:00:00Z",
        "links": {"self": f"http://127.0.0.1:8000/api/v1/refunds/{refund.public_id}"},
    }
    assert shop.get(f"/refunds/{refund.public_id}").json() == told
    assert shop.get("/refunds/0123456789abcdef01234567").status_code == 404


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([{"line": "1"}], "nothing_counted"),
        ([{"line": "9", "fine": 1}], "line_unknown"),
        ([{"line": "1", "fine": 1}, {"line": "1", "fine": 1}], "line_twice"),
    ],
)
def test_a_count_that_cannot_be_is_refused(shop, lines, code):
    rma = asked(bought())
    refused = shop.post(f"/returns/{rma.number}/receipts", {"lines": lines})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert not Receipt.objects.exists()


# --- how much it costs --------------------------------------------------------------------------


def test_a_request_takes_fifteen_statements_however_many_items(shop):
    bought()
    with statements() as one:
        assert shop.post("/returns", {"order": "A-1001", "items": [SHIRT]}).status_code == 201
    assert len(one) == 15
    with statements() as two:
        assert shop.post("/returns", {"order": "A-1001", "items": [SHIRT, MUG]}).status_code == 201
    assert len(two) == 15


def test_a_receipt_takes_sixteen_statements_however_many_lines(shop):
    rma = asked(bought(), Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))
    lines = [{"line": "1", "fine": 1}, {"line": "2", "fine": 1}]
    with statements() as asked_of_us:
        assert shop.post(f"/returns/{rma.number}/receipts", {"lines": lines}).status_code == 201
    assert len(asked_of_us) == 16


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked, without the marks of transactions."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
