"""Every reason that a verdict can give, as a code with values; sentences are made of them elsewhere, per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from returns.policy.facts import Answer

CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # what speaks against it
        "window_passed": ("policy_until", "days", "units_open"),
        "final_sale": (),
        "no_policy": ("kind", "country"),
        "not_delivered": ("units", "delivered"),
        "delivery_unknown": ("estimated_until",),
        "faulty_goods": ("liable_until",),
        "photo_needed": ("needed", "photos"),
        "person_decides": (),
        "many_units": ("units", "limit"),
        "high_value": ("amount", "limit", "currency"),
        "many_returns": ("returns", "limit"),
        "country_unknown": (),
        "seal_unknown": ("exception",),
        "exception_unproven": ("exception",),
        "exception_unknown": ("exception",),
        **{f"exception_{letter}": () for letter in "abcdefghijklm"},
        # what speaks for it
        "statutory_right": ("statutory_until",),
    }
)
"""Code -> the names of its values. Dates are ISO strings, "" where a date is not known."""

FAULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "line_unknown": ("line",),
        "quantity_invalid": ("line", "units"),
        "quantity_too_many": ("line", "units", "returnable"),
    }
)
"""What makes an ask impossible rather than refused: code -> the names of its values."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of `CODES` with its values; the values are JSON-able. Not checked here: old verdicts outlive old codes."""

    code: str
    values: Mapping[str, str | int]

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule objects, and how hard."""

    answer: Answer
    reason: Reason


def refuse(code: str, **values: str | int) -> Finding:
    return Finding(Answer.REFUSE, Reason(code, values))


def refer(code: str, **values: str | int) -> Finding:
    return Finding(Answer.REFER, Reason(code, values))


class Impossible(ValueError):
    """Nothing to judge: the ask does not fit the order. `code` is one of `FAULTS`."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(f"{code}: " + ", ".join(f"{name}={value}" for name, value in values.items()))
        self.code = code
        self.values = values
