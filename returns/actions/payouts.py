"""What the provider paid out against what our refunds say: level four of reconciliation (money.md, R4)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from returns.actions.breaks import open_break
from returns.actions.finding import take_in
from returns.actions.refusals import Refused
from returns.gateways.gateway import Gateway, Movement, Rejected, Unknown
from returns.models import Refund

_OUT = ("refund", "payment_refund")
_BACK = ("refund_failure", "payment_failure_refund", "payment_reversal")


def compare(gateway: Gateway, payout_id: str, *, at: datetime) -> None:
    """Open a break when a payout's lines do not add up, or move another amount for a refund than our row says.

    A refund that we do not know yet is fetched and taken in. Amounts are compared in the refund's own currency
    alone: in another one they hold the day's rate.
    """
    lines = gateway.movements(payout_id)
    moved = [line for line in lines if line.kind in (*_OUT, *_BACK)]
    known = _known(moved)
    for source in {line.source for line in moved} - known.keys():
        with suppress(Refused, Rejected, Unknown):  # the sums tell what is not to be had
            take_in(gateway.fetch(source), at=at)
    rest = sum(line.net for line in lines)
    differing = [line.source for line in moved if _differs(line, known.get(line.source))]
    if rest or differing:
        values: dict[str, Any] = {
            "payout": payout_id,
            "rest": rest,
            "currency": lines[0].currency,
            "refunds": sorted(set(differing)),
        }
        open_break("payout_differs", payout_id, at=at, **values)


def _known(moved: Sequence[Movement]) -> dict[str, Refund]:
    return {
        str(refund.gateway_id): refund
        for refund in Refund.objects.filter(gateway_id__in={line.source for line in moved})
    }


def _differs(line: Movement, refund: Refund | None) -> bool:
    if refund is None or refund.currency != line.currency:
        return False
    return line.amount != (-refund.amount if line.kind in _OUT else refund.amount)
