"""A shop's books after all kinds of journeys, each made by the verbs alone, and the names of what is in them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from returns.actions import (
    approvals,
    decisions,
    finding,
    goodwill,
    other_ways,
    photos,
    provider,
    sealing,
    sending,
    upkeep,
    valuing,
)
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.gateways.gateway import Rejected, RemoteDispute
from returns.importing.data import PaymentData
from returns.models import (
    SHOPPER,
    CreditAccount,
    Event,
    GatewayEvent,
    Payment,
    Policy,
    Refund,
    User,
    Valuation,
)
from returns.notifications import deliver
from tests.actions.crediting import spent
from tests.actions.refunding import SERVER_ERROR, SILENCE, keep
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, late_order, limited, promised
from tests.pictures import sent

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOW + 40 * DAY


class Books:
    """Everybody's journeys. `names` are the primary keys that the tests break things by."""

    def __init__(self, bob: User, mona: User) -> None:
        self.bob, self.mona = bob.actor, mona.actor
        self.stripe = Scripted()
        self.names: dict[str, Any] = {}
        promised()
        limited(automatic=None, agent=100_000)
        for journey in (
            self.paid,
            self.late_news,
            self.second_key,
            self.two_payments,
            self.another_way,
            self.tried_again,
            self.returned_by_the_bank,
            self.granted,
            self.damaged,
            self.disputed,
            self.charged_back,
            self.refunded_by_hand,
            self.without_money,
            self.credited,
            self.whole,
            self.fees,
        ):
            journey()
        while upkeep.close_next(at=LATER):
            pass
        self.due()
        while deliver.deliver_next(at=LATER):
            pass
        sealing.seal_next(at=LATER)

    def paid(self) -> None:
        """One T-shirt comes back and is paid for at once."""
        self.names["paid"] = self._owed("P-1")
        self._send()

    def late_news(self) -> None:
        """Nobody hears the answer, then it is under way, then a webhook tells the end."""
        refund = self.names["late"] = self._owed("P-2")
        self.stripe.steps.extend([SILENCE, "pending"])
        self._send()
        self._send(after=HOUR / 2)
        made = Refund.objects.get(pk=refund).gateway_id
        assert made
        self.stripe.settle(made, "succeeded")
        self._hear("evt_1", made)

    def second_key(self) -> None:
        """A stored error spends the key; another one is used once the first has left nothing behind."""
        self.names["second_key"] = self._owed("P-3")
        self.stripe.steps.append(SERVER_ERROR)
        self._send()
        self._send(after=HOUR / 2)

    def two_payments(self) -> None:
        """An order that two cards paid: the refund is one row on each."""
        split = jana_order("P-4")
        cards = (PaymentData("pi_P-4", 15_000, "EUR"), PaymentData("pi_P-4b", 14_990, "EUR"))
        rma = asked(bought(replace(split, payments=cards)), Wish("1", 3), Wish("2", 1))
        arrived(rma, Count("1", fine=1))
        arrived(rma, Count("1", fine=2), Count("2", fine=1))
        self.names["split"] = rma.pk
        self._send()

    def another_way(self) -> None:
        """The card is gone; Bob pays by transfer and Mona has seen that it arrived."""
        refund = self._failed("P-5")
        other_ways.prepare(refund, way="transfer", evidence="T-1", seen=_seen(refund), by=self.bob, at=NOW)
        other_ways.confirm(refund, seen=_seen(refund), by=self.mona, at=NOW)
        self.names["otherwise"] = refund.pk

    def tried_again(self) -> None:
        """What failed is owed once more in its place, and goes through."""
        refund = self._failed("P-6")
        (again,) = other_ways.try_again(refund, seen=_seen(refund), by=self.mona, at=NOW)
        self.names |= {"replaced": refund.pk, "again": again.pk}
        self._send()

    def returned_by_the_bank(self) -> None:
        """It had succeeded, and comes back: owed again."""
        refund = self.names["returned"] = self._owed("P-7")
        self._send()
        made = Refund.objects.get(pk=refund).gateway_id
        assert made
        self.stripe.settle(made, "failed", "expired_or_canceled_card")
        self._hear("evt_2", made)

    def granted(self) -> None:
        """Goodwill: of Mona's own, of Bob's once Mona agrees, and of Bob's that she declines."""
        order = bought(jana_order("P-8"))
        grant: dict[str, Any] = {"reason": "loyalty", "note": "kind", "at": NOW}
        self.names["kind"] = goodwill.grant(order, amount=500, by=self.mona, **grant).refunds.get().pk
        generous = goodwill.grant(order, amount=6_000, by=self.bob, **grant).refunds.get()
        approvals.approve(generous, seen=_seen(generous), by=self.mona, at=NOW)
        too_much = goodwill.grant(order, amount=7_000, by=self.bob, **grant).refunds.get()
        approvals.decline(too_much, note="no", seen=_seen(too_much), by=self.mona, at=NOW)
        self.names |= {"agreed": generous.pk, "declined": too_much.pk}
        self._send()

    def damaged(self) -> None:
        """One of two shirts was worn: an agent keeps a loss, and takes a part of another one back."""
        rma = asked(bought(jana_order("P-9")), Wish("1", 3))
        arrived(rma, Count("1", fine=1, damaged=1, grade="D"))
        arrived(rma, Count("1", damaged=1, grade="D"))
        for valuation in Valuation.objects.order_by("pk"):
            shown = [photos.keep(sent(), had=())]
            valuing.value(valuation, loss=1_000, reason="Worn.", by=self.bob, at=NOW, pictures=shown)
        valuing.forgive(Valuation.objects.latest("pk"), by=self.bob, at=NOW)
        self.names["damaged"] = rma.pk
        self._send()

    def credited(self) -> None:
        """Store credit with a bonus, of which a part is spent; and a mug that may be kept."""
        Policy.objects.update(
            resolutions=["credit", "keep"], currency="EUR", credit_bonus_percent=5, keep_up_to=100_000
        )
        rma = asked(bought(jana_order("P-10")), Wish("1", 2, resolution="credit"), Wish("2", 1, resolution="keep"))
        arrived(rma, Count("1", fine=1))
        arrived(rma, Count("1", fine=1))
        asked(bought(jana_order("P-18")), Wish("2", 1, resolution="keep"))
        spent(2_000)
        account = self.names["account"] = CreditAccount.objects.get().pk
        self.names["credited"] = Refund.objects.filter(credit=account).earliest("pk").pk
        self._send()

    def disputed(self) -> None:
        """A bank asks for a charge's money, takes it, and gives it back when the shop has won."""
        refund = self.names["disputed"] = self._owed("P-11")
        self._send()
        told = self._told_of_dispute(refund)
        keep(told)
        keep(replace(told, status="won", withdrawn=0), at=NOW + DAY)

    def charged_back(self) -> None:
        """A shirt is back and its refund due, when the bank takes all of the charge for good."""
        refund = self.names["charged_back"] = self._owed("P-20")
        lost = replace(self._told_of_dispute(refund), id="dp_2", status="lost")
        keep(lost, at=NOW + DAY)

    def refunded_by_hand(self) -> None:
        """Somebody refunds a part in the provider's own pages, and a webhook tells of it."""
        payment = bought(jana_order("P-21")).payments.get()
        made = self.stripe.refund_by_hand(payment, 1_500)
        finding.take_in(made, at=NOW)
        self.names["found"] = payment.refunds.get().pk

    def without_money(self) -> None:
        """Returns that end before any: called off, rejected, never sent; and one that is on its way."""
        decisions.cancel(asked(bought(jana_order("P-12"))), by=SHOPPER, at=NOW)
        refused = asked(late_order("P-13"))
        decisions.reject(refused, by=self.bob, at=NOW, note="60 days are over")
        asked(bought(jana_order("P-14")))
        upkeep.expire_next(at=NOW + 39 * DAY)
        coming = asked(bought(jana_order("P-15")), Wish("1", 2))
        self.names |= {"coming": coming.pk, "rejected": refused.pk}

    def whole(self) -> None:
        """An order comes back to the last unit, and its delivery with it."""
        arrived(asked(bought(jana_order("P-19", shipping_standard=495)), Wish("1", 3), Wish("2", 1)))
        self._send()

    def fees(self) -> None:
        """The way back costs something, and a part of the price is kept."""
        Policy.objects.update(return_fee=300, restocking_percent=10, currency="EUR")
        rma = asked(bought(jana_order("P-16")), Wish("1", 2))
        arrived(rma, Count("1", fine=1))
        arrived(rma, Count("1", fine=1))
        self.names["costly"] = rma.pk
        self._send()

    def due(self) -> None:
        """What has just come back, and nobody has sent yet."""
        order = bought(jana_order("P-17", delivered=LATER - DAY, placed_at=LATER - 2 * DAY))
        rma = asked(order, at=LATER)
        arrived(rma, at=LATER)
        self.names["due"] = rma.refunds.get().pk

    # --- steps ---

    def _owed(self, number: str) -> int:
        """A T-shirt of this order came back: its refund."""
        rma = asked(bought(jana_order(number)))
        arrived(rma)
        return rma.refunds.get().pk

    def _failed(self, number: str) -> Refund:
        refund = self._owed(number)
        self.stripe.steps.append(Rejected("charge_expired"))
        self._send()
        return Refund.objects.get(pk=refund)

    def _send(self, *, after: timedelta = timedelta()) -> None:
        while sending.send_next(self.stripe, at=NOW + after):
            pass

    def _told_of_dispute(self, refund: int) -> RemoteDispute:
        """Of the payment that this refund is of, all of which the bank holds."""
        return RemoteDispute(
            id="dp_1",
            status="needs_response",
            reason="fraudulent",
            amount=29_990,
            currency="EUR",
            withdrawn=29_990,
            refundable=False,
            payment=Payment.objects.get(refunds=refund).reference,
            charge="",
            opened_at=NOW,
        )

    def _hear(self, event: str, made: str) -> None:
        GatewayEvent.objects.create(
            id=event, kind="refund.updated", object_id=made, received_at=NOW, next_try_at=NOW, livemode=False
        )
        provider.work_next_event(self.stripe, at=NOW)


def _seen(refund: Refund) -> int:
    return Event.objects.version(refund.order_id)
