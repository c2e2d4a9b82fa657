"""Every journey leaves books in which all holds that must always hold (`manage.py audit`)."""

from collections.abc import Iterator

import pytest

from returns.analytics.audit import audit
from returns.models import Event


@pytest.fixture(autouse=True)
def _the_books_are_right(db) -> Iterator[None]:
    """Asked at the time of the last event; waits that have not ended by then are no fault."""
    yield
    last = Event.objects.latest("at")
    assert list(audit(at=last.at)) == []
