"""What each letter tells: one function a kind, which gathers what its two templates lay out.

The templates are returns/templates/returns/email/KIND.txt and KIND.html. They get days as sentences' days, money as
the reader writes it, and texts of shoppers and shops as they are: a template is never made of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from returns import sentences
from returns.links import find_page, status_link
from returns.models import (
    Account,
    Grade,
    ItemState,
    Letter,
    OrderLine,
    ReceiptLine,
    Refund,
    RefundLine,
    RMAItem,
    Transfer,
    Valuation,
)
from returns.policy.facts import Resolution


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a letter's list: what it is about, and what is to be said of it."""

    title: str
    sentences: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A letter's subject, its list, and what its own templates name besides."""

    subject: str
    items: Sequence[Entry] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(letter: Letter, *, at: datetime) -> Rendered:
    """The letter in the active language, with a fresh link into the portal; writes that link's row alone."""
    told = LETTERS[letter.kind](letter, at)
    context = {
        **told.values,
        "items": told.items,
        "subject": one_line(told.subject),
        "language": get_language(),
        "number": letter.rma.number if letter.rma else "",
        "order": one_line(letter.event.order.number),
        "link": status_link(letter.rma, at=at) if letter.rma else find_page(),
        "sender": list(dict.fromkeys([settings.SHOP_NAME, *settings.SHOP_ADDRESS])),  # often the name's own first line
    }
    text = render_to_string(f"returns/email/{letter.kind}.txt", context)
    return Rendered(
        subject=context["subject"],
        text=_spaced(text),
        html=render_to_string(f"returns/email/{letter.kind}.html", context),
    )


def one_line(text: str) -> str:
    """A header, and a name in a list, are one line whatever the shop sent."""
    return " ".join(text.split())


