"""`manage.py backtest --window N`: what a policy would have made of the returns of the past; writes nothing."""

import gzip
import json
import sys
import zlib
from argparse import ArgumentTypeError
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from returns.analytics.backtest import LISTED, WORDS, Change, Count, Days, Difference, Report, Trial, backtest
from returns.analytics.stored import stored_past
from returns.analytics.trying import Candidate, Judged, candidate, window
from returns.importing.data import OrderData
from returns.importing.faults import RowFault, of_fault
from returns.importing.own import OrdersFile
from returns.management.past import Faulty, FiledPast, read_returns
from returns.models import Policy
from returns.policy.currencies import EXPONENTS, major_units
from returns.policy.facts import Answer
from returns.policy.law import LAW, Law
from returns.policy.reasons import Reason

DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)


class Command(BaseCommand):
    help = "Try policies on past returns: accepted, referred, refused, and what that costs. The first is compared with."
    requires_system_checks = []  # no page takes part, and a try should not wait for them to be looked at

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--orders", type=Path, help="orders as CSV, see import_orders; otherwise the stored ones")
        parser.add_argument(
            "--returns", type=Path, help="CSV of reference, requested_at, order_number, line_id, quantity"
        )
        parser.add_argument(
            "--window",
            type=int,
            action="append",
            dest="tried",
            metavar="N",
            help="a policy of so many days; repeatable",
        )
        parser.add_argument(
            "--policy",
            action="append",
            dest="tried",
            metavar="KEY[:VERSION]",
            help="a stored policy, its newest version unless told, as though always in force; KEY+KEY tries several "
            "together; repeatable",
        )
        parser.add_argument("--policy-only", action="store_true", help="leave the statutory rights aside")
        parser.add_argument(
            "--law-of",
            type=_day,
            metavar="DATE",
            help="judge by the law in force on that day instead of that of each order's day",
        )
        parser.add_argument(
            "--from", type=_day, dest="first", metavar="DATE", help="count returns asked for from that day on"
        )
        parser.add_argument(
            "--until", type=_day, dest="last", metavar="DATE", help="count returns asked for until that day"
        )
        parser.add_argument(
            "--changes",
            type=int,
            default=LISTED,
            metavar="N",
            help="how many changed returns to list of each comparison (default: %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--expect", type=Path, help="a JSON file to compare the windows with; a difference exits 1")

    def handle(self, **options: Any) -> None:
        candidates = [_candidate(named) for named in options["tried"] or ()]
        if not candidates:
            raise CommandError("Name what to try: --window or --policy.")
        if (options["orders"] is None) != (options["returns"] is None):
            raise CommandError("--orders and --returns belong together.")
        if options["policy_only"] and options["law_of"]:
            raise CommandError("--policy-only leaves the law aside, so there is none of a day: drop --law-of.")
        days = Days(options["first"] or date.min, options["last"] or date.max)
        if days.last < days.first:
            raise CommandError("--until: give a day that is not before --from.")
        expected = _expected(options["expect"]) if options["expect"] else None
        self._faults = 0
        law = None if options["policy_only"] else LAW.of(options["law_of"]) if options["law_of"] else LAW
        report, missing = self._backtest(candidates, law, days, **options)
        if options["json"]:
            self.stdout.write(
                json.dumps(report.as_json() | {"law_of": _iso(options["law_of"]), "returns_without_order": missing})
            )
        else:
            self.stdout.write("\n".join(_told(report)))
        if report.too_old_for_law:
            self.stderr.write(
                f"The law changes nothing: {report.before_law:,} of {report.orders:,} orders are older than what is "
                "known of their country's law. --law-of DATE judges by the law of that day."
            )
        if missing:
            self.stderr.write(f"{missing:,} returns are of orders that were not read; they are not counted.")
        if expected is not None:
            _compare(report, options["tried"], expected)
        if missing or self._faults:
            sys.exit(1)

    def _backtest(
        self,
        candidates: list[Candidate],
        law: Law | None,
        days: Days,
        *,
        orders: Path | None,
        changes: int,
        **options: Any,
    ) -> tuple[Report, int]:
        """The report, and how many returns of the file are of orders that were not read."""
        if orders is None:
            return backtest(stored_past(), candidates, law, changes, days), 0
        try:
            with _opened(options["returns"]) as stream:
                asked = read_returns(stream)
            with _opened(orders) as stream:
                past = FiledPast(self._good(orders, stream, asked), asked, lambda: _sound(orders, asked))
                report = backtest(past, candidates, law, changes, days)
        except OSError as error:
            raise CommandError(f"{error.filename or orders}: {error.strerror or error}") from error
        except DAMAGED as error:
            raise CommandError("A compressed file is damaged.") from error
        except Faulty as error:
            raise CommandError(f"{options['returns']}: {error}") from error
        return report, sum(len(returns) for returns in past.missing.values())

    def _good(self, file: Path, stream: IO[bytes], asked: Collection[str]) -> Iterator[OrderData]:
        """The sound orders with returns; the faults of all go to stderr."""
        orders = OrdersFile(stream, asked)
        with tqdm(total=len(asked), unit=" orders", file=self.stderr, disable=None, leave=False) as bar:
            for found in orders:
                if isinstance(found, RowFault):
                    self._faults += 1
                    tqdm.write(f"{file}:{found.row}: {of_fault(found)}", file=self.stderr)
                else:
                    bar.update()
                    yield found.data


