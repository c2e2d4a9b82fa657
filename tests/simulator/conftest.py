"""Each test of schedules gets a database that can be given its first contents back."""

import logging
from collections.abc import Callable, Iterator

import pytest

from tests.simulator.databases import resetting


@pytest.fixture
def reset(transactional_db) -> Iterator[Callable[[], None]]:
    logging.disable(logging.CRITICAL)  # doors and workers tell of every fault
    with resetting() as back:
        yield back
        back()
    logging.disable(logging.NOTSET)
