"""RMA numbers as they are drawn, typed and scanned."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.models.rmas import CROCKFORD, check_character, draw_number, read_number

digits = st.text(CROCKFORD, min_size=8, max_size=8)


def test_the_alphabet_leaves_out_what_is_mistaken_for_something_else():
    assert len(CROCKFORD) == len(set(CROCKFORD)) == 32
    assert set(string.digits + string.ascii_uppercase) - set(CROCKFORD) == set("ILOU")


@pytest.mark.parametrize(
    ("number", "character"),
    [
        ("00000000", "0"),  # 0
        ("0000000Z", "Z"),  # 31
        ("00000010", None),  # 32: "*"
        ("00000014", "U"),  # 36
        ("00000015", "0"),  # 37
        ("000000ZZ", "R"),  # 31 * 32 + 31 = 1023 = 27 * 37 + 24
        ("10000000", "K"),  # 32 is -5 modulo 37, and (-5) ** 7 is 19
        ("0011000A", "T"),  # 32 ** 5 + 32 ** 4 + 10 is 20 - 4 + 10
    ],
)
def test_the_check_character_is_the_number_modulo_37(number, character):
    assert check_character(number) == character


def test_a_drawn_number_has_eight_characters_and_a_check_that_is_no_symbol():
    for _ in range(500):
        number = draw_number()
        first, second, check = number.split("-")
        assert set(first + second) <= set(CROCKFORD)
        assert (len(first), len(second), len(check)) == (4, 4, 1)
        assert check in CROCKFORD + "U"
        assert read_number(number) == number


def test_drawn_numbers_differ():
    assert len({draw_number() for _ in range(2_000)}) == 2_000


@pytest.mark.parametrize(
    "typed", ["0011-000A-T", "OOII-OOOA-T", "oo1l000at", " 0011 000a t ", "OOLL–OOOA–T", "0011000AT\n"]
)
def test_what_looks_alike_is_read_as_the_number_that_was_meant(typed):
    assert read_number(typed) == "0011-000A-T"


def test_a_check_character_that_looks_alike_is_read_too():
    assert read_number("00000000O") == "0000-0000-0"
    assert check_character("00000001") == "1"
    assert [read_number(f"00000001{typed}") for typed in "1IiLl"] == ["0000-0001-1"] * 5
    assert read_number("00000014u") == "0000-0014-U"


@pytest.mark.parametrize(
    "typed", ["", "R7F3", "0000-0000-1", "0000-0000-00", "0000-0010-*", "U000-0000-0", "٠٠٠٠٠٠٠٠٠", "\x00" * 9, "ß" * 9]
)
def test_what_is_no_number_is_none(typed):
    assert read_number(typed) is None


@given(number=digits.filter(check_character), place=st.integers(0, 7), other=st.sampled_from(CROCKFORD))
def test_one_wrong_character_is_noticed(number, place, other):
    wrong = number[:place] + other + number[place + 1 :]
    if wrong != number:
        assert read_number(wrong + check_character(number)) is None


@given(number=digits.filter(check_character), place=st.integers(0, 6))
def test_two_neighbours_exchanged_are_noticed(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert read_number(swapped + check_character(number)) is None


@given(typed=st.text(max_size=20))
def test_whatever_is_typed_is_a_whole_number_or_none(typed):
    read = read_number(typed)
    assert read is None or read_number(read) == read
