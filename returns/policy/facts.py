"""What a decision may know: plain, frozen data that the caller fills from its rows.

Every datetime is aware, every date is a `datetime.date`, every quantity is a count of units, money is in minor units.
Facts that contradict their own type are refused here with a ValueError, so that the rules need not ask again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

COUNTED_WITHIN = timedelta(days=365)  # before an ask, the shopper's earlier returns


class Answer(StrEnum):
    """The three answers, from the kindest to the hardest."""

    ACCEPT = "accept"
    REFER = "refer"
    REFUSE = "refuse"


class LegalPath(StrEnum):
    """What the shopper's reason means in law (law.md sections 2 and 7).

    COURTESY claims nothing but the shop's promise, as the recipient of a gift does who is no party to the contract.
    """

    WITHDRAWAL = "withdrawal"
    CONFORMITY = "conformity"
    COURTESY = "courtesy"


class CountedFrom(StrEnum):
    """The event whose day is day 0 of a policy's window."""

    ORDER = "order"
    DISPATCH = "dispatch"
    POSSESSION = "possession"


class Resolution(StrEnum):
    """What the shopper gets for an item: money back, store credit, or the money without sending the item back."""

    REFUND = "refund"
    CREDIT = "credit"
    KEEP = "keep"


class OutboundShipping(StrEnum):
    """What of the outbound delivery a partial withdrawal gives back (law.md M-10); a full one gives all (M-11)."""

    NONE = "none"
    PROPORTIONAL = "proportional"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outbound parcel's part of a line.

    `possession_at` is when the consumer held the goods (law.md C-5: a parcel waiting in a locker is not delivered);
    with neither date the units have not been sent.
    """

    units: int
    dispatched_at: datetime | None
    possession_at: datetime | None

    def __post_init__(self) -> None:
        _refuse_negative("Delivery.units", self.units)
        refuse_naive("Delivery.dispatched_at", self.dispatched_at)
        refuse_naive("Delivery.possession_at", self.possession_at)

    @property
    def sent(self) -> bool:
        return self.dispatched_at is not None or self.possession_at is not None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One order line. `taken` counts the units in other live RMAs, `cancelled` those that will never be delivered.

    `exception` is the letter of Art. 16 that the shop typed for the goods (law.md section 4). `exception_proven` says,
    for the letters that hang on something that happens after the purchase (a, f, m), whether the shop can prove it.
    `intangible` marks services and pure digital content, which no parcel brings (C-2). `paid` is what was paid for all
    its units, in minor units of the order's currency.
    """

    id: str
    kind: str
    quantity: int
    taken: int = 0
    deliveries: tuple[Delivery, ...] = ()
    exception: str | None = None
    final_sale: bool = False
    cancelled: int = 0
    exception_proven: bool | None = None
    intangible: bool = False
    paid: int = 0

    def __post_init__(self) -> None:
        _refuse_negative("LineFacts.quantity", self.quantity)
        _refuse_negative("LineFacts.taken", self.taken)
        _refuse_negative("LineFacts.cancelled", self.cancelled)

    @property
    def sent(self) -> int:
        """The units that are with the shopper or on their way; nothing needs to be sent of what is no thing."""
        if self.intangible:
            return self.quantity
        return sum(delivery.units for delivery in self.deliveries if delivery.sent)

    @property
    def returnable(self) -> int:
        """The units that may still be asked for."""
        return max(0, self.quantity - self.cancelled - self.taken)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One contract. Zones are IANA names; `country` is ISO alpha-2 of the delivery, all else is unknown (law.md P-2).

    `currency` is what it was paid in; `earlier_returns` counts what the same shopper asked to send back within
    `COUNTED_WITHIN` before.

    `notice_known` False means nobody said whether the buyer was told of the right to withdraw;
    `notice_presumed` is the shop's setting for that case (law.md C-9). An empty `zone` means unknown (C-8).
    `off_premises` is a contract made at the door or on an excursion (C-10), `recurring` a regular delivery over a
    defined period, whose clock starts with the first good (C-2).
    """

    placed_at: datetime
    country: str
    zone: str
    shop_zone: str
    shop_country: str
    lines: tuple[LineFacts, ...]
    business: bool = False
    notice_given_at: datetime | None = None
    notice_known: bool = False
    notice_presumed: bool = True
    off_premises: bool = False
    recurring: bool = False
    currency: str = ""
    earlier_returns: int = 0

    def __post_init__(self) -> None:
        refuse_naive("OrderFacts.placed_at", self.placed_at)
        refuse_naive("OrderFacts.notice_given_at", self.notice_given_at)
        if len({line.id for line in self.lines}) != len(self.lines):
            raise ValueError("OrderFacts.lines: two lines have the same id")


@dataclass(frozen=True, slots=True)
class Season:
    """A longer promise for a while: orders placed on these shop days (both included) may come back to `last_day`."""

    ordered_from: date
    ordered_until: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of a shop policy. `window_days` None is unlimited; empty `kinds` or `countries` mean all.

    It binds orders placed in [valid_from, valid_until). `transit_days` stands in for an unknown delivery (law.md C-11).
    Amounts are minor units of `currency` and bind orders paid in it alone; "" is whatever an order was paid in.
    `free_reasons` are codes of reasons for which nothing is charged, neither for the way back nor for restocking.
    `resolutions` are offered beside money back, which is always offered (law.md M-5); `credit_bonus_percent` is added
    to store credit; a return worth at most `keep_up_to` may be kept, None being never.
    """

    id: str
    version: int
    window_days: int | None
    counted_from: CountedFrom = CountedFrom.POSSESSION
    kinds: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    final_sale_returnable: bool = False
    transit_days: int = 14
    seasons: tuple[Season, ...] = ()
    exceptions_returnable: frozenset[str] = frozenset()
    faulty_photos: int = 0
    person_decides: bool = False
    person_above_units: int | None = None
    person_above_amount: int | None = None
    person_after_returns: int | None = None
    resolutions: frozenset[Resolution] = frozenset()
    credit_bonus_percent: int = 0
    keep_up_to: int | None = None
    outbound_shipping: OutboundShipping = OutboundShipping.PROPORTIONAL
    restocking_percent: int = 0
    return_fee: int = 0
    return_cost_told: bool = True
    free_reasons: frozenset[str] = frozenset()
    currency: str = ""

    def __post_init__(self) -> None:
        if self.window_days is not None:
            _refuse_negative("Terms.window_days", self.window_days)
        _refuse_negative("Terms.transit_days", self.transit_days)
        refuse_naive("Terms.valid_from", self.valid_from)
        refuse_naive("Terms.valid_until", self.valid_until)

    def counts_in(self, currency: str) -> bool:
        """Whether its amounts bind an order paid in that currency."""
        return self.currency in ("", currency)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the shopper wants to send back of one line. `seal_broken` None means not asked yet (law.md X-1).

    `reason` is a code of the shop's reasons, "" for none; what it means in law is `legal_path`, and `asks_photo` says
    that the shop wants a fault of that kind shown.
    """

    line: str
    units: int
    legal_path: LegalPath = LegalPath.WITHDRAWAL
    seal_broken: bool | None = None
    photos: int = 0
    reason: str = ""
    asks_photo: bool = False


def refuse_naive(name: str, moment: datetime | None) -> None:
    """A moment without a zone would be read in the zone of whatever machine decides."""
    if moment is not None and moment.utcoffset() is None:
        raise ValueError(f"{name}: the datetime {moment} has no time zone")


def _refuse_negative(name: str, count: int) -> None:
    if count < 0:
        raise ValueError(f"{name}: {count} is negative")
