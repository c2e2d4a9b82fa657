"""A call and its answer, as they are on the wire and as the Api has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Literal
from urllib.parse import urlsplit

from . import params as p
from .idempotency import fingerprint
from .params import Params
from .refusals import Invalid

Fate = Literal["whole", "lost", "cut", "stalled"]


@dataclass(frozen=True, slots=True)
class Request:
    """`params` is what form encoding, or the query, was decoded to."""

    method: str
    path: str
    params: Params
    api_key: str | None
    idempotency_key: str | None = None

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str] | Message, body: bytes) -> Request:
        """From the parts of an HTTP request; `target` is a path or a URL. Raises Invalid."""
        address = urlsplit(target)
        try:
            encoded = body.decode() if method == "POST" else address.query
        except UnicodeDecodeError as error:
            raise Invalid("The request is not UTF-8.") from error
        key = _api_key(headers.get("Authorization") or "")
        return cls(method, address.path, p.decode(encoded), key, headers.get("Idempotency-Key"))

    @property
    def key(self) -> str | None:
        """Keys have no effect on GET and DELETE."""
        return self.idempotency_key if self.method == "POST" else None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.method, self.path, self.params)


@dataclass(frozen=True, slots=True)
class Answer:
    """`fate` says how it arrives: whole, not at all, cut in the middle, or after a wait."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    fate: Fate = "whole"


def _api_key(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return value or None
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
