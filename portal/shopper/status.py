"""The page of one return: what has happened, what is next, and the money; every date a whole day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from portal.shopper import fees, resolutions
from returns import sentences
from returns.actions.delivery import Delivery
from returns.models import (
    RMA,
    Event,
    ItemState,
    Originator,
    ParcelStatus,
    ReceiptLine,
    Refund,
    RefundState,
    ReturnParcel,
    RMAItem,
    RMAState,
    Valuation,
)
from returns.models.orders import OrderLine
from returns.policy.facts import Resolution

TONES = {
    ItemState.ACCEPTED: "good",
    ItemState.REFERRED: "wait",
    ItemState.PENDING: "wait",
    ItemState.REFUSED: "bad",
}


WITH_A_REASON = ("rma.rejected", "rma.fee_set")  # events whose note the shopper reads


@dataclass(frozen=True, slots=True)
class Entry:
    """A day of the timeline; `day` is None for a step that has none yet."""

    day: date | None
    sentences: list[str] = field(default_factory=list)
    note: str = ""  # the agent's reason for a no, or for a fee


@dataclass(frozen=True, slots=True)
class Valued:
    """What handling has harmed: what an agent keeps of its price and why. `photos` where this reader may see them."""

    valuation: Valuation
    sentence: str
    photos: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An item of the return as its page shows it; `arrived` counts its units over all receipts.

    `photos` are the names of those that this session has sent; `valuations` are of what arrived harmed.
    """

    item: RMAItem
    arrived: int
    photos: list[str]
    valuations: list[Valued]

    @property
    def line(self) -> OrderLine:
        return self.item.line

    @property
    def name(self) -> str:
        return self.line.name_in(get_language() or "")

    @property
    def tone(self) -> str:
        return TONES[ItemState(self.item.state)]

    @property
    def state(self) -> str:
        """What was decided, in the shopper's words."""
        words = {
            ItemState.ACCEPTED: _("may come back"),
            ItemState.REFERRED: _("an agent decides"),
            ItemState.PENDING: _("an agent decides"),
            ItemState.REFUSED: _("declined"),
        }
        return words[ItemState(self.item.state)]

    @property
    def resolution(self) -> str:
        return resolutions.chosen(self.item.resolution)

    @property
    def news(self) -> str:
        """How much of it is here, once something is."""
        if not self.arrived:
            return ""
        return _("%(arrived)d of %(units)d arrived") % {"arrived": self.arrived, "units": self.item.quantity}

    @property
    def reasons(self) -> list[str]:
        """Why an item waits or was declined; an accepted one needs no words."""
        if self.item.state == ItemState.ACCEPTED:
            return []
        return [sentences.of_reason(reason) for reason in self.item.judged.reasons]


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the page of one return, as seen on `today` by a session that has sent the photos of these names."""

    rma: RMA
    today: date
    delivery: Delivery
    own_photos: Collection[str] = ()
    sees_proofs: bool = False  # came by a letter's link

    @property
    def items(self) -> list[Shown]:
        arrived: Counter[int | None] = Counter()
        valued = defaultdict[int | None, list[Valued]](list)
        for line in (line for receipt in self.rma.receipts.all() for line in receipt.lines.all()):
            arrived[line.item_id] += line.fine + line.damaged
            if hasattr(line, "valuation"):
                valued[line.item_id].append(self._valued(line))
        return [
            Shown(item, arrived[item.pk], self._seen(item), valued[item.pk] if item.state != ItemState.REFUSED else [])
            for item in self.rma.items.all()
        ]

    def _valued(self, line: ReceiptLine) -> Valued:
        told = _told_of(line.valuation, line.damaged, self.rma.order.currency)
        return Valued(line.valuation, told, [photo.name for photo in line.photos.all()] if self.sees_proofs else [])

    def _seen(self, item: RMAItem) -> list[str]:
        return [photo.name for photo in item.photos.all() if photo.name in self.own_photos]

    @property
    def over(self) -> bool:
        """Called off or run out: nothing is expected any more."""
        return self.rma.state in (RMAState.CANCELLED, RMAState.EXPIRED)

    @property
    def expected(self) -> list[Shown]:
        """What is accepted, and so what the money is for."""
        return self._those(ItemState.ACCEPTED)

    @property
    def waiting(self) -> list[Shown]:
        """What an agent still decides."""
        return self._those(ItemState.REFERRED)

    def _those(self, state: ItemState) -> list[Shown]:
        return [] if self.over else [shown for shown in self.items if shown.item.state == state]

    @property
    def fees(self) -> list[tuple[str, int]]:
        return [*_fees(self.expected, self.rma.return_cost), *_losses(self.expected)]

    @property
    def bonus(self) -> int:
        return _bonus(self.expected)

    @property
    def shipping(self) -> int:
        """What comes back of the outbound delivery."""
        return self.delivery.expected(self.rma, [shown.item.pk for shown in self.expected])

    @property
    def total(self) -> int:
        return _total(self.expected, self.fees) + self.shipping

    @property
    def waiting_fees(self) -> list[tuple[str, int]]:
        """One parcel is paid for once: what is accepted pays for it where there is something."""
        return _fees(self.waiting, 0 if self.expected else self.rma.return_cost)

    @property
    def waiting_bonus(self) -> int:
        return _bonus(self.waiting)

    @property
    def waiting_shipping(self) -> int:
        return self.delivery.expected(self.rma) - self.shipping

    @property
    def waiting_total(self) -> int:
        return _total(self.waiting, self.waiting_fees) + self.waiting_shipping

    @property
    def refunds(self) -> list[tuple[Refund, str]]:
        """Each with its state in the shopper's words; of goodwill that is not granted the shopper hears nothing."""
        return [(refund, _refund_state(refund)) for refund in self.rma.refunds.all() if not _proposed(refund)]

    @property
    def parcels(self) -> list[ReturnParcel]:
        """Those that somebody told us of; our own label tells nothing."""
        return [parcel for parcel in self.rma.parcels.all() if parcel.status != ParcelStatus.LABELLED]

    @property
    def all_stays(self) -> bool:
        """Whether nothing is sent."""
        return not self.rma.receipts.all() and all(shown.item.stays for shown in [*self.expected, *self.waiting])

    @property
    def all_credited(self) -> bool:
        """Whether no goods are paid back as money."""
        return all(shown.item.resolution == Resolution.CREDIT for shown in self.expected)

    @property
    def may_cancel(self) -> bool:
        return can_proceed(self.rma.cancel)

    @property
    def tone(self) -> str:
        if self.rma.state in RMAState.dead():
            return "bad"
        done = (RMAState.REFUNDED, RMAState.CLOSED)
        return "wait" if self.rma.waits_for_agent else "good" if self.rma.state in done else ""

    @property
    def state(self) -> str:
        return str(self.rma.shown_state.label)

    @property
    def lead(self) -> str:
        """Where it stands, in one line; a no says what can be done."""
        if self.rma.waits_for_shopper:
            return _("An agent has asked you something. Please answer below; then we decide.")
        if self.rma.state == RMAState.REFUND_DUE and self.all_stays:
            return _("You may keep everything, and the refund is ordered.")
        if self.rma.state == RMAState.REFUNDED and self.all_credited:
            return _("The amount is on your store credit. You can spend it in our shop.")
        leads = {
            RMAState.IN_REVIEW: _("An agent looks at it and answers you by e-mail."),
            RMAState.REJECTED: _(
                "We cannot accept this return; the reason stands below. If you see it differently, please write to us."
            ),
            RMAState.RECEIVED: _("The parcel has arrived."),
            RMAState.REFUND_DUE: _("The parcel has arrived, and the refund is ordered."),
            RMAState.REFUNDED: _("The money is paid back. Your bank may take up to ten days to show it."),
            RMAState.CLOSED: _("This return is settled and closed."),
            RMAState.CANCELLED: _("This return was cancelled. Its items can be chosen again."),
            RMAState.EXPIRED: _(
                "This return has expired, because nothing was sent in time. "
                "If the parcel is on its way already, please write to us."
            ),
        }
        return leads.get(
            RMAState(self.rma.state), _("Your return is open. The link to this page is in our e-mail to you.")
        )

    @property
    def history(self) -> list[Entry]:
        told = ((timezone.localdate(event.at), event) for event in Event.objects.timeline(self.rma))
        entries = [_entry(day, [event for _day, event in group]) for day, group in groupby(told, lambda pair: pair[0])]
        return [entry for entry in entries if entry.sentences]

    @property
    def upcoming(self) -> list[Entry]:
        """What is next, in order; nothing when all is over."""
        return [Entry(day, [sentence]) for day, sentence in self._next()]

    def _next(self) -> Iterator[tuple[date | None, str]]:
        rma = self.rma
        if rma.owes_answer and rma.answer_day:
            yield self._answer(rma.answer_day)
        if rma.waits_for_shopper:
            yield None, _("You answer our message, and an agent decides.")
        if rma.state in RMAState.sendable():
            yield None, _("The parcel arrives, and we check what is in it.")
        if rma.state in (*RMAState.sendable(), RMAState.RECEIVED, RMAState.REFUND_DUE):
            yield self._money(rma.refund_by)
        if rma.state in (RMAState.APPROVED, RMAState.LABEL_READY):
            yield rma.send_by, _("If nothing has been sent by this day, the return expires.")

    def _answer(self, by: date) -> tuple[date | None, str]:
        if by < self.today:
            return by, _("By this day an agent was to answer you. We are sorry for the delay.")
        return by, _("By this day an agent answers you by e-mail.")

    def _money(self, by: date) -> tuple[date | None, str]:
        if self.expected and self.all_credited:
            return None, _("When the parcel has arrived, the amount is put on your store credit.")
        arrived = bool(self.rma.receipts.all()) or self.all_stays
        if by >= self.today and arrived:
            return by, _("By this day at the latest the money is paid back, the way you paid.")
        if by >= self.today:
            return by, _(
                "By this day at the latest the money is paid back, the way you paid. "
                "If the parcel arrives later, we pay when it has arrived."
            )
        if arrived:
            return by, _("By this day the money was to be paid back. We are sorry for the delay.")
        return None, _("When the parcel has arrived, the money is paid back, the way you paid.")


