"""One seed from the first order to the last check."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest import mock

from django.db import connection
from django.test import override_settings

from returns import tasks
from returns.actions import orders as order_actions
from returns.models import SYSTEM
from tests.simulator import acts, desk, orders
from tests.simulator.acts import ACTS, SEEN, Shop, grant
from tests.simulator.checks import always, broken
from tests.simulator.outcome import Outcome
from tests.simulator.post import SECRET, Post
from tests.simulator.provider import API_KEY, provider
from tests.simulator.wire import EFFECT_WITHIN, REFUSING_ALL, connected
from tests.simulator.world import LOOKED_AT, Mood, World

WEATHER = (*REFUSING_ALL, "outage")
TASKS = {task.name: task for task in tasks.TASKS if task.name not in {"stray photos", "old answers"}}
STEPS = (6, 10, 14, 22, 38)  # of trouble: most schedules are short, so that there are many; some are long
OFTEN = {"refunds": 12, "provider events": 8, "reconciliation": 4}

# What passes in the quiet time before each round: first until keys and absences have aged, then until banks,
# shoppers and reconciliations have, and then what they left.
RECONCILING = {"reconciliation", "nightly reconciliation"}
SEASON, LAST = timedelta(days=10), timedelta(minutes=20)
ASKED_AFTER = {SEASON: TASKS.keys() - {"breaks"}, LAST: {"breaks"}}  # whether they are known to have work or not
QUIET = [
    *(timedelta(seconds=seconds) for seconds in (0, 60, 301, 301, 961, 961, 3600, 7200, 90_000, 961, 961)),
    timedelta(days=3),
    *[timedelta(days=12)] * 4,  # a bank may take a month, and a missed event can be read for one
    SEASON,
    *[timedelta(minutes=16)] * 3,
    LAST,
]
ENDLESS = 300  # pieces of work of one task in one round


def play(seed: int, reset: Callable[[], None], *, http: bool = False) -> Outcome:
    """The schedule of this seed, the quiet time after it, and the checks."""
    with played(seed, reset, http=http) as world:
        wrong = [*world.errors, *broken(world)]
    return Outcome(seed, tuple(wrong), tuple(world.trace), world.counts)


@contextmanager
def played(seed: int, reset: Callable[[], None], *, http: bool = False) -> Iterator[World]:
    """The world as it is after the quiet time, with its provider still there to be asked."""
    reset()
    with _settled(seed), provider(seed, http=http) as stripe:
        draw = random.Random(seed)  # noqa: S311  a schedule, not a secret
        world = World(seed, draw, stripe, stripe.start, Mood.drawn(draw))
        with mock.patch.object(tasks, "gateway", return_value=connected(world)):
            _Schedule(world).play()
        yield world


@contextmanager
def _settled(seed: int) -> Iterator[None]:
    """The settings of a shop at the stand-in, and names that a seed repeats."""
    names = random.Random(-seed)  # noqa: S311
    with (
        override_settings(
            STRIPE_API_KEY=API_KEY,
            STRIPE_WEBHOOK_SECRET=SECRET,
            MAILERS={"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}},
        ),
        mock.patch("secrets.token_hex", lambda size=32: names.randbytes(size).hex()),
        mock.patch("secrets.choice", names.choice),
    ):
        yield


class _Schedule:
    def __init__(self, world: World) -> None:
        self._world = world
        self._post = Post(world)
        self._asked = dict.fromkeys(TASKS, world.now)
        self._tasks = {name: task for name, task in TASKS.items() if name != "letters" or world.mood.letters}

    def play(self) -> None:
        world = self._world
        world.say(f"seed {world.seed}: {world.mood}")
        self._shop = self._opened()
        connection.execute_wrappers.append(world.statement)
        try:
            for number in range(1, world.draw.randint(1, 3) + 1):
                world.hire(number)
            if world.chance(0.8):  # else little money would be on its way in a short schedule
                self._does(acts.ask)
                self._does(acts.receive)
            for _step in range(world.draw.choice(STEPS)):
                self._step()
            self._stop_trouble()
        finally:
            for strand in world.strands:
                strand.end()
            connection.execute_wrappers.remove(world.statement)
        self._quiet()

    def _opened(self) -> Shop:
        world = self._world
        desk.hire_staff()
        choices = orders.promise(world.draw, world.now)
        told = [
            orders.drawn(world.draw, number, world.provider, world.now)
            for number in range(1, world.draw.choice((1, 1, 2, 3)) + 1)
        ]
        order_actions.load(told, by=SYSTEM, at=world.now)
        world.count("orders", len(told))
        return Shop(told, returns=world.draw.randint(1, 4), resolutions=choices)

    # --- trouble ---------------------------------------------------------------------------------

    def _step(self) -> None:
        world = self._world
        often = (4, 24, 6, 1, 0.3) if "refunds" in world.waiting() else (16, 4, 6, 1, 0.3)
        kind = world.draw.choices(("person", "worker", "post", "weather", "forgery"), often)[0]
        if kind == "person":
            self._person_acts()
        elif kind == "worker":
            self._worker_acts()
        elif kind == "post" and self._post.due:
            self._post.deliver_one()
        elif kind == "weather":
            self._weather_turns()
        elif kind == "forgery":
            self._post.forge()
        self._post.collect()
        self._pass_time()
        for wrong in always(world):
            world.wrong(wrong)
        world.count("steps")

    def _person_acts(self) -> None:
        """Most of what people want is not to be had; then somebody else tries."""
        if not any(self._somebody_acts() for _try in range(3)):
            self._world.count("idle")

    def _somebody_acts(self) -> bool:
        """Mostly something that is seen to wait; now and then whatever comes to mind, which mostly is refused."""
        world = self._world
        weights = ACTS | {grant: 12} if world.mood.generous else ACTS
        if world.chance(0.9):
            seen = world.there_are({act.__name__: rows for act, rows in SEEN.items()})
            weights = {act: often for act, often in weights.items() if act not in SEEN or act.__name__ in seen}
        return self._does(world.draw.choices(list(weights), list(weights.values()))[0])

    def _does(self, act: acts.Act) -> bool:
        world = self._world
        with world.fused():
            done = world.attempt(act.__name__.replace("_", " "), lambda: act(world, self._shop))
        if done is not None:
            world.count(f"acts: {act.__name__.replace('_', ' ')}")
        return done is not None

    def _worker_acts(self) -> None:
        world = self._world
        strand = world.draw.choice(world.strands)
        if strand.held:
            world.go_on(strand, killed=world.chance(0.3))
            return
        due = self._due()
        if not due or (not OFTEN.keys() & due and world.chance(0.85)):
            self._person_acts()
            return
        name = world.draw.choices(due, [OFTEN.get(name, 1) for name in due])[0]
        self._asked[name] = world.now
        world.start(strand, name, self._tasks[name].step)
        world.count(f"tasks: {name}")

    def _due(self) -> list[str]:
        """The tasks that a worker would take up now: those with work, and those that it has not asked for long."""
        waiting = self._world.waiting()
        return [
            name
            for name, task in self._tasks.items()
            if (name in waiting if name in LOOKED_AT else self._world.now - self._asked[name] >= task.every)
        ]

    def _weather_turns(self) -> None:
        world = self._world
        if world.weather:
            world.say(f"over: {world.weather.pop()}")
        elif world.chance(world.mood.weather * 10):
            world.weather.add(world.draw.choice(WEATHER))
            world.say(f"begins: {', '.join(world.weather)}")
            world.count(f"weather: {', '.join(world.weather)}")

    def _pass_time(self) -> None:
        """Nobody is held for longer than a call has its effect."""
        world = self._world
        gap = world.draw.choice(world.mood.gaps)
        for strand in world.held():
            while strand.held and world.seconds_since(strand.begun) + gap > EFFECT_WITHIN:
                world.go_on(strand, killed=world.chance(0.3))
        world.pass_time(timedelta(seconds=gap))

    def _stop_trouble(self) -> None:
        world = self._world
        world.weather.clear()
        forever = world.mood.lost_events == 1  # the endpoint is gone for good
        world.mood = replace(world.mood, late_events=0, lost_events=int(forever))
        world.say("the quiet time begins")
        for strand in world.strands:
            while strand.held:
                world.go_on(strand)
            strand.fuse = None
        desk.clear_up(world)
        acts.end_disputes(world)

    # --- the quiet time --------------------------------------------------------------------------

    def _quiet(self) -> None:
        """Books are compared where news was lost, and where refunds wait: nothing is sent on old knowledge."""
        world, unread = self._world, set[str]()
        for gap in QUIET:
            world.pass_time(gap)
            self._post.collect()
            self._post.deliver_all()
            asked, due = ASKED_AFTER.get(gap, set()), self._due()
            if self._post.lost or "refunds" in due:
                self._post.lost, unread = False, set(RECONCILING)
            for name, task in self._tasks.items():
                if name in asked or (name in due and (name in LOOKED_AT or name in unread)):
                    self._asked[name] = world.now
                    self._sweep(name, task)
                    unread.discard(name)

    def _sweep(self, name: str, task: tasks.Task) -> None:
        """All that waits for this task; more than a schedule can leave is a task that never ends."""
        world = self._world
        for _piece in range(ENDLESS):
            if not world.attempt("", lambda: task.step(world.now)):
                return
            world.say(f"quiet: {name}")
            if name in LOOKED_AT and name not in world.waiting():
                return
        world.wrong(f"quiet: {name} finds no end")
