"""The bench photographs what arrived damaged, and sees no price."""

import pytest
from django.urls import reverse

from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, Photo
from tests import pictures
from tests.people import arrived, asked, bought, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(logged_in, wanda):
    return logged_in(wanda)


@pytest.fixture
def rma() -> RMA:
    promised()
    rma = asked(bought(), Wish("1", 2, "too_small"), Wish("2", 1))
    arrived(rma, Count("1", fine=1, damaged=1, grade="D"), Count("2", fine=1))
    return rma


def send(bench, rma, *files):
    (line,) = rma.receipts.get().lines.filter(damaged__gt=0)
    address = reverse("warehouse:photos", args=[rma.number, 1, line.pk])
    return bench.post(address, {"photos": list(files)}, follow=True)


def test_what_is_damaged_may_be_photographed(bench, rma):
    page = send(bench, rma, pictures.sent(), pictures.sent())
    assert [line.damaged for line in page.context["harmed"]] == [1]
    assert "2 photos so far." in page.content.decode()
    assert Photo.objects.exclude(counted=None).count() == 2


def test_what_is_no_photo_is_said(bench, rma):
    page = send(bench, rma, pictures.sent(b"no photo"))
    assert "This file cannot be read as a photo." in page.content.decode()
    assert not Photo.objects.exists()


def test_the_bench_reads_no_price(bench, rma):
    words = send(bench, rma, pictures.sent()).content.decode()
    assert "€" not in words
    assert "96.72" not in words


def test_a_line_of_another_return_is_not_found(bench, rma):
    (line,) = rma.receipts.get().lines.filter(damaged__gt=0)
    assert bench.post(reverse("warehouse:photos", args=["AAAA-AAAA-A", 1, line.pk])).status_code == 404
