"""The stand-in as a program: its file, its end, its bulk load and its door."""

import http.client
import json
import os
import signal
import subprocess
import sys
from subprocess import PIPE
from urllib.parse import urlsplit

import pytest
import stripe

from returns.gateways.standin.process import ROOT, running

from .conftest import client_of, pay

PLAN = "pending>failed@60"


def started(*options):
    command = [sys.executable, "-m", "returns.gateways.standin", *options]
    return subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)


def refused(*options):
    """The exit code and what was said of a start that fails."""
    with started(*options) as child:
        said, why = child.communicate(timeout=10)
    return child.returncode, said, why


def test_the_books_the_keys_the_clock_and_the_plans_outlive_a_restart(tmp_path):
    state = tmp_path / "standin.sqlite3"
    with running(state=state) as standin:
        client = client_of(standin)
        charge = pay(client, method="pm_card_pendingRefund").latest_charge.id
        standin.advance(7200)
        refund = client.v1.refunds.create({"charge": charge, "amount": 4000}, {"idempotency_key": "r-1-1"})
        before = standin.books()

    with running(state=state) as standin:
        client = client_of(standin)
        assert standin.books() == before
        again = client.v1.refunds.create({"charge": charge, "amount": 4000}, {"idempotency_key": "r-1-1"})
        assert (again.id, again.created) == (refund.id, refund.created)
        standin.advance(60)
        settled = client.v1.refunds.retrieve(refund.id)
        assert settled.status == "succeeded"
        assert client.v1.events.list({"type": "refund.updated"}).data[0].created >= refund.created + 60
        assert [row.id for row in client.v1.refunds.list({"charge": charge})] == [refund.id]


def test_what_was_dropped_stays_away_after_a_restart(tmp_path):
    state = tmp_path / "standin.sqlite3"
    with running(state=state) as standin:
        client = client_of(standin)
        charge = standin.load([{"amount": 100, "currency": "eur", "metadata": {"standin_refund": PLAN}}])[0]["charge"]
        refund = client.v1.refunds.create({"charge": charge}).id
        standin.settle(refund, "succeeded")

    with running(state=state) as standin:
        standin.advance(60)
        assert client_of(standin).v1.refunds.retrieve(refund).status == "succeeded"


def test_what_was_answered_outlives_a_kill(tmp_path):
    state = tmp_path / "standin.sqlite3"
    with running(state=state) as standin:
        charge = pay(client_of(standin)).latest_charge.id
        client_of(standin).v1.refunds.create({"charge": charge, "amount": 4000})
        os.kill(standin.pid, signal.SIGKILL)

    with running(state=state) as standin:
        assert standin.books()["currencies"]["eur"]["refunded"] == 4000


def test_two_cannot_keep_the_same_file(tmp_path):
    state = tmp_path / "standin.sqlite3"
    with running(state=state):
        assert refused("--state", str(state)) == (1, "", "The stand-in cannot start: database is locked\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number):
    with started() as child:
        url = child.stdout.readline()
        child.send_signal(number)
        rest, errors = child.communicate(timeout=10)

    assert url.startswith("http://127.0.0.1:")
    assert (child.returncode, rest, errors) == (0, "", "")


def test_it_ends_with_the_process_that_started_it():
    with started("--until-stdin-closes") as child:
        child.stdout.readline()
        child.stdin.close()
        assert child.wait(timeout=10) == 0


def test_webhooks_need_a_secret():
    code, _, why = refused("--webhook-url", "http://127.0.0.1:1/")

    assert code == 2
    assert why.endswith("--webhook-url needs a --webhook-secret that begins with whsec_\n")


def test_it_imports_nothing_but_the_standard_library():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import standin.__main__, standin.process;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names"
        " - {'__main__', '__mp_main__', 'standin'}))"
    )
    folder = str(ROOT / "returns" / "gateways")
    command = [sys.executable, "-I", "-S", "-c", program, folder]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ended.stdout == "[]\n"


def test_many_orders_are_loaded_at_once_and_make_no_events(standin, client):
    orders = [{"amount": 100 + n, "currency": "eur", "metadata": {"order": str(n)}} for n in range(500)]

    loaded = standin.load(orders)

    assert standin.books()["currencies"]["eur"]["captured"] == sum(100 + n for n in range(500))
    last = client.v1.payment_intents.retrieve(loaded[499]["payment_intent"], {"expand": ["latest_charge"]})
    assert (last.amount, last.metadata["order"], last.latest_charge.id) == (599, "499", loaded[499]["charge"])
    assert client.v1.events.list().data == []


def test_a_loaded_order_may_be_of_the_past(standin, client):
    charge = standin.load([{"amount": 100, "currency": "eur", "created": 1_700_000_000}])[0]["charge"]

    assert client.v1.charges.retrieve(charge).created == 1_700_000_000


def test_it_is_emptied_on_demand(standin, client, paid):
    standin.empty()

    assert standin.books() == {"currencies": {}, "over_refunded": []}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.charges.retrieve(paid)


def test_the_clock_does_not_go_back(standin):
    with pytest.raises(ValueError, match="moves forward only"):
        standin.advance(-1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json", "Origin": "https://example.org"}, 403),
        ({"Content-Type": "application/json", "Host": "rebound.example.org"}, 403),
    ],
)
def test_a_page_in_a_browser_does_not_reach_the_controls(standin, headers, status):
    connection = http.client.HTTPConnection(urlsplit(standin.url).netloc)
    connection.request("POST", "/_standin/clock", json.dumps({"advance": 0}), headers)

    assert connection.getresponse().status == status
    connection.close()


def test_an_unknown_path_is_told(standin, client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.list()

    assert refused.value.http_status == 404


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "-1"}, {"Content-Length": "1e9"}, {"Transfer-Encoding": "chunked"}]
)
def test_a_body_without_a_sane_length_is_refused_and_the_connection_closed(standin, headers):
    connection = http.client.HTTPConnection(urlsplit(standin.url).netloc)
    connection.putrequest("POST", "/v1/refunds")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()

    assert (answer.status, answer.headers["Connection"]) == (413, "close")
    connection.close()


def test_what_is_not_text_is_refused(standin):
    connection = http.client.HTTPConnection(urlsplit(standin.url).netloc)
    connection.request("POST", "/v1/refunds", b"\xff\xfe", {"Authorization": "Bearer sk_test_1"})

    assert connection.getresponse().status == 400
    connection.close()
