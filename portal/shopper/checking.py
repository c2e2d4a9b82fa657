"""Everything once more before it is sent: what was chosen, the answer to it, and the money to the cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.shopper import fees, resolutions
from portal.shopper.drafts import Draft
from returns import sentences
from returns.actions.delivery import Delivery
from returns.actions.requests import ANSWER_WITHIN, Offer, coming_back, cost_of_return
from returns.models import Order
from returns.policy.facts import Answer, Resolution


@dataclass(frozen=True, slots=True)
class Row:
    offer: Offer

    @property
    def name(self) -> str:
        return self.offer.line.name_in(get_language() or "")

    @property
    def welcome(self) -> bool:
        return self.offer.verdict.answer == Answer.ACCEPT

    @property
    def photos(self) -> list[str]:
        return [photo.name for photo in self.offer.wish.photos]

    @property
    def seal(self) -> str:
        """What the shopper said of the seal; nothing where none was asked about."""
        words = {True: _("The seal is broken."), False: _("The seal is unbroken.")}
        broken = self.offer.wish.seal_broken
        return "" if broken is None else words[broken]

    @property
    def resolution(self) -> str:
        return resolutions.chosen(self.offer.wish.resolution)

    @property
    def credited(self) -> bool:
        return self.offer.wish.resolution == Resolution.CREDIT

    @property
    def reasons(self) -> list[str]:
        return [] if self.welcome else [sentences.of_reason(reason) for reason in self.offer.verdict.reasons]


@dataclass(frozen=True, slots=True)
class Check:
    """`offers` are what the same choice would be answered at `at`; totals in minor units of the order's currency."""

    order: Order
    draft: Draft
    offers: Sequence[Offer]
    at: datetime
    delivery: Delivery

    @property
    def rows(self) -> list[Row]:
        return [Row(offer) for offer in self.offers]

    @property
    def sure(self) -> list[Row]:
        return [row for row in self.rows if row.welcome]

    @property
    def asked(self) -> list[Row]:
        """Those on which an agent decides."""
        return [row for row in self.rows if not row.welcome]

    @property
    def travels(self) -> bool:
        """Whether there is a parcel back."""
        return any(offer.travels for offer in self.offers)

    @property
    def pays_money(self) -> bool:
        return not all(row.credited for row in self.sure)

    @property
    def credits(self) -> bool:
        return any(row.credited for row in self.rows)

    @property
    def fees(self) -> list[tuple[str, int]]:
        return _fees(self.sure, cost_of_return(self.offers, self.order.currency))

    @property
    def bonus(self) -> int:
        return _bonus(self.sure)

    @property
    def shipping(self) -> int:
        """What comes back of the outbound delivery."""
        return self._brought_by(self.sure)

    @property
    def total(self) -> int:
        return _total(self.sure, self.fees) + self.shipping

    @property
    def asked_fees(self) -> list[tuple[str, int]]:
        """One parcel is paid for once: what is sure pays for it where there is something."""
        return _fees(self.asked, 0 if self.sure else cost_of_return(self.offers, self.order.currency))

    @property
    def asked_bonus(self) -> int:
        return _bonus(self.asked)

    @property
    def asked_shipping(self) -> int:
        return self._brought_by(self.rows) - self.shipping

    @property
    def asked_total(self) -> int:
        return _total(self.asked, self.asked_fees) + self.asked_shipping

    def _brought_by(self, rows: Sequence[Row]) -> int:
        coming = coming_back([row.offer for row in rows])
        return self.delivery.owed(further=coming) if coming else 0

    @property
    def refund_by(self) -> date:
        return self.order.refund_by(asked_on=timezone.localdate(self.at))

    @property
    def answer_by(self) -> date:
        return timezone.localdate(self.at + ANSWER_WITHIN)


def _fees(rows: Sequence[Row], way_back: int) -> list[tuple[str, int]]:
    return fees.lines(sum(row.offer.share for row in rows), sum(row.offer.fee for row in rows), way_back)


def _bonus(rows: Sequence[Row]) -> int:
    """What store credit adds."""
    return sum(row.offer.bonus for row in rows)


def _total(rows: Sequence[Row], less: Sequence[tuple[str, int]]) -> int:
    return sum(row.offer.share for row in rows) + _bonus(rows) - sum(amount for _label, amount in less)
