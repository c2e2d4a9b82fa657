"""Absolute links into the portal, always from the configured base, never from a request's Host."""

from datetime import datetime

from django.conf import settings

from returns.models import RMA, StatusLink


def status_link(rma: RMA, *, at: datetime) -> str:
    """A fresh link that opens this return; only its hash is kept."""
    return f"{settings.BASE_URL}/link/{StatusLink.objects.make(rma, at=at)}/"


def find_page() -> str:
    return f"{settings.BASE_URL}/"
