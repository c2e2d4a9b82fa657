"""Inside a process under test: every statement, commit and call is a step, and at one of them its fate comes.

Before the step, that is; what comes after a step is what comes before the next. The steps are written down, so that
a test can say where it cut, and see that it cut everywhere.
"""

import re
import signal
import threading
from pathlib import Path
from typing import Any

import stripe
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = re.compile(r"(?<=returns_)[a-z]+")
PLACE = re.compile(r"(?<=/v1)/\w+")
FATES = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP}


class Steps:
    def __init__(self, trace: Path, *, fate: str, at: int) -> None:
        self._trace = trace.open("a", buffering=1)
        self._fate, self._at = fate, at
        self._taken = 0

    def take(self, what: str) -> None:
        self._taken += 1
        self._trace.write(f"{what}\n")
        if self._taken == self._at:
            # To this very thread, so that nothing more happens before it arrives.
            signal.pthread_kill(threading.get_ident(), FATES[self._fate])


def watch(steps: Steps) -> None:
    """Count what this process does from now on. It has no connection yet and asks nobody."""
    connections: Any = BaseDatabaseWrapper
    commit, request = connections._commit, stripe.RequestsClient.request

    def counted_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = TABLE.search(sql)
        steps.take(f"{sql.split(maxsplit=1)[0]} {table[0] if table else ''}".strip())
        return execute(sql, params, many, context)

    def counted_commit(self: BaseDatabaseWrapper) -> None:
        steps.take("COMMIT")
        commit(self)

    def counted_request(self: stripe.RequestsClient, method: str, url: str, *told: Any, **more: Any) -> Any:
        steps.take(" ".join([method.upper(), *PLACE.findall(url)]))
        return request(self, method, url, *told, **more)

    connection.execute_wrappers.append(counted_statement)
    connections._commit = counted_commit
    stripe.RequestsClient.request = counted_request  # type: ignore[method-assign]
