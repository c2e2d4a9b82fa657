"""What may be chosen beside money back, and when goods may be kept."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.policy.amounts import credit_bonus
from returns.policy.facts import Answer, Ask, LegalPath, Resolution, Terms
from returns.policy.resolutions import Answered, offered

REFUND, CREDIT, KEEP = Resolution
MONEY = (REFUND,)
ALL = (REFUND, CREDIT, KEEP)
EVERYTHING = Terms("p", 1, 30, resolutions=frozenset({CREDIT, KEEP}), keep_up_to=1_000, currency="EUR")


def item(
    share: int = 1_000, terms: Terms | None = EVERYTHING, answer: Answer = Answer.ACCEPT, **asked: Any
) -> Answered:
    return Answered(terms, Ask("1", 1, **asked), answer, share)


def promising(**terms: Any) -> Terms:
    return Terms("p", 1, 30, **{"currency": "EUR", **terms})


def only(one: Answered, currency: str = "EUR", kept: int = 0) -> Sequence[Resolution]:
    (words,) = offered([one], currency, kept)
    return words


def test_M5_money_back_is_offered_by_every_policy_and_without_one() -> None:
    assert only(item(terms=promising())) == only(item(terms=None)) == MONEY


@given(
    resolutions=st.frozensets(st.sampled_from(Resolution)),
    keep_up_to=st.none() | st.integers(0, 2_000),
    share=st.integers(0, 2_000),
    answer=st.sampled_from(Answer),
    path=st.sampled_from(LegalPath),
)
def test_M5_no_terms_can_be_set_so_that_money_back_is_not_the_first_choice(
    resolutions: frozenset[Resolution], keep_up_to: int | None, share: int, answer: Answer, path: LegalPath
) -> None:
    terms = promising(resolutions=resolutions, keep_up_to=keep_up_to)
    assert only(item(share, terms, answer, legal_path=path))[0] is REFUND


def test_what_the_promise_offers_stands_beside_money_back() -> None:
    assert only(item(terms=promising(resolutions=frozenset({CREDIT})))) == (REFUND, CREDIT)
    assert only(item()) == ALL


def test_credit_is_offered_in_any_currency_and_to_whom_an_agent_answers() -> None:
    assert only(item(answer=Answer.REFER), "CZK") == only(item(answer=Answer.REFUSE), "CZK") == (REFUND, CREDIT)


@pytest.mark.parametrize(("share", "words"), [(0, (REFUND, CREDIT)), (1, ALL), (1_000, ALL), (1_001, (REFUND, CREDIT))])
def test_goods_may_be_kept_up_to_the_value_of_the_promise(share: int, words: Sequence[Resolution]) -> None:
    assert only(item(share)) == words


@pytest.mark.parametrize(
    "terms",
    [
        promising(resolutions=frozenset({KEEP})),
        promising(keep_up_to=1_000),
        promising(resolutions=frozenset({KEEP}), keep_up_to=1_000, currency="CZK"),
        None,
    ],
)
def test_nothing_may_be_kept_that_no_promise_covers(terms: Terms | None) -> None:
    assert only(item(terms=terms)) == MONEY


@pytest.mark.parametrize("answer", [Answer.REFER, Answer.REFUSE])
def test_what_an_agent_decides_may_not_be_kept(answer: Answer) -> None:
    assert KEEP not in only(item(answer=answer))


def test_the_whole_return_counts() -> None:
    assert offered([item(500), item(500)], "EUR") == [ALL, ALL]
    assert offered([item(500), item(501)], "EUR") == [(REFUND, CREDIT)] * 2


def test_one_item_that_must_come_back_makes_all_come_back() -> None:
    plain = promising(resolutions=frozenset({CREDIT}))
    assert offered([item(1), item(1, plain)], "EUR") == [(REFUND, CREDIT)] * 2
    assert offered([item(1, plain), item(1)], "EUR") == [(REFUND, CREDIT)] * 2


def test_of_two_promises_the_smaller_value_counts() -> None:
    smaller = promising(resolutions=frozenset({KEEP}), keep_up_to=300)
    assert offered([item(150), item(150, smaller)], "EUR") == [ALL, (REFUND, KEEP)]
    assert offered([item(151), item(150, smaller)], "EUR") == [(REFUND, CREDIT), MONEY]


def test_an_order_that_is_asked_for_in_parts_leaves_no_more_than_at_once() -> None:
    assert KEEP in only(item(400), kept=600)
    assert KEEP not in only(item(400), kept=601)


def test_a_return_of_nothing_offers_nothing() -> None:
    assert offered([], "EUR") == []


terms = st.builds(
    promising,
    resolutions=st.frozensets(st.sampled_from([CREDIT, KEEP])),
    keep_up_to=st.none() | st.integers(0, 2_000),
    currency=st.sampled_from(["EUR", "CZK", ""]),
)
items = st.builds(
    item, st.integers(0, 2_000), st.none() | terms, st.sampled_from(Answer), legal_path=st.sampled_from(LegalPath)
)


@given(before=st.lists(items, max_size=3), one=items, after=st.lists(items, max_size=3))
def test_a_faulty_item_is_never_offered_less(before: list[Answered], one: Answered, after: list[Answered]) -> None:
    """Whatever the fault makes of the answer."""
    faulty = Answered(one.terms, Ask("1", 1, LegalPath.CONFORMITY), Answer.REFER, one.share)
    sound, broken = (offered([*before, which, *after], "EUR") for which in (one, faulty))
    assert all({*less} <= {*more} for less, more in zip(sound, broken, strict=True))


@given(asked=st.lists(items, min_size=1, max_size=4))
def test_money_back_comes_first_and_no_word_twice(asked: list[Answered]) -> None:
    for words in offered(asked, "EUR"):
        assert words[0] is REFUND
        assert len({*words}) == len(words)


@pytest.mark.parametrize(("percent", "share", "bonus"), [(10, 999, 99), (0, 999, 0), (100, 999, 999), (5, 0, 0)])
def test_the_bonus_is_a_part_of_the_share_rounded_down(percent: int, share: int, bonus: int) -> None:
    assert credit_bonus(promising(credit_bonus_percent=percent), share) == bonus


def test_a_bonus_on_less_than_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="share: -1 is negative"):
        credit_bonus(EVERYTHING, -1)
