"""Processes are killed with SIGKILL before every statement, commit and call; others go on, and the books are right."""

from itertools import count

import pytest

from returns.models import GatewayEvent, Receipt, Refund
from tests.faults.lives import comes_true
from tests.faults.shop import Shop
from tests.faults.ways import WAYS, Way

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_worker_is_killed_before_each_step(shop: Shop, way: Way):
    for nth in count(1):
        refund = way.prepare(shop)
        life = shop.nursery.start("work", once=True, at=nth)
        if life.wait() == "ended":
            assert set(way.steps) <= set(life.steps)
            return
        shop.come_to_rest()
        assert shop.wrong == [], life.steps
        assert Refund.objects.get(pk=refund.pk).state == way.ends_as, life.steps


def test_a_worker_is_killed_while_its_call_is_under_way(shop):
    """The provider works on it, and nobody is left to hear the answer."""
    refund = shop.owed_with("stall", seconds=2)
    life = shop.nursery.start("work", once=True)
    assert comes_true(lambda: len(shop.provider.all("refund")) == 1)
    life.kill()
    shop.come_to_rest()
    assert shop.wrong == []
    assert Refund.objects.get(pk=refund.pk).state == "succeeded"


def test_a_bench_is_killed_before_each_step_of_counting_and_clicks_again(shop):
    """F01, F02, F05, F07: decided once with its receipt, or not at all."""
    for nth in count(1):
        told = {"number": shop.asked().number, "token": f"token-{nth}"}
        life = shop.nursery.start("receive", at=nth, **told)
        if life.wait() == "ended":
            assert {"INSERT receipt", "INSERT refund", "INSERT refundline", "INSERT transfer"} <= set(life.steps)
            break
        assert Receipt.objects.filter(rma__number=told["number"]).count() == (life.steps[-2:-1] == ["COMMIT"])
        assert shop.nursery.start("receive", **told).wait() == "ended"
    assert Receipt.objects.count() == Refund.objects.count() == nth
    shop.come_to_rest()
    assert shop.wrong == []


def test_a_door_is_killed_before_each_step_of_hearing_and_told_again(shop):
    """F26: Stripe tells again what was not answered with 200."""
    for nth in count(1):
        shop.owed("pending > succeeded@60")
        shop.worked()
        shop.pass_time(100)
        news = shop.news()
        life = shop.nursery.start("hear", at=nth, news=news)
        if life.wait() == "ended":
            assert "INSERT gatewayevent" in life.steps
            break
        assert shop.nursery.start("hear", news=news).wait() == "ended"
        assert GatewayEvent.objects.count() == nth * len(news)
        shop.come_to_rest()
        assert shop.wrong == [], life.steps