def _spaced(text: str) -> str:
    """One empty line between paragraphs, whatever the templates' blocks leave."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


# --- what letters are made of ---


def _day(day: date | None) -> str:
    return sentences.day(day) if day else ""


def _name(line: OrderLine) -> str:
    return one_line(line.name_in(get_language() or ""))


def _units(line: OrderLine, units: int) -> str:
    # Translators: a number of pieces and what they are, as in "2 × T-shirt".
    return gettext("%(units)s × %(name)s") % {"units": units, "name": _name(line)}


def _items(letter: Letter, *, only: Sequence[str] | None = None, state: str | None = None) -> list[RMAItem]:
    assert letter.rma
    items = letter.rma.items.select_related("line")
    if only is not None:
        items = items.filter(line__line_id__in=only)
    if state is not None:
        items = items.filter(state=state)
    return list(items)


def _entries(items: Iterable[RMAItem]) -> list[Entry]:
    return [Entry(_units(item.line, item.quantity)) for item in items]


def _money(letter: Letter) -> str:
    return sentences.money(letter.event.data["amount"], letter.event.data["currency"])


def _refund_by(letter: Letter, at: datetime) -> str:
    """Empty once the day has passed, for a past day is no promise."""
    day = letter.rma.refund_by if letter.rma else None
    return _day(day) if day and day >= timezone.localdate(at) else ""


def _number(letter: Letter) -> dict[str, str]:
    return {"number": letter.rma.number if letter.rma else letter.event.order.number}


# --- one function a letter ---


def referred(letter: Letter, _at: datetime) -> Told:
    """An agent decides; by when, and why the rules alone do not."""
    assert letter.rma
    items = _items(letter, only=letter.event.data["lines"])
    return Told(
        gettext("An agent is looking at your return %(number)s") % _number(letter),
        [
            Entry(_units(item.line, item.quantity), [sentences.of_reason(reason) for reason in item.judged.reasons])
            for item in items
        ],
        {"answer_by": _day(letter.rma.answer_day)},
    )


def rejected(letter: Letter, _at: datetime) -> Told:
    """An agent said no: the note says why."""
    return Told(
        gettext("We cannot accept your return %(number)s") % _number(letter),
        _entries(_items(letter, only=letter.event.data["lines"])),
        {"note": letter.event.data["note"]},
    )


def reopened(letter: Letter, _at: datetime) -> Told:
    assert letter.rma
    return Told(
        gettext("We are looking at your return %(number)s once more") % _number(letter),
        _entries(_items(letter)),
        {"answer_by": _day(letter.rma.answer_day)},
    )


def fee(letter: Letter, _at: datetime) -> Told:
    """What an agent keeps of the price, of which items, and why (law.md M-8)."""
    kept = {row["line"]: row for row in letter.event.data["fees"]}
    currency = letter.event.data["currency"]
    return Told(
        gettext("A fee for your return %(number)s") % _number(letter),
        [
            Entry(_units(item.line, item.quantity), [_kept(kept[item.line.line_id], currency)])
            for item in _items(letter, only=list(kept))
        ],
        {"note": letter.event.data["note"]},
    )


def _kept(row: Mapping[str, Any], currency: str) -> str:
    return gettext("We keep %(fee)s of %(share)s; %(rest)s is paid back.") % {
        "fee": sentences.money(row["amount"], currency),
        "share": sentences.money(row["of"], currency),
        "rest": sentences.money(row["of"] - row["amount"], currency),
    }


def value_loss(letter: Letter, _at: datetime) -> Told:
    """What an agent keeps of the price of damaged goods: grade, amount, reason, and how to object (law.md M-8)."""
    told = letter.event.data
    valuation = Valuation.objects.select_related("counted__line").get(pk=told["valuation"])
    sentences_of_it = [_graded(valuation), _kept(told, told["currency"])]
    return Told(
        gettext("A loss of value in your return %(number)s") % _number(letter),
        [Entry(_units(valuation.counted.line, told["units"]), sentences_of_it)],
        {"note": valuation.reason, "photos": valuation.counted.photos.count()},
    )


def _graded(valuation: Valuation) -> str:
    # Translators: such as "damaged" or "unsellable"
    return gettext("State on arrival: %(grade)s.") % {"grade": Grade(valuation.counted.grade).label}


def message(letter: Letter, _at: datetime) -> Told:
    """What an agent wrote, word for word; it is answered on the page, so that it stays in one place."""
    assert letter.rma
    return Told(
        gettext("A message about your return %(number)s") % _number(letter),
        _entries(_items(letter)),
        {
            "message": letter.rma.messages.get(pk=letter.event.data["message"]).text,
            "waiting": letter.rma.waits_for_agent,
        },
    )


def cancelled(letter: Letter, _at: datetime) -> Told:
    return Told(
        gettext("Your return %(number)s is cancelled") % _number(letter),
        _entries(_items(letter)),
        {"find_page": find_page()},
    )


def expired(letter: Letter, _at: datetime) -> Told:
    assert letter.rma
    return Told(
        gettext("Your return %(number)s has expired") % _number(letter),
        _entries(_items(letter)),
        {"send_by": _day(letter.rma.send_by), "find_page": find_page()},
    )


def label(letter: Letter, at: datetime) -> Told:
    """What may be sent now; the label itself waits on the page, in every format."""
    assert letter.rma
    return Told(
        gettext("The label for your return %(number)s is ready") % _number(letter),
        _entries(item for item in _items(letter, state=ItemState.ACCEPTED) if not item.stays),
        {
            "send_by": _day(letter.rma.send_by),
            "refund_by": _refund_by(letter, at),
            "waiting": letter.rma.waits_for_agent,
            "credit": all(item.resolution == Resolution.CREDIT for item in _items(letter, state=ItemState.ACCEPTED)),
        },
    )


def keep(letter: Letter, at: datetime) -> Told:
    """What need not be sent back, and is paid for all the same."""
    return Told(
        gettext("Please keep the goods of your return %(number)s") % _number(letter),
        _entries(_items(letter, only=letter.event.data["lines"])),
        {"refund_by": _refund_by(letter, at)},
    )


def on_its_way(letter: Letter, at: datetime) -> Told:
    return Told(
        gettext("The parcel of your return %(number)s is on its way to us") % _number(letter),
        _entries(_items(letter, state=ItemState.ACCEPTED)),
        {"tracking_number": letter.event.data["tracking_number"], "refund_by": _refund_by(letter, at)},
    )


def received(letter: Letter, at: datetime) -> Told:
    """What was counted, what that means for the money, and how much this parcel brings."""
    of_this = {"receipt__rma": letter.rma, "receipt__number": letter.event.data["receipt"]}
    lines = ReceiptLine.objects.filter(**of_this).select_related("line", "valuation")
    refunds = Refund.objects.filter(**of_this)
    owed, given = refunds.filter(credit=None).total(), refunds.exclude(credit=None)
    credit = given.total() + given.aggregate(bonus=Sum("bonus", default=0))["bonus"]
    return Told(
        gettext("The parcel of your return %(number)s has arrived") % _number(letter),
        [Entry(_name(line.line), _counted(line)) for line in lines],
        {
            "amount": sentences.money(owed, letter.event.order.currency) if owed else "",
            "credit": sentences.money(credit, letter.event.order.currency) if credit else "",
            "valuing": any(hasattr(line, "valuation") for line in lines),
            "refund_by": _refund_by(letter, at),
        },
    )


def rest_missing(letter: Letter, _at: datetime) -> Told:
    """What is expected no longer; if it comes all the same, it is paid back."""
    missing = {row["line"]: row["missing"] for row in letter.event.data["lines"]}
    items = _items(letter, only=list(missing))
    return Told(
        gettext("We no longer expect the rest of your return %(number)s") % _number(letter),
        [Entry(_units(item.line, missing[item.line.line_id])) for item in items],
    )


def _counted(line: ReceiptLine) -> list[str]:
    said = {**_FOUND, "damaged": _to_be_valued} if hasattr(line, "valuation") else _FOUND
    counts = ((getattr(line, found), sentence) for found, sentence in said.items())
    return [sentence(units) % {"units": units} for units, sentence in counts if units]


def _to_be_valued(units: int) -> str:
    return ngettext(
        "%(units)s piece arrived damaged: an agent looks at it before it is paid back, perhaps less a loss of value.",
        "%(units)s pieces arrived damaged: an agent looks at them before they are paid back, perhaps less a loss "
        "of value.",
        units,
    )


_FOUND: dict[str, Callable[[int], str]] = {
    "fine": lambda units: ngettext(
        "%(units)s piece arrived in order: it is paid back.",
        "%(units)s pieces arrived in order: they are paid back.",
        units,
    ),
    "damaged": lambda units: ngettext(
        "%(units)s piece arrived damaged: it is paid back.",
        "%(units)s pieces arrived damaged: they are paid back.",
        units,
    ),
    "missing": lambda units: ngettext(
        "%(units)s piece was not in the parcel: it is paid back when it arrives.",
        "%(units)s pieces were not in the parcel: they are paid back when they arrive.",
        units,
    ),
    "wrong": lambda units: ngettext(
        "%(units)s piece is not what the return names: it is not paid back. Please answer this e-mail.",
        "%(units)s pieces are not what the return names: they are not paid back. Please answer this e-mail.",
        units,
    ),
    "extra": lambda units: ngettext(
        "%(units)s piece was not announced: it is not paid back by itself. Please answer this e-mail.",
        "%(units)s pieces were not announced: they are not paid back by themselves. Please answer this e-mail.",
        units,
    ),
}
"""What was found at the bench -> what it means for the money."""


def goodwill(letter: Letter, _at: datetime) -> Told:
    return Told(
        gettext("We have granted you an amount for your order %(order)s") % {"order": letter.event.order.number},
        values={"amount": _money(letter)},
    )


def refund_pending(letter: Letter, at: datetime) -> Told:
    return Told(
        gettext("Your money is on its way"),
        _paid_for(letter),
        {"amount": _money(letter), "refund_by": _refund_by(letter, at)},
    )


def refund_needs_details(letter: Letter, _at: datetime) -> Told:
    return Told(
        gettext("The payment provider needs your bank details"),
        _paid_for(letter),
        {"amount": _money(letter)},
    )


def refunded(letter: Letter, _at: datetime) -> Told:
    return Told(gettext("We have paid your money back"), _paid_for(letter), {"amount": _money(letter)})


def credited(letter: Letter, _at: datetime) -> Told:
    """What was put on the shopper's store credit, how much of it is the bonus, and what is on it now."""
    told = letter.event.data
    left = Transfer.objects.of_holder(told["account"]).balance(Account.STORE_CREDIT)
    return Told(
        gettext("We have put an amount on your store credit"),
        _paid_for(letter),
        {
            "amount": sentences.money(told["amount"] + told["bonus"], told["currency"]),
            "bonus": sentences.money(told["bonus"], told["currency"]) if told["bonus"] else "",
            "left": sentences.money(left, told["currency"]),
        },
    )


