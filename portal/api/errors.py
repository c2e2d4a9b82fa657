"""Errors as programs get them: always `{"error": {"code", "message", "fields"}}`, never a page."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError
from psycopg.errors import LockNotAvailable

from returns import sentences
from returns.actions.refusals import Refused

logger = logging.getLogger("returns.api")


class Invalid(Exception):
    """What was sent does not fit: field -> what is wrong with it."""

    def __init__(self, **fields: str) -> None:
        super().__init__(fields)
        self.fields = fields


class UnsupportedMediaType(Exception):
    """The body says that it is something else than JSON."""


def error(status: int, code: str, message: str, fields: Mapping[str, str] | None = None) -> JsonResponse:
    body = {"error": {"code": code, "message": message, "fields": dict(fields or {})}}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def answered_in_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What Ninja answers before it asks its handlers: an unknown page, a method that is not there."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return unknown(request)
        if isinstance(response, HttpResponseNotAllowed):
            refused = error(405, "method_not_allowed", _("This address does not know this method."))
            refused["Allow"] = response["Allow"]
            return refused
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


def unknown(_request: HttpRequest, *_args: object) -> HttpResponse:
    return error(404, "not_found", _("There is nothing at this address."))


# --- refusals of the domain ---------------------------------------------------------------------

_INPUT = {
    "amount_invalid",
    "line_twice",
    "line_unknown",
    "nothing_asked",
    "nothing_counted",
    "quantity_invalid",
    "reason_unknown",
    "reason_unsuitable",
    "resolution_not_offered",
    "resolution_unknown",
    "tracking_number_missing",
}


def _refused(_request: HttpRequest, refused: Refused) -> HttpResponse:
    """400 where the input itself is wrong, 422 for a key with another body, 409 where the state says no."""
    message = sentences.of_refusal(refused)
    status = 400 if refused.code in _INPUT else 422 if refused.code == "key_reused" else 409
    return error(status, refused.code, message, {refused.field: message} if refused.field else {})


# --- what was sent ------------------------------------------------------------------------------


def _invalid(_request: HttpRequest, invalid: Invalid) -> HttpResponse:
    return error(400, "invalid", _("The request does not fit the schema."), invalid.fields)


def _unfit(request: HttpRequest, unfit: ValidationError) -> HttpResponse:
    return _invalid(request, Invalid(**{_field(fault["loc"]): str(fault["msg"]) for fault in unfit.errors}))


def _field(location: tuple[str | int, ...]) -> str:
    """`items.0.quantity` for a place in the body; the name for a parameter; "body" for the whole."""
    source, *path = location
    if source == "body":
        path = path[1:]
    return ".".join(map(str, path)) or "body"


def _http_error(_request: HttpRequest, fault: HttpError) -> HttpResponse:
    if isinstance(fault.__cause__, UnsupportedMediaType):
        return error(415, "unsupported_media_type", _("The body must be application/json."))
    return error(fault.status_code, "malformed", _("The body is not valid JSON."))


def _too_big(_request: HttpRequest, _fault: RequestDataTooBig) -> HttpResponse:
    return error(413, "too_large", _("The body is too large."))


def _bad_request(_request: HttpRequest, _fault: Exception) -> HttpResponse:
    return error(400, "malformed", _("The request cannot be read."))


# --- who asks -----------------------------------------------------------------------------------


def _unknown_key(request: HttpRequest, _fault: AuthenticationError) -> HttpResponse:
    logger.warning("401 %s", _named(request))
    refused = error(401, "unauthenticated", _("Please send a valid key as “Authorization: Bearer KEY”."))
    refused["WWW-Authenticate"] = "Bearer"
    return refused


def _forbidden(request: HttpRequest, fault: AuthorizationError) -> HttpResponse:
    logger.warning("403 %s: no scope %s", _named(request), fault)
    return error(403, "forbidden", _("This key may not do this; it needs the scope %(scope)s.") % {"scope": fault})


# --- us -----------------------------------------------------------------------------------------


def _busy(_request: HttpRequest, fault: OperationalError) -> HttpResponse:
    """A lock was not to be had in time: another request holds it, perhaps the same one sent before."""
    if isinstance(fault.__cause__, LockNotAvailable):
        return error(409, "under_way", _("The same is still under way. Please try again later."))
    logger.error("database: %s", fault)
    refused = error(503, "unavailable", _("The service is not available just now. Please try again later."))
    refused["Retry-After"] = "5"
    return refused


def _broken(request: HttpRequest, fault: Exception) -> HttpResponse:
    logger.error("500 %s", _named(request), exc_info=fault)
    return error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", _("Something went wrong on our side."))


def _named(request: HttpRequest) -> str:
    """A request as one line of a log, whatever its address holds."""
    return f"{request.method} {iri_to_uri(request.path)}"


_HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Refused: _refused,
    Invalid: _invalid,
    ValidationError: _unfit,
    HttpError: _http_error,
    RequestDataTooBig: _too_big,
    BadRequest: _bad_request,
    AuthenticationError: _unknown_key,
    AuthorizationError: _forbidden,
    Http404: unknown,
    OperationalError: _busy,
    Exception: _broken,
}


def handle_errors(api: NinjaAPI) -> None:
    for fault, handler in _HANDLERS.items():
        api.add_exception_handler(fault, handler)
