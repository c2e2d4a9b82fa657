"""Pages of all doors on a fixed day, without collecting static files first."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.people import NOW


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _a_czech_shop(settings) -> None:
    """Its own words are no sentences of ours, in whichever language they are."""
    settings.SHOP_ADDRESS = ["Dlouhá 12", "110 00 Praha 1"]
