"""`manage.py demo`: a whole shop on this machine, from nothing to three open doors. `make run` calls it.

It starts the stand-in for Stripe, the worker and the web server as its children, prints where to go,
and stops them all on Ctrl-C. The data stays between runs; `--reset` starts over.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from portal import demo
from returns.gateways.standin.process import StandIn, running

USUAL_PORT, USUAL_STANDIN_PORT = 8000, 8400
TRIES = 50
STOPPING = 10  # seconds that a child has to finish what it is doing


class Command(BaseCommand):
    help = "Run a demo shop with all that belongs to it until Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="forget what the demo holds and fill it anew; do not run"
        )

    def handle(self, *, reset: bool, **_options: Any) -> None:
        if not settings.DEMO:
            _begin_again_in_demo_mode()
        if reset:
            _forget()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            self._run(serve=not reset)

    def _run(self, *, serve: bool) -> None:
        call_command("migrate", verbosity=0)
        hook = f"{settings.BASE_URL}/hooks/stripe/"
        secret = settings.STRIPE_WEBHOOK_SECRET
        port = int(os.environ["DEMO_STANDIN_PORT"])
        books = settings.VAR_DIR / "standin.sqlite3"
        with running(port=port, state=books, webhook_url=hook, webhook_secret=secret) as standin:
            demo.fill(standin)
            if not serve:
                self.stdout.write("The demo has its first data back. `make run` starts it.")
                return
            with _child("worker", _manage("worker")), _child("server", _server()) as server:
                self._say(standin)
                server.wait()

    def _say(self, standin: StandIn) -> None:
        base = settings.BASE_URL
        lines = [
            "",
            f"  Shopper    {base}/            try order {demo.ORDER} with {demo.EMAIL}",
            f"  Warehouse  {base}/warehouse/  log in as {demo.WAREHOUSE}",
            f"  Agent      {base}/agent/      log in as {demo.AGENT}",
            f"  Manager    {base}/admin/      log in as {demo.MANAGER}, or as {demo.SECOND_MANAGER}",
            f"             (password of all, in the demo only: {demo.PASSWORD})",
            f"  Letters    {base}/letters/    what shoppers were sent",
            f"  API        {base}/api/v1/docs",
            f"  Stand-in for Stripe at {standin.url}",
            "",
            "  Ctrl-C stops everything; `make demo-reset` starts over.",
            "",
        ]
        self.stdout.write("\n".join(lines))


def _begin_again_in_demo_mode() -> None:
    """Replace this process by itself with the demo's settings, which are read at the start."""
    folder = Path(os.environ.get("DEMO_DIR", settings.VAR_DIR / "demo"))
    folder.mkdir(parents=True, exist_ok=True)
    port, standin_port = _free(USUAL_PORT), _free(USUAL_STANDIN_PORT)
    environment = {
        **os.environ,
        "DEMO": "yes",
        "VAR_DIR": str(folder),
        "DATABASE_URL": "",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1 localhost",
        "DEMO_STANDIN_PORT": str(standin_port),
        "STRIPE_API_BASE": f"http://127.0.0.1:{standin_port}",
        "STRIPE_API_KEY": "sk_test_demo",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        "SEND_WITHIN_DAYS": os.environ.get("SEND_WITHIN_DAYS", "30"),
    }
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606


def _free(usual: int) -> int:
    """The usual port, or the next one on which nobody listens."""
    for port in range(usual, usual + TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise SystemExit(f"No free port between {usual} and {usual + TRIES}.")


def _forget() -> None:
    connections.close_all()  # what a check at the start has opened would go on writing to the file that is gone
    for kept in settings.VAR_DIR.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
        else:
            kept.unlink()


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]


def _server() -> list[str]:
    address = settings.BASE_URL.removeprefix("http://")
    options = ["--bind", address, "--workers", "2", "--threads", "4", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", "portal.wsgi", "--chdir", str(settings.BASE_DIR), *options]


@contextlib.contextmanager
def _child(name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child in a group of its own, so that Ctrl-C reaches it through us alone and in order."""
    child = subprocess.Popen(command, start_new_session=True)  # noqa: S603
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"The {name} did not stop by itself and was ended.\n")
            child.kill()
            child.wait()
