"""Many seeds, in as many processes as there are cores: sums, the rate, and the schedule of what fails.

.venv/bin/python -m tests.simulator [--count 100] [--first 1] [--over sqlite|postgres] [--variant NAME]
"""

import argparse
import sys
import time
from collections import Counter

from tests.simulator.many import outcomes
from tests.simulator.outcome import Outcome

SAID_EVERY = 500  # schedules, so that one sees that it goes on
SHOWN = 3  # failing schedules that are printed whole


def main() -> int:
    asked = _asked()
    seeds = range(asked.first, asked.first + asked.count)
    began = time.perf_counter()
    totals, failed = Counter[str](), list[Outcome]()
    for number, outcome in enumerate(outcomes(seeds, over=asked.over, variant=asked.variant), start=1):
        totals += outcome.counts
        if number % SAID_EVERY == 0:
            print(f"{number} schedules, {number / (time.perf_counter() - began):.1f} a second", flush=True)
        if asked.count == 1:
            print("\n".join(outcome.trace))
        if outcome.broken:
            failed.append(outcome)
            _show(outcome, whole=len(failed) <= SHOWN and asked.count > 1)
    _sum_up(seeds, totals, failed, time.perf_counter() - began)
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulator", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--over", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--variant", default="", help="code that is wrong on purpose: see variants.py")
    return parser.parse_args()


# --- what is printed ------------------------------------------------------------------------------


def _show(outcome: Outcome, *, whole: bool) -> None:
    print(f"\nSEED {outcome.seed} FAILS; again: make simulate SEED={outcome.seed} N=1")
    if whole:
        print("\n".join(outcome.trace))
    for wrong in outcome.broken:
        print(f"  {wrong}")
    sys.stdout.flush()


def _sum_up(seeds: range, totals: Counter[str], failed: list[Outcome], seconds: float) -> None:
    print()
    for name, count in sorted(totals.items()):
        print(f"{name:<44}{count:>14,}")
    print(
        f"\nseeds {seeds[0]} to {seeds[-1]}: {len(seeds) - len(failed)} right, {len(failed)} wrong,"
        f" {seconds:,.0f} s, {len(seeds) / seconds:.1f} schedules a second"
    )
    if failed:
        print("wrong:", *sorted(outcome.seed for outcome in failed))


if __name__ == "__main__":
    sys.exit(main())
