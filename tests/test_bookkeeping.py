"""What events mean in money: whatever happens, the journal sums to zero and every account says what it should."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from returns.bookkeeping import LINES, _transfers, keep_books
from returns.models import Account, Event, Order, Transfer
from returns.reactions import REACTIONS
from tests.people import NOW, arrived, asked, bought, promised

TAKEN = ("goods", "shipping", "goodwill", "external")  # what is owed
KEPT = ("fee", "value_loss")  # what is kept of it
amounts = st.integers(1, 10**12)


def event(kind: str, **data: Any) -> Event:
    """An event of a refund as its action would tell it; nothing is written."""
    told = {"currency": "EUR", "bonus": 0, "account": 7, "was": "sending", "way": "transfer", **data}
    return Event(kind=kind, at=NOW, order=Order(pk=1), data=told)


def booked(*events: Event) -> list[Transfer]:
    return [transfer for one in events for transfer in _transfers(one)]


def balances(transfers: Iterable[Transfer]) -> dict[str, int]:
    """By account: minor units credited less debited, where that is not nothing."""
    sums: Counter[str] = Counter()
    for one in transfers:
        sums[one.credited] += one.amount
        sums[one.debited] -= one.amount
    return {account: left for account, left in sums.items() if left}


@st.composite
def parts(draw: st.DrawFn) -> dict[str, int]:
    """What a decision is for: goods and the like, and what is kept of them, in sum above zero."""
    taken = {kind: draw(amounts) for kind in draw(st.sets(st.sampled_from(TAKEN), min_size=1))}
    left = sum(taken.values())
    kept = {}
    for kind in draw(st.sets(st.sampled_from(KEPT))):
        kept[kind] = -draw(st.integers(0, left - 1)) if left > 1 else 0
        left += kept[kind]
    return taken | kept


def decided(of: dict[str, int]) -> Event:
    return event("refund.decided", parts=of, amount=sum(of.values()))


def of_parts(of: dict[str, int]) -> dict[str, int]:
    """What the accounts of the parts hold after their decision."""
    return {kind: -amount for kind, amount in of.items() if amount}


ENDS = {
    "refund.succeeded": {"provider": 1},
    "refund.paid_otherwise": {"other_way": 1},
    "refund.credited": {"store_credit": 1},
}


@given(of=parts(), end=st.sampled_from(sorted(ENDS)), returns=st.integers(0, 3), bonus=st.integers(0, 10**9))
def test_from_decision_to_end_the_money_goes_from_its_accounts_to_the_shopper(
    of: dict[str, int], end: str, returns: int, bonus: int
) -> None:
    """However often a bank returned it in between."""
    amount = sum(of.values())
    there_and_back = [
        event("refund.succeeded", amount=amount),
        event("refund.failed", amount=amount, was="succeeded"),
    ] * returns
    given_bonus = bonus if end == "refund.credited" else 0
    transfers = booked(decided(of), *there_and_back, event(end, amount=amount, bonus=given_bonus))
    (account,) = ENDS[end]
    expected = of_parts(of) | {account: amount + given_bonus}
    assert balances(transfers) == expected | ({"bonus": -given_bonus} if given_bonus else {})


@given(of=parts())
def test_what_was_decided_is_owed_until_it_is_paid(of: dict[str, int]) -> None:
    amount = sum(of.values())
    assert balances(booked(decided(of))) == of_parts(of) | {"owed": amount}
    never_left = event("refund.failed", amount=amount, was="sending")
    assert balances(booked(decided(of), never_left)) == of_parts(of) | {"owed": amount}


@given(of=parts())
def test_what_is_declined_is_as_though_it_had_never_been(of: dict[str, int]) -> None:
    declined = event("refund.declined", parts={kind: -amount for kind, amount in of.items()}, amount=sum(of.values()))
    assert balances(booked(decided(of), declined)) == {}


@given(goods=st.integers(2, 10**9), loss=st.integers(1, 10**9))
def test_a_loss_that_is_taken_back_leaves_nothing_kept(goods: int, loss: int) -> None:
    loss = min(loss, goods - 1)
    first = decided({"goods": goods, "value_loss": -loss})
    assert balances(booked(first)) == {"goods": -goods, "value_loss": loss, "owed": goods - loss}
    assert balances(booked(first, decided({"value_loss": loss}))) == {"goods": -goods, "owed": goods}


@given(taken=amounts)
def test_what_a_dispute_takes_and_gives_back_is_nothing_in_the_end(taken: int) -> None:
    away, back = event("dispute.withdrawn", amount=taken), event("dispute.reinstated", amount=taken)
    assert balances(booked(away)) == {"provider": taken, "chargebacks": -taken}
    assert balances(booked(away, back)) == {}


@given(of=parts())
def test_a_lost_dispute_pays_what_is_owed_out_of_what_it_took(of: dict[str, int]) -> None:
    amount = sum(of.values())
    transfers = booked(
        event("dispute.withdrawn", amount=amount),
        decided(of),
        event("refund.paid_otherwise", amount=amount, way="chargeback"),
    )
    assert balances(transfers) == of_parts(of) | {"provider": amount}


@given(filled=amounts, bonus=st.integers(0, 10**9), part=st.integers(1, 100))
def test_credit_that_is_spent_leaves_the_rest(filled: int, bonus: int, part: int) -> None:
    spent = max(1, (filled + bonus) * part // 100)
    transfers = booked(event("refund.credited", amount=filled, bonus=bonus), event("credit.spent", amount=spent))
    assert balances(transfers).get("store_credit", 0) == filled + bonus - spent


# --- whatever is told ---

KINDS = sorted(LINES)


@st.composite
def stories(draw: st.DrawFn) -> Sequence[Event]:
    """Events of any kind in any order, sensible or not."""
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=12))
    return [
        event(
            kind,
            parts=draw(parts()),
            amount=draw(amounts),
            bonus=draw(st.integers(0, 10**6)),
            was=draw(st.sampled_from(["sending", "succeeded"])),
            way=draw(st.sampled_from(["transfer", "chargeback"])),
            currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        )
        for kind in kinds
    ]


@given(stories())
def test_the_journal_sums_to_zero_per_currency_whatever_is_told(story: Sequence[Event]) -> None:
    transfers = booked(*story)
    for currency in ("EUR", "JPY", "KWD"):
        assert sum(balances(one for one in transfers if one.currency == currency).values()) == 0


@given(stories())
def test_every_transfer_has_the_shape_that_the_database_asks_for(story: Sequence[Event]) -> None:
    for one in booked(*story):
        assert one.amount > 0
        assert one.debited != one.credited
        assert {one.debited, one.credited} <= set(Account.values)
        assert (one.holder_id is not None) == ("store_credit" in (one.debited, one.credited))
        assert (one.event.order, one.event.at) == (one.order, one.at)


@given(stories())
def test_an_event_books_each_pair_of_accounts_once(story: Sequence[Event]) -> None:
    for one in story:
        pairs = [(transfer.debited, transfer.credited) for transfer in _transfers(one)]
        assert len(pairs) == len(set(pairs))


def test_every_kind_that_means_money_is_booked_and_no_other():
    booking = {kind for kind, reactions in REACTIONS.items() if keep_books in reactions}
    assert booking == set(LINES)


# --- in the database ---


@pytest.mark.django_db
def test_no_event_is_booked_twice():
    promised()
    arrived(asked(bought()))
    told = Event.objects.get(kind="refund.decided")
    before = list(Transfer.objects.values())
    with pytest.raises(IntegrityError), transaction.atomic():
        keep_books([told])
    assert list(Transfer.objects.values()) == before


@pytest.mark.django_db
def test_balances_are_sums_over_transfers():
    promised()
    arrived(asked(bought()))
    journal = Transfer.objects.all()
    assert (journal.balance("owed"), journal.balance("goods"), journal.balance("provider")) == (9_672, -9_672, 0)
    assert (journal.moved("goods", "owed"), journal.moved("owed", "goods")) == (9_672, 0)
