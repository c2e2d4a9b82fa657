"""Until when. Two clocks that never touch each other: the shop's own window and the law's.

Both answer with the last whole local day; the day of the event is day 0 and is not counted.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from returns.policy.facts import CountedFrom, Delivery, LineFacts, OrderFacts, Terms
from returns.policy.law import Law, RefundFrom, Regime
from returns.policy.law.calendar import next_open_day, zones_of


@dataclass(frozen=True, slots=True)
class End:
    """The last day, to its last moment in `zone`; `estimated` when a guess took part (law.md C-11)."""

    day: date
    zone: str
    estimated: bool = False

    def passed(self, at: datetime) -> bool:
        return local_day(at, self.zone) > self.day

    @property
    def lateness(self) -> tuple[date, timedelta]:
        """Sorts ends of one country by their last moment."""
        offset = datetime.combine(self.day, time(12), ZoneInfo(self.zone)).utcoffset()
        return self.day, -(offset or timedelta())


def policy_end(order: OrderFacts, line: LineFacts, units: int, terms: Terms) -> End | None:
    """The end of the shop's window for `units` of the line; None without a window or without a day 0.

    Units already taken are presumed to come from the earliest parcels and the asked ones from the latest;
    the earliest end among the asked units counts. When fewer have been sent, it is theirs.
    """
    found = None
    for end, sent in policy_ends(order, line, terms):
        if units <= 0:
            break
        found = end
        units -= sent
    return found


def policy_ends(order: OrderFacts, line: LineFacts, terms: Terms) -> list[tuple[End, int]]:
    """The shop's window for each parcel's units, as (end, units), the latest first; empty without a window.

    Whole days in the shop's zone, day N included, whatever weekday or holiday it is.
    """
    if terms.window_days is None:
        return []
    zone = known_zone(order.shop_zone)
    season = _season_day(order, terms)
    ends = [
        (End(max(add_days(start, terms.window_days), season), zone, estimated), units)
        for start, estimated, units in _starts(order, line, terms, zone)
    ]
    return sorted(ends, key=lambda end_units: (end_units[0].day, end_units[0].estimated), reverse=True)


def _starts(order: OrderFacts, line: LineFacts, terms: Terms, zone: str) -> Iterator[tuple[date, bool, int]]:
    """Day 0 of the units that have been sent, as (day, estimated, units)."""
    if terms.counted_from is CountedFrom.ORDER or line.intangible:
        yield local_day(order.placed_at, zone), False, line.quantity
        return
    for delivery in line.deliveries:
        if delivery.units and delivery.sent:
            yield *_day_zero(delivery, terms, zone), delivery.units


def _day_zero(sent: Delivery, terms: Terms, zone: str) -> tuple[date, bool]:
    """Possession is never before dispatch, so it may stand in for it: that only makes the window longer."""
    if terms.counted_from is CountedFrom.DISPATCH and sent.dispatched_at is not None:
        return local_day(sent.dispatched_at, zone), False
    if sent.possession_at is not None:
        return local_day(sent.possession_at, zone), False
    assert sent.dispatched_at is not None
    return add_days(local_day(sent.dispatched_at, zone), terms.transit_days), True


def _season_day(order: OrderFacts, terms: Terms) -> date:
    if not terms.seasons:
        return date.min
    placed = local_day(order.placed_at, order.shop_zone)
    days = (season.last_day for season in terms.seasons if season.ordered_from <= placed <= season.ordered_until)
    return max(days, default=date.min)


def statutory_end(order: OrderFacts, law: Law, transit_days: int = 14) -> End | None:
    """The end of the statutory period, one for the whole contract (law.md C-1 to C-11).

    None when the law gives no right, and when the clock has not started because not everything is on its way (C-3).
    A last day is counted in the consumer's zone; when that is unknown, in the zone of the country where it ends last.
    """
    period = Period.of(order, law)
    start = _contract_start(order, transit_days)
    if period is None or start is None:
        return None
    moment, estimated = start
    ends = (End(_last_day(order, period, moment, zone), zone, estimated) for zone in consumer_zones(order))
    return max(ends, key=lambda end: end.lateness)


@dataclass(frozen=True, slots=True)
class Period:
    """How the law counts for one contract; no `calendars` means that a closed last day does not move."""

    days: int
    first_day_counts: bool
    months_without_notice: int
    calendars: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, order: OrderFacts, law: Law) -> "Period | None":
        placed = order_day(order)
        regime, row = law.regime(order.country, placed), law.country(order.country, placed)
        if regime is None or row is None:
            return None
        shop = law.country(order.shop_country, placed)
        calendars = (
            (order.country, row.holiday_categories),
            (order.shop_country, shop.holiday_categories if shop else ("public",)),
        )
        return cls(
            days=(order.off_premises and row.days_off_premises) or regime.days,
            first_day_counts=regime.first_day_counts,
            months_without_notice=regime.months_without_notice,
            calendars=calendars if regime.closed_days_move else (),
        )

    def last_day(self, day_zero: date) -> date:
        return self.moved(add_days(day_zero, self.days - self.first_day_counts))

    def without_notice(self, first_end: date) -> date:
        return self.moved(add_months(first_end, self.months_without_notice))

    def moved(self, day: date) -> date:
        """The later of what the consumer's and the trader's calendar make of a closed last day (law.md C-6, C-7)."""
        return max((next_open_day(day, *calendar) for calendar in self.calendars), default=day)


def _last_day(order: OrderFacts, period: Period, start: datetime, zone: str) -> date:
    """Not told of the right: twelve months more; told late: the days anew from then, whichever is sooner (C-9)."""
    first_end = period.last_day(local_day(start, zone))
    if not order.notice_known and order.notice_presumed:
        return first_end
    longest = period.without_notice(first_end)
    if order.notice_given_at is None:
        return longest
    return min(longest, max(first_end, period.last_day(local_day(order.notice_given_at, zone))))


def _contract_start(order: OrderFacts, transit_days: int) -> tuple[datetime, bool] | None:
    """When the consumer held the last good (the first of a regular delivery), and whether that is an estimate."""
    goods = [line for line in order.lines if not line.intangible and line.quantity > line.cancelled]
    if not goods:
        return order.placed_at, False
    sent = [delivery for line in goods for delivery in line.deliveries if delivery.units and delivery.sent]
    complete = all(line.sent >= line.quantity - line.cancelled for line in goods)
    if not sent or not (complete or order.recurring):
        return None
    starts = [_possession(delivery, transit_days) for delivery in sent]
    if order.recurring:
        return min(starts)
    return max(moment for moment, _ in starts), any(estimated for _, estimated in starts)


def _possession(sent: Delivery, transit_days: int) -> tuple[datetime, bool]:
    """When the consumer held it, and whether that is a guess, held within the calendar as `add_days` does."""
    if sent.possession_at is not None:
        return sent.possession_at, False
    assert sent.dispatched_at is not None
    try:
        return sent.dispatched_at + timedelta(days=transit_days), True
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC), True


def refund_due(
    regime: Regime,
    informed_on: date,
    *,
    sent_on: date | None,
    received_on: date | None,
    nothing_to_wait_for: bool = False,
) -> date | None:
    """The last day for the money after a withdrawal (law.md M-1, M-3, M-4); None while the shop may wait for goods.

    `sent_on` is the proof of sending, such as the carrier's first scan. There is nothing to wait for when the shop
    collects the goods or has never sent them. These days do not move with holidays: to pay sooner is always right.
    """
    goods_on = min((day for day in (sent_on, received_on) if day is not None), default=None)
    if nothing_to_wait_for:
        return add_days(informed_on, regime.refund_days)
    if regime.refund_from is RefundFrom.RECEIVED:
        return add_days(received_on, regime.refund_days) if received_on else None
    if goods_on is None:
        return None
    if regime.refund_from is RefundFrom.GOODS_SENT:
        return add_days(goods_on, regime.refund_days)
    return max(add_days(informed_on, regime.refund_days), goods_on)


def liable_until(order: OrderFacts, line: LineFacts, law: Law) -> date | None:
    """The last day of the seller's liability for faults (law.md section 7); None when the law or the day is unknown."""
    row = law.country(order.country, order_day(order))
    held = [delivery.possession_at for delivery in line.deliveries if delivery.possession_at is not None]
    if row is None or row.liable_years is None or not held:
        return None
    return add_months(local_day(max(held), consumer_zones(order)[0]), 12 * row.liable_years)


def order_day(order: OrderFacts) -> date:
    """The day of the contract where the consumer is; it decides which law was in force."""
    return local_day(order.placed_at, consumer_zones(order)[0])


def consumer_zones(order: OrderFacts) -> tuple[str, ...]:
    """The consumer's zone; unknown, all zones of the country; with the country unknown too, the shop's (law.md C-8)."""
    if order.zone and known_zone(order.zone) == order.zone:
        return (order.zone,)
    return zones_of(order.country) or (known_zone(order.shop_zone),)


@lru_cache(maxsize=4096)
def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of an aware moment in a zone; at the very ends of the calendar, the day as written.

    Remembered, because the lines of an order share their parcels' moments.
    """
    try:
        return moment.astimezone(ZoneInfo(known_zone(zone))).date()
    except OverflowError:
        return moment.date()


def add_days(day: date, days: int) -> date:
    """`day` + `days`, held within the calendar so that a window of a million years is merely very long."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day when it has none such (Regulation 1182/71 Art. 3(2)(c))."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=1024)
def known_zone(zone: str) -> str:
    """The zone itself, or UTC when nobody knows a zone of that name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone
