"""The same request twice is done once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from returns.models import RMA, Order, Reason, Receipt, Refund, Scope
from tests.people import asked, bought, promised
from tests.portal.api.conftest import Program, order_body

ITEM = {"line": "1", "quantity": 1, "reason": "too_small", "resolution": "refund"}
RETURN = {"order": "A-1001", "items": [ITEM]}
RECEIPT = {"lines": [{"line": "1", "fine": 1}]}
NEWS = {"tracking_number": "Z-1", "carrier": "ppl", "status": "in_transit", "at": "2026-11-10T12:30:00Z"}


@pytest.mark.django_db
class TestOneAfterTheOther:
    @pytest.fixture(autouse=True)
    def _bought(self):
        promised(None)
        bought()

    def test_the_same_again_gets_the_same_answer(self, shop):
        first, second = (shop.post("/returns", RETURN, once="a") for _time in range(2))
        assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
        assert RMA.objects.count() == 1

    def test_a_receipt_sent_twice_is_counted_and_refunded_once(self, shop):
        number = shop.post("/returns", RETURN).json()["number"]
        for _time in range(2):
            assert shop.post(f"/returns/{number}/receipts", RECEIPT, once="a").status_code == 201
        assert (Receipt.objects.count(), Refund.objects.count()) == (1, 1)

    def test_the_same_key_with_another_body_or_address_is_refused(self, shop):
        shop.post("/returns", RETURN, once="a")
        other = shop.post("/returns", {"order": "A-1001", "items": [ITEM | {"quantity": 2}]}, once="a")
        assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")
        assert [*other.json()["error"]["fields"]] == ["Idempotency-Key"]
        number = RMA.objects.get().number
        assert shop.post(f"/returns/{number}/parcels", NEWS, once="a").status_code == 422
        assert RMA.objects.count() == 1

    def test_another_program_s_key_is_another(self, shop, program):
        shop.post("/returns", RETURN, once="a")
        assert program(Scope.RETURNS_WRITE).post("/returns", RETURN, once="a").status_code == 201
        assert RMA.objects.count() == 2

    def test_a_refusal_is_not_kept_so_that_a_mended_request_may_use_the_key(self, shop):
        wrong = {"order": "A-1001", "items": [ITEM | {"quantity": 4}]}
        assert shop.post("/returns", wrong, once="a").status_code == 409
        assert shop.post("/returns", RETURN, once="a").status_code == 201

    @pytest.mark.parametrize(
        ("path", "body"),
        [("/returns", RETURN), ("/returns/NUMBER/receipts", RECEIPT), ("/returns/NUMBER/parcels", NEWS)],
    )
    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_a_post_without_a_fitting_key_is_refused(self, shop, path, body, key):
        number = asked(Order.objects.get()).number
        answer = shop.post(path.replace("NUMBER", number), body, once=key)
        assert (answer.status_code, [*answer.json()["error"]["fields"]]) == (400, ["Idempotency-Key"])

    def test_what_is_still_under_way_is_said_so(self, shop, monkeypatch):
        def waits(*_args, **_kwargs):
            raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()

        monkeypatch.setattr("portal.api.keys.once", waits)
        answer = shop.post("/returns", RETURN)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "under_way")

    def test_a_database_that_is_away_is_said_so(self, shop, monkeypatch):
        def away(*_args, **_kwargs):
            raise OperationalError("connection refused")

        monkeypatch.setattr("portal.api.keys.once", away)
        answer = shop.post("/returns", RETURN)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json()["error"]["code"] == "unavailable"


def at_once(times, call):
    """The answers of `times` calls that run in threads of their own."""

    def one(number):
        with closing(connection):
            return call(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    @pytest.fixture(autouse=True)
    def _reasons(self):
        """A test before may have emptied the database."""
        for code in ("too_small", "changed_mind"):
            Reason.objects.get_or_create(code=code, defaults={"label": code})

    def test_twenty_identical_requests_open_one_return(self):
        promised(None)
        bought()
        shop = Program()
        answers = at_once(20, lambda _number: shop.post("/returns", RETURN, once="a"))
        assert {answer.status_code for answer in answers} == {201}
        assert {answer.json()["number"] for answer in answers} == {RMA.objects.get().number}

    def test_twenty_requests_for_one_unit_open_one_return(self):
        promised(None)
        bought()
        shop = Program()
        mug = {"order": "A-1001", "items": [ITEM | {"line": "2", "reason": "changed_mind"}]}
        answers = at_once(20, lambda _number: shop.post("/returns", mug))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
        assert RMA.objects.count() == 1

    def test_twenty_identical_receipts_make_one_refund(self):
        promised(None)
        rma = asked(bought())
        shop = Program()
        answers = at_once(20, lambda _number: shop.post(f"/returns/{rma.number}/receipts", RECEIPT, once="a"))
        assert {answer.status_code for answer in answers} == {201}
        assert (Receipt.objects.count(), Refund.objects.count()) == (1, 1)

    def test_an_order_that_comes_ten_times_at_once_is_created_once(self):
        shop = Program()
        answers = at_once(10, lambda _number: shop.put("/orders/A-1001", order_body()))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}
        assert Order.objects.get().lines.count() == 1
