"""What shopper and shop have written about a return, as this session may see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from returns.models import RMA, Author, Message, Photo


@dataclass(frozen=True, slots=True)
class Said:
    """A message. `text` is empty where only the fact that it was written may be told; so are photos of others."""

    mine: bool
    day: date
    text: str
    photos: list[str]
    hidden_photos: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """`my_turn`: an agent wrote last. It stands first on the page while the return waits for the answer."""

    messages: list[Said]
    readable: bool
    my_turn: bool
    stands_first: bool
    stands_below: bool

    @classmethod
    def of(cls, rma: RMA, *, own: Collection[str], readable: bool) -> "Conversation":
        """`own` names the photos that this session has sent; `messages__photos` are prefetched."""
        written = list(rma.messages.all())
        return cls(
            messages=[_said(message, own, readable=readable) for message in written],
            readable=readable,
            my_turn=bool(written) and written[-1].author == Author.AGENT,
            stands_first=rma.waits_for_shopper,
            stands_below=not rma.waits_for_shopper and (bool(written) or rma.may_be_written_to),
        )


def _said(message: Message, own: Collection[str], *, readable: bool) -> Said:
    photos = message.photos.all()
    seen = _seen(photos, own)
    return Said(
        mine=message.from_shopper,
        day=timezone.localdate(message.at),
        text=message.text if readable else "",
        photos=seen,
        hidden_photos=len(photos) - len(seen),
    )


def _seen(photos: Collection[Photo], own: Collection[str]) -> list[str]:
    return [photo.name for photo in photos if photo.name in own]
