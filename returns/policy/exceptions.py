"""Goods that the law takes out of withdrawal (law.md section 4), and what must be known before one may say so."""

from returns.policy.facts import Ask, LineFacts
from returns.policy.law import EXCEPTIONS
from returns.policy.reasons import Finding, refer, refuse


def exception_holds(line: LineFacts, ask: Ask) -> Finding | None:
    """None when no exception holds; a referral when it hangs on what only a person can find out."""
    if line.exception is None:
        return None
    row = EXCEPTIONS.get(line.exception)
    if row is None:
        return refer("exception_unknown", exception=line.exception)
    if row.depends_on == "seal":
        return _sealed(row.letter, broken=ask.seal_broken)
    if row.depends_on == "proof":
        return _proven(row.letter, proven=line.exception_proven)
    return refuse(f"exception_{row.letter}")


def hangs_on_seal(exception: str | None) -> bool:
    """Whether the shopper has to be asked about a seal (law.md X-1)."""
    row = EXCEPTIONS.get(exception) if exception else None
    return row is not None and row.depends_on == "seal"


def _sealed(letter: str, *, broken: bool | None) -> Finding | None:
    """Ask once; a broken seal is for the warehouse or an agent to judge (law.md X-1)."""
    if broken is None:
        return refer("seal_unknown", exception=letter)
    return refer(f"exception_{letter}") if broken else None


def _proven(letter: str, *, proven: bool | None) -> Finding | None:
    """Without proof that the consumer gave up the right, it stays (law.md X-6)."""
    if proven is None:
        return refer("exception_unproven", exception=letter)
    return refuse(f"exception_{letter}") if proven else None
