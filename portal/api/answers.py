"""What programs get, as the OpenAPI document tells it; made by returns/representations.py.

A name that is not here is not sent: both are held together by tests.
"""

from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, Field

from returns.models import ItemState, Originator, ParcelStatus, RefundState, RMAState
from returns.policy.facts import LegalPath, Resolution

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Link = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Links = dict[str, Link]


# The errors that an operation may answer with, each as `Error`.
READING = frozenset({400, 401, 403, 404})
WRITING = READING | {409, 413, 415, 422}


class Fault(BaseModel):
    code: str
    message: str
    fields: dict[str, str]


class Error(BaseModel):
    error: Fault


# --- orders -------------------------------------------------------------------------------------


class Loaded(TypedDict):
    number: str
    result: Literal["created", "updated", "unchanged"]
    links: Links


class Shipping(TypedDict):
    paid: int
    standard: int
    currency: str


class Discount(TypedDict):
    amount: int
    label: str
    currency: str


class Tax(TypedDict):
    rate: str
    included: bool


class Reason(TypedDict):
    code: str
    values: dict[str, str | int]
    text: str


class PolicyVersion(TypedDict):
    id: str
    version: int


class Verdict(TypedDict):
    answer: Literal["accept", "refuse", "refer"]
    reasons: list[Reason]
    statutory_until: Day | None
    policy_until: Day | None
    until: Day | None
    policy: PolicyVersion | None


class Estimate(TypedDict):
    goods: int
    shipping: int
    fees: int
    total: int
    currency: str


class OrderLine(TypedDict):
    """`returnable`: the units that may still be asked for; the verdict is on one of them."""

    id: str
    sku: str
    name: str
    names: dict[str, str]
    quantity: int
    returnable: int
    unit_price: int
    paid: int
    currency: str
    tax: Tax | None
    kind: str
    exception: str | None
    final_sale: bool
    image: str
    weight_g: int | None
    hs_code: str
    origin: str
    verdict: Verdict | None


class SentUnits(TypedDict):
    id: str
    quantity: int


class SentParcel(TypedDict):
    shipped_at: Moment | None
    possession_at: Moment | None
    carrier: str
    tracking_number: str
    lines: list[SentUnits]


class Payment(TypedDict):
    gateway: str
    reference: str
    captured: int
    currency: str


class Customer(TypedDict):
    name: str
    email: str
    phone: str
    business: bool


class Address(TypedDict):
    lines: list[str]
    city: str
    postcode: str
    country: str


class Order(TypedDict):
    """`customer` and `shipping_address` are null for keys without the scope `pii:read`."""

    number: str
    placed_at: Moment
    currency: str
    locale: str
    shipping: Shipping
    discounts: list[Discount]
    lines: list[OrderLine]
    parcels: list[SentParcel]
    payments: list[Payment]
    notice_given_at: Moment | None
    customer: Customer | None
    shipping_address: Address | None
    created_at: Moment
    updated_at: Moment
    links: Links


# --- returns ------------------------------------------------------------------------------------


class ReasonCodes(TypedDict):
    """`shopify` is of Shopify's ReturnReason; `x12` of X12's element 1293, empty where none fits."""

    shopify: str
    x12: str


class AnsweredItem(TypedDict):
    """`reason_codes`: what the reason means elsewhere; null without one. `legal_path`: what it meant in law when given.

    `credit_bonus`: what store credit adds to the money, in minor units, where it was chosen.
    """

    line: str
    quantity: int
    reason: str
    reason_codes: ReasonCodes | None
    legal_path: LegalPath
    resolution: Resolution
    credit_bonus: int
    verdict: Verdict
    estimate: Estimate


class PreviewItem(AnsweredItem):
    """`resolutions`: what may be chosen; keeping the goods only where the whole return may be kept."""

    resolutions: list[Resolution]


class Preview(TypedDict):
    order: str
    items: list[PreviewItem]
    estimate: Estimate
    refund_by: Day


class ReturnItem(AnsweredItem):
    note: str
    state: ItemState


class Parcel(TypedDict):
    tracking_number: str
    carrier: str
    status: ParcelStatus
    at: Moment


class ReceiptLine(TypedDict):
    line: str
    fine: int
    damaged: int
    missing: int
    wrong: int
    extra: int
    grade: str
    disposition: str
    note: str


class Receipt(TypedDict):
    number: int
    received_at: Moment
    note: str
    lines: list[ReceiptLine]


Action = Literal["approval", "rejection", "cancellation", "reopening", "label", "parcels", "receipts"]


class Return(TypedDict):
    """`refunds` are ids; `actions` what may be done with the return now."""

    number: str
    state: RMAState
    order: str
    locale: str
    channel: str
    items: list[ReturnItem]
    estimate: Estimate
    parcels: list[Parcel]
    receipts: list[Receipt]
    refunds: list[str]
    refund_by: Day
    actions: list[Action]
    answer_by: Moment | None
    approved_at: Moment | None
    created_at: Moment
    updated_at: Moment
    links: Links


class Returns(TypedDict):
    data: list[Return]
    next_cursor: str | None


# --- money and events ---------------------------------------------------------------------------


class RefundPart(TypedDict):
    kind: str
    line: str | None
    amount: int


class Charge(TypedDict):
    gateway: str
    reference: str


Refund = TypedDict(
    "Refund",
    {
        "id": str,
        "state": RefundState,
        "originator": Originator,
        "order": str,
        "return": str | None,
        "receipt": int | None,
        "amount": int,
        "currency": str,
        "lines": list[RefundPart],
        "payment": Charge | None,
        "credit": bool,
        "bonus": int,
        "gateway_id": str | None,
        "failure_reason": str,
        "decided_at": Moment,
        "updated_at": Moment,
        "links": Links,
    },
)


class Refunds(TypedDict):
    data: list[Refund]
    next_cursor: str | None


CreditEntry = TypedDict(
    "CreditEntry",
    {
        "kind": Literal["credited", "bonus", "spent"],
        "amount": int,
        "currency": str,
        "at": Moment,
        "order": str | None,
        "return": str | None,
        "refund": str | None,
        "reference": str | None,
    },
)
"""One change of a shopper's store credit; `amount` is below zero where it was spent."""


class Credit(TypedDict):
    currency: str
    balance: int
    entries: list[CreditEntry]
    next_cursor: str | None


class Spending(TypedDict):
    reference: str
    amount: int
    currency: str
    spent_at: Moment


class Who(TypedDict):
    kind: str
    id: str


Event = TypedDict(
    "Event",
    {
        "id": str,
        "type": str,
        "at": Moment,
        "order": str,
        "return": str | None,
        "refund": str | None,
        "actor": Who,
        "data": dict[str, Any],
    },
)


class Events(TypedDict):
    """`after` is what to ask for next; it stays the same when nothing is new."""

    data: list[Event]
    after: str
