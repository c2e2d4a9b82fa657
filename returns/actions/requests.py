"""A shopper asks to send something back: judged at once, units and money allotted at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Sum

from returns.actions import photos
from returns.actions.delivery import Coming
from returns.actions.masking import masked
from returns.actions.owing import owe_kept
from returns.actions.photos import Stored
from returns.actions.record import noted, record, remember
from returns.actions.refusals import Refused
from returns.actions.settling import owe_refund
from returns.actions.shipping import book_label
from returns.models import (
    RMA,
    Actor,
    Event,
    ItemState,
    Order,
    OrderLine,
    ParcelLine,
    Photo,
    Policy,
    Reason,
    ReturnParcel,
    RMAItem,
)
from returns.policy.amounts import credit_bonus, restocking_fee, return_cost, share
from returns.policy.facts import COUNTED_WITHIN, Answer, Ask, LegalPath, Resolution, Terms
from returns.policy.law.tables import LAW
from returns.policy.reasons import Impossible
from returns.policy.resolutions import Answered, offered
from returns.policy.verdict import Verdict, judge

ANSWER_WITHIN = timedelta(hours=24)  # product.md A1


@dataclass(frozen=True, slots=True)
class Wish:
    """What a shopper wants of one order line. `reason` is a code of the reason tree, or empty.

    `seal_broken` None means that it was not asked or is not known (law.md X-1).
    """

    line: str
    units: int
    reason: str = ""
    resolution: str = Resolution.REFUND
    note: str = ""
    seal_broken: bool | None = None
    photos: Sequence[Stored] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The answer to a wish: the verdict, the share, and the fee that is kept of it, in the order's minor units.

    `terms` are those that the verdict applied, if there are any; `resolutions` is what may be chosen.
    """

    wish: Wish
    line: OrderLine
    reason: Reason | None
    verdict: Verdict
    share: int
    fee: int
    ask: Ask
    terms: Terms | None
    resolutions: tuple[Resolution, ...] = ()

    @property
    def travels(self) -> bool:
        """Whether it goes into the parcel back."""
        return self.wish.resolution != Resolution.KEEP

    @property
    def possible_bonus(self) -> int:
        """What store credit would add."""
        return credit_bonus(self.terms, self.share) if self.terms else 0

    @property
    def bonus(self) -> int:
        """What is added by the choice that was made."""
        return self.possible_bonus if self.wish.resolution == Resolution.CREDIT else 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of an order as it may be asked for now: the units left, and the verdict on one of them if any is left."""

    line: OrderLine
    units: int
    verdict: Verdict | None


def choices(order: Order, *, at: datetime) -> list[Choice]:
    """Every line of the order, in a fixed number of statements."""
    lines = _lines(order)
    taken = RMAItem.objects.filter(rma__order=order).taken()
    left = {line.line_id: line.quantity - taken.get(line.pk, (0, 0))[0] for line in lines}
    asks = [Ask(line=line, units=1) for line, units in left.items() if units > 0]
    terms = Policy.objects.for_orders_placed(order.placed_at).terms()
    verdicts = {verdict.line: verdict for verdict in _judge(order, lines, taken, asks, terms, at)}
    return [Choice(line, left[line.line_id], verdicts.get(line.line_id)) for line in lines]


def preview(order: Order, wishes: Sequence[Wish], *, at: datetime) -> list[Offer]:
    """What `request` would answer now; writes nothing. Raises Refused as `request` does."""
    return _offers(order, _lines(order), wishes, at)


def cost_of_return(offers: Sequence[Offer], currency: str) -> int:
    """What the parcel back costs the shopper, once: in minor units, never above what the goods leave.

    Nothing where an item travels on the law alone, without terms that could name a price, or where all is kept.
    """
    parcel = [offer for offer in offers if offer.travels]
    bound = [(offer.terms, offer.ask, offer.verdict.spares_fees) for offer in parcel if offer.terms is not None]
    if len(bound) < len(parcel):
        return 0
    return min(return_cost(bound, currency), sum(offer.share - offer.fee for offer in offers))


def coming_back(offers: Sequence[Offer]) -> list[Coming]:
    """What of these offers brings a part of the outbound delivery, for `Delivery.owed`."""
    found = (Coming.of(one.line.pk, one.wish.units, one.verdict, one.ask.legal_path) for one in offers)
    return [coming for coming in found if coming is not None]


@transaction.atomic
def request(order: Order, wishes: Sequence[Wish], *, by: Actor, at: datetime, locale: str, channel: str) -> RMA:
    """Open an RMA: its accepted items go on at once, the others wait for an agent.

    The order is locked before units are counted, so that of several requests for the same unit one
    is served. Raises Refused: `nothing_asked`, `line_twice`,
    `line_unknown`, `quantity_invalid`, `quantity_too_many`, `reason_unknown`, `reason_unsuitable`,
    `resolution_unknown`, `resolution_not_offered`, `photo_too_many`.
    """
    order = Order.objects.locked().get(pk=order.pk)
    offers = _offers(order, _lines(order), wishes, at)
    cost = cost_of_return(offers, order.currency)
    rma = RMA(order=order, locale=locale, channel=channel, created_at=at, updated_at=at, return_cost=cost)
    items = [_item(rma, offer) for offer in offers]
    events = [noted("rma.requested", by=by, at=at, order=order, rma=rma, items=len(items))]
    events += _decide(rma, items, by=by, at=at)
    travels = any(item.state == ItemState.ACCEPTED and not item.stays for item in items)
    booked = book_label(rma, by=by, at=at) if travels else None
    rma.save()
    RMAItem.objects.bulk_create(items)
    _show(rma, items, offers, at=at)
    if booked:
        parcel, label = booked
        ReturnParcel.objects.book(parcel)
        events.append(label)
    kept = _owe_kept(rma, items, by=by, at=at)
    record(*events, *kept)
    refunds = [event.refund for event in kept if event.kind == "refund.decided" and event.refund]
    remember(rma, items=items, parcels=[booked[0]] if booked else [], receipts=[], refunds=refunds)
    return rma


def _owe_kept(rma: RMA, items: Sequence[RMAItem], *, by: Actor, at: datetime) -> list[Event]:
    """Where nothing is sent, the money is owed at once."""
    events = owe_kept(rma, items, by=by, at=at)
    if events:
        events += owe_refund(rma, by=by, at=at)
        rma.save()
    return events


def _lines(order: Order) -> list[OrderLine]:
    sent = Prefetch("parcel_lines", ParcelLine.objects.select_related("parcel"))
    return list(order.lines.order_by("pk").prefetch_related(sent))


def _offers(order: Order, lines: list[OrderLine], wishes: Sequence[Wish], at: datetime) -> list[Offer]:
    taken = RMAItem.objects.filter(rma__order=order).taken()
    reasons = _reasons(wishes)
    _refuse_nonsense(wishes, reasons)
    terms = Policy.objects.for_orders_placed(order.placed_at).terms()
    asks = [_ask(wish, reasons) for wish in wishes]
    try:
        verdicts = _judge(order, lines, taken, asks, terms, at)
    except Impossible as fault:
        raise Refused(fault.code, field=str(fault.values["line"]), **fault.values) from fault
    by_id = {line.line_id: line for line in lines}
    _refuse_unsuitable(wishes, reasons, by_id)
    applied = {(one.id, one.version): one for one in terms}
    answered = [
        _offer(
            wish,
            by_id[wish.line],
            reasons.get(wish.reason),
            verdict,
            taken,
            ask=ask,
            terms=applied[verdict.policy] if verdict.policy else None,
        )
        for wish, ask, verdict in zip(wishes, asks, verdicts, strict=True)
    ]
    return _with_resolutions(order, answered)


def _with_resolutions(order: Order, offers: Sequence[Offer]) -> list[Offer]:
    """The offers with what may be chosen. Raises Refused where something else was."""
    answered = [Answered(offer.terms, offer.ask, offer.verdict.answer, offer.share) for offer in offers]
    may_be = offered(answered, order.currency, _kept(order, offers))
    told = [replace(offer, resolutions=words) for offer, words in zip(offers, may_be, strict=True)]
    for offer in told:
        if offer.wish.resolution not in offer.resolutions:
            line = offer.wish.line
            raise Refused("resolution_not_offered", field=line, line=line, offered=" ".join(offer.resolutions))
    return told


def _kept(order: Order, offers: Sequence[Offer]) -> int:
    """What the shopper keeps of the order by earlier returns; looked up only where a policy asks for it."""
    if not any(offer.terms is not None and offer.terms.keep_up_to is not None for offer in offers):
        return 0
    kept = RMAItem.objects.filter(rma__order=order, resolution=Resolution.KEEP).live()
    return kept.aggregate(worth=Sum("share", default=0))["worth"]


def _judge(
    order: Order,
    lines: list[OrderLine],
    taken: dict[int, tuple[int, int]],
    asks: Sequence[Ask],
    terms: Sequence[Terms],
    at: datetime,
) -> Sequence[Verdict]:
    """The shopper's earlier returns are counted only where a policy asks for their number."""
    counts = any(one.person_after_returns is not None for one in terms)
    earlier = RMA.objects.of_shopper(order.email).earnest_since(at - COUNTED_WITHIN).count() if counts else 0
    facts = order.facts(lines, {line: units for line, (units, _given) in taken.items()}, earlier)
    return judge(facts, asks, terms, at, LAW if settings.STATUTORY_CLOCK else None)


