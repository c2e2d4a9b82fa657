"""`python -m returns.gateways.standin --port 0`: run the stand-in until it is told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from .api import Api
from .books import Books
from .clock import Clock
from .server import Server
from .store import Store
from .webhooks import Courier

TO_STOP = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        server = _server(options)
    except (OSError, sqlite3.Error) as error:
        sys.exit(f"The stand-in cannot start: {error}")
    signal.pthread_sigmask(signal.SIG_BLOCK, TO_STOP)  # the threads that begin now leave them to this one
    if options.until_stdin_closes:
        threading.Thread(target=_wait_for_parent, daemon=True).start()
    server.start()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    signal.sigwait(TO_STOP)
    server.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="returns.gateways.standin", description="A stand-in for Stripe.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one; the address is printed")
    parser.add_argument("--state", type=Path, help="a SQLite file for the books; without it they are in memory")
    parser.add_argument("--webhook-url", default="", help="where events are posted")
    parser.add_argument("--webhook-secret", default="", help="what they are signed with: whsec_…")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when the parent process is gone")
    options = parser.parse_args()
    if options.webhook_url and not options.webhook_secret.startswith("whsec_"):
        parser.error("--webhook-url needs a --webhook-secret that begins with whsec_")
    return options


def _server(options: argparse.Namespace) -> Server:
    clock = Clock()
    api = Api(Books(clock.now, Store(options.state)), clock)
    courier = Courier(api.delivered)
    courier.url, courier.secret = options.webhook_url, options.webhook_secret
    api.receiver = courier
    return Server(options.port, api, courier)


def _wait_for_parent() -> None:
    # The bare descriptor: a reader of sys.stdin would hold its lock while the interpreter ends.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
