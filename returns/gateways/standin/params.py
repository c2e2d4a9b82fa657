"""Parameters of a call: from form encoding to nested dictionaries, and checked by shape."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from .refusals import Invalid

Params = dict[str, Any]

_KEY_PARTS = re.compile(r"[^\[\]]+|\[\]")
# money.md, "Currencies": Stripe takes these with three decimals, the last one 0.
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_METADATA_KEYS, _METADATA_KEY_LENGTH, _METADATA_VALUE_LENGTH = 50, 40, 500


def decode(encoded: str) -> Params:
    """`metadata[rma]=R1&types[0]=a` to `{"metadata": {"rma": "R1"}, "types": {"0": "a"}}`."""
    decoded: Params = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        *path, last = _KEY_PARTS.findall(name) or [name]
        node = decoded
        for part in path:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise Invalid(f"Invalid parameter: {name}", param=name)
        node[str(len(node)) if last == "[]" else last] = value
    return decoded


def only(params: Params, accepted: Collection[str]) -> None:
    unknown = params.keys() - set(accepted) - {"expand"}
    if unknown:
        name = min(unknown)
        raise Invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def required(params: Params, name: str) -> Any:
    if params.get(name) in (None, ""):
        raise Invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return params[name]


def whole(params: Params, name: str, default: int | None = None) -> int | None:
    """A whole number from a form's text or from JSON; never a float."""
    value = params.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,15}", str(value)):
        raise Invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def amount(params: Params, name: str, currency: str) -> int | None:
    """A positive number of minor units, or None when absent."""
    number = whole(params, name)
    if number is not None and number < 1:
        raise Invalid("This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=name)
    if number is not None and currency in THREE_DECIMAL and number % 10:
        raise Invalid(f"Amounts in {currency} must end in 0.", param=name)
    return number


def currency(params: Params) -> str:
    code = str(required(params, "currency")).lower()
    if not re.fullmatch(r"[a-z]{3}", code):
        raise Invalid(f"Invalid currency: {code}.", param="currency")
    return code


def is_true(params: Params, name: str, default: str = "false") -> bool:
    return str(params.get(name, default)).lower() == "true"


def one_of(params: Params, name: str, choices: Collection[str]) -> str | None:
    value = params.get(name)
    if value is not None and value not in choices:
        raise Invalid(f"Invalid {name}: must be one of {', '.join(sorted(choices))}", param=name)
    return value


def listed(params: Params, name: str) -> list[str]:
    """An array, which the client encodes as `name[0]=…`."""
    value = params.get(name, {})
    return list(value.values()) if isinstance(value, Mapping) else list(value)


def nested(params: Params, name: str) -> Params:
    value = params.get(name, {})
    if not isinstance(value, dict):
        raise Invalid(f"Invalid object: {name}", param=name)
    return value


def metadata(params: Params) -> dict[str, str]:
    given = {key: str(value) for key, value in nested(params, "metadata").items()}
    if len(given) > _METADATA_KEYS:
        raise Invalid(f"Metadata can have at most {_METADATA_KEYS} keys.", param="metadata")
    for key, value in given.items():
        if len(key) > _METADATA_KEY_LENGTH or len(value) > _METADATA_VALUE_LENGTH:
            raise Invalid(f"Metadata is too long: {key[:_METADATA_KEY_LENGTH]}", param=f"metadata[{key}]")
    return given
