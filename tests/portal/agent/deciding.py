"""A desk at work in tests: cases that wait, and what a browser would send of their forms."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from returns.actions.requests import Wish
from returns.importing.data import OrderData
from returns.models import RMA, RMAState
from tests.people import NOW, asked, bought, jana_order

LONG_AGO = NOW - timedelta(days=200)


def old_order(number: str = "A-1001", **changes: Any) -> OrderData:
    """Delivered and told of all rights half a year ago: policy refuses, the law is silent."""
    old = {"delivered": LONG_AGO, "placed_at": LONG_AGO - timedelta(days=3), "notice_given_at": LONG_AGO}
    return jana_order(number, **{**old, **changes})


def waiting(number: str = "A-1001", *wishes: Wish, at=NOW, **changes: Any) -> RMA:
    """An exception; a policy of a few days must have been promised."""
    rma = asked(bought(old_order(number, **changes)), *wishes, at=at)
    assert rma.state == RMAState.IN_REVIEW
    return rma


def shown(desk: Client, rma: RMA) -> Any:
    return desk.get(reverse("agent:case", args=[rma.number]))


def typed(desk: Client, rma: RMA, form: str, **changes: Any) -> dict[str, Any]:
    """The fields of one form of the case page as they are preset, with these typed over."""
    preset = shown(desk, rma).context["forms"][form]
    fields = {name: preset[name].value() for name in preset.fields}
    return {**{name: "" if value is None else value for name, value in fields.items()}, **changes}


def sent(desk: Client, rma: RMA, noun: str, fields: dict[str, Any]) -> Any:
    return desk.post(reverse(f"agent:{noun}", args=[rma.number]), fields)
