"""Decisions load quickly and alone."""

import subprocess
import sys

MODULES = "amounts, clocks, facts, lint, precedence, reasons, rights, rules, verdict"


def test_decisions_load_neither_django_nor_the_slow_holidays() -> None:
    program = f"from returns.policy import {MODULES}; import sys; print({{'django', 'holidays'}} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
