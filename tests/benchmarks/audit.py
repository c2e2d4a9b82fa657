"""How long the audit takes over many refunds: one return, from order to closing, copied row by row.

    .venv/bin/python -m tests.benchmarks.audit [--refunds 100000]

On SQLite in a file that is thrown away, or where DATABASE_URL says, in a database of its own. The goal:
100,000 refunds in seconds. Shows the slowest questions, and the seals apart.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

COPIED = [
    "Order",
    "OrderLine",
    "Parcel",
    "ParcelLine",
    "Payment",
    "RMA",
    "RMAItem",
    "ReturnParcel",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "RefundLine",
    "Attempt",
    "Event",
    "Transfer",
    "Letter",
]
APART = 1_000  # from the keys of one copy to those of the next
SLOWEST = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refunds", type=int, default=100_000)
    count = parser.parse_args().refunds
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/audit.sqlite3")
        os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "yes", "LOG_LEVEL": "ERROR"}
        import django
        from django.test.utils import setup_databases, teardown_databases

        django.setup()
        made = setup_databases(verbosity=0, interactive=False)
        try:
            measure(count)
        finally:
            teardown_databases(made, verbosity=0)


def measure(count: int) -> None:
    from django.db import connection

    from returns.analytics import audit, foundations
    from returns.models import Event, Refund, Transfer
    from tests.people import NOW

    later = NOW + timedelta(days=30)
    template()
    copy(count - 1)
    print(f"{connection.vendor}: {Refund.objects.count():,} refunds, ", end="")
    print(f"{Event.objects.count():,} events, {Transfer.objects.count():,} transfers")
    took = {one.name: seconds(partial(ask, one, later)) for one in audit.invariants()}
    for name in sorted(took, key=lambda name: -took[name])[:SLOWEST]:
        print(f"  {name:<32}{took[name]:>7.2f} s")
    print(f"  {len(took)} questions{sum(took.values()):>27.2f} s")
    print(f"  {'sealing':<32}{seconds(seal):>7.2f} s")
    print(f"  {'the seals':<32}{seconds(lambda: broken(list(foundations.broken_seals()))):>7.2f} s")


def template() -> None:
    """One return of one T-shirt, refunded."""
    from returns.actions import sending
    from tests.gateways.scripted import Scripted
    from tests.people import NOW, arrived, asked, bought, promised

    promised()
    arrived(asked(bought()))
    sending.send_next(Scripted(), at=NOW)


def copy(times: int) -> None:
    """Every row of the template `times` times more, with keys and unique names of its own."""
    from django.db import connection, transaction

    import returns.models

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # whose foreign keys would take longer than all the rest
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL statement_timeout = 0")
        for name in COPIED:
            cursor.execute(copying(getattr(returns.models, name)), [times])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copying(model: Any) -> str:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(copied(field) for field in fields)
    return (
        "WITH RECURSIVE many (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM many WHERE k < %s) "  # noqa: S608
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values} FROM {model._meta.db_table}, many"
    )


def copied(field: Any) -> str:
    """What a column of a copy holds."""
    of_a_copy = field.remote_field and field.remote_field.model.__name__ in COPIED
    if field.primary_key or of_a_copy:
        return f'"{field.column}" + {APART} * k'
    alone = [one.fields for one in field.model._meta.constraints if getattr(one, "fields", None)]
    names_a_payment = ("gateway", "reference") in alone and field.name == "reference"
    if field.unique or names_a_payment:
        return f"CASE WHEN \"{field.column}\" IS NULL THEN NULL ELSE 'N' || k || '-' || id END"
    return f'"{field.column}"'


def seal() -> None:
    from returns.actions import sealing
    from tests.people import NOW

    while sealing.seal_next(at=NOW + timedelta(hours=2)):
        pass


def seconds(step: Callable[[], object]) -> float:
    """Of this process alone where the database is in it, so that others on the machine do not count."""
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    started = clock()
    step()
    return clock() - started


def ask(invariant: Any, at: datetime) -> None:
    from returns.analytics import audit

    broken(audit._rows(invariant, at))


def broken(rows: list[Any]) -> None:
    if rows:
        raise SystemExit(f"The copies break something: {rows[:3]}")


if __name__ == "__main__":
    main()
