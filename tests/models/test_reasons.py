"""The reasons of a shop: what a merchant may say of them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from returns.models import Reason

pytestmark = pytest.mark.django_db


def wrong(code: str = "faulty", **changes: Any) -> list[str]:
    """The fields at which a reason is refused when it is changed like that."""
    reason = Reason.objects.get(code=code)
    for name, value in changes.items():
        setattr(reason, name, value)
    try:
        reason.full_clean()
    except ValidationError as refused:
        return sorted(refused.message_dict)
    return []


def test_the_shipped_reasons_are_sound() -> None:
    assert [wrong(reason.code) for reason in Reason.objects.all()] == [[]] * Reason.objects.count()


def test_a_code_that_nobody_knows_elsewhere_is_refused() -> None:
    assert wrong(shopify_code="WHIM", x12_code="XX") == ["shopify_code", "x12_code"]
    assert wrong(shopify_code="") == ["shopify_code"]
    assert wrong(x12_code="") == []


def test_the_shipped_reasons_have_the_codes_that_are_certain() -> None:
    told = Reason.objects.exclude(x12_code="").values_list("code", "shopify_code", "x12_code")
    assert list(told) == [
        ("too_small", "SIZE_TOO_SMALL", "PF"),
        ("too_large", "SIZE_TOO_LARGE", "PF"),
        ("colour", "COLOR", "CV"),
        ("style", "STYLE", "ST"),
        ("faulty", "DEFECTIVE", "DR"),
        ("damaged", "DEFECTIVE", "DA"),
        ("not_as_described", "NOT_AS_DESCRIBED", "NA"),
        ("wrong_item", "WRONG_ITEM", "WG"),
    ]


@pytest.mark.parametrize("kinds", ["apparel", [""], [" "], [1], {"apparel": 1}, [["apparel"]]])
def test_kinds_that_are_no_words_are_refused(kinds: Any) -> None:
    assert wrong(kinds=kinds) == ["kinds"]


def test_a_reason_under_a_reason_below_it_is_refused() -> None:
    Reason.objects.filter(code="other").update(parent=Reason.objects.get(code="faulty"))
    assert wrong("fault", parent=Reason.objects.get(code="other")) == ["parent"]
    assert wrong("other", parent=Reason.objects.get(code="damaged")) == []


def test_rows_that_go_round_in_a_circle_can_still_be_mended() -> None:
    fault, faulty = Reason.objects.get(code="fault"), Reason.objects.get(code="faulty")
    Reason.objects.filter(pk=fault.pk).update(parent=faulty)
    assert wrong("damaged", parent=fault) == []
    assert wrong("fault", parent=None) == []
