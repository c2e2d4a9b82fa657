"""`manage.py import_orders`: the good orders come in, each bad one is named with file, row and reason."""

import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum

from returns.models import Event, Order, OrderLine, Payment
from tests.importing.test_own import csv, row
from tests.people import asked, bought, jana_order, promised

pytestmark = pytest.mark.django_db
REAL = Path(__file__).parents[3] / "shared" / "data" / "online-retail"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "orders.csv"


def run(file: Path, capsys, **options: int) -> tuple[int, str, list[str]]:
    """(exit status, what it says, the faults it names without their folder)."""
    status = 0
    try:
        call_command("import_orders", file, **options)
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return status, out.strip(), [line.removeprefix(f"{file.parent}/") for line in err.splitlines()]


def test_good_orders_are_loaded_and_counted(file, capsys) -> None:
    file.write_bytes(csv(row(), row(line_id="2"), row(order_number="A-2")))
    assert run(file, capsys) == (0, "2 created, 0 updated, 0 unchanged, 0 kept out.", [])
    assert [(order.number, order.lines.count()) for order in Order.objects.order_by("number")] == [
        ("A-1", 2),
        ("A-2", 1),
    ]


def test_a_gzipped_file_is_read_as_well(tmp_path, capsys) -> None:
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(gzip.compress(csv(row())))
    assert run(file, capsys) == (0, "1 created, 0 updated, 0 unchanged, 0 kept out.", [])


def test_running_twice_changes_nothing(file, capsys) -> None:
    file.write_bytes(csv(row(), row(order_number="A-2")))
    run(file, capsys)
    before = list(Order.objects.order_by("pk").values()), list(OrderLine.objects.order_by("pk").values())
    assert run(file, capsys) == (0, "0 created, 0 updated, 2 unchanged, 0 kept out.", [])
    assert (list(Order.objects.order_by("pk").values()), list(OrderLine.objects.order_by("pk").values())) == before
    assert Event.objects.filter(kind="order.updated").count() == 0


def test_a_changed_order_is_updated_and_the_others_are_left_alone(file, capsys) -> None:
    file.write_bytes(csv(row(delivered_at=""), row(order_number="A-2")))
    run(file, capsys)
    file.write_bytes(csv(row(), row(order_number="A-2")))
    assert run(file, capsys)[:2] == (0, "0 created, 1 updated, 1 unchanged, 0 kept out.")


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_a_bad_order_is_named_and_the_good_ones_are_kept(file, capsys, batch: int) -> None:
    file.write_bytes(csv(row(), row(order_number="A-2", quantity="1.5"), row(order_number="A-3")))
    assert run(file, capsys, batch=batch) == (
        1,
        "2 created, 0 updated, 0 unchanged, 1 kept out.",
        ['orders.csv:3: A-2: quantity is "1.5", which is not a whole number of at least 1.'],
    )
    assert set(Order.objects.values_list("number", flat=True)) == {"A-1", "A-3"}


@pytest.mark.parametrize("batch", [1, 500])
def test_an_order_that_contradicts_a_return_is_named_and_the_others_are_kept(file, capsys, batch: int) -> None:
    promised()
    asked(bought(jana_order("A-2")))
    file.write_bytes(csv(row(), row(order_number="A-2"), row(order_number="A-3")))
    assert run(file, capsys, batch=batch) == (
        1,
        "2 created, 0 updated, 0 unchanged, 1 kept out.",
        ["orders.csv:3: A-2: The change contradicts units or money that were already returned."],
    )
    assert Order.objects.get(number="A-2").lines.count() == 2


def test_a_payment_that_is_another_orders_is_named(file, capsys) -> None:
    header = ",".join(
        [
            *["order_number", "placed_at", "delivered_at", "email", "customer_name", "country", "currency"],
            *["shipping", "line_id", "sku", "product_name", "quantity", "unit_price", "payment_reference", "captured"],
        ]
    )
    file.write_bytes(csv(row() + ",pi_1,304.95", row(order_number="A-2") + ",pi_1,304.95", header=header))
    assert run(file, capsys) == (
        1,
        "1 created, 0 updated, 0 unchanged, 1 kept out.",
        ["orders.csv:3: A-2: This payment belongs to another order."],
    )
    assert Payment.objects.get().order.number == "A-1"


def test_a_file_that_is_not_there_is_said_so(tmp_path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_orders", tmp_path / "none.csv")


def test_a_damaged_file_loads_nothing(tmp_path) -> None:
    file = tmp_path / "orders.csv.gz"
    whole = gzip.compress(csv(*(row(order_number=f"A-{number}") for number in range(1_000))))
    for damaged in (whole[:-20], b"no gzip at all"):
        file.write_bytes(damaged)
        with pytest.raises(CommandError, match="nothing was loaded"):
            call_command("import_orders", file)
    assert Order.objects.count() == 0


def test_a_batch_of_nothing_is_refused(file) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("import_orders", file, batch=0)


@pytest.mark.shared
def test_the_real_orders_come_in_whole_and_only_once(capsys) -> None:
    expected = json.loads((REAL / "expected.json").read_text())
    file = REAL / "orders.csv.gz"
    assert run(file, capsys) == (0, "7361 created, 0 updated, 0 unchanged, 0 kept out.", [])
    assert Order.objects.count() == expected["orders"]
    assert OrderLine.objects.count() == expected["order_lines"]
    assert OrderLine.objects.aggregate(total=Sum("paid"))["total"] == expected["goods_value"]
    assert OrderLine.objects.exclude(paid=F("unit_price") * F("quantity")).count() == 0
    assert (
        Order.objects.values("email").distinct().aggregate(shoppers=Count("email"))["shoppers"] == expected["shoppers"]
    )
    assert run(file, capsys) == (0, "0 created, 0 updated, 7361 unchanged, 0 kept out.", [])
