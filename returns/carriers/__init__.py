"""Parcels back: each carrier behind the same small protocol, the shop's own label first."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Booking:
    """What a carrier gives for a parcel on its way back."""

    carrier: str
    tracking_number: str


class Carrier(Protocol):
    def book(self, rma_number: str) -> Booking:
        """Book the way back of this RMA. Called inside a transaction: must not go outside."""


class OwnLabel:
    """The shop's own address label: its code is the RMA number, and nobody tells us where it is."""

    def book(self, rma_number: str) -> Booking:
        return Booking(carrier="own", tracking_number=rma_number)
