"""What the database itself refuses of returns, receipts and refunds; and what is asked of many returns."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from returns.actions import decisions, goodwill
from returns.actions.requests import Wish
from returns.models import (
    RMA,
    SYSTEM,
    Answered,
    Attempt,
    Event,
    Goodwill,
    Letter,
    Policy,
    Reason,
    Receipt,
    ReceiptLine,
    Refund,
    RefundLine,
    RefundState,
    ReturnParcel,
    RMAItem,
    RMAState,
    StatusLink,
    User,
)
from tests.people import BOB, NOW, arrived, asked, bought, jana_order, late_order, promised, trusting

pytestmark = pytest.mark.django_db


def twice(model: Any) -> None:
    row = model.objects.first()
    row.pk = None
    row.save(force_insert=True)


BROKEN = {
    "item_quantity_positive": lambda: RMAItem.objects.update(quantity=0),
    "item_share_not_negative": lambda: RMAItem.objects.update(share=-1),
    "item_legal_path_known": lambda: RMAItem.objects.update(legal_path="whim"),
    "return_parcel_status_known": lambda: ReturnParcel.objects.update(status="eaten"),
    "receipt_counts_not_negative": lambda: ReceiptLine.objects.update(fine=-1),
    "receipt_unannounced_is_extra": lambda: ReceiptLine.objects.update(item=None),
    "refund_positive": lambda: Refund.objects.update(amount=0),
    "refund_of_a_return_names_it": lambda: Refund.objects.update(originator="rma", rma=None),
    "refund_of_goodwill_names_it": lambda: Refund.objects.update(originator="goodwill", goodwill=None),
    "refund_at_the_provider_has_its_id": lambda: Refund.objects.update(state="succeeded"),
    "refund_without_a_payment_is_not_sent": lambda: Refund.objects.update(state="uncertain", payment=None),
    "refund_to_credit_is_not_sent": lambda: Refund.objects.update(bonus=1),
    "refund_made_elsewhere_has_the_providers_id": lambda: Refund.objects.update(originator="external"),
    "refund_line_goods_name_an_item": lambda: RefundLine.objects.update(kind="goods", item=None),
    "refund_originator_known": lambda: Refund.objects.update(originator="nobody"),
    "refund_line_kind_known": lambda: RefundLine.objects.update(kind="gift"),
    "refund_line_sign": lambda: RefundLine.objects.update(amount=0),
    "goodwill_not_negative": lambda: Goodwill.objects.update(amount=-1),
    "goodwill_reason_known": lambda: Goodwill.objects.update(reason="whim"),
    "goodwill_says_why": lambda: Goodwill.objects.update(note=""),
    "goodwill_giver_role_known": lambda: Goodwill.objects.update(giver_role="cat"),
    "letter_state_known": lambda: Letter.objects.update(state="lost"),
    "policy_ends_after_start": lambda: Policy.objects.update(valid_from=NOW, valid_until=NOW),
    "policy_counted_from_known": lambda: Policy.objects.update(counted_from="birth"),
    "reason_legal_path_known": lambda: Reason.objects.update(legal_path="whim"),
    "reason_shopify_code_known": lambda: Reason.objects.update(shopify_code="WHIM"),
    "reason_x12_code_known": lambda: Reason.objects.update(x12_code="XX"),
    "user_role_known": lambda: User.objects.update(role="cat"),
    "returns_rma.number": lambda: twice(RMA),
    "returns_rmaitem.rma_id": lambda: twice(RMAItem),
    "returns_returnparcel.rma_id": lambda: twice(ReturnParcel),
    "returns_receipt.rma_id": lambda: twice(Receipt),
    "returns_receiptline.receipt_id": lambda: twice(ReceiptLine),
    "returns_refund.public_id": lambda: twice(Refund),
    "returns_attempt": lambda: twice(Attempt),
    "returns_letter.event_id": lambda: twice(Letter),
    "returns_policy.key": lambda: twice(Policy),
    "returns_answered.scope": lambda: twice(Answered),
    "returns_statuslink.digest": lambda: twice(StatusLink),
    "user_email_once": lambda: User.objects.create(email="BOB@shop.example", name="Bob", role="agent"),
}


@pytest.fixture
def _a_bit_of_everything(bob) -> None:
    trusting()
    promised()
    order = bought()
    rma = asked(order)
    arrived(rma)
    goodwill.grant(order, amount=5, reason="loyalty", note="kind", by=BOB, at=NOW)
    refund = Refund.objects.earliest("pk")
    Attempt.objects.create(refund=refund, number=1, key="k", first_sent_at=NOW, last_sent_at=NOW)
    Answered.objects.create(scope="page", key="k", fingerprint="f", created_at=NOW)
    StatusLink.objects.make(rma, at=NOW)


@pytest.mark.usefixtures("_a_bit_of_everything")
@pytest.mark.parametrize("rule", BROKEN)
def test_the_database_refuses_what_cannot_be(rule):
    """SQLite names a check by its name, and a uniqueness by its columns."""
    with pytest.raises(IntegrityError, match=rule if connection.vendor == "sqlite" else None), transaction.atomic():
        BROKEN[rule]()


def test_two_refunds_do_not_share_an_id_of_the_provider():
    promised()
    order = bought()
    for _ in range(2):
        arrived(asked(order, Wish("1", 1)))
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.update(gateway_id="re_1")


# --- links --------------------------------------------------------------------------------------


def test_a_link_opens_its_return_and_is_kept_as_a_hash_alone():
    promised()
    rma = asked(bought())
    secret = StatusLink.objects.make(rma, at=NOW)
    assert StatusLink.objects.opened(secret, at=NOW) == rma
    assert secret not in str(StatusLink.objects.values().get())
    assert len(secret) >= 22


def test_every_letter_has_a_link_of_its_own():
    promised()
    rma = asked(bought())
    first, second = (StatusLink.objects.make(rma, at=NOW) for _ in range(2))
    assert first != second
    assert [StatusLink.objects.opened(secret, at=NOW) for secret in (first, second)] == [rma, rma]


@pytest.mark.parametrize("secret", ["", "wrong", "\x00", "é" * 500])
def test_a_wrong_secret_opens_nothing(secret):
    promised()
    StatusLink.objects.make(asked(bought()), at=NOW)
    assert StatusLink.objects.opened(secret, at=NOW) is None


def test_a_link_works_for_thirty_days_after_the_end_and_for_ever_before_it():
    promised()
    rma = asked(bought())
    secret = StatusLink.objects.make(rma, at=NOW)
    assert StatusLink.objects.opened(secret, at=NOW + timedelta(days=3_000)) == rma
    decisions.cancel(rma, by=SYSTEM, at=NOW)
    assert StatusLink.objects.opened(secret, at=NOW + timedelta(days=30)) is not None
    assert StatusLink.objects.opened(secret, at=NOW + timedelta(days=30, seconds=1)) is None


# --- questions about many -----------------------------------------------------------------------


def test_what_waits_is_asked_oldest_promise_first_and_the_ended_wait_no_more():
    first, second, third = (late_order(f"L-{number}") for number in range(3))
    late = asked(first, Wish("1", 1), at=NOW + timedelta(hours=2))
    early = asked(second, Wish("1", 1), at=NOW)
    decisions.cancel(asked(third, Wish("1", 1)), by=BOB, at=NOW)
    assert list(RMA.objects.waiting().oldest_promise_first()) == [early, late]
    assert list(RMA.objects.shown_as(RMAState.IN_REVIEW).oldest_promise_first()) == [early, late]


def test_every_return_is_shown_in_one_state():
    promised()
    asked(bought())
    asked(late_order(), Wish("1", 1))
    decisions.cancel(asked(late_order("L-2"), Wish("1", 1)), by=BOB, at=NOW)
    for rma in RMA.objects.prefetch_related("items"):
        assert [state for state in RMAState if rma in RMA.objects.shown_as(state)] == [rma.shown_state]


@pytest.mark.parametrize("returns", [1, 3])
def test_a_list_with_its_contents_takes_eight_statements(returns):
    promised()
    for number in range(returns):
        arrived(asked(bought(jana_order(f"A-{number}"))))
    with CaptureQueriesContext(connection) as statements:
        shown = list(RMA.objects.with_contents())
    assert (len(shown), len(statements)) == (returns, 8)


def test_open_and_active_refunds_are_told_apart():
    promised()
    arrived(asked(bought()))
    states = {}
    for state in RefundState:
        Refund.objects.update(state=state, gateway_id="re_1")
        states[state.value] = (Refund.objects.open().exists(), Refund.objects.active().exists())
    assert states == {
        "due": (True, True),
        "awaiting_approval": (True, True),
        "sending": (True, True),
        "uncertain": (True, True),
        "pending": (True, True),
        "requires_action": (True, True),
        "succeeded": (False, True),
        "failed": (True, False),
        "canceled": (True, False),
        "paid_otherwise": (False, False),
    }


def test_an_event_is_kept_with_what_it_tells_of():
    promised()
    rma = asked(bought())
    with pytest.raises(models.ProtectedError), transaction.atomic():
        rma.delete()
    assert Event.objects.timeline(rma).exists()