def refund_failed(letter: Letter, at: datetime) -> Told:
    """What is to come is promised only of what somebody owes: not of what others tried, nor of what is paid by now."""
    refund = letter.event.refund
    assert refund
    if refund.futile or refund.paid_instead:
        subject, refund_by = gettext("A refund did not go through"), ""
    else:
        subject, refund_by = gettext("We are looking for another way to pay your money back"), _refund_by(letter, at)
    told = {"amount": _money(letter), "follows": _what_follows(refund), "refund_by": refund_by}
    return Told(subject, _paid_for(letter), told)


def _what_follows(refund: Refund) -> str:
    if refund.futile:
        return gettext("An agent finds out what it was for and writes to you. You need not do anything until then.")
    if refund.paid_instead:
        return gettext("The same amount has been paid to you by another refund. You need not do anything.")
    return gettext("An agent finds another way to pay it and writes to you. You need not do anything until then.")


def paid_otherwise(letter: Letter, _at: datetime) -> Told:
    return Told(
        gettext("We have paid your money back another way"),
        _paid_for(letter),
        {"amount": _money(letter), "way": _WAYS[letter.event.data["way"]]()},
    )


_WAYS: dict[str, Callable[[], str]] = {
    "transfer": lambda: gettext("by bank transfer"),
    "cash": lambda: gettext("in cash"),
    "voucher": lambda: gettext("as a voucher"),
    "set_off": lambda: gettext("with what we had paid back to you before"),
    "chargeback": lambda: gettext("through your bank, as you asked it to"),
}


