"""What must be true after the quiet time: our rows against the provider's books.

Nothing here but the last check asks the product: rows come by plain SQL, what is owed is worked out anew, and what
the provider has comes from its own books. Every check yields sentences about what is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from returns.analytics.audit import asked

if TYPE_CHECKING:
    from tests.simulator.world import World

Row = dict[str, Any]
LIVE = {"pending", "requires_action", "succeeded"}  # at the provider: the shopper has it or will
ENDED = {"failed", "canceled", "paid_otherwise"}  # of ours: they neither hold nor spend
UNDER_WAY = {"due", "sending", "uncertain"}
BEGUN_BY = {"refund.decided", "refund.found", "refund.retried"}
TOLD_BY = {
    "refund.pending": "pending",
    "refund.needs_details": "requires_action",
    "refund.succeeded": "succeeded",
    "refund.failed": "failed",
    "refund.given_way": "failed",
    "refund.canceled": "canceled",
    "refund.declined": "canceled",
    "refund.divided": "failed",
    "refund.credited": "succeeded",
    "refund.paid_otherwise": "paid_otherwise",
}
UNTOLD = {"refund.declined", "refund.divided", "refund.given_way"}  # the shopper hears of what follows
GIVEN_UP = {
    "declined_by_us",  # of goodwill that was granted before: it is owed all the same
    "method_refunds_whole_only",
    "method_without_refunds",
    "no_payment",
    "no_room",
    "paid_after_all",
    "partly_charged_back",
    "reinstated",
    "set_off_undone",
}  # failures that are ours to say
OURS = "portal_refund_id"
ABSENCE = timedelta(minutes=15)


def broken(world: "World") -> list[str]:
    """Everything that is wrong, once each."""
    books = Books(world)
    return list(dict.fromkeys(wrong for check in CHECKS for wrong in check(books)))


def always(world: "World") -> Iterator[str]:
    """What may not be wrong for a moment, also where it comes right later: looked at after every step."""
    # Strangers may refund in the dashboard what we have credited, or what failed there and we have not heard of: where
    # that is above the cap, a person is told.
    over = world.rows(
        "SELECT p.reference, p.captured, SUM(r.amount) AS active FROM returns_refund r"
        " JOIN returns_payment p ON p.id = r.payment_id"
        " WHERE r.state NOT IN ('failed', 'canceled', 'paid_otherwise')"
        " GROUP BY p.reference, p.captured"
        " HAVING SUM(CASE WHEN r.originator = 'external' THEN 0 ELSE r.amount END) > p.captured"
        " OR (SUM(r.amount) > p.captured AND p.reference NOT IN"
        " (SELECT subject FROM returns_break WHERE kind = 'above_captured'))"
    )
    for row in over:
        yield f"above the cap: {row['reference']}: {row['active']} of {row['captured']} at our side"
    live = [remote["metadata"].get(OURS) for remote in world.provider.all("refund") if remote["status"] in LIVE]
    for name in {name for name in live if name and live.count(name) > 1}:
        yield f"doubled: refund {name} is live {live.count(name)} times"


class Books:
    """Both sides as they are now."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.refunds = self.table("refund")
        self.payments = {row["id"]: row for row in self.table("payment")}
        self.items = {row["id"]: row for row in self.table("rmaitem")}
        self.rmas = {row["id"]: row for row in self.table("rma")}
        self.lines = self.table("refundline")
        self.events = self.table("event")
        self.told_of_too_much = {row["payment_id"] for row in self.table("break") if row["kind"] == "above_captured"}
        self.remotes = {refund["id"]: refund for refund in world.provider.all("refund")}
        self.charges = {charge["payment_intent"]: charge for charge in world.provider.all("charge")}
        self.named = _by(self.remotes.values(), lambda remote: remote["metadata"].get(OURS, ""))

    def table(self, name: str) -> list[Row]:
        return self.world.rows(f"SELECT * FROM returns_{name} ORDER BY id")  # noqa: S608  names from this file

    def live(self, refund: Row) -> list[Row]:
        """The provider's refunds that carry this one's id and move money."""
        return [remote for remote in self.named.get(refund["public_id"], []) if remote["status"] in LIVE]


