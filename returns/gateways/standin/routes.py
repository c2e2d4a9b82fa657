"""Which call of Stripe's v1 API does what, and the parameters it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import params as p
from . import refusals
from .books import Books
from .listing import matching, page
from .params import Params
from .plans import DAY
from .shapes import Obj
from .store import INDEXED

# money.md, "Events and webhooks"
EVENTS_READABLE = 30 * DAY
_PAGING = frozenset({"limit", "starting_after", "created"})
_NEW_INTENT = frozenset(
    {
        "amount",
        "capture_method",
        "confirm",
        "currency",
        "customer",
        "description",
        "metadata",
        "payment_method",
        "payment_method_data",
        "payment_method_options",
        "payment_method_types",
        "automatic_payment_methods",
        "off_session",
        "receipt_email",
        "return_url",
    }
)
_NEW_REFUND = frozenset(
    {"amount", "charge", "currency", "instructions_email", "metadata", "origin", "payment_intent", "reason"}
)
_PAYING = frozenset({"payment_method", "payment_method_data", "payment_method_options", "return_url", "off_session"})


@dataclass(frozen=True, slots=True)
class Route:
    """`run(books, id, params)`, with id "" for a collection."""

    run: Callable[[Books, str, Params], Obj]
    accepts: frozenset[str] = frozenset()


def find(method: str, path: str) -> tuple[Route, str]:
    """The route of a path such as `/v1/refunds/re_1/cancel`, and the id in it.

    Raises Invalid, a 404, when there is none.
    """
    parts = path.strip("/").split("/")
    object_id = parts[2] if len(parts) > 2 else ""
    if object_id:
        parts[2] = "{id}"
    route = ROUTES.get((method, "/" + "/".join(parts)))
    if route is None:
        raise refusals.unknown_path(method, path)
    return route, object_id


def _one(kind: str, param: str = "id") -> Route:
    return Route(lambda books, object_id, _: books.ledger.get(kind, object_id, param))


def _many(kind: str, url: str, *fields: str) -> Route:
    def run(books: Books, _: str, params: Params) -> Obj:
        rows = books.store.newest_first(kind)
        for name in _REFERENCES & params.keys() & set(fields):
            # An unknown id is an error, not an empty list: the wrong account proves no absence.
            books.ledger.get(name, params[name], name)
            if name in INDEXED.get(kind, ()):
                rows = books.store.newest_with(kind, name, params[name])
        return page(matching(rows, params, fields), params, url)

    return Route(run, _PAGING | set(fields))


_REFERENCES = frozenset({"charge", "payment_intent", "customer"})


def _events(books: Books, _: str, params: Params) -> Obj:
    kinds = set(p.listed(params, "types")) | ({params["type"]} if "type" in params else set())
    oldest = books.ledger.now() - EVENTS_READABLE
    rows = (
        row
        for row in matching(books.store.newest_first("event"), params, ())
        if row["created"] >= oldest
        and (not kinds or row["type"] in kinds)
        and ("delivery_success" not in params or p.is_true(params, "delivery_success") == (not row["pending_webhooks"]))
    )
    return page(rows, params, "/v1/events")


def _balance_transactions(books: Books, _: str, params: Params) -> Obj:
    rows = matching(books.store.newest_first("balance_transaction"), params, ("currency", "source", "type"))
    if "payout" in params:
        payout = books.ledger.get("payout", params["payout"], "payout")
        rows = (row for row in rows if books.payouts.of(row) == payout["id"])
    return page(rows, params, "/v1/balance_transactions")


ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/v1/customers"): Route(
        lambda books, _, params: books.payments.create_customer(params),
        frozenset({"description", "email", "metadata", "name", "phone"}),
    ),
    ("GET", "/v1/customers"): _many("customer", "/v1/customers", "email"),
    ("GET", "/v1/customers/{id}"): _one("customer"),
    ("POST", "/v1/payment_methods"): Route(
        lambda books, _, params: books.payments.create_method(params),
        frozenset({"billing_details", "card", "metadata", "type", "sepa_debit"}),
    ),
    ("GET", "/v1/payment_methods/{id}"): _one("payment_method"),
    ("POST", "/v1/payment_methods/{id}/attach"): Route(
        lambda books, object_id, params: books.payments.attach(object_id, params), frozenset({"customer"})
    ),
    ("POST", "/v1/payment_intents"): Route(lambda books, _, params: books.payments.create(params), _NEW_INTENT),
    ("GET", "/v1/payment_intents"): _many("payment_intent", "/v1/payment_intents", "customer"),
    ("GET", "/v1/payment_intents/{id}"): _one("payment_intent", "intent"),
    ("POST", "/v1/payment_intents/{id}/confirm"): Route(
        lambda books, object_id, params: books.payments.confirm(object_id, params), _PAYING
    ),
    ("POST", "/v1/payment_intents/{id}/capture"): Route(
        lambda books, object_id, params: books.payments.capture(object_id, params),
        frozenset({"amount_to_capture", "final_capture"}),
    ),
    ("POST", "/v1/payment_intents/{id}/cancel"): Route(
        lambda books, object_id, _: books.payments.cancel(object_id), frozenset({"cancellation_reason"})
    ),
    ("GET", "/v1/charges"): _many("charge", "/v1/charges", "customer", "payment_intent"),
    ("GET", "/v1/charges/{id}"): _one("charge"),
    ("POST", "/v1/refunds"): Route(lambda books, _, params: books.refunds.create(params), _NEW_REFUND),
    ("GET", "/v1/refunds"): _many("refund", "/v1/refunds", "charge", "payment_intent"),
    ("GET", "/v1/refunds/{id}"): _one("refund"),
    ("POST", "/v1/refunds/{id}"): Route(
        lambda books, object_id, params: books.refunds.update(object_id, params), frozenset({"metadata"})
    ),
    ("POST", "/v1/refunds/{id}/cancel"): Route(lambda books, object_id, _: books.refunds.cancel(object_id)),
    ("GET", "/v1/disputes"): _many("dispute", "/v1/disputes", "charge", "payment_intent"),
    ("GET", "/v1/disputes/{id}"): _one("dispute"),
    ("POST", "/v1/disputes/{id}/close"): Route(lambda books, object_id, _: books.disputes.close(object_id)),
    ("GET", "/v1/events"): Route(_events, _PAGING | {"type", "types", "delivery_success"}),
    ("GET", "/v1/events/{id}"): _one("event"),
    ("GET", "/v1/balance"): Route(lambda books, _, __: books.payouts.balance()),
    ("GET", "/v1/balance_transactions"): Route(
        _balance_transactions, _PAGING | {"currency", "payout", "source", "type"}
    ),
    ("GET", "/v1/balance_transactions/{id}"): _one("balance_transaction"),
    ("GET", "/v1/payouts"): _many("payout", "/v1/payouts", "status"),
    ("GET", "/v1/payouts/{id}"): _one("payout", "payout"),
}
