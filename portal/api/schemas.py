"""What programs may send: strict, so that nothing is guessed. Integers are integers, texts fit their columns.

Fields that are not named here are ignored. Amounts are minor units of the currency beside them.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.importing.data import LineData, OrderData, ParcelData, PaymentData
from returns.models import Disposition, Grade
from returns.policy.countries import COUNTRIES
from returns.policy.currencies import EXPONENTS

MOST_UNITS = 1_000_000_000
MOST_MONEY = 10**15  # far above any order, and so low that no sum of a database's integers overflows


def _written(value: object) -> object:
    """A moment is written out; a bare number would be read as seconds since 1970."""
    if not isinstance(value, str) or value[10:11] not in ("T", "t"):
        raise ValueError("should be an RFC 3339 date and time with a zone")
    return value


def _in_our_days(moment: datetime) -> datetime:
    if not 1970 < moment.year < 2200:
        raise ValueError("should be between 1971 and 2199")
    return moment


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("should not contain NUL characters")
    return text


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        raise ValueError("should be an ISO 4217 currency")
    return code


def _known_country(code: str) -> str:
    if code and code not in COUNTRIES:
        raise ValueError("should be a country of ISO 3166, such as GB for the United Kingdom or GR for Greece")
    return code


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_in_our_days), BeforeValidator(_written)]
Text = Annotated[str, AfterValidator(_without_nul)]
Number = Annotated[Text, Field(min_length=1, max_length=64)]
Language = Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=10)]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$"), AfterValidator(_known_country)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
Email = Annotated[Text, Field(pattern=r"^[^\s@]+@[^\s@]+$", max_length=254)]
Money = Annotated[int, Field(ge=0, le=MOST_MONEY)]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Found = Annotated[int, Field(ge=0, le=MOST_UNITS)]


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]!r} stands here twice")


class Body(BaseModel):
    model_config = ConfigDict(strict=True)


# --- orders -------------------------------------------------------------------------------------


class CustomerBody(Body):
    name: Annotated[Text, Field(max_length=200)] = ""
    email: Email
    phone: Annotated[Text, Field(max_length=40)] = ""
    business: bool = False


class AddressBody(Body):
    name: Annotated[Text, Field(max_length=200)] = ""
    lines: Annotated[list[Annotated[Text, Field(max_length=200)]], Field(max_length=10)] = []
    city: Annotated[Text, Field(max_length=100)] = ""
    postcode: Annotated[Text, Field(max_length=20)] = ""
    country: Country = ""


class ShippingBody(Body):
    """`standard`: what the cheapest delivery would have cost; absent means what was paid."""

    paid: Money = 0
    standard: Money | None = None


class DiscountBody(Body):
    amount: Money
    label: Annotated[Text, Field(max_length=200)] = ""


class TaxBody(Body):
    rate: Annotated[str, Field(pattern=r"^[0-9](\.[0-9]{1,6})?$")]
    included: bool = True


class OrderLineBody(Body):
    id: Number
    sku: Annotated[Text, Field(max_length=100)] = ""
    name: Annotated[Text, Field(min_length=1, max_length=300)]
    names: Annotated[dict[Language, Annotated[Text, Field(max_length=300)]], Field(max_length=50)] = {}
    quantity: Units
    unit_price: Money
    discount: Money = 0
    tax: TaxBody | None = None
    kind: Annotated[Text, Field(max_length=50)] = ""
    exception: Literal["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"] | None = None
    final_sale: bool = False
    image: Annotated[Text, Field(pattern=r"^(https?://\S+)?$", max_length=500)] = ""
    weight_g: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None
    hs_code: Annotated[Text, Field(max_length=10)] = ""
    origin: Country = ""

    @property
    def net(self) -> int:
        return self.unit_price * self.quantity - self.discount

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.net < 0:
            raise ValueError("the discount is more than the price")
        return self

    def data(self) -> LineData:
        return LineData(
            id=self.id,
            name=self.name,
            quantity=self.quantity,
            unit_price=self.unit_price,
            sku=self.sku,
            names=self.names,
            discount=self.discount,
            tax_rate=self.tax.rate if self.tax else "",
            tax_included=self.tax.included if self.tax else True,
            kind=self.kind,
            exception=self.exception,
            final_sale=self.final_sale,
            image=self.image,
            weight_g=self.weight_g,
            hs_code=self.hs_code,
            origin=self.origin,
        )


class SentUnitsBody(Body):
    id: Number
    quantity: Units


class SentParcelBody(Body):
    """`delivered_at` may stand for `possession_at` when that is all the shop knows."""

    shipped_at: Moment | None = None
    possession_at: Moment | None = None
    delivered_at: Moment | None = None
    carrier: Annotated[Text, Field(max_length=50)] = ""
    tracking_number: Annotated[Text, Field(max_length=60)] = ""
    lines: Annotated[list[SentUnitsBody], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _names_lines_once(self) -> Self:
        _refuse_twice("line", (line.id for line in self.lines))
        return self

    def data(self) -> ParcelData:
        return ParcelData(
            lines=tuple((line.id, line.quantity) for line in self.lines),
            shipped_at=self.shipped_at,
            possession_at=self.possession_at or self.delivered_at,
            carrier=self.carrier,
            tracking_number=self.tracking_number,
        )


class PaymentBody(Body):
    gateway: Annotated[Text, StringConstraints(to_lower=True), Field(min_length=1, max_length=20)] = "stripe"
    reference: Annotated[Text, Field(min_length=1, max_length=100)]
    captured: Money
    currency: Currency
    method: Annotated[Text, Field(max_length=30)] = ""


class OrderBody(Body):
    """`notice_given_at`: when the buyer was told of the right to withdraw; absent is unknown, null is not told."""

    number: Number | None = None
    placed_at: Moment
    currency: Currency
    locale: Language = ""
    customer: CustomerBody
    shipping_address: AddressBody | None = None
    shipping: ShippingBody = ShippingBody()
    discounts: Annotated[list[DiscountBody], Field(max_length=1_000)] = []
    lines: Annotated[list[OrderLineBody], Field(min_length=1, max_length=10_000)]
    parcels: Annotated[list[SentParcelBody], Field(max_length=1_000)] = []
    payments: Annotated[list[PaymentBody], Field(max_length=100)] = []
    notice_given_at: Moment | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _refuse_twice("line", (line.id for line in self.lines))
        _refuse_twice("payment", (f"{payment.gateway} {payment.reference}" for payment in self.payments))
        known = {line.id for line in self.lines}
        if unknown := [part.id for parcel in self.parcels for part in parcel.lines if part.id not in known]:
            raise ValueError(f"a parcel names line {unknown[0]!r}, which the order does not have")
        if any(payment.currency != self.currency for payment in self.payments):
            raise ValueError("a payment is in another currency than the order")
        if sum(discount.amount for discount in self.discounts) > sum(line.net for line in self.lines):
            raise ValueError("the discounts are more than the goods")
        if self.shipping.paid + sum(_with_tax(line) for line in self.lines) > MOST_MONEY:
            raise ValueError("the order is worth too much")
        return self

    def data(self, number: str) -> OrderData:
        address = self.shipping_address or AddressBody()
        return OrderData(
            number=number,
            placed_at=self.placed_at,
            currency=self.currency,
            email=self.customer.email,
            lines=tuple(line.data() for line in self.lines),
            customer_name=self.customer.name or address.name,
            phone=self.customer.phone,
            business=self.customer.business,
            locale=self.locale,
            address=tuple(address.lines),
            city=address.city,
            postcode=address.postcode,
            country=address.country,
            shipping_paid=self.shipping.paid,
            shipping_standard=self.shipping.standard,
            discounts=tuple((discount.amount, discount.label) for discount in self.discounts),
            parcels=tuple(parcel.data() for parcel in self.parcels),
            payments=tuple(
                PaymentData(payment.reference, payment.captured, payment.currency, payment.gateway, payment.method)
                for payment in self.payments
            ),
            notice_given_at=self.notice_given_at,
            notice_known="notice_given_at" in self.model_fields_set,
        )


def _with_tax(line: OrderLineBody) -> Decimal:
    return line.net * (1 + Decimal(line.tax.rate if line.tax else 0))


# --- returns ------------------------------------------------------------------------------------

Reason = Annotated[Text, Field(min_length=1, max_length=50)]
Resolution = Annotated[Text, Field(min_length=1, max_length=20)]
Note = Annotated[Text, Field(max_length=2_000)]


class PreviewItemBody(Body):
    line: Number
    quantity: Units
    reason: Reason | None = None
    resolution: Resolution = "refund"
    seal_broken: bool | None = None

    @property
    def wish(self) -> Wish:
        return Wish(self.line, self.quantity, self.reason or "", self.resolution, seal_broken=self.seal_broken)


class PreviewBody(Body):
    order: Number
    items: Annotated[list[PreviewItemBody], Field(min_length=1, max_length=1_000)]


class ReturnItemBody(Body):
    line: Number
    quantity: Units
    reason: Annotated[
        Text, Field(max_length=50, description="A code of the shop's reasons; empty where the shopper gives none.")
    ]  # a withdrawal needs none (law.md W-4)
    resolution: Resolution
    note: Note = ""
    seal_broken: bool | None = None

    @property
    def wish(self) -> Wish:
        return Wish(self.line, self.quantity, self.reason, self.resolution, self.note, self.seal_broken)


class ReturnBody(Body):
    order: Number
    items: Annotated[list[ReturnItemBody], Field(min_length=1, max_length=1_000)]


class ParcelNews(Body):
    """What a carrier tells; `at` is when the carrier saw it."""

    tracking_number: Annotated[Text, Field(min_length=1, max_length=60)]
    carrier: Annotated[Text, Field(min_length=1, max_length=50)]
    status: Literal["in_transit", "available", "delivered"]
    at: Moment


class CountedLine(Body):
    """Units of one order line as found in the parcel."""

    line: Number
    fine: Found = 0
    damaged: Found = 0
    missing: Found = 0
    wrong: Found = 0
    extra: Found = 0
    grade: Annotated[Grade, Field(strict=False)] | Literal[""] = ""
    disposition: Annotated[Disposition, Field(strict=False)] | Literal[""] = ""
    note: Note = ""

    @property
    def count(self) -> Count:
        return Count(**self.model_dump())


class ReceiptBody(Body):
    lines: Annotated[list[CountedLine], Field(min_length=1, max_length=1_000)]
    note: Note = ""


# --- store credit -------------------------------------------------------------------------------


class SpendingBody(Body):
    """`reference`: what the shop calls the purchase; spent once for each."""

    email: Email
    currency: Currency
    amount: Annotated[int, Field(ge=1, le=MOST_MONEY)]
    reference: Annotated[Text, Field(min_length=1, max_length=100, pattern=r"\S")]
