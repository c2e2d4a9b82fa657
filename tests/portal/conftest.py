"""What every test of the pages gets."""

import pytest


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings) -> None:
    """Pages are tested without collecting static files first."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _passwords_are_quick(settings) -> None:
    """A slow hash protects people; the named ones here have nothing to lose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
