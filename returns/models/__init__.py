"""The nouns of the domain: columns, constraints, questions, and what a row knows about itself."""

from returns.models.answers import Answered
from returns.models.approvals import Approval, Limits, OtherWay
from returns.models.credits import CreditAccount
from returns.models.events import Event
from returns.models.goodwill import Goodwill, GoodwillReason
from returns.models.journal import Account, Seal, Spending, Transfer
from returns.models.letters import Letter, LetterState, StatusLink
from returns.models.lifecycle import ItemState, RefundState, RMAState
from returns.models.messages import Author, Message, Photo
from returns.models.orders import Order, OrderLine, Parcel, ParcelLine, Payment
from returns.models.parcels import ParcelStatus, ReturnParcel
from returns.models.people import SHOPPER, SYSTEM, Actor, ApiKey, Role, Scope, User
from returns.models.policies import Policy, Season
from returns.models.reasons import Reason
from returns.models.receipts import Disposition, Grade, Receipt, ReceiptLine
from returns.models.reconciliation import Break, Dispute, Halt, Reconciled
from returns.models.refunds import (
    Attempt,
    Originator,
    Refund,
    RefundLine,
)
from returns.models.rmas import RMA, RMAItem
from returns.models.valuations import Valuation
from returns.models.webhooks import GatewayEvent

__all__ = [
    "RMA",
    "SHOPPER",
    "SYSTEM",
    "Account",
    "Actor",
    "Answered",
    "ApiKey",
    "Approval",
    "Attempt",
    "Author",
    "Break",
    "CreditAccount",
    "Disposition",
    "Dispute",
    "Event",
    "GatewayEvent",
    "Goodwill",
    "GoodwillReason",
    "Grade",
    "Halt",
    "ItemState",
    "Letter",
    "LetterState",
    "Limits",
    "Message",
    "Order",
    "OrderLine",
    "Originator",
    "OtherWay",
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
    "Reconciled",
    "Refund",
    "RefundLine",
    "RefundState",
    "ReturnParcel",
    "Role",
    "Scope",
    "Seal",
    "Season",
    "Spending",
    "StatusLink",
    "Transfer",
    "User",
    "Valuation",
]
