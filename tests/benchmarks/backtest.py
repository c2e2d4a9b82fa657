"""Microseconds per return of a backtest over files of 1x, 3x and 10x: `python -m tests.benchmarks.backtest`.

The tenfold file is the same shop with its orders renumbered, so the work per return is the same and a cost that
grows shows as a ratio above 1. Reading is measured with it; judging is measured apart over the parsed orders.
"""

import io
import os
from collections.abc import Container, Iterator
from functools import partial
from time import process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from returns.analytics.backtest import backtest  # noqa: E402
from returns.analytics.trying import window  # noqa: E402
from returns.importing.data import OrderData  # noqa: E402
from returns.importing.own import OrdersFile, ReadOrder  # noqa: E402
from returns.management.past import FiledPast, read_returns  # noqa: E402

ORDERS, LINES, RETURNED_EVERY = 800, 20, 5  # as many lines an order and orders a return as a real shop has
TIMES = (1, 3, 10)
ROUNDS = 3
ORDER_COLUMNS = (
    "order_number,placed_at,delivered_at,email,customer_name,country,currency,shipping,"
    "line_id,sku,product_name,quantity,unit_price\n"
)
RETURN_COLUMNS = "reference,requested_at,order_number,line_id,quantity\n"


def order_rows(number: str, day: int) -> Iterator[str]:
    moment = f"2026-01-{day:02}T09:00:00+00:00"
    for line in range(1, LINES + 1):
        yield f"{number},{moment},{moment},shopper@example.com,Shopper,GB,GBP,4.95,{line},SKU-{line},Goods,12,2.55\n"


def return_rows(number: str, day: int) -> Iterator[str]:
    for line in (1, 7):
        yield f"R-{number},2026-02-{day:02}T09:00:00+00:00,{number},{line},3\n"


def shop(times: int) -> tuple[bytes, bytes, int]:
    """The orders file, the returns file, and how many returns it has."""
    numbers = [(f"{copy}-{order}", 1 + order % 28) for copy in range(times) for order in range(ORDERS)]
    returned = numbers[::RETURNED_EVERY]
    orders = "".join([ORDER_COLUMNS, *(row for number, day in numbers for row in order_rows(number, day))])
    returns = "".join([RETURN_COLUMNS, *(row for number, day in returned for row in return_rows(number, day))])
    return orders.encode(), returns.encode(), len(returned)


def parsed(orders: bytes, asked: Container[str]) -> Iterator[OrderData]:
    return (found.data for found in OrdersFile(io.BytesIO(orders), asked) if isinstance(found, ReadOrder))


def seconds(orders: bytes, returns: bytes, expected: int) -> tuple[float, float]:
    """Processor time of the whole, and of judging alone: the best of some rounds, so that neighbours do not count."""
    whole, judging = [], []
    for _ in range(ROUNDS):
        start = process_time()
        asked = read_returns(io.BytesIO(returns))
        read = list(parsed(orders, asked))
        middle = process_time()
        report = backtest(FiledPast(read, asked, partial(list, read)), [window(30)])
        end = process_time()
        assert (report.returns, report.lines) == (expected, 2 * expected)
        whole.append(end - start)
        judging.append(end - middle)
    return min(whole), min(judging)


if __name__ == "__main__":
    print("file   returns   us per return   of which judging   ratio to 1x")
    first = 0.0
    for times in TIMES:
        orders, returns, count = shop(times)
        whole, judging = (1e6 * each / count for each in seconds(orders, returns, count))
        first = first or whole
        print(f"{times:3}x   {count:7,}   {whole:13,.0f}   {judging:16,.0f}   {whole / first:11.2f}")
