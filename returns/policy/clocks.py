"""Until when. Two clocks that never touch each other: the shop's own window and the law's.

Both answer with the last whole local day; the day of the event is day 0 and is not counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from returns.policy.facts import CountedFrom, Delivery, LineFacts, OrderFacts, Terms


@dataclass(frozen=True, slots=True)
class End:
    """The last day, to its last moment in `zone`; `estimated` when a guess took part (law.md C-11)."""

    day: date
    zone: str
    estimated: bool = False

    def passed(self, at: datetime) -> bool:
        return local_day(at, self.zone) > self.day


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


def was_sent(delivery: Delivery) -> bool:
    return delivery.dispatched_at is not None or delivery.possession_at is not None


def sent_units(line: LineFacts) -> int:
    return sum(delivery.units for delivery in line.deliveries if was_sent(delivery))


def _starts(order: OrderFacts, line: LineFacts, terms: Terms, zone: str) -> Iterator[tuple[date, bool, int]]:
    """Day 0 of the units that have been sent, as (day, estimated, units)."""
    if terms.counted_from is CountedFrom.ORDER:
        yield local_day(order.placed_at, zone), False, line.quantity
        return
    for sent in line.deliveries:
        if sent.units and was_sent(sent):
            yield *_day_zero(sent, terms, zone), sent.units


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


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of an aware moment in a zone; at the very ends of the calendar, the day as written."""
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


@lru_cache(maxsize=1024)
def known_zone(zone: str) -> str:
    """The zone itself, or UTC when nobody knows a zone of that name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return "UTC"
    return zone
