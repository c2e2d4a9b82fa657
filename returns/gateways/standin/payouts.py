"""Payouts: the account's balance goes to the merchant's bank, all of one currency at once."""

from __future__ import annotations

from . import shapes
from .ledger import Ledger
from .refusals import Refusal
from .shapes import Obj

_PAID = "standin.paid"


class Payouts:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def create(self, currency: str) -> Obj:
        """Pay out every balance transaction that no earlier payout holds."""
        rows = [row for row in self._unpaid() if row["currency"] == currency]
        if not rows:
            raise Refusal("There is nothing to pay out.", code="balance_insufficient", param="currency")
        payout = shapes.payout(
            self._ledger.new_id("po"), self._ledger.now(), amount=sum(row["net"] for row in rows), currency=currency
        )
        own = self._ledger.book("payout", -payout["amount"], of=payout)
        payout["balance_transaction"] = own["id"]
        self._ledger.save(payout)
        for row in [*rows, own]:
            self._ledger.save({"object": _PAID, "id": row["id"], "payout": payout["id"]})
        for event in ("payout.created", "payout.paid", "payout.reconciliation_completed"):
            self._ledger.announce(event, payout)
        return payout

    def of(self, transaction: Obj) -> str | None:
        """The id of the payout that holds a balance transaction."""
        row = self._ledger.store.get(_PAID, transaction["id"])
        return row["payout"] if row else None

    def balance(self) -> Obj:
        """What is not paid out yet, per currency, in minor units."""
        sums: dict[str, int] = {}
        for row in self._unpaid():
            sums[row["currency"]] = sums.get(row["currency"], 0) + row["net"]
        available = [{"amount": amount, "currency": currency} for currency, amount in sorted(sums.items())]
        return {"object": "balance", "available": available, "livemode": False, "pending": []}

    def _unpaid(self) -> list[Obj]:
        return [row for row in self._ledger.store.oldest_first("balance_transaction") if self.of(row) is None]
