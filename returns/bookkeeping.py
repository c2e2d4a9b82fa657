"""What an event means in money: the transfers that the journal gets for it, in the transaction of the event.

| event | taken from | given to |
|---|---|---|
| refund.decided, refund.found, refund.declined | the account of each part | owed |
| refund.succeeded | owed | provider |
| refund.succeeded, of goodwill that was declined | goodwill | owed, before that |
| refund.failed, after it had succeeded | provider | owed |
| refund.failed, refund.canceled, of what nobody owes | owed | external |
| refund.failed, after it was paid otherwise | chargebacks, or set off | owed |
| refund.credited | owed, and bonus | store credit |
| refund.paid_otherwise | owed | other way, chargebacks, or set off |
| credit.spent | store credit | spent |
| dispute.withdrawn, dispute.reinstated | chargebacks | provider, and back |

An amount below zero goes the other way: a fee that is kept, a proposal that was declined.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from returns.models import Account, Event, RefundState, Transfer

Line = tuple[str, str, int]  # (taken from, given to, minor units; below zero the other way)


def keep_books(events: Sequence[Event]) -> None:
    """Write what these events, all of kinds that stand in `LINES`, mean in money."""
    Transfer.objects.bulk_create(transfer for event in events for transfer in _transfers(event))


def _transfers(event: Event) -> Iterator[Transfer]:
    for taken_from, given_to, amount in LINES[event.kind](event.data):
        accounts = (taken_from, given_to) if amount > 0 else (given_to, taken_from)
        if amount:
            yield Transfer(
                event=event,
                order=event.order,
                refund=event.refund,
                holder_id=event.data["account"] if Account.STORE_CREDIT in accounts else None,
                debited=accounts[0],
                credited=accounts[1],
                amount=abs(amount),
                currency=event.data["currency"],
                at=event.at,
            )


def _parts(data: dict[str, Any]) -> Iterable[Line]:
    return [(kind, Account.OWED, amount) for kind, amount in data["parts"].items()]


def _paid(data: dict[str, Any]) -> Iterable[Line]:
    return [(Account.OWED, Account.PROVIDER, data["amount"])]


def _returned(data: dict[str, Any]) -> Iterable[Line]:
    """A bank may return what had succeeded, or what had settled it may come undone; what never left moves nothing."""
    settled_by = _BY_WAY.get(data.get("way", ""))
    account = Account.PROVIDER if data["was"] == RefundState.SUCCEEDED else settled_by
    came_back = [(account, Account.OWED, data["amount"])] if account else []
    return [*came_back, *_owed_anew(data)]


def _owed_anew(data: dict[str, Any]) -> Iterable[Line]:
    """Of what somebody refunded past us and came to nothing, and of goodwill that was declined and is paid."""
    return _parts(data) if "parts" in data else []


def _to_credit(data: dict[str, Any]) -> Iterable[Line]:
    return [
        (Account.OWED, Account.STORE_CREDIT, data["amount"]),
        (Account.BONUS, Account.STORE_CREDIT, data["bonus"]),
    ]


def _otherwise(data: dict[str, Any]) -> Iterable[Line]:
    return [(Account.OWED, _BY_WAY.get(data["way"], Account.OTHER_WAY), data["amount"])]


def _spent(data: dict[str, Any]) -> Iterable[Line]:
    return [(Account.STORE_CREDIT, Account.SPENT, data["amount"])]


def _withdrawn(data: dict[str, Any]) -> Iterable[Line]:
    return [(Account.CHARGEBACKS, Account.PROVIDER, data["amount"])]


def _reinstated(data: dict[str, Any]) -> Iterable[Line]:
    return [(Account.PROVIDER, Account.CHARGEBACKS, data["amount"])]


_BY_WAY = {"chargeback": Account.CHARGEBACKS, "set_off": Account.SET_OFF}

LINES: dict[str, Callable[[dict[str, Any]], Iterable[Line]]] = {
    "refund.decided": _parts,
    "refund.found": _parts,
    "refund.declined": _parts,
    "refund.succeeded": lambda data: [*_owed_anew(data), *_paid(data)],
    "refund.failed": _returned,
    "refund.canceled": _owed_anew,
    "refund.credited": _to_credit,
    "refund.paid_otherwise": _otherwise,
    "credit.spent": _spent,
    "dispute.withdrawn": _withdrawn,
    "dispute.reinstated": _reinstated,
}
