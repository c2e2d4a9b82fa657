"""Letters out: what is owed is rendered in the reader's language and handed to the mail server.

Claim, send, note: the claim moves the letter's next try on, which is its lease, and is committed before anything is
sent; so no other worker sends it meanwhile, and one that dies leaves nothing behind. What dies between the mail
server's yes and ours sends the letter once more, under the same Message-ID (money.md F29).
"""

import logging
from datetime import datetime, timedelta
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import get_supported_language_variant, override

from returns.models import Letter, LetterState
from returns.notifications.letters import render

logger = logging.getLogger("returns.letters")

LEASE = timedelta(minutes=5)  # longer than a mail server may keep us waiting
WAITS = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)),
    *[timedelta(hours=3)] * 7,
)
TRIES = len(WAITS) + 1  # within 24 hours; then a person looks (security.md, "Dead letters")


def deliver_next(*, at: datetime) -> bool:
    """Claim the letter that has waited longest and send it. False when none waits."""
    letter = _claim(at)
    if letter is None:
        return False
    if letter.state == LetterState.DEAD:
        return True
    try:
        compose(letter, at=at).send()
    except Exception as error:  # noqa: BLE001  whatever it is, it is one letter's trouble: it is kept, and tried again
        _fail(letter, error, at=at)
    else:
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, sent_at=at, error="")
    return True


@transaction.atomic
def _claim(at: datetime) -> Letter | None:
    due = Letter.objects.due(at).select_for_update(skip_locked=True, of=("self",))
    letter = due.select_related("event__order", "event__refund", "rma__order").first()
    if letter is None:
        return None
    if letter.tries >= TRIES:  # its last worker died over it
        letter.state = LetterState.DEAD
    else:
        letter.tries += 1
        letter.next_try_at = at + LEASE
    letter.save(update_fields=["state", "tries", "next_try_at"])
    return letter


def compose(letter: Letter, *, at: datetime) -> EmailMultiAlternatives:
    """The message as it is sent; raises ValidationError for what is not one address."""
    validate_email(letter.to)
    with override(_language(letter.language)):
        rendered = render(letter, at=at)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=formataddr((settings.SHOP_NAME, settings.SHOP_EMAIL)),
        to=[letter.to],
        headers={
            "Message-ID": f"<letter-{letter.pk}@{urlsplit(settings.BASE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday reply, please
        },
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _language(told: str) -> str:
    """The nearest language that the site speaks, the shop's own when it is none of them."""
    try:
        return get_supported_language_variant(told)
    except LookupError:
        return settings.LANGUAGE_CODE


def _fail(letter: Letter, error: Exception, *, at: datetime) -> None:
    """Try again later, or give up after the last try; unless another worker has taken the letter up since."""
    logger.warning("%s: try %d failed: %s", letter, letter.tries, type(error).__name__)
    given_up = letter.tries >= TRIES
    Letter.objects.filter(pk=letter.pk, tries=letter.tries, state=LetterState.OWED).update(
        state=LetterState.DEAD if given_up else LetterState.OWED,
        next_try_at=at if given_up else at + WAITS[letter.tries - 1],
        error=f"{type(error).__name__}: {error}"[:200],
    )