def _sound(file: Path, asked: Collection[str]) -> Iterator[OrderData]:
    """The sound orders with returns once more; what is wrong with the others has been told."""
    with _opened(file) as stream:
        yield from (found.data for found in OrdersFile(stream, asked) if not isinstance(found, RowFault))


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file)) if file.suffix == ".gz" else file.open("rb")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise ArgumentTypeError(f"{typed!r} is no day such as 2026-11-30") from error


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _candidate(named: int | str) -> Candidate:
    if isinstance(named, str):
        policies = [_stored(one) for one in named.split("+")]
        name = "+".join(f"{policy.key}:{policy.version}" for policy in policies)
        return candidate(name, *(policy.terms for policy in policies))
    if named < 0:
        raise CommandError("--window: give a number of days, 0 or more.")
    return window(named)


def _stored(named: str) -> Policy:
    key, _colon, version = named.partition(":")
    versions = Policy.objects.filter(key=key).order_by("-version")
    if version:
        versions = versions.filter(version=version) if version.isdecimal() else versions.none()
    if policy := versions.first():
        return policy
    raise CommandError(f"--policy: there is no policy {named}.")


# --- for people to read -------------------------------------------------------------------------


def _told(report: Report) -> Iterator[str]:
    by = "the promise alone" if report.policy_only else "promise and law"
    yield f"{report.returns:,} returns with {report.lines:,} lines of {report.orders:,} orders, judged by {by}."
    for trial in report.trials:
        yield from _told_trial(trial)
    for difference in report.differences:
        yield from _told_difference(difference)


def _told_trial(trial: Trial) -> Iterator[str]:
    yield f"\n{trial.tried.name:<13} {'returns':>9} {'lines':>9} {'units':>11}  goods"
    for outcome, count in trial.counts.items():
        if count.returns or outcome != "impossible":
            yield _row(WORDS[outcome], count)
    if trial.by_law:
        yield _row("law forbids", trial.forbidden)
    yield f"  fees kept   {_money(trial.fees)}"
    yield f"  refund      {_money(trial.refund)}"
    if trial.by_law:
        yield from _told_difference(trial.by_law)


def _row(word: str, count: Count) -> str:
    return f"  {word:<11} {count.returns:>9,} {count.lines:>9,} {count.units:>11,}  {_money(count.goods)}"


def _told_difference(difference: Difference) -> Iterator[str]:
    rules = ", ".join(f"{rule} {returns:,}" for rule, returns in difference.rules.most_common()) or "none"
    yield f"\n{difference.before} -> {difference.after}"
    yield f"  returns {difference.returns:,}, lines {difference.lines:,}, refund {_money(difference.refund, '+')}"
    yield f"  rules: {rules}"
    for change in difference.changes:
        yield from _told_change(change)
    if unlisted := difference.returns - len(difference.changes):
        yield f"  and {unlisted:,} more (--changes)"


def _told_change(change: Change) -> Iterator[str]:
    before, after = change.before, change.after
    money = _money({change.currency: after.refund - before.refund}, "+")
    at = change.asked.at.isoformat(timespec="minutes")
    by = ", ".join(change.rules) or "the same reasons"
    yield f"  {change.asked.reference} of {change.order}, {at}: {before.answer} -> {after.answer}, {money}, by {by}"
    for was, now in change.lines:
        yield f"    line {was.ask.line}, units {was.ask.units:,}: {_side(was)}"
        yield f"      -> {_side(now)}"


def _side(line: Judged) -> str:
    return "; ".join([str(line.answer), *map(_reason, line.reasons)])


def _reason(reason: Reason) -> str:
    return " ".join([reason.code, *(f"{name}={value}" for name, value in reason.values.items())])


def _money(amounts: Mapping[str, int], sign: str = "") -> str:
    return ", ".join(_amount(amount, currency, sign) for currency, amount in sorted(amounts.items())) or "0"


def _amount(amount: int, currency: str, sign: str) -> str:
    """Nobody knows the decimals of a currency that ISO 4217 does not have."""
    if currency not in EXPONENTS:
        return f"{amount:{sign},} minor units of {currency}"
    return f"{major_units(amount, currency):{sign},} {currency}"


# --- for a script to compare --------------------------------------------------------------------


def _expected(file: Path) -> Mapping[str, Any]:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{file}: {error}") from error


def _compare(report: Report, tried: Sequence[int | str], expected: Mapping[str, Any]) -> None:
    """Raises CommandError (exit status 1) with every difference; refunds are expected in one currency."""
    pairs = {"returns": (report.returns, expected["returns"]), "lines": (report.lines, expected["return_lines"])}
    for named, trial in zip(tried, report.trials, strict=True):
        if isinstance(named, int):
            pairs |= _pairs(trial, expected["windows"].get(str(named), {}))
    differences = [f"{name}: {got} is not {want}" for name, (got, want) in pairs.items() if got != want]
    if differences:
        raise CommandError("; ".join(differences))


def _pairs(trial: Trial, window: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    accepted, refunds = trial.counts[Answer.ACCEPT], list(trial.refund.values())
    got = {
        "returns": accepted.returns,
        "return_lines": accepted.lines,
        "refund": refunds[0] if len(refunds) == 1 else dict(trial.refund),
    }
    return {f"{trial.tried.name} {name}": (value, window.get(name)) for name, value in got.items()}
