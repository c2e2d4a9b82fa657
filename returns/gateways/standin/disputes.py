"""Disputes: the shopper's bank takes the money back, or asks first (money.md, "Disputes")."""

from __future__ import annotations

from collections.abc import Iterable

from .ledger import Ledger
from .refusals import Refusal
from .shapes import Obj, dispute

INQUIRY = frozenset({"warning_needs_response", "warning_under_review", "warning_closed"})
STATUSES = INQUIRY | {"needs_response", "under_review", "won", "lost", "prevented"}
CLOSED = frozenset({"warning_closed", "won", "lost", "prevented"})
_REFUNDABLE = INQUIRY | {"won", "prevented"}
# The shopper's bank holds the money in these states.
_WITHDRAWN = frozenset({"needs_response", "under_review", "lost"})


class Disputes:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def open(
        self, charge_id: str, *, status: str = "needs_response", amount: int | None = None, reason: str = "general"
    ) -> Obj:
        """`amount` is in minor units and, when absent, all that is not refunded yet."""
        charge = self._ledger.get("charge", charge_id, "charge")
        _check(status)
        opened = dispute(
            self._ledger.new_id("dp"),
            self._ledger.now(),
            charge=charge,
            amount=amount or charge["amount_captured"] - charge["amount_refunded"],
            reason=reason,
        )
        charge["disputed"] = True
        self._ledger.save(charge)
        opened |= {"status": status, "is_charge_refundable": _refundable(opened, status, charge)}
        self._ledger.save(opened)
        self._ledger.announce("charge.dispute.created", opened)
        self._move_funds(opened)
        return opened

    def move(self, dispute_id: str, status: str) -> Obj:
        """To any state: the banks decide, and may decide again."""
        moved = self._ledger.get("dispute", dispute_id)
        _check(status)
        previous = {"status": moved["status"]}
        charge = self._ledger.get("charge", moved["charge"])
        moved |= {"status": status, "is_charge_refundable": _refundable(moved, status, charge)}
        self._ledger.save(moved)
        self._move_funds(moved)
        self._ledger.announce(f"charge.dispute.{'closed' if status in CLOSED else 'updated'}", moved, previous)
        return moved

    def close(self, dispute_id: str) -> Obj:
        """The merchant accepts the dispute: it is lost."""
        return self.move(dispute_id, "lost")

    def blocking(self, charge: Obj) -> bool:
        """Whether a dispute forbids to refund the charge."""
        return any(not found["is_charge_refundable"] for found in self._of(charge))

    def lost(self, charge: Obj) -> int:
        """What is the buyer's for good, so that it cannot be refunded any more."""
        return sum(found["amount"] for found in self._of(charge) if found["status"] == "lost")

    def _of(self, charge: Obj) -> Iterable[Obj]:
        return self._ledger.store.newest_with("dispute", "charge", charge["id"]) if charge["disputed"] else ()

    def _move_funds(self, disputed: Obj) -> None:
        withdrawn = sum(row["amount"] for row in disputed["balance_transactions"]) < 0
        if disputed["status"] in _WITHDRAWN and not withdrawn:
            self._adjust(disputed, -disputed["amount"], "charge.dispute.funds_withdrawn")
        if disputed["status"] not in _WITHDRAWN and withdrawn:
            self._adjust(disputed, disputed["amount"], "charge.dispute.funds_reinstated")

    def _adjust(self, disputed: Obj, amount: int, event: str) -> None:
        disputed["balance_transactions"].append(self._ledger.book("adjustment", amount, of=disputed))
        self._ledger.save(disputed)
        self._ledger.announce(event, disputed)


def _refundable(disputed: Obj, status: str, charge: Obj) -> bool:
    """A lost dispute of a part leaves the rest of the charge to be refunded."""
    return status in _REFUNDABLE or (status == "lost" and disputed["amount"] < charge["amount_captured"])


def _check(status: str) -> None:
    if status not in STATUSES:
        raise Refusal(f"Unknown dispute status: {status}.", param="status")
