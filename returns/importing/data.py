"""An order as any shop system tells it: what every parser yields and the API's schema becomes.

Amounts are integers in minor units of the order's currency; datetimes are aware.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LineData:
    id: str
    name: str
    quantity: int
    unit_price: int
    sku: str = ""
    names: dict[str, str] = field(default_factory=dict)
    discount: int = 0
    tax_rate: str = ""  # a decimal such as "0.21"
    tax_included: bool = True
    kind: str = ""
    exception: str | None = None
    final_sale: bool = False
    image: str = ""
    weight_g: int | None = None
    hs_code: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class ParcelData:
    """`lines` pairs a line's id with its units in this parcel."""

    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime | None = None
    possession_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class PaymentData:
    reference: str
    captured: int
    currency: str
    gateway: str = "stripe"
    method: str = ""  # in the provider's word: "card", "sepa_debit"; "" where nobody said


@dataclass(frozen=True, slots=True)
class OrderData:
    """`notice_known` False: nobody said whether the buyer was told of the right to withdraw."""

    number: str
    placed_at: datetime
    currency: str
    email: str
    lines: tuple[LineData, ...]
    customer_name: str = ""
    phone: str = ""
    business: bool = False
    locale: str = ""
    address: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    country: str = ""
    shipping_paid: int = 0
    shipping_standard: int | None = None
    discounts: tuple[tuple[int, str], ...] = ()  # (minor units, label), over the whole order
    parcels: tuple[ParcelData, ...] = ()
    payments: tuple[PaymentData, ...] = ()
    notice_given_at: datetime | None = None
    notice_known: bool = False
