"""Lists as Stripe pages them, newest first, and the expansion of ids into objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from operator import ge, gt, le, lt

from . import params as p
from . import refusals
from .ledger import Ledger
from .params import Params
from .refusals import Invalid
from .shapes import Obj

PAGE, LONGEST_PAGE = 10, 100
_BOUNDS = {"gte": ge, "gt": gt, "lte": le, "lt": lt}


def page(rows: Iterable[Obj], params: Params, url: str) -> Obj:
    """One page of `rows`, which are newest first, after `starting_after`."""
    limit = p.whole(params, "limit", PAGE) or 0
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid(f"Invalid limit: {limit}", code="parameter_invalid_integer", param="limit")
    found = list(islice(_after(rows, params.get("starting_after")), limit + 1))
    return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": url}


def matching(rows: Iterable[Obj], params: Params, fields: Collection[str]) -> Iterator[Obj]:
    """The rows whose fields equal the parameters of the same name, within `created`."""
    wanted = {name: params[name] for name in fields if name in params}
    within = _within(params)
    return (row for row in rows if within(row) and all(row[name] == value for name, value in wanted.items()))


def expanded(ledger: Ledger, thing: Obj, path: str) -> Obj:
    """A copy with the id at a path such as `latest_charge.refunds` or `data.charge` replaced by its object."""
    name, _, rest = path.partition(".")
    if thing["object"] == "charge" and name == "refunds":
        refunds = ledger.store.newest_with("refund", "charge", thing["id"])
        return thing | {"refunds": page(refunds, {}, f"/v1/charges/{thing['id']}/refunds")}
    value = thing.get(name)
    if isinstance(value, list):
        return thing | {name: [expanded(ledger, row, rest) for row in value]}
    inner = ledger.store.find(value) if isinstance(value, str) else value
    if not isinstance(inner, dict):
        return thing
    return thing | {name: expanded(ledger, inner, rest) if rest else inner}


def _after(rows: Iterable[Obj], starting_after: str | None) -> Iterator[Obj]:
    remaining = iter(rows)
    if starting_after and not any(row["id"] == starting_after for row in remaining):
        raise refusals.missing("object", starting_after, "starting_after")
    return remaining


def _within(params: Params) -> Callable[[Obj], bool]:
    created = params.get("created")
    if created is None:
        return lambda _: True
    if not isinstance(created, dict):
        moment = p.whole(params, "created")
        return lambda row: row["created"] == moment
    p.only(created, _BOUNDS)
    bounds = [(_BOUNDS[name], p.whole(created, name) or 0) for name in created]
    return lambda row: all(holds(row["created"], limit) for holds, limit in bounds)
