"""A program with a key, and an order as it sends one."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from returns.models import ApiKey, Scope
from tests.people import NOW

API = "/api/v1"


class Program:
    """Speaks JSON to the API under one key; every POST has a new idempotency key unless it is given one."""

    def __init__(self, *scopes: Scope, language: str = "en") -> None:
        self.key, secret = ApiKey.objects.issue("Shop system", list(scopes or Scope), at=NOW)
        self.client = Client(headers={"authorization": f"Bearer {secret}", "accept-language": language})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, query)

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(API + path, body, content_type="application/json")

    def post(self, path: str, body: Any, *, once: str | None = None) -> Any:
        key = uuid4().hex if once is None else once
        return self.client.post(
            API + path, body, content_type="application/json", headers={"idempotency-key": key} if key else {}
        )


@pytest.fixture
def program(db) -> Callable[..., Program]:
    """A program whose key has these scopes, all of them unless told otherwise."""
    return Program


@pytest.fixture
def shop(db) -> Program:
    """The shop's own system, which may do everything."""
    return Program()


def order_body(**changes: Any) -> dict[str, Any]:
    """The order of api.md: three T-shirts at 100.00, ten euros off."""
    return {
        "number": "A-1001",
        "placed_at": "2026-10-28T09:12:00+01:00",
        "currency": "EUR",
        "locale": "cs",
        "customer": {
            "name": "Jana Nováková",
            "email": "jana@example.com",
            "phone": "+420601234567",
            "business": False,
        },
        "shipping_address": {
            "name": "Jana Nováková",
            "lines": ["Dlouhá 12"],
            "city": "Praha",
            "postcode": "11000",
            "country": "CZ",
        },
        "shipping": {"paid": 495, "standard": 495},
        "discounts": [{"amount": 1000, "label": "WELCOME10"}],
        "lines": [
            {
                "id": "1",
                "sku": "TS-RED-M",
                "name": "T-shirt",
                "names": {"cs": "Tričko"},
                "quantity": 3,
                "unit_price": 10000,
                "discount": 0,
                "tax": {"rate": "0.21", "included": True},
                "kind": "apparel",
                "exception": None,
                "final_sale": False,
                "image": "https://shop.example/ts.jpg",
                "weight_g": 180,
                "hs_code": "610910",
                "origin": "PT",
            }
        ],
        "parcels": [
            {
                "shipped_at": "2026-10-29T10:00:00Z",
                "possession_at": "2026-10-31T14:00:00+01:00",
                "carrier": "ppl",
                "tracking_number": "1234567890",
                "lines": [{"id": "1", "quantity": 3}],
            }
        ],
        "payments": [{"gateway": "stripe", "reference": "pi_123", "captured": 29495, "currency": "EUR"}],
        "notice_given_at": "2026-10-28T09:12:00+01:00",
    } | changes
