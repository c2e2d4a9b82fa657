"""A return's label as both doors give it away."""

import pytest

from portal.labels import FORMATS, drawn, label_of, spoken
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.models import RMA, RMAState
from tests.people import asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def rma() -> RMA:
    promised(30)
    return asked(bought())


def test_it_carries_the_shop_and_the_number_and_nothing_of_the_shopper(rma, settings):
    settings.SHOP_ADDRESS = ["Warehouse 3", "Dlouhá 12", "110 00 Praha 1"]
    content = label_of(rma)
    assert (content.number, content.order, content.sender) == (rma.number, "A-1001", "")
    assert content.address == ("Warehouse 3", "Dlouhá 12", "110 00 Praha 1")
    assert "Nováková" not in repr(content)


def test_it_speaks_the_language_of_the_return(rma):
    assert (label_of(rma).country, label_of(rma).date) == ("Česko", "10. listopadu 2026 (úterý)")
    rma.locale = "en"
    assert (label_of(rma).country, label_of(rma).date) == ("Czechia", "Tuesday, 10 November 2026")


def test_a_language_that_the_portal_does_not_speak_becomes_the_shop_s():
    assert [spoken(locale) for locale in ("cs-CZ", "en", "tlh", "", "../..")] == ["cs", "en", "en", "en", "en"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_a_file_of_its_kind(rma, format):
    content, media_type = drawn(rma, format)
    starts = {"application/pdf": b"%PDF", "image/png": b"\x89PNG"}
    assert content.startswith(starts[media_type])
    assert media_type == ("image/png" if format == "qr" else "application/pdf")


def test_the_same_return_has_the_same_label_twice(rma):
    assert drawn(rma, "a6") == drawn(RMA.objects.get(), "a6")


def test_a_return_that_waits_for_an_agent_has_none(rma):
    order = bought(jana_order("A-1002", delivered=None))
    waiting = asked(order, Wish("1", 1))
    with pytest.raises(Refused) as refused:
        drawn(waiting, "a6")
    assert (refused.value.code, refused.value.values) == ("rma_not_sendable", {"state": RMAState.IN_REVIEW})
