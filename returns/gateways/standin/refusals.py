"""What Stripe answers when it does not do what it was asked.

The codes are Stripe's own. A refusal that comes before the work begins is not saved
under the idempotency key, one that the work itself ends in is saved (money.md,
"Idempotency keys").
"""

from __future__ import annotations

from typing import Any

from .shapes import Obj


class Refusal(Exception):
    """An answer that is an error, as HTTP status and Stripe's error object."""

    saved = True

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param

    @property
    def body(self) -> Obj:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {"code": self.code, "doc_url": f"https://stripe.com/docs/error-codes/{self.code}"}
        if self.param:
            error["param"] = self.param
        return {"error": error}


class Invalid(Refusal):
    """Refused before the work began: nothing is saved under the key."""

    saved = False


def missing(kind: str, object_id: str, param: str) -> Refusal:
    return Refusal(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param)


def unauthorized(api_key: str | None) -> Invalid:
    if not api_key:
        return Invalid("You did not provide an API key.", status=401)
    return Invalid(f"Invalid API Key provided: {api_key[:8]}****", status=401)


def unknown_path(method: str, path: str) -> Invalid:
    return Invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


def key_in_use(key: str) -> Invalid:
    return Invalid(
        f"There is currently another in-progress request using this Idempotent Key '{key}'. Please try again later.",
        status=409,
        code="idempotency_key_in_use",
    )


def key_used_otherwise(key: str) -> Invalid:
    return Invalid(
        "Keys for idempotent requests can only be used with the same parameters and endpoint they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


def broken() -> Refusal:
    """The 500 that Stripe answers, and saves, when its own work broke."""
    return Refusal("An unknown error occurred.", status=500, kind="api_error")
