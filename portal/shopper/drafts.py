"""The choice in the making: kept in the session until it has become a return."""

import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.http import HttpRequest

from returns.actions.photos import Stored
from returns.actions.requests import Wish
from returns.models import Order

SEALS = {"whole": False, "broken": True, "unknown": None}
"""What a shopper may say of a seal -> whether it is broken."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen line, as it was typed; good or bad. `photos` are names of the draft's uploads."""

    quantity: str = "1"
    reason: str = ""
    note: str = ""
    seal: str = ""  # a key of SEALS, or empty
    photos: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """`token` changes with every change of the choice, so that only what was shown can be sent, and only once.

    `made` is the number of the return that came of it.
    """

    picks: dict[str, Pick] = field(default_factory=dict)  # line id -> pick
    uploads: dict[str, Stored] = field(default_factory=dict)  # name -> photo sent for this order, used or not
    resolutions: dict[str, str] = field(default_factory=dict)  # line id -> what is wanted for it, if not money back
    way: str = ""
    token: str = ""
    made: str = ""

    @property
    def wishes(self) -> list[Wish]:
        """Of a draft whose picks were found good."""
        return [
            replace(wish, resolution=self.resolutions.get(wish.line, wish.resolution)) for wish in self.plain_wishes
        ]

    @property
    def plain_wishes(self) -> list[Wish]:
        """The same, with money back for everything."""
        return [self._wish(line, pick) for line, pick in self.picks.items()]

    def _wish(self, line: str, pick: Pick) -> Wish:
        return Wish(
            line,
            int(pick.quantity),
            pick.reason,
            note=pick.note.strip(),
            seal_broken=SEALS.get(pick.seal),
            photos=self.shown(pick),
        )

    def shown(self, *picks: Pick) -> list[Stored]:
        """The photos of these picks."""
        return [self.uploads[name] for pick in picks for name in pick.photos]

    def choose(self, picks: dict[str, Pick]) -> None:
        """Of other items other things may be offered, so that what was wanted for them is asked anew."""
        if picks != self.picks:
            self.resolutions = {}
        self.picks = picks
        self.uploads = {photo.name: photo for photo in self.shown(*picks.values())}
        self.token = secrets.token_urlsafe(16)

    def want(self, resolutions: dict[str, str], way: str) -> None:
        """What comes back for the items, and how they are sent."""
        if resolutions != self.resolutions:
            self.token = secrets.token_urlsafe(16)
        self.resolutions = resolutions
        self.way = way

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def load(request: HttpRequest, order: Order) -> Draft:
    """The draft for this order, or an empty one; what has become a return is no draft any more."""
    draft = _read(request.session.get("drafts", {}).get(order.number, {}))
    return Draft() if draft.made else draft


def save(request: HttpRequest, order: Order, draft: Draft) -> None:
    request.session["drafts"] = {**request.session.get("drafts", {}), order.number: draft.as_json()}


def came_of(request: HttpRequest, order: Order) -> Draft | None:
    """The last draft for this order, when it has become a return."""
    draft = _read(request.session.get("drafts", {}).get(order.number, {}))
    return draft if draft.made else None


def _read(data: dict[str, Any]) -> Draft:
    picks = {line: Pick(**{**pick, "photos": tuple(pick["photos"])}) for line, pick in data.get("picks", {}).items()}
    uploads = {name: Stored(**photo) for name, photo in data.get("uploads", {}).items()}
    return Draft(**{**data, "picks": picks, "uploads": uploads})
