"""The stand-in's books: everything it knows, and sums over it.

They can be used in process, without HTTP and with any clock, as a simulator does.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from .disputes import Disputes
from .ledger import Ledger
from .payments import Payments
from .payouts import Payouts
from .refunds import ACTIVE, Refunds
from .shapes import Obj
from .store import Store


class Books:
    """`now` gives whole Unix seconds; `rng` makes the ids, so a seeded one repeats them."""

    def __init__(self, now: Callable[[], int], store: Store | None = None, rng: random.Random | None = None) -> None:
        self.store = store or Store()
        self.ledger = Ledger(self.store, now, rng or random.Random())  # noqa: S311  ids of play money
        self.disputes = Disputes(self.ledger)
        self.payments = Payments(self.ledger, self.disputes)
        self.refunds = Refunds(self.ledger, self.disputes)
        self.payouts = Payouts(self.ledger)

    def totals(self) -> Obj:
        """Per currency and in minor units: what was captured and what was refunded.

        The sums are taken from the rows, not from the counters that hold the cap, so
        `over_refunded`, the charges with more refunded than captured, proves the cap.
        `balance` is the gross sum of what moved the account's balance, payouts apart:
        captured minus refunded, but for disputes and for pending refunds that are not paid yet.
        """
        charges = list(self.store.oldest_first("charge"))
        refunds = list(self.store.oldest_first("refund"))
        currencies = sorted({charge["currency"] for charge in charges})
        return {
            "currencies": {code: self._totals_in(code, charges, refunds) for code in currencies},
            "over_refunded": _over_refunded(charges, refunds),
        }

    def _totals_in(self, currency: str, charges: Iterable[Obj], refunds: Iterable[Obj]) -> Obj:
        paid = [row["amount_captured"] for row in charges if row["currency"] == currency and row["captured"]]
        amounts: defaultdict[str, int] = defaultdict(int)
        counts: Counter[str] = Counter()
        for refund in (row for row in refunds if row["currency"] == currency):
            amounts[refund["status"]] += refund["amount"]
            counts[refund["status"]] += 1
        moved = [row for row in self.store.oldest_first("balance_transaction") if row["currency"] == currency]
        return {
            "captured": sum(paid),
            "charges": len(paid),
            "refunded": amounts["succeeded"] + amounts["pending"],
            "refunds": {status: {"count": counts[status], "amount": amounts[status]} for status in sorted(counts)},
            "balance": sum(row["amount"] for row in moved if row["type"] != "payout"),
        }


def _over_refunded(charges: Iterable[Obj], refunds: Iterable[Obj]) -> list[str]:
    refunded: Counter[str] = Counter()
    for refund in refunds:
        if refund["status"] in ACTIVE:
            refunded[refund["charge"]] += refund["amount"]
    return [charge["id"] for charge in charges if refunded[charge["id"]] > charge["amount_captured"]]
