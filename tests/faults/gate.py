"""A way to the database that can be shut, and that can swallow an answer."""

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

LARGEST = 65_536


class Gate:
    """Hands on what comes to `port`. `refused` counts who came while it was shut."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open, self._deaf = True, False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.refused = 0
        self._thread = Thread(target=self._stand, daemon=True)
        self._thread.start()

    @property
    def port(self) -> str:
        return str(self._door.getsockname()[1])

    def shut(self) -> None:
        """The database is away: whoever is connected is cut off, whoever comes is turned away."""
        self._open = False
        self._cut()

    def open(self) -> None:
        self._open = True

    def swallow_an_answer(self) -> None:
        """What is asked next reaches the database; instead of its answer the connection ends."""
        self._deaf = True

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()
        self._cut()

    def _stand(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _address = self._door.accept()
                if self._open:
                    self._connect(client)
                else:
                    self.refused += 1
                    client.close()

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self._to)
        self._pairs.append((client, server))
        Thread(target=self._hand_on, args=(client, server, False), daemon=True).start()
        Thread(target=self._hand_on, args=(server, client, True), daemon=True).start()

    def _hand_on(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):  # the other end is gone
            while data := source.recv(LARGEST):
                if answers and self._deaf:
                    self._deaf = False
                    break
                sink.sendall(data)
        _end(source, sink)

    def _cut(self) -> None:
        for pair in self._pairs:
            _end(*pair)
        self._pairs.clear()


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):  # it has ended already
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def gate(host: str, port: int) -> Iterator[Gate]:
    standing = Gate(host, port)
    try:
        yield standing
    finally:
        standing.close()
