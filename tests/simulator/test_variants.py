"""The simulator has teeth: code that is wrong on purpose does not pass it."""

import pytest

from returns.actions import sending
from tests.simulator.schedule import play
from tests.simulator.variants import VARIANTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.schedules]


@pytest.mark.parametrize("name", VARIANTS)
def test_wrong_code_is_caught_within_a_hundred_seeds(reset, name):
    with VARIANTS[name]():
        assert any(play(seed, reset).broken for seed in range(1, 101))


def test_a_variant_of_what_is_no_longer_there_fails(monkeypatch):
    monkeypatch.delattr(sending, "ABSENCE_AGE")
    with pytest.raises(AttributeError), VARIANTS["absence_is_believed_at_once"]():
        pass
