import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.labels.foreign_text import REPLACEMENT, printable


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Příliš žluťoučký kůň", "Příliš žluťoučký kůň"),
        ("  two \t lines\r\nand\u2028more\x0b ", "two lines and more"),
        ("nul\x00 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("safe\u202egnp.exe \u2066x\u2069 soft\u00adhyphen", "safegnp.exe x softhyphen"),
        ("Pr\u030ci\u0301lis\u030c", "Příliš"),
        ("half a pair \ud83d", f"half a pair {REPLACEMENT}"),
        ("private \ue000 unassigned \u0378", f"private {REPLACEMENT} unassigned {REPLACEMENT}"),
        ("", ""),
    ],
)
def test_foreign_text_becomes_one_printable_line(written, printed):
    assert printable(written) == printed


def test_a_long_field_ends_in_an_ellipsis_after_500_characters():
    assert printable("word " * 200) == ("word " * 100)[:499] + "…"


def test_a_long_word_goes_on_after_a_blank():
    assert printable("W" * 130) == f"{'W' * 60} {'W' * 60} {'W' * 10}"


@given(st.text(st.characters(exclude_categories=[]), max_size=3000))
def test_whatever_comes_is_short_printable_and_not_changed_by_a_second_pass(text):
    line = printable(text)
    assert len(line.replace(" ", "")) <= 500
    assert all(len(word) <= 60 for word in line.split())
    assert line.replace(" ", "").isprintable()
    assert printable(line) == line
