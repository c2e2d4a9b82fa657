"""The processes of a test: started, watched, killed, and none left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Life:
    """One process under test. `steps` are those that it has come to."""

    pid: int
    nursery: "Nursery"
    trace: Path
    log: Path
    over: bool = False

    @property
    def steps(self) -> list[str]:
        return self.trace.read_text().splitlines() if self.trace.exists() else []

    def wait(self) -> str:
        """What became of it: "ended", "killed" or "stopped". Anything else fails the test, with its own words."""
        status = self.nursery.order(wait=self.pid)
        if os.WIFSTOPPED(status):
            return "stopped"
        self.over = True
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return "killed"
        assert status == 0, f"status {status}: {self.log.read_text()[-3_000:]}"
        return "ended"

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == "killed"

    def end(self) -> None:
        """As a service manager asks a worker to."""
        os.kill(self.pid, signal.SIGTERM)
        assert self.wait() == "ended"


class Nursery:
    """Where processes under test come from: see nursery.py."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path, clock: Path) -> None:
        self._process = process
        self._folder, self._clock = folder, clock
        self._lives: list[Life] = []

    def start(
        self,
        job: str,
        *,
        fate: str = "killed",
        at: int = 0,
        port: str = "",
        pool: dict[str, float] | None = None,
        **told: Any,
    ) -> Life:
        """A process that does `job`; with `at` it meets its fate before its step of that number.

        `port` leads to the database by another way, `pool` is what its pool of connections is told besides.
        """
        name = f"{len(self._lives)}-{job}"
        trace, log = self._folder / f"{name}.steps", self._folder / f"{name}.log"
        pid = self.order(
            job=job,
            told=told,
            fate=fate,
            at=at,
            port=port,
            pool=pool or {},
            clock=str(self._clock),
            trace=str(trace),
            log=str(log),
        )
        self._lives.append(life := Life(pid, self, trace, log))
        return life

    def order(self, **told: Any) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def reap(self) -> None:
        """End what a test has left behind."""
        for life in self._lives:
            if not life.over:
                life.kill()


@contextmanager
def nursing(folder: Path, clock: Path, **environment: str) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.faults.nursery"]
    settings = {"DJANGO_SETTINGS_MODULE": "portal.settings", "VAR_DIR": str(folder), **environment}
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline(), "the nursery did not start"
        yield Nursery(process, folder, clock)
        # Its input closes here, and so it ends.


def comes_true(true: Callable[[], bool], *, within: float = 30) -> bool:
    """Look again and again, for so many seconds."""
    deadline = time.monotonic() + within
    while not (came := true()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return came
