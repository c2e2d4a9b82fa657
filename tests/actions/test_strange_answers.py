"""What nobody has seen before is a doubt, never a failure; a person reads it at once, and nothing else waits for it."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from django.db.models import Model

from returns.actions import breaks, provider, reconciling, sending
from returns.gateways.stripe import connect
from returns.importing.data import PaymentData
from returns.models import Break, Dispute, GatewayEvent, Letter, Payment, Reconciled, Refund, RefundState
from tests.actions.refunding import news, now_of
from tests.people import NOW, bought, jana_order

pytestmark = pytest.mark.django_db

A_REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 9_672,
    "currency": "eur",
    "status": "succeeded",
    "payment_intent": "pi_A-1001",
    "charge": "ch_1",
    "metadata": {},
}
A_DISPUTE = {
    "id": "dp_1",
    "object": "dispute",
    "status": "needs_response",
    "reason": "general",
    "amount": 29_990,
    "currency": "eur",
    "balance_transactions": [],
    "is_charge_refundable": False,
    "payment_intent": "pi_A-1001",
    "charge": "ch_1",
    "created": int(NOW.timestamp()),
}
AN_EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "refund.updated",
    "livemode": False,
    "data": {"object": {"id": "re_1"}},
}


class Strange:
    """A provider that answers every POST, and every GET of an object in none of its lists, with the same."""

    def __init__(self) -> None:
        self.answer: tuple[int, str] = (200, "")
        self.lists: dict[str, list[Any]] = {}  # by the kind of object, newest first
        answering = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._say(*answering.answer)

            def do_GET(self) -> None:
                kind, _, name = self.path.partition("?")[0].removeprefix("/v1/").partition("/")
                rows = answering.lists.get(kind, [])
                if found := [row for row in rows if row["id"] == name]:
                    self._say(200, json.dumps(found[0]))
                elif name:
                    self._say(*answering.answer)
                else:
                    listed = {"object": "list", "data": rows, "has_more": False, "url": "/v1/x"}
                    self._say(200, json.dumps(listed))

            def _say(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_told: Any) -> None:
                """Nothing: the terminal is the test's."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.gateway = connect("sk_test_x", f"http://127.0.0.1:{self.server.server_port}")

    def says(self, status: int, body: object) -> None:
        self.answer = status, body if isinstance(body, str) else json.dumps(body)


@pytest.fixture
def strange() -> Iterator[Strange]:
    made = Strange()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _error(**told: str) -> dict[str, dict[str, str]]:
    return {"error": {"message": "Please wait.", **told}}


READ_BY_NOBODY = {
    "a code of tomorrow's": (400, _error(type="invalid_request_error", code="refund_in_review")),
    "no code": (400, _error(type="invalid_request_error")),
    "a card's new trouble": (402, _error(type="card_error", code="brand_new")),
    "words of no provider": (404, _error()),
    "no status": (200, {name: told for name, told in A_REFUND.items() if name != "status"}),
    "no state": (200, A_REFUND | {"status": None}),
    "no currency": (200, {name: told for name, told in A_REFUND.items() if name != "currency"}),
    "an amount in words": (200, A_REFUND | {"amount": "9672"}),
    "no name": (200, A_REFUND | {"id": None}),
    "a name that our columns cannot hold": (200, A_REFUND | {"id": "re_" + "1" * 98}),
    "a name with a line's end": (200, A_REFUND | {"id": "re_1\n"}),
    "another object": (202, {"id": "rfr_1", "object": "refund_request"}),
}
NO_WORDS = {
    "a redirection": (302, ""),
    "a teapot": (418, _error(type="teapot")),
    "locked": (423, _error(type="api_error")),
    "nothing": (200, ""),
    "a page": (200, "<html>"),
    "an error without words": (400, {}),
}


@pytest.mark.parametrize("name", READ_BY_NOBODY)
def test_words_that_nobody_knows_stop_the_refund_until_a_person_has_read_them(refund, strange, name):
    strange.says(*READ_BY_NOBODY[name])
    assert sending.send_next(strange.gateway, at=NOW) is True
    told = Break.objects.get()
    assert (now_of(refund).state, told.kind) == (RefundState.UNCERTAIN, "unknown_answer")
    assert told.values["answer"]
    assert sending.send_next(strange.gateway, at=NOW + timedelta(days=1)) is False
    assert not Letter.objects.filter(kind="refund_failed").exists()


@pytest.mark.parametrize("name", NO_WORDS)
def test_what_are_no_words_of_the_providers_is_silence(refund, strange, name):
    strange.says(*NO_WORDS[name])
    sending.send_next(strange.gateway, at=NOW)
    assert now_of(refund).state == RefundState.UNCERTAIN
    breaks.look_around(at=NOW + timedelta(hours=2))
    assert Break.objects.get().kind == "stuck"


def test_a_state_of_tomorrows_is_told_at_once(refund, strange):
    strange.says(200, A_REFUND | {"status": "reversed"})
    sending.send_next(strange.gateway, at=NOW)
    assert (now_of(refund).state, Break.objects.get().kind) == (RefundState.UNCERTAIN, "unknown_status")


def test_a_person_who_has_read_them_lets_it_be_looked_for_and_sent_again(refund, strange, mona):
    strange.says(*READ_BY_NOBODY["no code"])
    sending.send_next(strange.gateway, at=NOW)
    breaks.close(Break.objects.get().pk, note="It is not there.", by=mona, at=NOW)
    strange.says(200, A_REFUND)
    assert sending.send_next(strange.gateway, at=NOW + timedelta(hours=1)) is True
    assert now_of(refund).state == RefundState.SUCCEEDED


