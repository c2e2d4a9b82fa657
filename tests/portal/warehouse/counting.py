"""A bench at work in tests: what a browser would send of a parcel's form."""

from typing import Any

from django.test import Client
from django.urls import reverse

from returns.models import RMA, OrderLine


def shown(bench: Client, rma: RMA, **query: Any) -> Any:
    return bench.get(reverse("warehouse:parcel", args=[rma.number]), query)


def typed(bench: Client, rma: RMA, counts: dict[str, dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """The fields as the page presets them, with these counts typed over: {line id: {field: value}}."""
    counting = shown(bench, rma, parcel=rma.receipts.count() + 1).context["counting"]
    fields = {
        form[name].html_name: "" if form[name].value() is None else form[name].value()
        for form in (*counting.announced, *counting.others)
        for name in form.fields
    }
    parcel = {name: counting.parcel[name].value() or "" for name in counting.parcel.fields}
    keys = dict(OrderLine.objects.filter(order=rma.order).values_list("line_id", "pk"))
    over = {
        f"line-{keys[line]}-{name}": value for line, values in (counts or {}).items() for name, value in values.items()
    }
    return {**fields, **parcel, **over, **changes}


def sent(bench: Client, rma: RMA, fields: dict[str, Any]) -> Any:
    return bench.post(reverse("warehouse:receipts", args=[rma.number]), fields)
