"""Money of a line, shared out exactly: integers of minor units in, integers out, nothing lost to rounding."""

from collections.abc import Iterable, Sequence

from returns.policy.facts import Ask, LegalPath, Terms


def share(paid: int, quantity: int, given: int, taken: int, units: int) -> int:
    """What `units` more units of a line are worth: floor((paid - given) * units / (quantity - taken)).

    `paid` minor units were paid for `quantity` units; `given` and `taken` are the shares and the units allotted to the
    line's other live items. The last unit takes the rest, so that any sequence adds up to `paid` exactly.
    """
    _check("paid", paid)
    _check("given", given)
    _check("taken", taken)
    if given > paid:
        raise ValueError(f"given: {given} is more than the {paid} paid")
    if not 1 <= units <= quantity - taken:
        raise ValueError(f"units: {units} is not between 1 and the {quantity - taken} that are left")
    return (paid - given) * units // (quantity - taken)


def due_so_far(share: int, units: int, arrived: int) -> int:
    """What is owed of an item's `share` when `arrived` of its `units` have arrived; surplus units owe nothing.

    What a further receipt owes is the difference of two calls, so receipts in any portions add up to the share.
    """
    _check("share", share)
    _check("arrived", arrived)
    if units < 1:
        raise ValueError(f"units: {units} is less than 1")
    return share * min(arrived, units) // units


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole minor units in proportion to `weights`, adding up exactly (law.md M-12).

    Largest remainder; of equal remainders the earlier gets the unit. When all weights are 0 they count as equal.
    A negative total is the mirror image of the positive one.
    """
    for weight in weights:
        _check("weight", weight)
    if total < 0:
        return [-part for part in spread(-total, weights)]
    if not weights:
        if total:
            raise ValueError(f"total: nothing to spread {total} over")
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: total * weights[i] % whole, reverse=True)
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def free_of_fees(legal_path: LegalPath, *, by_right: bool) -> bool:
    """Nothing may be kept of a withdrawal by right, nothing of a fault (law.md M-6 and section 7)."""
    return by_right or legal_path is LegalPath.CONFORMITY


def may_lose_value(legal_path: LegalPath, *, told: bool) -> bool:
    """Whether what handling has cost may be kept: never of a fault, nor where the right was not told (law.md M-8)."""
    return told and legal_path is not LegalPath.CONFORMITY


def worth_of_last(share: int, fee: int, units: int, arrived: int, last: int) -> int:
    """What the `last` of the `arrived` units of an item bring, less their part of its fee."""

    def due(arrived: int) -> int:
        return due_so_far(share, units, arrived) - due_so_far(fee, units, arrived)

    return due(arrived) - due(arrived - last)


def restocking_fee(terms: Terms, ask: Ask, share: int, *, by_right: bool) -> int:
    """What the shop may keep of an item's share, rounded down. `by_right` is whether the verdict spares fees."""
    _check("share", share)
    if free_of_fees(ask.legal_path, by_right=by_right) or ask.reason in terms.free_reasons:
        return 0
    return min(share, share * terms.restocking_percent // 100)


def credit_bonus(terms: Terms, share: int) -> int:
    """What is added to an item's share when it is given as store credit, rounded down."""
    _check("share", share)
    return share * terms.credit_bonus_percent // 100


def return_cost(items: Iterable[tuple[Terms, Ask, bool]], currency: str) -> int:
    """What the shopper pays for one parcel back: its items as (terms, ask, whether the verdict spares fees).

    One item that travels free makes the parcel free, for it goes back anyway: a faulty one (law.md section 7), one
    withdrawn by a consumer who was not told of the cost (M-7), one whose reason the shop pays for. Otherwise the
    highest fee of the items, once. In minor units of `currency`, the order's.
    """
    fees = [_return_fee(terms, ask, currency, by_right=by_right) for terms, ask, by_right in items]
    return max(fees, default=0) if all(fees) else 0


def _return_fee(terms: Terms, ask: Ask, currency: str, *, by_right: bool) -> int:
    if ask.legal_path is LegalPath.CONFORMITY or ask.reason in terms.free_reasons:
        return 0
    if (by_right and not terms.return_cost_told) or not terms.counts_in(currency):
        return 0
    return terms.return_fee


def _check(name: str, amount: int) -> None:
    if not isinstance(amount, int):
        raise ValueError(f"{name}: {amount!r} is not a whole number of minor units")  # noqa: TRY004 - one error type for callers
    if amount < 0:
        raise ValueError(f"{name}: {amount} is negative")
