"""What people do: shoppers, agents, the bench, and strangers in the provider's dashboard.

Each act draws what it is about and calls the product's own action; much of it is refused, as with people.
"""

from collections.abc import Callable
from typing import Any

from returns.actions import decisions, goodwill, missing, orders, receiving, requests
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import OrderData
from returns.models import RMA, SHOPPER, SYSTEM, GoodwillReason, Grade, Order, OrderLine
from tests.simulator import desk
from tests.simulator.world import World

REASONS = ("", "changed_mind", "damaged", "other", "other", "arrived_late")
OPENED = ("needs_response", "warning_needs_response")
ENDS = ("won", "lost", "warning_closed", "prevented")
VERDICTS = ("under_review", *ENDS)
AWAITED = ("approved", "label_ready", "in_transit", "received")

Act = Callable[[World, "Shop"], Any]


class Shop:
    """The orders as they were told, how many returns may be asked for, and what shoppers choose."""

    def __init__(self, told: list[OrderData], *, returns: int, resolutions: tuple[str, ...]) -> None:
        self.told = told
        self.returns = returns
        self.resolutions = resolutions

    def order(self, world: World) -> Order:
        return Order.objects.get(number=world.draw.choice(self.told).number)


def some_return(world: World, *states: str) -> RMA | None:
    """Mostly one in which the act makes sense, and now and then any."""
    found = world.rows("SELECT id, state FROM returns_rma ORDER BY id")
    sensible = [row["id"] for row in found if row["state"] in states]
    chosen = sensible if sensible and world.chance(0.9) else [row["id"] for row in found]
    return RMA.objects.select_related("order").get(pk=world.draw.choice(chosen)) if chosen else None


# --- shoppers ------------------------------------------------------------------------------------


def ask(world: World, shop: Shop) -> Any:
    if shop.returns == 0:
        return None
    shop.returns -= 1
    order = shop.order(world)
    lines = list(order.lines.order_by("pk"))
    chosen = world.draw.sample(lines, world.draw.randint(1, len(lines)))
    wishes = [_wish(world, shop, line) for line in chosen]
    return requests.request(order, wishes, by=SHOPPER, at=world.now, locale="en", channel="page")


def _wish(world: World, shop: Shop, line: OrderLine) -> Wish:
    units, reason = world.draw.randint(1, line.quantity), world.draw.choice(REASONS)
    return Wish(line.line_id, units, reason, resolution=world.draw.choice(shop.resolutions))


def call_off(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "in_review", "approved", "label_ready")
    return decisions.cancel(rma, by=SHOPPER, at=world.now) if rma else None


# --- the shop ------------------------------------------------------------------------------------


def tell_again(world: World, shop: Shop) -> Any:
    return orders.load([world.draw.choice(shop.told)], by=SYSTEM, at=world.now)


def approve(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "in_review", "received")
    return decisions.approve(rma, by=desk.somebody(world), at=world.now, note="all right") if rma else None


def approve_with_goodwill(world: World, _shop: Shop) -> Any:
    if rma := some_return(world, "in_review"):
        amount = world.draw.choice((1, 500, 5000))
        return decisions.approve_with_goodwill(rma, amount=amount, note="sorry", by=desk.somebody(world), at=world.now)
    return None


def reject(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "in_review")
    return decisions.reject(rma, by=desk.somebody(world), at=world.now, note="worn") if rma else None


def reopen(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "rejected", "expired")
    return decisions.reopen(rma, by=desk.somebody(world), at=world.now, note="again") if rma else None


def deduct(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "in_review")
    items = list(rma.items.select_related("line").order_by("pk")) if rma else []
    if rma is None or not items:
        return None
    item = world.draw.choice(items)
    fee = world.draw.randint(0, item.share + 1)
    return decisions.deduct(rma, fees={item.line.line_id: fee}, note="used", by=desk.somebody(world), at=world.now)


