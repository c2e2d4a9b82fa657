"""The door for programs: `/api/v1/`, its OpenAPI document, and a page to read it by."""

import json
from typing import Any, Never

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser

from portal.api import credit, events, orders, refunds, returns
from portal.api.errors import UnsupportedMediaType, answered_in_json, handle_errors, unknown


class StrictJson(Parser):
    """JSON alone, said to be JSON, without the numbers that JSON does not have."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise UnsupportedMediaType
        return json.loads(request.body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no number of JSON")


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            pattern.callback = answered_in_json(pattern.callback)
        return patterns, app, namespace


api = Api(
    title="Returns portal",
    version="1",
    description="Orders in, returns and refunds out. Amounts are integers in minor units of the currency beside them; "
    "times are RFC 3339; ids are strings. Sentences (`text`, `message`) follow `Accept-Language`.",
    urls_namespace="api",
    parser=StrictJson(),
)
handle_errors(api)
for router in (orders.router, returns.router, refunds.router, credit.router, events.router):
    api.add_router("", router)

urlpatterns = [
    path("v1/", api.urls),
    re_path("", unknown),
]
