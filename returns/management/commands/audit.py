"""`manage.py audit`: whether everything that must always hold of our own books holds. money.md, "Invariants"."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from returns.analytics.audit import Finding, audit, invariants
from returns.analytics.foundations import FOUNDATIONS, Row
from returns.models import Event, Refund, Seal, Transfer
from returns.policy.currencies import EXPONENTS, major_units


class Command(BaseCommand):
    help = "Check every invariant over our own tables; exit 1 and name the rows where one is broken."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--rows", type=int, default=20, help="rows to show of each (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print one JSON object, with all rows")

    def handle(self, *, rows: int, **options: Any) -> None:
        _take_time()
        started = time.monotonic()
        findings = list(audit(at=timezone.now()))
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(findings, seconds), default=str))
        else:
            self.stdout.write("\n".join(told(findings, rows) if findings else [_all_is_well(seconds)]))
        if findings:
            sys.exit(1)


def _take_time() -> None:
    """A question about all rows may take longer than a page's statement may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def told(findings: list[Finding], at_most: int) -> Iterator[str]:
    """What is broken, for people to read."""
    for finding in findings:
        yield f"{finding.code} {finding.name}: broken {len(finding.rows):,} times. {finding.sentence}"
        yield from (f"    {_row(row)}" for row in finding.rows[:at_most])
        if unshown := len(finding.rows[at_most:]):
            yield f"    and {unshown:,} more (--rows)"


def _row(row: Row) -> str:
    """Names and values; what follows the currency is money in it."""
    names = list(row)
    money = names[names.index("currency") + 1 :] if "currency" in row else []
    values = {
        name: _money(value, row["currency"]) if name in money else value
        for name, value in row.items()
        if name != "currency"
    }
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items() if value not in ("", None))


def _money(amount: int, currency: str) -> str:
    if currency not in EXPONENTS:
        return f"{amount:,} minor units of {currency}"
    return f"{major_units(amount, currency):,} {currency}"


def _all_is_well(seconds: float) -> str:
    counts = f"{_held()} invariants hold over {Refund.objects.count():,} refunds, {Event.objects.count():,} events "
    return f"{counts}and {Transfer.objects.count():,} transfers; {_seal()}; {seconds} s."


def _held() -> int:
    return len(invariants()) + len(FOUNDATIONS)


def _seal() -> str:
    """The last one, to be written down elsewhere: who has it can tell whether later ones follow from it."""
    last = Seal.objects.last()
    return f"seal {last.pk} is {last.digest}" if last else "nothing is sealed yet"


def _as_json(findings: list[Finding], seconds: float) -> dict[str, Any]:
    last = Seal.objects.last()
    return {
        "at": _iso(timezone.now()),
        "invariants": _held(),
        "refunds": Refund.objects.count(),
        "events": Event.objects.count(),
        "transfers": Transfer.objects.count(),
        "seal": {"number": last.pk, "digest": last.digest} if last else None,
        "seconds": seconds,
        "broken": [
            {"code": one.code, "name": one.name, "sentence": one.sentence, "rows": one.rows} for one in findings
        ],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