def _fees(those: list[Shown], way_back: int) -> list[tuple[str, int]]:
    return fees.lines(sum(shown.item.share for shown in those), sum(shown.item.fee for shown in those), way_back)


def _losses(those: list[Shown]) -> list[tuple[str, int]]:
    kept = sum(valued.valuation.kept for shown in those for valued in shown.valuations)
    return [(_("Less a loss of value"), kept)] if kept else []


def _told_of(valuation: Valuation, units: int, currency: str) -> str:
    if valuation.valued_at is None:
        return ngettext(
            "%(units)d piece arrived damaged. An agent looks at it, and writes to you if a part of its price is kept.",
            "%(units)d pieces arrived damaged. An agent looks at them, and writes to you if a part of their price is "
            "kept.",
            units,
        ) % {"units": units}
    if not valuation.loss:
        return ""
    if valuation.forgiven_at:
        return _("What was kept of the price is paid back after all.")
    amounts = {
        "loss": sentences.money(valuation.kept, currency),
        "worth": sentences.money(valuation.worth, currency),
        "rest": sentences.money(valuation.rest, currency),
    }
    return _("We keep %(loss)s of %(worth)s for a loss of value; %(rest)s is paid back.") % amounts


def _bonus(those: list[Shown]) -> int:
    """What store credit adds."""
    return sum(shown.item.credit_bonus for shown in those)


