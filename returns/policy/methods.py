"""How each way of paying gives money back: data with its source, a hint; the provider's answer decides (money.md).

`methods.json` is edited like the law's tables. `mark`: D documentation, C the provider's client, M from memory.
A method that is not in it is tried like any other.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


class Refunds(StrEnum):
    """How the provider pays back what was paid this way."""

    NATIVE = "native"
    SHOPPER_GIVES_DETAILS = "shopper_gives_details"  # the provider asks for a bank account
    NONE = "none"  # a person finds another way


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """`window_days`: after them the provider usually refuses; None is no limit known.

    `clawback_days`: within them the shopper's bank may take a debit back without a question, so that a refund
    may pay twice. `asynchronous`: an accepted refund may still fail days later.
    """

    method: str
    refunds: Refunds
    asynchronous: bool
    partial: bool
    window_days: int | None
    clawback_days: int
    mark: str
    source: str
    checked_on: str

    def obstacle(self, *, whole: bool) -> str:
        """Why no refund of it can be sent, as a code, or ""; `whole`: of all that was paid."""
        if self.refunds is Refunds.NONE:
            return "method_without_refunds"
        return "" if whole or self.partial else "method_refunds_whole_only"

    def may_be_clawed_back(self, days_since_paid: int) -> bool:
        return days_since_paid < self.clawback_days

    def window_over(self, days_since_paid: int) -> bool:
        return self.window_days is not None and days_since_paid > self.window_days


METHODS = {
    row["method"]: Method(**{**row, "refunds": Refunds(row["refunds"])})
    for row in json.loads((files(__package__) / "methods.json").read_text(encoding="utf-8"))
}
