import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.labels.fitting import LEADING, SMALLEST, fitted_line, fitted_lines
from returns.labels.sheets import Box
from returns.labels.typefaces import Weight, width

LABEL = Box(0, 0, 260, 80)


def test_what_fits_keeps_its_size():
    assert fitted_line(LABEL, "Praha", 16, Weight.BOLD) == ("Praha", 16)
    assert fitted_lines(LABEL, ["Kůň", "Praha"], 16, Weight.REGULAR) == (["Kůň", "Praha"], 16)


def test_a_line_too_long_shrinks_before_it_is_cut():
    text = "A warehouse with a rather long name"
    line, size = fitted_line(LABEL, text, 16, Weight.REGULAR)
    assert line == text
    assert size * width(text, Weight.REGULAR) == pytest.approx(LABEL.width)


def test_lines_wrap_at_words_before_they_shrink():
    lines, size = fitted_lines(LABEL, ["A warehouse with a rather long name"], 16, Weight.REGULAR)
    assert (lines, size) == (["A warehouse with a rather long", "name"], 16)


def test_text_without_blanks_wraps_anywhere():
    lines, _ = fitted_lines(LABEL, ["東京都中央区銀座一丁目二番地三号"], 20, Weight.REGULAR)
    assert lines == ["東京都中央区銀座一丁目二番", "地三号"]


foreign = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=300)


@given(st.lists(foreign, max_size=6), st.floats(20, 300), st.floats(8, 200), st.sampled_from(Weight))
def test_no_text_ever_runs_over_its_box(texts, box_width, box_height, weight):
    box = Box(0, 0, box_width, box_height)
    lines, size = fitted_lines(box, texts, 16, weight)
    assert len(lines) * LEADING * size <= box_height + 0.01
    assert all(width(line, weight) * size <= box_width + 0.01 for line in lines)
    assert size >= min(SMALLEST, box_height / LEADING)


@given(foreign, st.floats(20, 300), st.floats(8, 200), st.sampled_from(Weight))
def test_no_line_ever_runs_over_its_box(text, box_width, box_height, weight):
    line, size = fitted_line(Box(0, 0, box_width, box_height), text, 16, weight)
    assert width(line, weight) * size <= box_width + 0.01
    assert LEADING * size <= box_height + 0.01