def nothing_is_stuck(books: Books) -> Iterator[str]:
    for refund in books.refunds:
        if refund["state"] in UNDER_WAY:
            yield f"stuck: {_name(refund)} is {refund['state']}"
    for halt in books.table("halt"):
        if halt["ended_at"] is None or halt["cause"] == "restored":
            yield f"stuck: all sending, {halt['cause']} since {halt['started_at']}"
    for event in books.table("gatewayevent"):
        if event["worked_at"] is None:
            yield f"stuck: event {event['id']} {event['kind']} was not worked: {event['error']}"
    if books.world.mood.letters:
        for letter in books.table("letter"):
            if letter["state"] != "sent":
                yield f"stuck: letter {letter['kind']} is {letter['state']}: {letter['error']}"


def nothing_is_lost(books: Books) -> Iterator[str]:
    """What arrived is owed to the last unit, and what is owed is refunded, or failed before a person's eyes."""
    standing = {row["id"]: row for row in books.refunds if row["replaced_by_id"] is None}
    of_goods = [
        row | {"rma_id": standing[row["refund_id"]]["rma_id"]}
        for row in books.lines
        if row["refund_id"] in standing and row["kind"] in {"goods", "fee", "value_loss"}
    ]
    refunded = _sums(of_goods, "rma_id", lambda row: row["amount"])
    owed = _owed(books)
    for rma in books.rmas.values():
        if owed[rma["id"]] != refunded[rma["id"]]:
            yield f"lost: return {rma['number']} is owed {owed[rma['id']]}, refunds say {refunded[rma['id']]}"
    granted = sum(row["amount"] for row in books.table("goodwill"))
    paid = sum(row["amount"] for row in standing.values() if row["originator"] == "goodwill")
    if granted != paid:
        yield f"lost: {granted} granted as goodwill, {paid} refunded"


def _owed(books: Books) -> dict[int, int]:
    """By return: the shares of what arrived, less fees, losses of value and once the way back; never below zero."""
    counted = _sums(books.table("receiptline"), "item_id", lambda row: row["fine"] + row["damaged"])
    counts = {row["id"]: row for row in books.table("receiptline")}
    valued = [row | {"item_id": counts[row["counted_id"]]["item_id"]} for row in books.table("valuation")]
    waiting = _sums(
        [row for row in valued if row["loss"] is None], "item_id", lambda row: counts[row["counted_id"]]["damaged"]
    )
    lost = _sums([row for row in valued if not row["forgiven_at"]], "item_id", lambda row: row["loss"] or 0)
    begun = {row["rma_id"] for row in books.table("receipt")}
    items = books.items.values()
    to_come = {row["rma_id"] for row in items if row["state"] != "refused" and row["resolution"] != "keep"}
    owed: defaultdict[int, int] = defaultdict(int)
    arrived: defaultdict[int, int] = defaultdict(int)
    for item in [item for item in items if item["state"] == "accepted"]:
        units = min(counted[item["id"]], item["quantity"]) - waiting[item["id"]]
        if item["resolution"] == "keep" and (item["rma_id"] in begun or item["rma_id"] not in to_come):
            units = item["quantity"]
        arrived[item["rma_id"]] += units
        owed[item["rma_id"]] += item["share"] * units // item["quantity"] - item["fee"] * units // item["quantity"]
        owed[item["rma_id"]] -= lost[item["id"]]
    for rma in books.rmas.values():
        owed[rma["id"]] = max(0, owed[rma["id"]] - rma["return_cost"]) if arrived[rma["id"]] else 0
    return owed


def nothing_is_doubled(books: Books) -> Iterator[str]:
    """One of ours is at most one live one of theirs, of the same amount, and none where we say that none is."""
    known = {refund["public_id"] for refund in books.refunds}
    for refund in books.refunds:
        live = books.live(refund)
        if len(live) > 1:
            yield f"doubled: {_name(refund)} is live {len(live)} times: {[remote['id'] for remote in live]}"
        if live and refund["state"] in ENDED:
            yield f"doubled: {_name(refund)} is {refund['state']}, and {live[0]['id']} is {live[0]['status']}"
    for name, remotes in books.named.items():
        if name and name not in known:
            yield f"lost: the provider has {remotes[0]['id']} of {name}, which we do not know"


