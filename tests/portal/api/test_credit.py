"""Store credit over the API: read by those who may, spent once for each reference."""

from typing import Any

import pytest
from django.db import transaction

from returns.models import CreditAccount, Scope, Spending, Transfer
from tests.actions.crediting import filled, left
from tests.people import JANA_EMAIL, KAREL_EMAIL, bought, promised

BODY = {"email": JANA_EMAIL, "currency": "EUR", "amount": 400, "reference": "B-1"}


@pytest.fixture
def account(db: None) -> CreditAccount:
    promised()
    with transaction.atomic():
        return filled(bought(), 1_000, 50)


def balance(program: Any, **query: Any) -> dict[str, Any]:
    answer = program.get("/credits", **({"email": JANA_EMAIL, "currency": "EUR"} | query))
    assert answer.status_code == 200
    return answer.json()


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    error = answer.json()["error"]
    assert error["message"]
    return answer.status_code, error["code"], [*error["fields"]]


# --- what is left ---


def test_the_balance_and_how_it_came_about_newest_first(shop, account):
    shop.post("/credits/spendings", BODY)
    told = balance(shop)
    assert (told["currency"], told["balance"], told["next_cursor"]) == ("EUR", 650, None)
    refund = account.refunds.get()
    of_return = {"order": "A-1001", "return": refund.rma.number, "refund": refund.public_id, "reference": None}
    spent = {"order": None, "return": None, "refund": None, "reference": "B-1"}
    assert [{**entry, "at": None} for entry in told["entries"]] == [
        {"kind": "spent", "amount": -400, "currency": "EUR", "at": None, **spent},
        {"kind": "bonus", "amount": 50, "currency": "EUR", "at": None, **of_return},
        {"kind": "credited", "amount": 1_000, "currency": "EUR", "at": None, **of_return},
    ]


def test_it_comes_in_pages_and_the_balance_is_that_of_all(shop, account):
    first = balance(shop, limit=1)
    assert ([entry["kind"] for entry in first["entries"]], first["balance"]) == (["bonus"], 1_050)
    second = balance(shop, limit=1, cursor=first["next_cursor"])
    assert ([entry["kind"] for entry in second["entries"]], second["balance"]) == (["credited"], 1_050)
    assert second["next_cursor"] is None


def test_who_never_had_any_has_nothing(shop, account):
    nothing = {"balance": 0, "entries": [], "next_cursor": None}
    assert balance(shop, email=KAREL_EMAIL) == {"currency": "EUR", **nothing}
    assert balance(shop, currency="CZK") == {"currency": "CZK", **nothing}


def test_the_address_is_read_however_it_is_written(shop, account):
    assert balance(shop, email="Jana@Example.com")["balance"] == 1_050


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"email": "jana"}, "email"),
        ({"email": ""}, "email"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXY"}, "currency"),
        ({"order": "A-1001"}, "order"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(shop, account, query, field):
    answer = shop.get("/credits", **({"email": JANA_EMAIL, "currency": "EUR"} | query))
    assert refusal(answer) == (400, "invalid", [field])


def test_it_takes_as_many_statements_for_many_entries_as_for_one(shop, account, django_assert_num_queries):
    def ask():
        with django_assert_num_queries(5):  # the key, the account, the entries, given, taken
            balance(shop)

    ask()
    for number in range(3):
        shop.post("/credits/spendings", {**BODY, "amount": 1, "reference": f"B-{number}"})
    ask()


# --- spending ---


def test_what_is_spent_is_answered_and_gone(shop, account):
    answer = shop.post("/credits/spendings", BODY)
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("spent_at").endswith("Z")
    assert body == {"reference": "B-1", "amount": 400, "currency": "EUR"}
    assert left(account) == 650


def test_the_same_reference_gets_the_same_answer_under_any_key(shop, account):
    first = shop.post("/credits/spendings", BODY, once="a")
    again, anew = (shop.post("/credits/spendings", BODY, once=key) for key in ("a", "b"))
    assert (again.status_code, again.json()) == (anew.status_code, anew.json()) == (201, first.json())
    assert left(account) == 650


def test_the_same_reference_for_another_amount_is_refused(shop, account):
    shop.post("/credits/spendings", BODY, once="a")
    other = {**BODY, "amount": 401}
    assert refusal(shop.post("/credits/spendings", other, once="a"))[:2] == (422, "key_reused")
    assert refusal(shop.post("/credits/spendings", other, once="b")) == (409, "reference_reused", ["reference"])
    assert left(account) == 650


@pytest.mark.parametrize("amount", [0, -1, 1.5, 400.0, "400", None, True, 10**15 + 1])
def test_no_amount_is_guessed(shop, account, amount):
    assert refusal(shop.post("/credits/spendings", {**BODY, "amount": amount})) == (400, "invalid", ["amount"])
    assert left(account) == 1_050


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": 1_051}, "credit_too_low", "amount"),
        ({"email": KAREL_EMAIL}, "credit_unknown", "email"),
        ({"currency": "CZK"}, "credit_unknown", "email"),
    ],
)
def test_what_is_not_there_cannot_be_spent(shop, account, changes, code, field):
    assert refusal(shop.post("/credits/spendings", BODY | changes)) == (409, code, [field])
    assert (Spending.objects.count(), Transfer.objects.count(), left(account)) == (0, 3, 1_050)


@pytest.mark.parametrize(
    "changes", [{"reference": ""}, {"reference": " "}, {"reference": "x" * 101}, {"reference": "a\0b"}, {"email": "j"}]
)
def test_a_purchase_needs_a_name_and_a_shopper(shop, account, changes):
    assert refusal(shop.post("/credits/spendings", BODY | changes)) == (400, "invalid", [*changes])


def test_a_key_that_reads_spends_nothing(program, account):
    assert refusal(program(Scope.CREDITS_READ).post("/credits/spendings", BODY))[:2] == (403, "forbidden")
    assert left(account) == 1_050


# --- what returns say of it ---


def test_a_refund_says_that_it_is_store_credit(shop, account):
    refund = account.refunds.get()
    told = shop.get(f"/refunds/{refund.public_id}").json()
    assert (told["credit"], told["bonus"], told["amount"], told["state"]) == (True, 50, 1_000, "succeeded")
