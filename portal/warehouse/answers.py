"""What the bench is told: one answer that fills the screen, its tone said by words as well as by colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from returns.models import RMA, ItemState, Receipt, ReceiptLine, RMAState


class Tone(StrEnum):
    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Answer:
    """`tone` for the eye, `word` the same in one word, then what is so, in parts, and what to do."""

    tone: Tone
    word: str
    title: str
    facts: Sequence[str] = ()
    advice: str = ""


def unknown(code: str) -> Answer:
    return Answer(
        Tone.BAD,
        _("Unknown"),
        _("No return belongs to %(code)s.") % {"code": code},
        advice=_(
            "Scan again, or type the return number, the order number or the tracking number. "
            "Otherwise put the parcel aside for an agent."
        ),
    )


def of_receipt(receipt: Receipt) -> Answer:
    """Green when all that was expected is there and fine, red when nothing is, amber in between."""
    found, rest = _sums(receipt), outstanding(receipt.rma)
    aside = any(found[kind] for kind in ("damaged", "wrong", "extra"))
    title = _("%(number)s is counted.") % {"number": receipt.rma.number}
    if not found["fine"]:
        return Answer(Tone.BAD, _("Put aside"), title, _parts(found), _("Put what is here aside for an agent."))
    if aside or found["missing"]:
        advice = _("Put what is damaged, wrong or extra aside for an agent.") if aside else ""
        return Answer(Tone.WAIT, _("Differs"), title, [*_parts(found), *_still(rest)], advice)
    if rest:
        return Answer(Tone.WAIT, _("More to come"), title, [*_parts(found), *_still(rest)])
    return Answer(Tone.GOOD, _("All fine"), title, _parts(found))


def counted_before(rma: RMA, receipts: Sequence[Receipt]) -> Answer:
    """For a parcel that is scanned again: when it was counted, by whom, and what was found."""
    return Answer(
        Tone.WAIT,
        _("Already counted"),
        _("%(number)s was counted before.") % {"number": rma.number},
        [_told(receipt) for receipt in receipts],
        "".join(_still(outstanding(rma))) or _("Nothing more is expected."),
    )


def not_receivable(rma: RMA) -> Answer:
    why, advice = {
        RMAState.REQUESTED: (_("This return has not been decided yet."), _aside()),
        RMAState.IN_REVIEW: (_("An agent has not decided on this return yet."), _aside()),
        RMAState.REJECTED: (_("An agent has declined this return."), _aside()),
        RMAState.CANCELLED: (_("The shopper has cancelled this return."), _aside()),
        RMAState.EXPIRED: (_("This return has expired; a late parcel may still be accepted by an agent."), _aside()),
    }[RMAState(rma.state)]
    return Answer(Tone.BAD, _("Do not count"), why, advice=advice)


def outstanding(rma: RMA) -> int:
    """Units of accepted items that have not arrived in any parcel."""
    counted = ReceiptLine.objects.filter(receipt__rma=rma).counted()
    accepted = rma.items.filter(state=ItemState.ACCEPTED)
    return sum(item.quantity - counted.get(item.pk, (0, 0))[0] for item in accepted)


def _aside() -> str:
    return _("Do not open the parcel. Put it aside for an agent, with the return number on it.")


def _sums(receipt: Receipt) -> dict[str, int]:
    lines = list(receipt.lines.all())
    return {
        kind: sum(getattr(line, kind) for line in lines) for kind in ("fine", "damaged", "missing", "wrong", "extra")
    }


def _parts(found: dict[str, int]) -> list[str]:
    words = {
        "fine": ngettext("%(units)d unit fine", "%(units)d units fine", found["fine"]),
        "damaged": ngettext("%(units)d unit damaged", "%(units)d units damaged", found["damaged"]),
        "missing": ngettext("%(units)d unit missing", "%(units)d units missing", found["missing"]),
        "wrong": ngettext("%(units)d wrong item", "%(units)d wrong items", found["wrong"]),
        "extra": ngettext("%(units)d unit extra", "%(units)d units extra", found["extra"]),
    }
    return [words[kind] % {"units": units} for kind, units in found.items() if units]


def _still(units: int) -> list[str]:
    if not units:
        return []
    told = ngettext(
        "%(units)d unit is still expected in another parcel.",
        "%(units)d units are still expected in another parcel.",
        units,
    )
    return [told % {"units": units}]


def _told(receipt: Receipt) -> str:
    return _("Parcel %(number)d: %(when)s, %(who)s (%(what)s)") % {
        "number": receipt.number,
        "when": date_format(localtime(receipt.received_at), "DATETIME_FORMAT"),
        "who": receipt.actor_label or receipt.actor_kind,
        "what": ", ".join(_parts(_sums(receipt))),
    }
