"""The statutory right to withdraw: whether it stands for the units asked, at a moment (law.md sections 2 to 4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from returns.policy.clocks import End, order_day, statutory_end
from returns.policy.countries import COUNTRIES
from returns.policy.exceptions import exception_holds
from returns.policy.facts import Answer, Ask, LegalPath, LineFacts, OrderFacts, Terms
from returns.policy.law import Law, Regime
from returns.policy.reasons import Reason, refer


class Standing(Enum):
    """UNKNOWN: a fact is missing, so nobody may deny the right and nobody needs to grant it unseen."""

    NONE = auto()
    OPEN = auto()
    PASSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Right:
    """`end` None while the clock has not started; `doubt` says what is missing when the standing is unknown."""

    standing: Standing
    end: End | None = None
    doubt: Reason | None = None

    @property
    def open(self) -> bool:
        return self.standing is Standing.OPEN


NO_RIGHT = Right(Standing.NONE)
IN_NO_COUNTRY = Right(Standing.UNKNOWN, doubt=Reason("country_unknown", {}))
"""Nobody said where, or something that is no country, as UK for GB: there may be a right all the same (law.md P-2)."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What the law says of the whole order, worked out once for all its lines (law.md C-3)."""

    regime: Regime | None
    right: Right

    @classmethod
    def of(cls, order: OrderFacts, law: Law | None, transit_days: int, at: datetime) -> "Contract":
        if law is None or order.business:
            return cls(None, NO_RIGHT)
        regime = law.regime(order.country, order_day(order))
        if regime is None:
            return cls(None, NO_RIGHT if order.country in COUNTRIES else IN_NO_COUNTRY)
        return cls(regime, _by_the_clock(statutory_end(order, law, transit_days), at))

    def right_to(self, line: LineFacts, ask: Ask, terms: Terms | None) -> Right:
        """The right for one ask. A courtesy claims none; in some countries shown terms take its place."""
        if ask.legal_path is LegalPath.COURTESY:
            return NO_RIGHT
        if self.regime is None:
            return self.right
        if self.regime.only_without_terms and terms is not None:
            return NO_RIGHT
        if line.exception not in self.regime.exceptions:
            return self.right
        exception = exception_holds(line, ask)
        if exception is None or self.right.standing is Standing.PASSED:
            return self.right
        if exception.answer is Answer.REFUSE:
            return NO_RIGHT
        return Right(Standing.UNKNOWN, self.right.end, exception.reason)


def _by_the_clock(end: End | None, at: datetime) -> Right:
    """Before the clock starts the right is open (law.md C-4); an estimate alone never closes it (C-11)."""
    if end is None or not end.passed(at):
        return Right(Standing.OPEN, end)
    if end.estimated:
        doubt = refer("delivery_unknown", estimated_until=end.day.isoformat()).reason
        return Right(Standing.UNKNOWN, end, doubt)
    return Right(Standing.PASSED, end)
