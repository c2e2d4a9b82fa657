"""What agents and managers do about money: they agree, say no, try again, pay another way, stop everything.

Each draws what it is about and calls the product's own action; much of it is refused, as with people.
"""

import secrets
from typing import Any

from returns.actions import approvals, breaks, halts, other_ways, valuing
from returns.actions import credits as store_credit
from returns.actions.photos import Stored
from returns.models import SYSTEM, Actor, Break, Event, Halt, Refund, Role, User, Valuation
from tests.simulator.world import World

WANDA, BOB, MONA, MAX = STAFF = ("Wanda", "Bob", "Mona", "Max")
ROLES = (Role.WAREHOUSE, Role.AGENT, Role.MANAGER, Role.MANAGER)
ACTORS = {name: Actor("staff", str(number), name) for number, name in enumerate(STAFF, start=1)}
DECIDING = (BOB, MONA, MAX)


def hire_staff() -> None:
    User.objects.bulk_create(
        User(pk=number, email=f"{name.lower()}@shop.example", name=name, role=role)
        for number, (name, role) in enumerate(zip(STAFF, ROLES, strict=True), start=1)
    )


def somebody(world: World) -> Actor:
    return ACTORS[world.draw.choice(DECIDING)]


def some_refund(world: World, *states: str) -> tuple[Refund, int] | None:
    """One in these states, and the version of its order that the person has seen; now and then an old one."""
    found = world.rows("SELECT id, state FROM returns_refund ORDER BY id")
    fitting = [row["id"] for row in found if row["state"] in states]
    if not fitting:
        return None
    refund = Refund.objects.get(pk=world.draw.choice(fitting))
    return refund, Event.objects.version(refund.order_id) - world.chance(0.1)


# --- refunds that wait for a person ---------------------------------------------------------------


def agree(world: World, _shop: Any) -> Any:
    if found := some_refund(world, "awaiting_approval"):
        return _said(approvals.approve(found[0], seen=found[1], by=somebody(world), at=world.now))
    return None


def decline(world: World, _shop: Any) -> Any:
    if found := some_refund(world, "awaiting_approval"):
        return _said(approvals.decline(found[0], note="no", seen=found[1], by=somebody(world), at=world.now))
    return None


def try_again(world: World, _shop: Any) -> Any:
    if found := some_refund(world, "failed", "canceled", "uncertain"):
        return other_ways.try_again(found[0], seen=found[1], by=somebody(world), at=world.now)
    return None


def prepare_another_way(world: World, _shop: Any) -> Any:
    if found := some_refund(world, "failed", "canceled", "uncertain"):
        by, way = somebody(world), world.draw.choice(other_ways.WAYS)
        return other_ways.prepare(found[0], way=way, evidence="T-1", seen=found[1], by=by, at=world.now)
    return None


def confirm_another_way(world: World, _shop: Any) -> Any:
    if found := _prepared():
        return _said(other_ways.confirm(found[0], seen=found[1], by=somebody(world), at=world.now))
    return None


def discard_another_way(world: World, _shop: Any) -> Any:
    if found := _prepared():
        return _said(other_ways.discard(found[0], seen=found[1], by=somebody(world), at=world.now))
    return None


def _prepared() -> tuple[Refund, int] | None:
    waiting = Refund.objects.filter(other_way__confirmed_at=None, other_way__isnull=False).order_by("pk").first()
    return (waiting, Event.objects.version(waiting.order_id)) if waiting else None


def send_despite_dispute(world: World, _shop: Any) -> Any:
    if found := some_refund(world, "due", "awaiting_approval"):
        by = somebody(world)
        return _said(approvals.send_despite_dispute(found[0], reason="ours", seen=found[1], by=by, at=world.now))
    return None


# --- goods that lost value, store credit ----------------------------------------------------------


def value(world: World, _shop: Any) -> Any:
    """Half of what is damaged has lost something; now and then the proof is missing, or nothing would be left."""
    waiting = Valuation.objects.open().order_by("pk").select_related("counted__receipt__rma").first()
    if waiting is None:
        return None
    loss = world.draw.choice((0, 0, 0, 1, waiting.worth // 3, waiting.worth - 1, waiting.worth))
    photos = [] if world.chance(0.1) else [Stored(secrets.token_hex(16), 1, 1, 1)]
    by = somebody(world)
    return valuing.value(waiting, loss=loss, reason="worn", by=by, at=world.now, pictures=photos)


def forgive(world: World, _shop: Any) -> Any:
    kept = Valuation.objects.filter(loss__gt=0, forgiven_at=None).order_by("pk")
    found = kept.select_related("counted__receipt__rma").first()
    return valuing.forgive(found, by=somebody(world), at=world.now) if found else None


def spend_credit(world: World, shop: Any) -> Any:
    order = shop.order(world)
    amount, reference = world.draw.choice((1, 100, 5000)), f"order {world.draw.randint(1, 5)}"
    return store_credit.spend(order.email, order.currency, amount=amount, reference=reference, by=SYSTEM, at=world.now)


# --- the kill switch ------------------------------------------------------------------------------


def stop_all(world: World, _shop: Any) -> Any:
    halts.stop_all(why="strange", by=_user(world), at=world.now)
    return True


def go_on(world: World, _shop: Any) -> Any:
    halt = Halt.objects.open().order_by("pk").first()
    return halts.resume(halt, by=_user(world), at=world.now) if halt else None


def close_break(world: World, _shop: Any) -> Any:
    found = Break.objects.open().order_by("pk").first()
    return breaks.close(found.pk, note="seen", by=_user(world), at=world.now) if found else None


def _user(world: World) -> User:
    return User.objects.get(pk=somebody(world).id)


SEEN = {
    agree: "refund WHERE state = 'awaiting_approval'",
    decline: "refund WHERE state = 'awaiting_approval'",
    try_again: "refund WHERE state IN ('failed', 'canceled', 'uncertain')",
    prepare_another_way: "refund WHERE state IN ('failed', 'canceled', 'uncertain')",
    confirm_another_way: "otherway WHERE confirmed_at IS NULL",
    discard_another_way: "otherway WHERE confirmed_at IS NULL",
    send_despite_dispute: "dispute",
    value: "valuation WHERE valued_at IS NULL",
    forgive: "valuation WHERE loss > 0 AND forgiven_at IS NULL",
    spend_credit: "creditaccount",
    go_on: "halt WHERE ended_at IS NULL",
    close_break: "break WHERE closed_at IS NULL",
}


def clear_up(world: World) -> None:
    """After the faults two managers let the sending go on, and look into what stopped single refunds."""
    for halt in Halt.objects.open().exclude(cause=Halt.Cause.RESTORED):
        for name in (MONA, MAX):
            if not Halt.objects.filter(pk=halt.pk, end_asked_by=ACTORS[name].id).exists():
                halts.resume(halt, by=User.objects.get(name=name), at=world.now)
    for found in Break.objects.stopping():
        breaks.close(found.pk, note="seen", by=User.objects.get(name=MONA), at=world.now)


def _said(_nothing: None) -> bool:
    return True
