"""An order of a file is judged by the same facts as the same order in the books."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from returns.importing.data import ParcelData
from returns.management.past import facts, paid
from tests.people import MUG, NOW, SHIRT, bought, jana_order

BOUGHT = {
    "with all that a file may say": {"discounts": ()},
    "not delivered": {"discounts": (), "delivered": None},
    "in two parcels": {
        "discounts": (),
        "parcels": (
            ParcelData((("1", 2),), shipped_at=NOW - timedelta(days=5), possession_at=NOW - timedelta(days=3)),
            ParcelData((("1", 1), ("2", 1)), shipped_at=NOW - timedelta(days=4)),
        ),
    },
    "by a business that nobody told of its rights": {
        "discounts": (),
        "business": True,
        "notice_given_at": None,
        "notice_known": False,
    },
    "of goods that the law or the shop excepts": {
        "discounts": (),
        "lines": (replace(SHIRT, exception="c"), replace(MUG, final_sale=True, discount=95)),
    },
    "from nobody knows where": {"discounts": (), "country": ""},
}


@pytest.mark.django_db
@pytest.mark.parametrize("changes", BOUGHT.values(), ids=BOUGHT)
def test_a_file_and_the_books_know_the_same_of_an_order(changes: dict[str, Any]) -> None:
    data = jana_order(**changes)
    order = bought(data)
    lines = list(order.lines.prefetch_related("parcel_lines__parcel"))
    assert facts(data) == order.facts(lines, {})
    assert paid(data) == {line.line_id: line.paid for line in lines}
