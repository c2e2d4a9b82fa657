"""What was written is sealed when it is an hour old, in order, once."""

from datetime import timedelta

import pytest

from returns.actions import sealing
from returns.models import Event, Seal, Transfer
from tests.people import NOW, arrived, asked, bought, promised

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def _written() -> None:
    promised()
    arrived(asked(bought()))


def seals() -> list[tuple[int, int]]:
    return list(Seal.objects.values_list("through_event", "through_transfer"))


def last_rows() -> tuple[int, int]:
    return Event.objects.latest("pk").pk, Transfer.objects.latest("pk").pk


@pytest.mark.usefixtures("_written")
def test_what_is_an_hour_old_is_sealed_once():
    assert sealing.seal_next(at=NOW + HOUR - timedelta(seconds=1)) is False
    assert [sealing.seal_next(at=NOW + HOUR) for _ in range(2)] == [True, False]
    assert seals() == [last_rows()]


@pytest.mark.usefixtures("_written")
def test_batches_follow_each_other_until_all_is_sealed(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 3)
    while sealing.seal_next(at=NOW + HOUR):
        pass
    assert len(seals()) > 1
    assert seals() == sorted(seals())
    assert seals()[-1] == last_rows()


@pytest.mark.usefixtures("_written")
def test_nothing_is_sealed_past_a_row_that_is_still_young():
    old = last_rows()
    arrived(asked(bought()), at=NOW + 2 * HOUR)
    Event.objects.create(kind="order.updated", at=NOW, order=Event.objects.latest("pk").order, actor_kind="system")
    sealing.seal_next(at=NOW + 2 * HOUR)
    assert seals()[0][1] == old[1]
    assert seals()[0][0] < Event.objects.latest("pk").pk


@pytest.mark.usefixtures("_written")
def test_of_two_workers_that_make_the_same_seal_one_does():
    before = Seal.objects.all()
    assert sealing.seal_next(at=NOW + HOUR)
    assert sealing._seal(None, at=NOW + HOUR) is False
    assert before.count() == 1


@pytest.mark.usefixtures("_written")
def test_the_digest_is_the_same_wherever_the_rows_are():
    """A canonical form: the same rows, written to another database in another order of keys, give the same digest."""
    sealing.seal_next(at=NOW + HOUR)
    seal = Seal.objects.get()
    assert seal.digest == seal.over(None)
    assert len(seal.digest) == 64
