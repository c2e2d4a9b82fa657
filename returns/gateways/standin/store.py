"""Where the stand-in keeps its objects: in memory, and with a file also in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from .shapes import Obj

# Fields by which a kind is looked up; their values never change.
INDEXED = {
    "charge": ("payment_intent",),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
}


class Store:
    """Objects by kind and id, oldest first. Kinds that are not Stripe's begin with `standin.`."""

    def __init__(self, file: Path | None = None) -> None:
        self._shelves: defaultdict[str, dict[str, Obj]] = defaultdict(dict)
        self._index: defaultdict[tuple[str, str, str], dict[str, Obj]] = defaultdict(dict)
        self._changed: dict[tuple[str, str], Obj | None] = {}
        self._database = _open(file) if file else None
        if self._database:
            for (body,) in self._database.execute("SELECT body FROM thing ORDER BY rowid"):
                self._put(json.loads(body))

    def get(self, kind: str, object_id: str) -> Obj | None:
        return self._shelves[kind].get(object_id)

    def find(self, object_id: str) -> Obj | None:
        """An object of any kind."""
        return next((shelf[object_id] for shelf in self._shelves.values() if object_id in shelf), None)

    def oldest_first(self, kind: str) -> Iterator[Obj]:
        return iter(self._shelves[kind].values())

    def newest_first(self, kind: str) -> Iterator[Obj]:
        return reversed(self._shelves[kind].values())

    def newest_with(self, kind: str, field: str, value: str) -> Iterator[Obj]:
        """Those whose field, which must be INDEXED, has the value; newest first."""
        return reversed(self._index.get((kind, field, value), {}).values())

    def save(self, thing: Obj) -> None:
        """Keep an object, or note that it has changed; in the file with the next commit."""
        self._put(thing)
        if self._database:
            self._changed[thing["object"], thing["id"]] = thing

    def drop(self, kind: str, object_id: str) -> None:
        if self._shelves[kind].pop(object_id, None) and self._database:
            self._changed[kind, object_id] = None

    def empty(self) -> None:
        self._shelves.clear()
        self._index.clear()
        self._changed.clear()
        if self._database:
            self._database.execute("DELETE FROM thing")
            self._database.commit()

    def commit(self) -> None:
        """Write what has changed to the file in one transaction."""
        if not self._database or not self._changed:
            return
        kept = [(kind, key, json.dumps(thing)) for (kind, key), thing in self._changed.items() if thing is not None]
        gone = [place for place, thing in self._changed.items() if thing is None]
        self._database.executemany(
            "INSERT INTO thing (kind, id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            kept,
        )
        self._database.executemany("DELETE FROM thing WHERE kind=? AND id=?", gone)
        self._database.commit()
        self._changed.clear()

    def close(self) -> None:
        self.commit()
        if self._database:
            self._database.close()

    def _put(self, thing: Obj) -> None:
        kind, object_id = thing["object"], thing["id"]
        self._shelves[kind][object_id] = thing
        for field in INDEXED.get(kind, ()):
            self._index[kind, field, thing[field]][object_id] = thing


def _open(file: Path) -> sqlite3.Connection:
    # Every use is under the one lock of the Api, so the threads may share the connection.
    database = sqlite3.connect(file, timeout=1, check_same_thread=False)
    # Exclusive: two stand-ins over one file would each overwrite what the other knows.
    database.execute("PRAGMA locking_mode=EXCLUSIVE")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS thing (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id))"
    )
    database.commit()
    return database
