"""After any schedule of faults the books are right: nothing lost, doubled, above the cap or stuck."""

import pytest

from tests.simulator.schedule import play

pytestmark = pytest.mark.django_db(transaction=True)

PART = 25
MET: set[str] = set()  # what the schedules of this process have counted


@pytest.mark.schedules
@pytest.mark.parametrize("first", range(1, 501, PART))
def test_money_survives_every_schedule(reset, first):
    outcomes = [play(seed, reset) for seed in range(first, first + PART)]
    MET.update(*(outcome.counts for outcome in outcomes))
    assert {outcome.seed: outcome.broken for outcome in outcomes if outcome.broken} == {}


@pytest.mark.schedules
def test_a_seed_is_one_schedule(reset):
    first, again, another = play(11, reset), play(11, reset), play(12, reset)
    assert first.trace == again.trace
    assert first.counts == again.counts
    assert first.trace != another.trace


TROUBLES = {
    "fault: lost_answer",
    "fault: late_commit",
    "fault: late_504",
    "fault: error_moved",
    "fault: error_unmoved",
    "fault: conflict",
    "fault: rate_limit",
    "fault: lock_timeout",
    "fault: unauthorized",
    "fault: forbidden",
    "fault: unavailable",
    "fault: never_seen",
    "weather: outage",
    "weather: 429 storm",
    "weather: key refused",
    "killed",
    "database gone",
    "external refunds",
    "acts: value",
    "acts: forgive",
    "acts: confirm another way",
    "acts: try again",
    "acts: spend credit",
}


@pytest.mark.schedules
def test_schedules_know_all_their_troubles(reset):
    unmet = TROUBLES - MET
    for seed in range(1, 101):
        if not unmet:
            break
        unmet -= play(seed, reset).counts.keys()
    assert unmet == set()


@pytest.mark.postgres
def test_money_survives_over_http_with_rivals_on_connections_of_their_own(reset):
    outcomes = [play(seed, reset, http=True) for seed in range(1, 9)]
    assert {outcome.seed: outcome.broken for outcome in outcomes if outcome.broken} == {}
