"""What every test gets: named people, no network but our own machine, and no N+1 queries."""

import os
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, SimpleTestCase, TransactionTestCase
from django.utils import translation
from zeal.apps import ZealConfig

from returns.models import Role, User
from tests.emptying import empty
from tests.people import BOB_EMAIL, MONA_EMAIL, PASSWORD, WANDA_EMAIL

# As an installed app it would be a part of the product.
ZealConfig.create("zeal").ready()
# Once a browser was there its loop stands in the thread of all later tests; nothing of the product is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Pages are tested without collecting static files first. For all tests alike: a server's threads may outlive its test.
settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What a transactional test leaves behind; Django's own way also takes what the migrations had filled in.
TransactionTestCase._fixture_teardown = lambda _self: empty()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """Where connections are pooled, twenty threads that race have one each, and give it back soon.

    Nothing here outlives the power, so that no commit waits for the disk.
    """
    options: Any = settings.DATABASES["default"].get("OPTIONS", {})
    if "pool" in options:
        options["pool"] |= {"max_size": 24, "max_idle": 10}
        options["options"] += " -c synchronous_commit=off"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks no database: it need not be run on each of them."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
        if not (item.get_closest_marker("django_db") or of_django or fixtures & {"db", "transactional_db"}):
            item.add_marker("pure")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what the contract of the payment provider was held to, for the stand-in alone proves less."""
    reports = (report for found in terminalreporter.stats.values() for report in found)
    if any("standin/test_contract.py" in getattr(report, "nodeid", "") for report in reports):
        also = "and a Stripe test account" if os.environ.get("STRIPE_TEST_KEY") else "alone: STRIPE_TEST_KEY is not set"
        terminalreporter.write_line(f"Stripe's contract was held against the stand-in {also}.")


@pytest.fixture(autouse=True)
def _no_repeated_queries(settings) -> None:
    """A request that repeats a query for each row is an error; the same row may be got before and after a step."""
    settings.MIDDLEWARE = ["zeal.middleware.zeal_middleware", *settings.MIDDLEWARE]
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "get()"}]


@pytest.fixture(autouse=True)
def _speaks_the_shops_language() -> None:
    """A page leaves its reader's language active; the next test begins in the shop's."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _letters_stay_here(tmp_path, settings) -> None:
    """Letters of a test go to memory, files to a folder of its own."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _passwords_are_quick(settings) -> None:
    """A slow hash protects people; the named ones here have nothing to lose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def wanda(db) -> User:
    """Works in the warehouse."""
    return User.objects.create_user(WANDA_EMAIL, PASSWORD, name="Wanda", role=Role.WAREHOUSE)


@pytest.fixture
def bob(db) -> User:
    """Answers exceptions, as an agent."""
    return User.objects.create_user(BOB_EMAIL, PASSWORD, name="Bob", role=Role.AGENT)


@pytest.fixture
def mona(db) -> User:
    """Runs the shop, as a manager."""
    return User.objects.create_user(MONA_EMAIL, PASSWORD, name="Mona", role=Role.MANAGER)


@pytest.fixture
def otto(db) -> User:
    """Runs the shop beside Mona."""
    return User.objects.create_user("otto@shop.example", name="Otto", role=Role.MANAGER)


@pytest.fixture
def logged_in() -> "type[_LoggedIn]":
    return _LoggedIn


class _LoggedIn(Client):
    """A browser in which this member of staff has logged in: `logged_in(bob).get(...)`."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.force_login(user)
