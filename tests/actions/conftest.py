import pytest

from returns.gateways.gateway import Rejected
from returns.models import Refund, Role, User
from tests.actions.refunding import now_of, send
from tests.gateways.scripted import Scripted
from tests.people import arrived, asked, bought, promised


@pytest.fixture
def refund(db) -> Refund:
    """One T-shirt of Jana's is back; its 96.72 are due."""
    promised()
    arrived(asked(bought()))
    return Refund.objects.get()


@pytest.fixture
def failed(refund) -> Refund:
    """The provider will not pay Jana's T-shirt back."""
    send(Scripted(Rejected("charge_expired_for_refund")))
    return now_of(refund)


@pytest.fixture
def ida(db) -> User:
    """Another agent."""
    return User.objects.create_user("ida@shop.example", name="Ida", role=Role.AGENT)