def _paid_for(letter: Letter) -> list[Entry]:
    """The lines of a refund, each with its amount; what is taken off comes last."""
    assert letter.event.refund
    lines = sorted(letter.event.refund.lines.select_related("line"), key=lambda line: line.amount < 0)
    currency = letter.event.refund.currency
    return [Entry(_purpose(line), [sentences.money(line.amount, currency)]) for line in lines]


def _purpose(line: RefundLine) -> str:
    named = {
        RefundLine.Kind.VALUE_LOSS: gettext("Loss of value"),
        RefundLine.Kind.SHIPPING: gettext("Delivery to you"),
        RefundLine.Kind.FEE: gettext("Fee that is taken off"),
        RefundLine.Kind.GOODWILL: gettext("Granted in addition"),
        RefundLine.Kind.EXTERNAL: gettext("Money back"),  # a person made it at the provider, and did not say for what
    }
    purpose = named.get(RefundLine.Kind(line.kind), "")
    if line.line and purpose:
        # Translators: goods, and what is taken off their price, as in "T-shirt: Loss of value".
        return gettext("%(name)s: %(purpose)s") % {"name": _name(line.line), "purpose": purpose}
    return _name(line.line) if line.line else purpose


LETTERS: dict[str, Callable[[Letter, datetime], Told]] = {
    letter.__name__: letter
    for letter in (
        referred,
        rejected,
        reopened,
        message,
        fee,
        value_loss,
        cancelled,
        expired,
        label,
        keep,
        on_its_way,
        received,
        goodwill,
        refund_pending,
        refund_needs_details,
        refunded,
        credited,
        refund_failed,
        paid_otherwise,
        rest_missing,
    )
}
