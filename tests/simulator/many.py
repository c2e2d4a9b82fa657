"""Many seeds: shared out to processes, each with a database of its own."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from queue import Queue
from urllib.parse import urlsplit

import psycopg

from tests.simulator.outcome import Outcome

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://127.0.0.1:5432/postgres")
AT_ONCE = 20  # seeds that a process is given at a time

_play: Callable[[int], Outcome]
_open = ExitStack()  # as long as the process lives


def outcomes(seeds: range, *, over: str, variant: str) -> Iterator[Outcome]:
    """Each seed's, as they come; `over` is sqlite or postgres."""
    with _databases(over) as urls:
        yield from _outcomes(seeds, urls, variant)


def _outcomes(seeds: range, urls: list[str], variant: str) -> Iterator[Outcome]:
    context = get_context("spawn")
    with context.Manager() as manager:
        waiting = manager.Queue()
        for url in urls:
            waiting.put(url)
        with ProcessPoolExecutor(
            min(len(urls), len(seeds)), context, initializer=_prepare, initargs=(waiting, variant)
        ) as pool:
            parts = [seeds[start : start + AT_ONCE] for start in range(0, len(seeds), AT_ONCE)]
            for done in as_completed([pool.submit(_some, part) for part in parts]):
                yield from done.result()


def _prepare(urls: "Queue[str]", variant: str) -> None:
    """Once a process: Django over its own database, migrated."""
    global _play  # noqa: PLW0603  a process of the pool has no other place
    url = urls.get()
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "CRITICAL"}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.simulator.databases import resetting
    from tests.simulator.schedule import play
    from tests.simulator.variants import VARIANTS

    reset = _open.enter_context(resetting())
    wrong = VARIANTS[variant] if variant else None

    def one(seed: int) -> Outcome:
        with ExitStack() as stack:
            if wrong:
                stack.enter_context(wrong())
            return play(seed, reset, http=url.startswith("postgres"))

    _play = one


def _some(seeds: range) -> list[Outcome]:
    return [_play(seed) for seed in seeds]


@contextmanager
def _databases(over: str) -> Iterator[list[str]]:
    """A database for each process; those on the server are dropped at the end."""
    count = os.cpu_count() or 1
    if over == "sqlite":
        yield ["sqlite:///:memory:"] * count
        return
    names = [f"returns_portal_simulator_{os.getpid()}_{number}" for number in range(count)]
    with psycopg.connect(SERVER, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # nothing here outlives the power
        try:
            yield [urlsplit(SERVER)._replace(path=f"/{name}").geturl() for name in names]
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
