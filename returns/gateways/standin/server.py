"""The stand-in over HTTP/1.1, on the loopback address only."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from . import refusals
from .api import Api
from .controls import PATH, Controls
from .messages import Answer, Request
from .refusals import Invalid
from .shapes import API_VERSION
from .webhooks import Courier

LARGEST_BODY = 64 * 1024 * 1024
LOOPBACK = "127.0.0.1"
# How often the clock is looked at while nobody calls, in seconds.
TICK = 0.5

logger = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """Port 0 takes a free one; `url` says which."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, api: Api, courier: Courier) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.api = api
        self.controls = Controls(api, courier)
        self._courier = courier
        self._stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def start(self) -> None:
        """Serve, and look at the clock, in threads of their own."""
        self._courier.start()
        threading.Thread(target=self.serve_forever, args=(0.05,), name="server", daemon=True).start()
        threading.Thread(target=self._tick, name="clock", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self.shutdown()
        self.server_close()
        self._courier.stop()
        with self.api.lock:
            self.api.books.store.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that lost its patience is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def _tick(self) -> None:
        while not self._stopped.wait(TICK):
            self.api.tick()


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # A small answer must not wait 40 ms for the acknowledgement of the one before it.
    disable_nagle_algorithm = True
    timeout = 120

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        logger.debug(format, *args)

    def _serve(self) -> None:
        try:
            answer = self._answer()
        except Invalid as refusal:
            answer = Answer(refusal.status, _json(refusal))
        except Exception:
            logger.exception("%s %s", self.command, self.path)
            answer = Answer(500, _json(refusals.broken()))
        self._reply(answer)

    def _answer(self) -> Answer:
        body = self.rfile.read(self._length())
        path = urlsplit(self.path).path
        if path == PATH or path.startswith(PATH + "/"):
            self._refuse_foreign_pages(body)
            return self.server.controls.call(self.command, path, body)
        return self.server.api.call(Request.read(self.command, self.path, self.headers, body))

    def _length(self) -> int:
        """Of the body; what cannot be read makes the connection useless for the next request."""
        told = self.headers.get("Content-Length", "0")
        if told.isascii() and told.isdigit() and int(told) <= LARGEST_BODY and "Transfer-Encoding" not in self.headers:
            return int(told)
        self.close_connection = True
        raise Invalid("The request needs a Content-Length, and not a greater one than this is for.", status=413)

    def _refuse_foreign_pages(self, body: bytes) -> None:
        """The controls ask for no key, so a page in a browser on this machine must not reach them."""
        host = (self.headers.get("Host") or "").partition(":")[0]
        if host not in {LOOPBACK, "localhost"} or "Origin" in self.headers:
            raise Invalid("The controls are for programs on this machine.", status=403)
        if body and self.headers.get("Content-Type") != "application/json":
            raise Invalid("The controls take application/json.", status=415)

    def _reply(self, answer: Answer) -> None:
        if answer.fate == "lost":
            self._hang_up()
            return
        body = answer.body.encode()
        head = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"Stripe-Version: {API_VERSION}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
            *(["Connection: close"] if self.close_connection else []),
        ]
        # Head and body in one write: two would be two packets.
        packet = "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body
        self.wfile.write(packet[: -len(body) // 2] if answer.fate == "cut" else packet)
        if answer.fate == "cut":
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _json(refusal: refusals.Refusal) -> str:
    return json.dumps(refusal.body)