def _reasons(wishes: Sequence[Wish]) -> dict[str, Reason]:
    codes = {wish.reason for wish in wishes if wish.reason}
    return {reason.code: reason for reason in Reason.objects.offered().filter(code__in=codes)}


def _refuse_nonsense(wishes: Sequence[Wish], reasons: dict[str, Reason]) -> None:
    if not wishes:
        raise Refused("nothing_asked")
    photos.refuse_too_many([photo for wish in wishes for photo in wish.photos])
    seen: set[str] = set()
    for wish in wishes:
        if wish.line in seen:
            raise Refused("line_twice", field=wish.line, line=wish.line)
        seen.add(wish.line)
        if type(wish.units) is not int:
            raise Refused("quantity_invalid", field=wish.line, line=wish.line, units=wish.units)
        if wish.reason and wish.reason not in reasons:
            raise Refused("reason_unknown", field=wish.line, line=wish.line, reason=wish.reason)
        if wish.resolution not in [*Resolution]:
            raise Refused("resolution_unknown", field=wish.line, line=wish.line)


def _refuse_unsuitable(wishes: Sequence[Wish], reasons: dict[str, Reason], lines: dict[str, OrderLine]) -> None:
    """A reason may be for other kinds of goods, and its legal path with it."""
    for wish in wishes:
        if wish.reason and not reasons[wish.reason].suits(lines[wish.line].kind):
            raise Refused("reason_unsuitable", field=wish.line, line=wish.line, reason=wish.reason)