def nothing_is_above_the_cap(books: Books) -> Iterator[str]:
    """Never by what we decided ourselves; where strangers refunded too much besides, a person is told."""
    holding = [row for row in books.refunds if row["state"] not in ENDED]
    active = _sums(holding, "payment_id", lambda row: row["amount"])
    ours = _sums([row for row in holding if row["originator"] != "external"], "payment_id", lambda row: row["amount"])
    live = _sums(
        [row for row in books.remotes.values() if row["status"] in LIVE], "payment_intent", lambda row: row["amount"]
    )
    for payment in books.payments.values():
        decided = ours if payment["id"] in books.told_of_too_much else active
        if decided[payment["id"]] > payment["captured"]:
            yield f"above the cap: {payment['reference']}: {active[payment['id']]} of {payment['captured']} at our side"
        charge = books.charges[payment["reference"]]
        if live[payment["reference"]] > charge["amount_captured"]:
            yield f"above the cap: {payment['reference']}: {live[payment['reference']]} at the provider"


def both_sides_agree(books: Books) -> Iterator[str]:
    for refund in books.refunds:
        if refund["gateway_id"] is None:
            continue
        remote = books.remotes.get(refund["gateway_id"])
        if remote is None:
            yield f"phantom: {_name(refund)} is {refund['gateway_id']}, which the provider does not have"
            continue
        payment = books.payments[refund["payment_id"]]
        ours = (refund["amount"], refund["currency"].lower(), payment["reference"])
        if ours != (remote["amount"], remote["currency"], remote["payment_intent"]):
            yield f"unequal: {_name(refund)} {ours} is {remote}"
        state = "failed" if refund["state"] == "paid_otherwise" else refund["state"]
        if state != remote["status"] and not (refund["state"] == "paid_otherwise" and remote["status"] == "canceled"):
            yield f"unequal: {_name(refund)} is {refund['state']}, {remote['id']} is {remote['status']}"


def parts_add_up(books: Books) -> Iterator[str]:
    by_refund = _sums(books.lines, "refund_id", lambda row: row["amount"])
    for refund in books.refunds:
        if by_refund[refund["id"]] != refund["amount"]:
            yield f"parts: {_name(refund)} of {refund['amount']} has lines of {by_refund[refund['id']]}"
    replaced = {row["id"] for row in books.refunds if row["replaced_by_id"] is not None}
    of_goods = [row for row in books.lines if row["kind"] == "goods" and row["refund_id"] not in replaced]
    goods = _sums(of_goods, "item_id", lambda row: row["amount"])
    for item, amount in goods.items():
        if amount > books.items[item]["share"]:
            yield f"parts: item {item} was refunded {amount} of its share {books.items[item]['share']}"
    dead = {rma["id"] for rma in books.rmas.values() if rma["state"] in {"rejected", "cancelled", "expired"}}
    live = [row for row in books.items.values() if row["state"] != "refused" and row["rma_id"] not in dead]
    units = _sums(live, "line_id", lambda row: row["quantity"])
    shares = _sums(live, "line_id", lambda row: row["share"])
    for line in books.table("orderline"):
        all_back = units[line["id"]] == line["quantity"]
        if units[line["id"]] > line["quantity"] or shares[line["id"]] > line["paid"]:
            yield f"parts: line {line['id']}: {units[line['id']]} units, {shares[line['id']]} of {line['paid']}"
        elif all_back and shares[line["id"]] != line["paid"]:
            yield f"parts: line {line['id']} came back whole for {shares[line['id']]} of {line['paid']}"


def the_timeline_is_whole(books: Books) -> Iterator[str]:
    """Every refund begins with its decision and stands where its last event says; none was told twice alike."""
    told = _by([row for row in books.events if row["refund_id"]], lambda row: row["refund_id"])
    for refund in books.refunds:
        kinds = [event["kind"] for event in told.get(refund["id"], [])]
        states = [TOLD_BY[kind] for kind in kinds if kind in TOLD_BY]
        if [kind for kind in kinds if kind in BEGUN_BY] != kinds[:1]:
            yield f"timeline: {_name(refund)} begins with {kinds}"
        if states[-1:] != [refund["state"]] and refund["state"] not in {*UNDER_WAY, "awaiting_approval"}:
            yield f"timeline: {_name(refund)} is {refund['state']}, told was {kinds}"
        if any(one == other for one, other in pairwise(states)):
            yield f"timeline: {_name(refund)} was told twice: {kinds}"


