"""The page on which items are chosen: a card for every line, what was typed on it, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.shopper.drafts import SEALS, Draft, Pick
from returns import sentences
from returns.actions import requests
from returns.actions.refusals import Refused
from returns.actions.requests import Choice
from returns.models import Order, OrderLine, Reason
from returns.policy.exceptions import hangs_on_seal
from returns.policy.facts import Answer

NOTE_LIMIT = 2_000  # characters, as the item keeps them


@dataclass(slots=True)
class Card:
    """A line as it is shown: `id` is the start of its fields' ids, `pick` what was typed when it is chosen."""

    id: str
    choice: Choice
    reasons: frozenset[str]
    options: SafeString
    photographed: bool  # whether one of the reasons asks for a photo
    pick: Pick | None
    wrong: str = ""  # the field that is: quantity, seal, reason, photo or note
    error: str = ""

    @property
    def line(self) -> OrderLine:
        return self.choice.line

    @property
    def name(self) -> str:
        return self.line.name_in(get_language() or "")

    @property
    def typed(self) -> Pick:
        return self.pick or Pick()

    @property
    def welcome(self) -> bool:
        """Whether one unit may come back without asking anybody."""
        verdict = self.choice.verdict
        return verdict is not None and verdict.answer == Answer.ACCEPT

    @property
    def asks_seal(self) -> bool:
        return hangs_on_seal(self.line.exception)

    @property
    def invited(self) -> bool:
        """Whether nothing speaks against it, but perhaps the answer about the seal that is asked here."""
        verdict = self.choice.verdict
        return self.welcome or (verdict is not None and {reason.code for reason in verdict.reasons} == {"seal_unknown"})

    @property
    def takes_photos(self) -> bool:
        return self.photographed or not self.invited

    @property
    def hides_photos(self) -> bool:
        """Until a reason is chosen that asks for one."""
        return self.invited and not self.typed.photos and self.wrong != "photo"

    @property
    def sentence(self) -> str:
        """Until when it may come back and by whose promise, or why it may not; the card says what then."""
        verdict = self.choice.verdict
        if verdict is None:
            return sentences.of_refusal(Refused("quantity_too_many", returnable=0))
        if not self.welcome:
            return " ".join(sentences.of_reason(reason) for reason in verdict.reasons)
        return sentences.of_verdict(verdict)


def cards(order: Order, picks: Mapping[str, Pick], *, at: datetime) -> list[Card]:
    offered = Reasons()
    return [
        Card(
            id=f"item-{number}",
            choice=choice,
            reasons=offered.codes(choice.line.kind),
            options=offered.options(choice.line.kind, (picks.get(choice.line.line_id) or Pick()).reason),
            photographed=offered.photographed(choice.line.kind),
            pick=picks.get(choice.line.line_id),
        )
        for number, choice in enumerate(requests.choices(order, at=at))
    ]


class Reasons:
    """The reasons offered; those of each kind of goods are put together once, also for an order of 700 lines."""

    def __init__(self) -> None:
        self.all = list(Reason.objects.offered().select_related("parent"))
        self.groups = cache(self._groups)
        self.codes = cache(self._codes)
        self.options = cache(self._options)
        self.photographed = cache(self._photographed)

    def _groups(self, kind: str) -> list[tuple[str, list[Reason]]]:
        """(heading, its reasons); a reason without a heading, or under a retired one, stands under an empty one."""
        groups: dict[int, tuple[str, list[Reason]]] = {}
        for reason in self.all:
            if reason.suits(kind):
                heading = reason.parent if reason.parent and reason.parent.retired_at is None else None
                key, title = (heading.pk, str(heading)) if heading else (-reason.pk, "")
                groups.setdefault(key, (title, []))[1].append(reason)
        return list(groups.values())

    def _codes(self, kind: str) -> frozenset[str]:
        return frozenset(reason.code for _heading, group in self.groups(kind) for reason in group)

    def _photographed(self, kind: str) -> bool:
        return any(reason.wants_photo for _heading, group in self.groups(kind) for reason in group)

    def _options(self, kind: str, chosen: str) -> SafeString:
        return render_to_string("shopper/reasons.html", {"groups": self.groups(kind), "chosen": chosen})


def read(post: QueryDict, draft: Draft) -> dict[str, Pick]:
    """What was typed for the chosen lines; a character that no database keeps is left out.

    Of the photos that the draft has already, those stay whose box is ticked, each with one line.
    """
    free = dict(draft.uploads)
    return {
        line: Pick(
            quantity=_text(post, f"quantity-{line}"),
            reason=_text(post, f"reason-{line}"),
            note=_text(post, f"note-{line}"),
            seal=_text(post, f"seal-{line}"),
            photos=tuple(name for name in post.getlist(f"kept-{line}") if free.pop(name, None)),
        )
        for line in dict.fromkeys(post.getlist("item"))
    }


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "").replace("\x00", "").strip()


def find_faults(
    shown: Sequence[Card], picks: Mapping[str, Pick], unkept: Mapping[str, Refused] = MappingProxyType({})
) -> list[tuple[str, str]]:
    """Mark every card whose pick is bad; returns the error summary as (id of the field, sentence).

    `unkept` says by line why a photo could not be taken.
    """
    faults = []
    for card in shown:
        if card.pick and (fault := _fault(card, card.pick) or _photo_fault(unkept.get(card.line.line_id))):
            card.wrong, card.error = fault
            faults.append((f"{card.id}-{card.wrong}", f"{card.name}: {card.error}"))
    if picks.keys() - {card.line.line_id for card in shown}:
        faults.append(("", sentences.of_refusal(Refused("line_unknown"))))
    if not picks:
        faults.append(("items", sentences.of_refusal(Refused("nothing_asked"))))
    return faults


def _fault(card: Card, pick: Pick) -> tuple[str, str] | None:
    """The field that is wrong, and what to do about it."""
    units = _whole_number(pick.quantity)
    if units is None:
        return "quantity", sentences.of_refusal(Refused("quantity_invalid"))
    if units > card.choice.units:
        return "quantity", sentences.of_refusal(Refused("quantity_too_many", returnable=card.choice.units))
    if card.asks_seal and pick.seal not in SEALS:
        return "seal", _("Please say whether the seal is broken.")
    if pick.reason and pick.reason not in card.reasons:
        return "reason", sentences.of_refusal(Refused("reason_unknown"))
    if len(pick.note) > NOTE_LIMIT:
        return "note", _("Please use at most %(limit)d characters.") % {"limit": NOTE_LIMIT}
    return None


def _photo_fault(refused: Refused | None) -> tuple[str, str] | None:
    return ("photo", sentences.of_refusal(refused)) if refused else None


def _whole_number(typed: str) -> int | None:
    """1 or more in plain digits; nothing else counts units."""
    plain = typed.isascii() and typed.isdigit() and len(typed) <= 18
    return (int(typed) or None) if plain else None
