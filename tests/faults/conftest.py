"""One stand-in and one nursery a test process; books and database are empty when a test begins."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from returns.gateways.standin.process import StandIn, running
from tests.faults.gate import Gate, gate
from tests.faults.lives import Nursery, nursing
from tests.faults.shop import WEBHOOK_SECRET, WORKERS, Shop
from tests.people import promised

# A rival does not wait for long behind one who has been stopped.
IMPATIENT = quote(
    "-c lock_timeout=300ms -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    " -c synchronous_commit=off"
)


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    with running() as process:
        yield process


@pytest.fixture(scope="session")
def clock(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("clock") / "ahead"
    file.write_text("0")
    return file


@pytest.fixture(scope="session")
def born(django_db_setup, standin, clock, tmp_path_factory) -> Iterator[Nursery]:
    with nursing(
        tmp_path_factory.mktemp("lives"),
        clock,
        DATABASE_URL=f"{_address()}?application_name={WORKERS}&options={IMPATIENT}",
        STRIPE_API_BASE=standin.url,
        STRIPE_API_KEY="sk_test_faults",
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        SECRET_KEY="faults",
    ) as nursery:
        yield nursery


@pytest.fixture
def nursery(born) -> Iterator[Nursery]:
    yield born
    born.reap()


@pytest.fixture
def shop(transactional_db, nursery, standin, clock) -> Shop:
    promised()
    return Shop(standin, nursery, clock)


@pytest.fixture
def way() -> Iterator[Gate]:
    """A way to the database that can be shut."""
    told = connection.settings_dict
    with gate(told["HOST"], int(told["PORT"] or 5432)) as standing:
        yield standing


def _address() -> str:
    told = connection.settings_dict
    who = ":".join(quote(told[name]) for name in ("USER", "PASSWORD") if told[name])
    return f"postgres://{who}{'@' if who else ''}{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"