def returns_stand_where_their_money_is(books: Books) -> Iterator[str]:
    """A return is refunded when nothing is owed any more; while something is, it is due, before a person's eyes."""
    owing = {
        row["rma_id"]
        for row in books.refunds
        if row["originator"] == "rma"
        and row["state"] not in {"succeeded", "paid_otherwise"}
        and row["replaced_by_id"] is None
    }
    for rma in books.rmas.values():
        if (rma["state"] == "refund_due") != (rma["id"] in owing):
            yield f"return {rma['number']} is {rma['state']}, {'' if rma['id'] in owing else 'nothing '}is owed"


def letters_are_owed_once(books: Books) -> Iterator[str]:
    """The shopper hears of every state of the money, once."""
    letters = _by(books.table("letter"), lambda row: row["event_id"])
    for event in books.events:
        if event["kind"] in TOLD_BY.keys() - UNTOLD and len(letters.get(event["id"], [])) != 1:
            yield f"letters: {len(letters.get(event['id'], []))} for {event['kind']} of refund {event['refund_id']}"


def only_the_provider_is_believed(books: Books) -> Iterator[str]:
    """Every state was answered by the API, every failure declined or told by it, every key written down before use."""
    record = books.world.record
    told = _by([row for row in books.events if row["refund_id"]], lambda row: row["refund_id"])
    attempts = _by(books.table("attempt"), lambda row: row["refund_id"])
    for refund in books.refunds:
        states = {TOLD_BY[event["kind"]] for event in told.get(refund["id"], []) if event["kind"] in TOLD_BY}
        names = {remote["id"] for remote in books.named.get(refund["public_id"], [])} | {refund["gateway_id"]}
        heard = {state for name in names if name for state in record.heard[name]}
        declined = refund["public_id"] in record.declined or refund["failure_reason"] in GIVEN_UP or _unpayable(refund)
        if refund["credit_id"]:
            heard |= {"succeeded"}
        if refund["failure_reason"] in {"declined_by_us", "no_room"}:
            heard |= {"canceled"}
        for state in states - heard - {"paid_otherwise"}:
            if not (state == "failed" and declined):
                yield f"believed: {_name(refund)} became {state}, which the provider never said"
        keys = {attempt["key"] for attempt in attempts.get(refund["id"], [])}
        if unknown := record.keys[refund["public_id"]] - keys:
            yield f"keys: {_name(refund)} was sent with {unknown}, attempts are {keys}"


def new_keys_have_proofs(books: Books) -> Iterator[str]:
    """I27: an attempt follows another only when that one was absent for 15 minutes."""
    for attempts in _by(books.table("attempt"), lambda row: row["refund_id"]).values():
        for before, after in pairwise(attempts):
            sent, absent, begun = (
                _moment(moment) for moment in (before["last_sent_at"], before["absent_at"], after["first_sent_at"])
            )
            if absent is None or sent is None or begun is None or not (sent + ABSENCE <= absent <= begun):
                yield f"keys: {after['key']} follows {before['key']} of {sent}, absent {absent}, at {begun}"


def the_audit_is_clean(books: Books) -> Iterator[str]:
    """The product's own, written apart from all this: `manage.py audit`. What a schedule cannot change is not asked."""
    for finding in asked(at=books.world.now):
        yield f"audit: {finding.code} {finding.name}: {finding.rows[0]}"


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    nothing_is_doubled,
    nothing_is_above_the_cap,
    nothing_is_lost,
    nothing_is_stuck,
    both_sides_agree,
    parts_add_up,
    the_timeline_is_whole,
    returns_stand_where_their_money_is,
    letters_are_owed_once,
    only_the_provider_is_believed,
    new_keys_have_proofs,
    the_audit_is_clean,
)


def _name(refund: Row) -> str:
    return f"refund {refund['public_id']} ({refund['amount']} {refund['currency']})"


def _unpayable(refund: Row) -> bool:
    """Declined by the client before any call: the provider pays dinars in tens of fils alone."""
    return refund["currency"] == "KWD" and refund["amount"] % 10 != 0


def _moment(value: Any) -> datetime | None:
    """SQLite has times as text."""
    return datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else value


def _sums(rows: Iterable[Row], name: str, value: Callable[[Row], int]) -> defaultdict[Any, int]:
    sums: defaultdict[Any, int] = defaultdict(int)
    for row in rows:
        sums[row[name]] += value(row)
    return sums


def _by(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
