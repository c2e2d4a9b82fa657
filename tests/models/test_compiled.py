"""Conditions and sums whose SQL is made once."""

import pytest
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum

from returns.models import Order, OrderLine
from returns.models.compiled import Compiled
from tests.people import MUG, bought, jana_order

pytestmark = pytest.mark.django_db


def of_it():
    return OrderLine.objects.filter(order=OuterRef("pk"))


def several() -> Q:
    return Q(Exists(of_it().filter(quantity__gte=3)), currency="EUR")


def pieces() -> models.Subquery:
    return models.Subquery(of_it().order_by().values("order").annotate(all=Sum("quantity")).values("all"))


SEVERAL, PIECES = Compiled(several, models.BooleanField()), Compiled(pieces, models.BigIntegerField())


@pytest.fixture
def two():
    """(an order of three shirts and a mug, one of a mug alone)."""
    return bought(), bought(jana_order("A-1002", lines=[MUG], discounts=()))


def test_a_condition_finds_what_its_words_find(two):
    shirts, mug = two
    assert Order.objects.filter(SEVERAL).get() == Order.objects.filter(several()).get() == shirts
    assert Order.objects.filter(~SEVERAL).get() == mug
    assert Order.objects.filter(SEVERAL | Q(pk=mug.pk)).count() == 2
    assert not Order.objects.filter(SEVERAL, pk=mug.pk).exists()


def test_a_sum_is_read_and_compared(two):
    shirts, mug = two
    orders = Order.objects.annotate(pieces=PIECES)
    assert dict(orders.values_list("pk", "pieces")) == {shirts.pk: 4, mug.pk: 1}
    assert orders.filter(pieces__gt=F("pk") * 0 + 1).get() == shirts


def test_the_words_are_asked_for_once(two):
    asked = []

    def words() -> Q:
        asked.append(several)
        return several()

    condition = Compiled(words, models.BooleanField())
    found = [(Order.objects.filter(condition).count(), Order.objects.filter(~condition).count()) for _time in range(3)]
    assert found == [(1, 1)] * 3
    assert asked == [several]


def test_where_its_table_has_another_name_it_is_refused(two):
    of_many = Order.objects.annotate(pieces=PIECES).filter(pieces=4, pk=OuterRef("order"))
    with pytest.raises(AssertionError, match="pieces knows its table by one name"):
        OrderLine.objects.filter(Exists(of_many)).exists()
