"""A worker is stopped before every step for longer than its lease; others arrive, then it goes on."""

from itertools import count

import pytest

from returns.models import Attempt, Event, GatewayEvent, Refund
from tests.faults.shop import ABSENT_FOR_LONG, LEASE_OVER, Shop
from tests.faults.ways import WAYS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("sent", LEASE_OVER), ("sent", ABSENT_FOR_LONG), ("error, nothing moved", LEASE_OVER)],
)
def test_a_worker_is_stopped_before_each_step(shop: Shop, name: str, seconds: int):
    """F08, F09, F22: the rival looks while the call is under way, and the news may be there before the answer."""
    way = WAYS[name]
    for nth in count(1):
        refund = way.prepare(shop)
        life = shop.nursery.start("work", once=True, fate="stopped", at=nth)
        if life.wait() == "ended":
            assert set(way.steps) <= set(life.steps)
            return
        shop.pass_time(seconds)
        shop.heard(shop.news())
        shop.worked()
        life.go_on()
        assert life.wait() == "ended"
        shop.come_to_rest()
        assert shop.wrong == [], life.steps
        assert Refund.objects.get(pk=refund.pk).state == way.ends_as, life.steps


def test_eight_worker_processes_send_each_refund_once(shop):
    for _ in range(12):
        shop.owed()
    lives = [shop.nursery.start("work", once=True) for _ in range(8)]
    assert [life.wait() for life in lives] == ["ended"] * 8
    assert shop.at_rest
    assert Attempt.objects.count() == len(shop.provider.all("refund")) == 12
    assert shop.wrong == []


def test_news_that_comes_five_times_at_once_has_one_effect(shop):
    """F23, at the door and at the workers."""
    shop.owed("pending > succeeded@60")
    shop.worked()
    shop.pass_time(100)
    news = shop.news()
    doors = [shop.nursery.start("hear", news=news) for _ in range(5)]
    assert [life.wait() for life in doors] == ["ended"] * 5
    assert GatewayEvent.objects.count() == len(news)
    workers = [shop.nursery.start("work", once=True) for _ in range(5)]
    assert [life.wait() for life in workers] == ["ended"] * 5
    shop.come_to_rest()
    assert Event.objects.filter(kind="refund.succeeded").count() == 1
    assert shop.wrong == []