def grant(world: World, shop: Shop) -> Any:
    order = shop.order(world)
    paid = sum(payment.captured for payment in order.payments.all())
    amount = world.draw.choice((1, 100, paid // 3, paid // 2 + 1, paid))
    reason = GoodwillReason.LATE_DELIVERY
    return goodwill.grant(order, amount=amount, reason=reason, note="sorry", by=desk.somebody(world), at=world.now)


# --- the bench -----------------------------------------------------------------------------------


def receive(world: World, _shop: Shop) -> Any:
    """A parcel with some of what was announced; now and then broken, missing, wrong, too much, or not awaited."""
    rma = some_return(world, *AWAITED)
    if rma is None:
        return None
    items = rma.items.select_related("line").order_by("pk")
    counts = [_count(world, item.line.line_id, item.quantity) for item in items]
    return receiving.receive(rma, counts, by=desk.ACTORS[desk.WANDA], at=world.now)


def expect_no_more(world: World, _shop: Shop) -> Any:
    rma = some_return(world, "received", "refund_due")
    return missing.expect_no_more(rma, note="lost", by=desk.somebody(world), at=world.now) if rma else None


def _count(world: World, line: str, expected: int) -> Count:
    damaged, missing, wrong, extra = (int(world.chance(often)) for often in (world.mood.damaged, 0.1, 0.1, 0.1))
    left = max(0, expected - damaged - missing - wrong)
    fine = world.draw.choice((left, left, world.draw.randint(0, left)))
    grade = world.draw.choice(Grade.harmed()) if damaged else ""
    return Count(line, fine=fine, damaged=damaged, missing=missing, wrong=wrong, extra=extra, grade=grade)


# --- strangers -----------------------------------------------------------------------------------


def refund_in_the_dashboard(world: World, _shop: Shop) -> Any:
    charges = world.provider.all("charge")
    if not charges:
        return None
    charge = world.draw.choice(charges)
    amount = world.draw.randint(1, charge["amount_captured"])
    made = world.provider.ask("POST", "/v1/refunds", charge=charge["id"], amount=amount)
    world.count("external refunds" if "id" in made else "external refunds refused")
    return made


def dispute(world: World, _shop: Shop) -> Any:
    """A shopper's bank asks for the money back, or asks first; or it makes up its mind."""
    opened = world.provider.all("dispute")
    if opened and world.chance(0.6):
        return world.provider.move_dispute(world.draw.choice(opened)["id"], world.draw.choice(VERDICTS))
    charges = [
        charge for charge in world.provider.all("charge") if charge["amount_refunded"] < charge["amount_captured"]
    ]
    if not charges:
        return None
    charge = world.draw.choice(charges)
    all_of_it = charge["amount_captured"] - charge["amount_refunded"]
    amount = all_of_it if world.chance(0.5) else world.draw.randint(1, all_of_it)
    return world.provider.dispute(charge["id"], world.draw.choice(OPENED), amount)


def end_disputes(world: World) -> None:
    """In the end every bank makes up its mind."""
    for one in world.provider.all("dispute"):
        if one["status"] not in ENDS:
            world.provider.move_dispute(one["id"], world.draw.choice(ENDS))


ACTS: dict[Act, int] = {
    ask: 20,
    receive: 24,
    approve: 6,
    reject: 2,
    reopen: 2,
    call_off: 2,
    grant: 4,
    approve_with_goodwill: 2,
    deduct: 2,
    tell_again: 2,
    expect_no_more: 2,
    refund_in_the_dashboard: 2,
    dispute: 2,
    desk.agree: 10,
    desk.decline: 2,
    desk.try_again: 5,
    desk.prepare_another_way: 5,
    desk.confirm_another_way: 8,
    desk.discard_another_way: 1,
    desk.send_despite_dispute: 2,
    desk.value: 10,
    desk.forgive: 12,
    desk.spend_credit: 12,
    desk.stop_all: 1,
    desk.go_on: 6,
    desk.close_break: 1,
}
# What people see before them; whatever else they try is refused.
SEEN = {
    receive: f"rma WHERE state IN {AWAITED}",
    approve: "rma WHERE state IN ('in_review', 'received')",
    approve_with_goodwill: "rma WHERE state = 'in_review'",
    reject: "rma WHERE state = 'in_review'",
    deduct: "rma WHERE state = 'in_review'",
    reopen: "rma WHERE state IN ('rejected', 'expired')",
    call_off: "rma WHERE state IN ('in_review', 'approved', 'label_ready')",
    expect_no_more: "rma WHERE state IN ('received', 'refund_due')",
} | desk.SEEN
