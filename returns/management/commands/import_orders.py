"""`manage.py import_orders FILE`: bring a shop's orders in from CSV; running it twice changes nothing."""

import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from returns import sentences
from returns.actions import orders
from returns.actions.orders import Loaded
from returns.importing.faults import RowFault, of_fault
from returns.importing.own import OrdersFile, ReadOrder
from returns.models import SYSTEM

DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


class Command(BaseCommand):
    help = "Load orders from a CSV file, plain or gzipped; a bad row keeps its whole order out, the others are loaded."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="a .csv or .csv.gz file in the form that the README describes")
        parser.add_argument(
            "--batch", type=int, default=500, help="how many orders one transaction loads (default: %(default)s)"
        )

    def handle(self, *, file: Path, batch: int, **_options: Any) -> None:
        if batch < 1:
            raise CommandError("--batch: give a number of at least 1.")
        self._file = file
        self._kept_out: set[str] = set()
        self._faults = 0
        try:
            with _opened(file) as stream:
                loaded = self._load(OrdersFile(stream), batch)
        except DAMAGED as error:
            raise CommandError(f"{file}: the compressed file is damaged; nothing was loaded.") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(
            f"{loaded.created} created, {loaded.updated} updated, {loaded.unchanged} unchanged, "
            f"{len(self._kept_out)} kept out."
        )
        if self._faults:
            sys.exit(1)

    def _load(self, file: OrdersFile, batch: int) -> Loaded:
        loaded = Loaded()
        with tqdm(total=len(file), unit=" orders", disable=None, leave=False) as bar:
            for good in batched(self._good(file), batch):
                loaded += self._load_batch(good)
                bar.update(len(good))
        return loaded

    def _good(self, file: OrdersFile) -> Iterator[ReadOrder]:
        for found in file:
            if isinstance(found, RowFault):
                self._report(found.row, of_fault(found), found.order)
            else:
                yield found

    def _load_batch(self, good: Sequence[ReadOrder]) -> Loaded:
        loaded, refused = orders.load_good([found.data for found in good], by=SYSTEM, at=timezone.now())
        for found in good:
            if why := refused.get(found.data.number):
                self._report(found.row, sentences.of_refusal(why), found.data.number)
        return loaded

    def _report(self, row: int, why: str, order: str) -> None:
        self._faults += 1
        if order:
            self._kept_out.add(order)
        with tqdm.external_write_mode():
            self.stderr.write(f"{self._file}:{row}: {order + ': ' if order else ''}{why}")


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file)) if file.suffix == ".gz" else file.open("rb")
