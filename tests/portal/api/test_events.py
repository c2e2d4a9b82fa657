"""The events, in order, none left out."""

from datetime import timedelta

import pytest
import time_machine

from returns.models import SHOPPER, Event, Order
from tests.people import NOW, asked, bought, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("_today")
def test_what_happened_is_told_in_order(shop):
    promised(30)
    rma = asked(bought())
    [created] = Event.objects.filter(kind="order.created")
    events = shop.get("/events", after=created.pk - 1).json()
    assert [event["type"] for event in events["data"]] == [
        "order.created",
        "rma.requested",
        "rma.approved",
        "label.created",
    ]
    requested = Event.objects.get(kind="rma.requested")
    assert events["data"][1] == {
        "id": str(requested.pk),
        "type": "rma.requested",
        "at": "2026-11-10T12:00:00Z",
        "order": "A-1001",
        "return": rma.number,
        "refund": None,
        "actor": {"kind": "shopper", "id": ""},
        "data": {"items": 1},
    }
    assert events["after"] == events["data"][-1]["id"]


def test_asking_goes_on_where_it_ended(shop):
    promised(30)
    asked(bought())
    seen, after = [], "0"
    while page := shop.get("/events", after=after, limit=3).json()["data"]:
        seen += [event["id"] for event in page]
        after = page[-1]["id"]
    assert seen == [str(pk) for pk in Event.objects.values_list("pk", flat=True)]
    assert shop.get("/events", after=after).json() == {"data": [], "after": after}


def test_an_event_is_held_back_while_an_earlier_one_may_still_be_written(shop):
    order = bought()
    [first] = Event.objects.all()
    with time_machine.travel(NOW, tick=False):
        late = event(order, first.pk + 2, at=NOW)
        assert [found["id"] for found in shop.get("/events", after=first.pk - 1).json()["data"]] == [str(first.pk)]
        early = event(order, first.pk + 1, at=NOW)
        assert [found["id"] for found in shop.get("/events", after=first.pk).json()["data"]] == [early, late]


def test_an_event_after_a_number_that_stays_missing_is_told_a_little_later(shop):
    order = bought()
    [first] = Event.objects.all()
    late = event(order, first.pk + 2, at=NOW)
    with time_machine.travel(NOW + timedelta(seconds=16), tick=False):
        assert [found["id"] for found in shop.get("/events", after=first.pk).json()["data"]] == [late]


def event(order: Order, pk: int, *, at) -> str:
    made = Event.objects.create(pk=pk, kind="order.updated", at=at, order=order, actor_kind=SHOPPER.kind)
    return str(made.pk)


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"after": 2**63}, {"limit": 1000}, {"before": 1}])
def test_a_place_that_does_not_fit_is_refused(shop, query):
    answer = shop.get("/events", **query)
    assert (answer.status_code, [*answer.json()["error"]["fields"]]) == (400, [*query])
