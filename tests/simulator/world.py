"""What a schedule is made of: the clock, the draws, the trace, the counts; who runs, and who is held."""

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, connections

from returns.actions.refusals import Refused
from tests.simulator.provider import Provider
from tests.simulator.strands import Fuse, Killed, Strand
from tests.simulator.wire import CALL_FAULTS, Record

MINUTES = (0, 0, 0, 1, 5, 30, 120, 301)
QUARTERS = (0, 0, 60, 301, 961, 1800)  # of an hour: as long as a proof of absence takes
DAYS = (0, 0, 0, 1, 5, 30, 120, 301, 960, 3600, 6 * 3600, 24 * 3600, 3 * 24 * 3600)
# Tasks of the worker, and how to tell without asking them whether they have work.
LOOKED_AT = {
    "provider events": "gatewayevent WHERE worked_at IS NULL",
    "refunds": "refund WHERE state IN ('due', 'sending', 'uncertain')",
    "refused key": "halt WHERE ended_at IS NULL AND cause = 'key_refused'",
    "valuations": "valuation WHERE valued_at IS NULL",
    "letters": "letter WHERE state = 'owed'",
}
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")  # no statements of the product's


@dataclass(frozen=True, slots=True)
class Mood:
    """Which troubles this seed knows, and how often they come."""

    call_faults: tuple[str, ...]
    faulty: float  # of the calls that make a refund; of looks half as many
    holds: float
    dies: float
    weather: float
    late_events: float
    lost_events: float
    skewed: bool  # whether the workers' clocks differ
    gaps: tuple[int, ...]  # seconds between two steps
    generous: bool
    damaged: float  # of what comes back
    letters: bool

    @classmethod
    def drawn(cls, draw: random.Random) -> "Mood":
        skewed = draw.random() < 0.3
        known = [fault for fault in CALL_FAULTS if not (skewed and fault == "late_504")]
        return cls(
            call_faults=tuple(draw.sample(known, draw.randint(1, len(known)))),
            faulty=draw.choice((0.3, 0.6, 0.9)),
            holds=draw.choice((0, 0.4, 0.7)),
            dies=draw.choice((0, 0.05, 0.15)),
            weather=draw.choice((0, 0, 0.05, 0.1)),
            late_events=draw.choice((0, 0.3, 0.9)),
            lost_events=draw.choice((0, 0.3, 1)),
            skewed=skewed,
            gaps=draw.choice((MINUTES, QUARTERS, DAYS)),
            generous=draw.random() < 0.3,
            damaged=draw.choice((0.1, 0.1, 0.6)),
            letters=draw.random() < 0.05,
        )