def _total(those: list[Shown], less: list[tuple[str, int]]) -> int:
    return sum(shown.item.share for shown in those) + _bonus(those) - sum(amount for _label, amount in less)


def _entry(day: date, events: list[Event]) -> Entry:
    told = [sentences.of_event(event.kind, event.data) for event in events]
    notes = [event.data.get("note", "") for event in events if event.kind in WITH_A_REASON]
    return Entry(day, [sentence for sentence in told if sentence], " ".join(notes))


def _proposed(refund: Refund) -> bool:
    """Whether it is goodwill that others have not agreed to, or one that was tried again."""
    held = refund.originator == Originator.GOODWILL and refund.state == RefundState.AWAITING_APPROVAL
    return held or refund.declined or refund.replaced_by_id is not None


def _refund_state(refund: Refund) -> str:
    """What the shopper knows of it: how we send it is our business until it is done or has failed."""
    if refund.futile:
        return _("did not go through")
    words = {
        RefundState.PENDING: _("on its way to your bank"),
        RefundState.REQUIRES_ACTION: _("waits for your bank details; the payment provider asks for them by e-mail"),
        RefundState.SUCCEEDED: _("on your store credit") if refund.credit_id else _("paid back"),
        RefundState.PAID_OTHERWISE: _("paid back another way"),
        RefundState.FAILED: _("did not go through; we are looking for another way"),
        RefundState.CANCELED: _("did not go through; we are looking for another way"),
    }
    return words.get(RefundState(refund.state), _("ordered"))