def test_what_became_clear_by_itself_waits_for_nobody(refund, strange):
    strange.says(*READ_BY_NOBODY["no state"])
    sending.send_next(strange.gateway, at=NOW)
    strange.says(200, A_REFUND | {"metadata": {"portal_refund_id": refund.public_id}})
    news("re_1")
    provider.work_next_event(strange.gateway, at=NOW)
    breaks.look_around(at=NOW)
    assert (now_of(refund).state, Break.objects.open().count()) == (RefundState.SUCCEEDED, 0)


def test_an_event_about_an_object_that_cannot_be_read_is_tried_and_then_told(refund, strange):
    strange.says(*READ_BY_NOBODY["another object"])
    event = news("re_1")
    for minute in range(30):
        provider.work_next_event(strange.gateway, at=NOW + timedelta(minutes=minute))
    event.refresh_from_db()
    assert event.tries == 5
    breaks.look_around(at=NOW + timedelta(hours=1))
    assert Break.objects.get().kind == "dead_event"


# --- in a list of the whole account -----------------------------------------------------------------

ODD: tuple[object, ...] = (None, "", 0, -500, 1.5, 10**30, "x" * 200, "\x00", [], {}, True)


def odd_rows(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The row with each of its values gone, or of another kind; each with a name of its own."""
    number = count()
    for name in row.keys() - {"id"}:
        yield {one: told for one, told in row.items() if one != name} | {"id": f"odd_{next(number)}"}
        yield from ({**row, name: value, "id": f"odd_{next(number)}"} for value in ODD)


def looked_everywhere(strange: Strange) -> None:
    reconciling.catch_up(strange.gateway, at=NOW)
    reconciling.compare_by_night(strange.gateway, at=NOW)
    levels = Reconciled.objects.filter(through=NOW).values_list("level", flat=True)
    assert set(levels) == {"events", "refunds", "disputes"}


LISTED: dict[str, tuple[dict[str, Any], type[Model], str]] = {
    "refunds": (A_REFUND | {"amount": 1}, Refund, "gateway_id"),
    "disputes": (A_DISPUTE, Dispute, "gateway_id"),
    "events": (AN_EVENT, GatewayEvent, "id"),
}


@pytest.mark.parametrize("kind", LISTED)
def test_whatever_a_row_looks_like_it_hides_none_of_the_others(refund, strange, kind):
    """Nor does it end a look at the account, nor is it more than our books can hold."""
    row, model, name = LISTED[kind]
    strange.lists = {kind: [*odd_rows(row), row | {"id": "good"}]}
    looked_everywhere(strange)
    assert model._default_manager.filter(**{name: "good"}).exists()
    assert Break.objects.filter(kind="unreadable").exists()


@pytest.mark.parametrize("kind", ["refunds", "disputes"])
def test_a_row_about_a_payment_of_ours_stops_its_refunds_until_a_manager_has_looked(refund, strange, mona, kind):
    row, model, _name = LISTED[kind]
    strange.lists = {kind: [row | {"currency": None}]}
    looked_everywhere(strange)
    told = Break.objects.get()
    assert (told.kind, told.subject, told.payment, model._default_manager.count()) == (
        "unreadable",
        row["id"],
        refund.payment,
        int(model is Refund),
    )
    strange.says(200, A_REFUND)
    assert sending.send_next(strange.gateway, at=NOW) is False
    breaks.close(told.pk, note="It was a gift card.", by=mona, at=NOW)
    looked_everywhere(strange)
    assert not Break.objects.open().exists()
    assert sending.send_next(strange.gateway, at=NOW) is True


def test_a_row_about_a_refund_of_ours_is_told_beside_it(refund, strange):
    ours = {"portal_refund_id": refund.public_id}
    strange.lists = {"refunds": [A_REFUND | {"amount": None, "metadata": ours, "payment_intent": None}]}
    looked_everywhere(strange)
    assert Break.objects.get().refund == refund


def test_rows_that_hide_their_names_are_told_by_what_they_are_about(refund, strange):
    bought(jana_order("A-1002"))
    nameless = [A_REFUND | {"id": None, "payment_intent": f"pi_A-100{number}"} for number in (1, 2)]
    strange.lists = {"refunds": nameless}
    looked_everywhere(strange)
    assert Break.objects.stopping().count() == 2


def test_a_row_that_names_a_charge_alone_is_about_the_payment_that_is_known_by_it(refund, strange):
    bought(jana_order("A-1002", payments=(PaymentData("ch_2", 29_990, "EUR"),)))
    strange.lists = {"refunds": [A_REFUND | {"amount": None, "payment_intent": None, "charge": "ch_2"}]}
    looked_everywhere(strange)
    assert Break.objects.get().payment == Payment.objects.get(reference="ch_2")


def test_a_row_about_a_payment_of_another_shop_is_nobodys(refund, strange):
    strange.lists = {"refunds": [A_REFUND | {"amount": None, "payment_intent": "pi_other", "charge": "ch_other"}]}
    looked_everywhere(strange)
    assert not Break.objects.exists()


def test_one_of_ours_that_cannot_be_read_hides_nothing_that_the_night_compares(refund, strange):
    strange.says(200, A_REFUND | {"metadata": {"portal_refund_id": refund.public_id}})
    sending.send_next(strange.gateway, at=NOW)
    strange.says(200, A_REFUND | {"status": None})
    strange.lists = {"refunds": [A_REFUND | {"status": None}]}
    looked_everywhere(strange)
    assert (Break.objects.get().kind, now_of(refund).state) == ("unreadable", RefundState.SUCCEEDED)
