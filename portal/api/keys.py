"""Who asks, and whether it was asked before."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Status
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer
from pydantic import BaseModel, Field

from returns.actions.once import MONEY, Answer, once
from returns.models import ApiKey, Scope

IdempotencyKey = Annotated[
    Annotated[str, Field(min_length=1, max_length=255)],
    Header(
        alias="Idempotency-Key",
        description="Your own name for this request: sent again, it gets the same answer and does nothing more.",
    ),
]


class KeyedRequest(HttpRequest):
    """A request whose key was found: every operation gets one."""

    auth: ApiKey


class Key(HttpBearer):
    """An integrator's key that has this scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, _request: HttpRequest, token: str) -> ApiKey:
        key = ApiKey.objects.for_secret(token)
        if key is None:
            raise AuthenticationError
        if self.scope not in key.scopes:
            raise AuthorizationError(message=self.scope.value)
        return key


def may_read_persons(key: ApiKey) -> bool:
    return Scope.PII_READ in key.scopes


def answered_once(
    request: KeyedRequest, idempotency_key: str, body: BaseModel, work: Callable[[], Answer]
) -> Status[Any]:
    """The answer of `work`, done once for this key, idempotency key, address and body; kept 72 hours."""
    return _answered(f"key:{request.auth.pk}", request, idempotency_key, body, work)


def answered_for_ever(
    request: KeyedRequest, idempotency_key: str, body: BaseModel, work: Callable[[], Answer]
) -> Status[Any]:
    """As `answered_once`, for what moves money: a repeat after a year moves none either."""
    return _answered(f"{MONEY}{request.auth.pk}", request, idempotency_key, body, work)


def _answered(
    scope: str, request: KeyedRequest, idempotency_key: str, body: BaseModel, work: Callable[[], Answer]
) -> Status[Any]:
    asked = [request.path, body.model_dump(mode="json")]
    return Status(*once(scope, idempotency_key, asked, work, at=timezone.now()))