@dataclass
class World:
    seed: int
    draw: random.Random
    provider: Provider
    now: datetime
    mood: Mood
    record: Record = field(default_factory=Record)
    strands: list[Strand] = field(default_factory=list)
    running: Strand | None = None
    weather: set[str] = field(default_factory=set)
    trace: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _fuse: Fuse | None = None
    _looking: bool = False

    # --- what is said --------------------------------------------------------------------------

    def say(self, what: str) -> None:
        self.trace.append(f"{self.now:%m-%d %H:%M:%S}  {what}")

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] += by

    def wrong(self, what: str) -> None:
        if what not in self.errors:
            self.errors.append(what)
            self.say(f"WRONG: {what}")

    def chance(self, of_one: float) -> bool:
        return of_one > 0 and self.draw.random() < of_one

    # --- time ----------------------------------------------------------------------------------

    def pass_time(self, by: timedelta) -> None:
        self.now += by
        self.provider.advance(int(by.total_seconds()))

    def seconds_since(self, moment: datetime) -> int:
        return int((self.now - moment).total_seconds())

    def at(self, strand: Strand) -> datetime:
        """The time by this worker's own clock."""
        return self.now + strand.skew

    # --- who runs ------------------------------------------------------------------------------

    def held(self) -> list[Strand]:
        return [strand for strand in self.strands if strand.held]

    def idle(self) -> list[Strand]:
        return [strand for strand in self.strands if not strand.held]

    def hire(self, number: int) -> None:
        """A worker; on SQLite in memory all use the one connection, between transactions alone."""
        shared = connections["default"] if connection.vendor == "sqlite" else None

        if shared:
            shared.inc_thread_sharing()

        def prepare() -> None:
            if shared:
                connections["default"] = shared
            else:
                connection.execute_wrappers.append(self.statement)

        strand = Strand(number, prepare)
        if self.mood.skewed:
            strand.skew = timedelta(minutes=self.draw.choice((-60, -10, 0, 10, 60)))
        self.strands.append(strand)

    def start(self, strand: Strand, name: str, work: Callable[[datetime], Any]) -> None:
        strand.begun, strand.at = self.now, self.at(strand)
        strand.fuse = self.drawn_fuse()
        self._turn(strand, lambda: strand.begin(lambda: self.attempt(f"{strand}: {name}", lambda: work(strand.at))))

    def go_on(self, strand: Strand, *, killed: bool = False) -> None:
        self.say(f"{strand}: {'killed' if killed else 'goes on'} {strand.held}")
        self._turn(strand, lambda: strand.go_on(Killed() if killed else None))

    def _turn(self, strand: Strand, move: Callable[[], None]) -> None:
        self.running = strand
        move()
        self.running = None

    def attempt(self, what: str, work: Callable[[], Any]) -> Any:
        """Do it, as a process does that may be refused, may die, or meet a database that is away."""
        try:
            done = work()
        except Refused as refused:
            self.say(f"{what}: refused, {refused.code}")
            self.count("refused")
        except Killed:
            self.say(f"{what}: KILLED")
            self.count("killed")
        except DatabaseError as error:
            self._meet(error, what)
        except Exception as error:  # noqa: BLE001  whatever the product did not expect
            self.wrong(f"{what}: {_told(error)}")
        else:
            if what:
                self.say(what)
            return done

    def _meet(self, error: DatabaseError, what: str) -> None:
        if "the connection is lost" not in str(error):
            self.wrong(f"{what}: {_told(error)}")
        self.say(f"{what}: THE DATABASE WENT AWAY")
        self.count("database gone")

    # --- the end of a step at one of its statements ---------------------------------------------

    def drawn_fuse(self) -> Fuse | None:
        if not self.chance(self.mood.dies):
            return None
        return Fuse(self.draw.randint(1, 25), after=self.chance(0.5), cut=self.chance(0.3))

    @contextmanager
    def fused(self) -> Iterator[None]:
        """A step of the conductor's own that may die."""
        self._fuse = self.drawn_fuse()
        try:
            yield
        finally:
            self._fuse = None

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's wrapper around every statement."""
        fuse = self.running.fuse if self.running else self._fuse
        if fuse is None or self._looking or sql.startswith(NOT_COUNTED):
            return execute(sql, params, many, context)
        fuse.burn(after=False)
        done = execute(sql, params, many, context)
        fuse.burn(after=True)
        return done

    # --- rows ----------------------------------------------------------------------------------

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        """What the simulator itself looks at; nothing dies of it."""
        self._looking = True
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            names = [column[0] for column in cursor.description]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        self._looking = False
        return found

    def waiting(self) -> set[str]:
        """The tasks of the worker that have work now, or soon: others would only look."""
        return self.there_are(LOOKED_AT)

    def there_are(self, some: Mapping[str, str]) -> set[str]:
        """The names of those of which there are rows: each a table of ours, and perhaps which of its rows."""
        asked = [f"SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM returns_{rows})" for name, rows in some.items()]  # noqa: S608  ours
        return {row["name"] for row in self.rows(" UNION ALL ".join(asked))}

    def only_one_sending(self, payment: str, refund: str) -> bool:
        """Whether of the refunds of this payment this one alone is being sent."""
        sending = self.rows(
            "SELECT r.public_id FROM returns_refund r JOIN returns_payment p ON p.id = r.payment_id"
            " WHERE p.reference = %s AND r.state = 'sending'",
            payment,
        )
        return [row["public_id"] for row in sending] == [refund]


def _told(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename.rpartition('/')[2]}:{last.lineno})"
