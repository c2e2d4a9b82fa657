"""What watches every request of these tests for queries that repeat themselves by row."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from zeal import NPlusOneError

from returns.models import OrderLine
from tests.people import bought

pytestmark = pytest.mark.django_db


def by_row(_request: HttpRequest) -> HttpResponse:
    return HttpResponse([line.order.number for line in OrderLine.objects.all()])


def at_once(_request: HttpRequest) -> HttpResponse:
    return HttpResponse([line.order.number for line in OrderLine.objects.select_related("order")])


urlpatterns = [path("by-row/", by_row), path("at-once/", at_once)]


@pytest.fixture(autouse=True)
def _only_these_pages(settings) -> None:
    settings.ROOT_URLCONF = __name__
    bought()


def test_a_request_that_asks_anew_for_each_row_fails_its_test(client):
    with pytest.raises(NPlusOneError, match=r"OrderLine\.order"):
        client.get("/by-row/")


def test_one_that_asks_at_once_does_not(client):
    assert client.get("/at-once/").status_code == 200
