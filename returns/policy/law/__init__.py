"""The law as data: who has which right from when, in tables that carry their source and the month they were checked.

Nothing here is legal advice. A row's `mark` says how sure it is: V read in a source, K general knowledge that the
shop's lawyer should check, C open or disputed. A change of law is a new row with its day in `data/`, no new code.
"""

from returns.policy.law.tables import (
    EXCEPTIONS,
    LAW,
    CountryRow,
    ExceptionRow,
    FunctionRow,
    Labels,
    Law,
    RefundFrom,
    Regime,
)

__all__ = ["EXCEPTIONS", "LAW", "CountryRow", "ExceptionRow", "FunctionRow", "Labels", "Law", "RefundFrom", "Regime"]
