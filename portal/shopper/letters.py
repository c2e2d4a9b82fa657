"""The demo's letter box: what shoppers were sent, read from the folder that stands in for a mail server."""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from portal.access import everybody, kept_private

SHOWN = 200
# A letter brings its styles with it, as letters must; its frame runs no script and asks for nothing.
WITH_STYLES: dict[str, Any] = {**settings.SECURE_CSP, "style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}
_BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each message


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as its reader gets it. `name` is its file's and its place in it."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    html: str


@everybody
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return kept_private(render(request, "shopper/letters.html", {"letters": _newest()}))


@everybody
@require_safe
@csp_override(WITH_STYLES)
def letter(request: HttpRequest, name: str) -> HttpResponse:
    found = next((sent for sent in _newest() if sent.name == name), None)
    if found is None:
        raise Http404
    return kept_private(render(request, "shopper/letter.html", {"letter": found}))


def _newest() -> list[Sent]:
    """The last letters, newest first; outside the demo there is no such page (404)."""
    if not settings.DEMO:
        raise Http404
    files = sorted(settings.LETTERS_DIR.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    letters = [sent for file in files[:SHOWN] for sent in _letters(file.stem, file.read_bytes())]
    return sorted(letters, key=lambda sent: sent.at, reverse=True)


def _letters(stem: str, content: bytes) -> Iterator[Sent]:
    """The letters of a file. The last piece is empty, or one that is being written at this moment."""
    for number, raw in enumerate(content.split(_BETWEEN)[:-1], 1):
        message = email.message_from_bytes(raw, policy=policy.default)
        yield Sent(
            name=f"{stem}.{number}",
            at=message["Date"].datetime,
            to=message["To"],
            subject=message["Subject"],
            text=_body(message, "plain"),
            # A link in the letter opens the page around it, not the small frame.
            html=_body(message, "html").replace("<head>", '<head><base target="_top">', 1),
        )


def _body(message: EmailMessage, form: str) -> str:
    part = message.get_body((form,))
    return part.get_content() if part else ""
