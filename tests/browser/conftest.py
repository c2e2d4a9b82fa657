"""Every test here gets the whole shop on this machine, and people with a Czech browser that is watched."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connections

from portal.settings import database
from returns.gateways.standin.process import StandIn, running
from returns.gateways.stripe import gateway
from tests.actions.racing import apart
from tests.browser.serving import CHROMIUM, serving
from tests.browser.shop import Shop, furnish

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

# `make test` deselects these tests by their marker and installs no Playwright, which they import.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]

PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test has a shop at an address of its own; the plugin's fixture of this name warns, which is an error."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict[str, Any]:
    return {**browser_type_launch_args, **CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict[str, Any]:
    """Without motion: a page that still scrolls is not where a test looks."""
    return {**browser_context_args, "locale": "cs-CZ", "timezone_id": "Europe/Prague", "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def _standin() -> Iterator[StandIn]:
    with running() as standin:
        yield standin


@contextmanager
def _on(file: Path) -> Iterator[None]:
    """Threads that begin inside find their database in this file, as `make run` has it."""
    before = connections.settings["default"]
    connections.settings["default"] = {**before, **database(f"sqlite:///{file}")}
    yield
    connections.settings["default"] = before


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory, django_db_blocker) -> Path:
    """A database with all tables and nothing sold, to copy."""
    file = tmp_path_factory.mktemp("database") / "portal.sqlite3"
    with django_db_blocker.unblock(), _on(file):
        apart(lambda: call_command("migrate", verbosity=0))
    return file


@pytest.fixture(autouse=True)
def _as_in_the_demo(settings, tmp_path) -> None:
    """Letters go to a folder that a page shows."""
    settings.DEMO = True
    settings.LETTERS_DIR = tmp_path / "letters"
    file_backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": file_backend, "OPTIONS": {"file_path": str(settings.LETTERS_DIR)}}}


@pytest.fixture
def shop(_standin, _migrated, _as_in_the_demo, settings, tmp_path, django_db_blocker) -> Iterator[Shop]:
    """The shop with its first order, open at its own address, with the stand-in's books empty but for the payment."""
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_test_browser", _standin.url
    gateway.cache_clear()
    _standin.empty()
    file = shutil.copy(_migrated, tmp_path / "portal.sqlite3")
    with django_db_blocker.unblock(), _on(file):
        apart(lambda: furnish(_standin))
        with serving() as url:
            settings.BASE_URL = url
            yield Shop(url, _standin)
    gateway.cache_clear()


@pytest.fixture
def come(shop, new_context) -> Iterator[Callable[..., "Page"]]:
    """Somebody with a browser of their own: `come(viewport=PHONE)`. What went wrong in any of them is told at last."""
    from tests.browser.watching import Watch

    watched: list[Watch] = []

    def come(**options: Any) -> "Page":
        context: BrowserContext = new_context(base_url=shop.url, **options)
        context.set_default_timeout(PATIENCE)
        watched.append(Watch(context))
        return context.new_page()

    yield come
    assert [fault for watch in watched for fault in watch.faults] == []