def _ask(wish: Wish, reasons: dict[str, Reason]) -> Ask:
    reason = reasons[wish.reason] if wish.reason else None
    return Ask(
        line=wish.line,
        units=wish.units,
        legal_path=LegalPath(reason.legal_path) if reason else LegalPath.WITHDRAWAL,
        seal_broken=wish.seal_broken,
        photos=len(wish.photos),
        reason=wish.reason,
        asks_photo=reason is not None and reason.wants_photo,
    )


def _offer(
    wish: Wish,
    line: OrderLine,
    reason: Reason | None,
    verdict: Verdict,
    taken: dict[int, tuple[int, int]],
    *,
    ask: Ask,
    terms: Terms | None,
) -> Offer:
    units, given = taken.get(line.pk, (0, 0))
    worth = share(paid=line.paid, quantity=line.quantity, given=given, taken=units, units=wish.units)
    stays = wish.resolution == Resolution.KEEP  # nothing to put back on the shelf
    fee = restocking_fee(terms, ask, worth, by_right=verdict.spares_fees) if terms and not stays else 0
    return Offer(wish, line, reason, verdict, worth, fee, ask, terms)


def _item(rma: RMA, offer: Offer) -> RMAItem:
    item = RMAItem(
        rma=rma,
        line=offer.line,
        quantity=offer.wish.units,
        share=offer.share,
        fee=offer.fee,
        reason=offer.reason,
        legal_path=offer.ask.legal_path,
        resolution=offer.wish.resolution,
        credit_bonus=offer.bonus,
        note=masked(offer.wish.note),
        seal_broken=offer.wish.seal_broken,
        verdict=offer.verdict.as_json(),
    )
    if offer.verdict.answer == Answer.ACCEPT:
        item.accept()
    else:
        item.refer()
    return item


def _show(rma: RMA, items: Sequence[RMAItem], offers: Sequence[Offer], *, at: datetime) -> None:
    """The photos that the shopper sent with the choice."""
    shown = [photos.bound(offer.wish.photos, rma, at=at, item=item) for item, offer in zip(items, offers, strict=True)]
    Photo.objects.bulk_create([photo for of_item in shown for photo in of_item])


def _decide(rma: RMA, items: Sequence[RMAItem], *, by: Actor, at: datetime) -> list[Event]:
    """Move the RMA as its verdicts say; every move is an event."""
    accepted = [item.line.line_id for item in items if item.judged.answer == Answer.ACCEPT]
    waiting = [item.line.line_id for item in items if item.judged.answer != Answer.ACCEPT]
    events = []
    if accepted:
        rma.approve()
        rma.approved_at = at
        events.append(noted("rma.approved", by=by, at=at, order=rma.order, rma=rma, lines=accepted))
    else:
        rma.refer()
    if waiting:
        rma.answer_by = at + ANSWER_WITHIN
        events.append(noted("rma.referred", by=by, at=at, order=rma.order, rma=rma, lines=waiting))
    return events
