"""The nouns of the domain: columns, constraints, questions, and what a row knows about itself."""

from returns.models.answers import Answered
from returns.models.events import Event
from returns.models.letters import Letter, LetterState, StatusLink
from returns.models.lifecycle import ItemState, RefundState, RMAState
from returns.models.messages import Author, Message, Photo
from returns.models.orders import Order, OrderLine, Parcel, ParcelLine, Payment
from returns.models.parcels import ParcelStatus, ReturnParcel
from returns.models.people import SHOPPER, SYSTEM, Actor, ApiKey, Role, Scope, User
from returns.models.policies import Policy, Season
from returns.models.reasons import Reason
from returns.models.receipts import Disposition, Grade, Receipt, ReceiptLine
from returns.models.refunds import (
    Attempt,
    Goodwill,
    GoodwillReason,
    Originator,
    Refund,
    RefundLine,
)
from returns.models.rmas import RMA, RMAItem
from returns.models.webhooks import GatewayEvent

__all__ = [
    "RMA",
    "SHOPPER",
    "SYSTEM",
    "Actor",
    "Answered",
    "ApiKey",
    "Attempt",
    "Author",
    "Disposition",
    "Event",
    "GatewayEvent",
    "Goodwill",
    "GoodwillReason",
    "Grade",
    "ItemState",
    "Letter",
    "LetterState",
    "Message",
    "Order",
    "OrderLine",
    "Originator",
    "Parcel",
    "ParcelLine",
    "ParcelStatus",
    "Payment",
    "Photo",
    "Policy",
    "RMAItem",
    "RMAState",
    "Reason",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "RefundLine",
    "RefundState",
    "ReturnParcel",
    "Role",
    "Scope",
    "Season",
    "StatusLink",
    "User",
]
