import pytest

from returns.models import Refund
from tests.people import arrived, asked, bought, promised


@pytest.fixture
def refund(db) -> Refund:
    """One T-shirt of Jana's is back; its 96.72 are due."""
    promised()
    arrived(asked(bought()))
    return Refund.objects.get()
