"""What every test of the pages gets."""

import pytest


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings) -> None:
    """Pages are tested without collecting static files first."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
