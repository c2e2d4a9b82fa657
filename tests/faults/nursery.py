"""`python -m tests.faults.nursery`: a process that has the product loaded, and forks each process under test.

Loading takes seconds, forking none. It has no connection and no thread of its own, so that a child begins as a fresh
process does. Orders come as lines of JSON, answers go back as lines; when nobody is left to order, all children end.
"""

import contextlib
import faulthandler
import gc
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import django

LONGEST_LIFE = 120  # seconds
LOADED_LATE = ("tests.faults.jobs", "portal.urls", "psycopg_pool", "stripe._object_classes", "stripe._refund_service")


def main() -> None:
    django.setup()
    for module in LOADED_LATE:
        import_module(module)
    gc.freeze()  # else a child's first collection copies all that it shares
    children: set[int] = set()
    orders, answers = sys.stdin, sys.stdout
    _say(answers, os.getpid())
    try:
        for line in orders:
            order = json.loads(line)
            if "wait" in order:
                pid, status = os.waitpid(order["wait"], os.WUNTRACED)
                if not os.WIFSTOPPED(status):
                    children.discard(pid)
                _say(answers, status)
            else:
                children.add(pid := _born(order))
                _say(answers, pid)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _say(answers: TextIO, what: int) -> None:
    answers.write(f"{what}\n")
    answers.flush()


def _born(order: dict[str, Any]) -> int:
    if pid := os.fork():
        return pid
    code = 1
    with contextlib.suppress(BaseException):
        code = _live(order)
    os._exit(code)


def _live(order: dict[str, Any]) -> int:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for standard in (0, 1, 2):
        os.dup2(log, standard)
    faulthandler.register(signal.SIGALRM, chain=True)  # it dies of this, and its log says where it hung
    signal.alarm(LONGEST_LIFE)
    try:
        _work(order)
    except BaseException:  # noqa: BLE001  it is told, and the process ends
        traceback.print_exc()
        return 1
    return 0


def _work(order: dict[str, Any]) -> None:
    from django.conf import settings

    from tests.faults.jobs import JOBS, keep_time_by
    from tests.faults.steps import Steps, watch

    database: Any = settings.DATABASES["default"]
    database["PORT"] = order["port"] or database["PORT"]
    database["OPTIONS"]["pool"] |= order["pool"]
    keep_time_by(Path(order["clock"]))
    watch(Steps(Path(order["trace"]), fate=order["fate"], at=order["at"]))
    JOBS[order["job"]](**order["told"])


if __name__ == "__main__":
    main()
