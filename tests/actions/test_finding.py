"""Refunds that others made at the provider: they count in the cap, stand in the journal, and a person hears of them."""

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.db.models import Sum

from returns.actions import disputes, finding, other_ways, provider, reconciling
from returns.actions.breaks import close, open_break
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.actions.sending import ABSENCE_AGE
from returns.analytics import audit
from returns.gateways.gateway import Rejected, Remote
from returns.importing.data import PaymentData
from returns.models import (
    Account,
    Break,
    Event,
    Halt,
    Letter,
    Originator,
    OtherWay,
    Payment,
    Refund,
    RefundState,
    RMAState,
    Transfer,
)
from returns.notifications.letters import LETTERS
from tests.actions.refunding import (
    SERVER_ERROR,
    SILENCE,
    again,
    confirm,
    kept,
    news,
    now_of,
    open_breaks,
    prepare,
    remote_of,
    send,
    state_of,
)
from tests.gateways.scripted import Lost, Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(refund) -> Payment:
    """29,990 cents, of which 9,672 are due."""
    assert refund.payment is not None
    return refund.payment


def found(remote: Remote) -> Refund:
    finding.take_in(remote, at=NOW)
    return Refund.objects.get(gateway_id=remote.id)


def room(payment: Payment) -> int:
    return payment.captured - Payment.objects.with_room().get(pk=payment.pk).active


def about(kind: str) -> tuple[str, Refund | None, Payment | None]:
    """What a break of this kind names: its subject, and the rows that it stands beside."""
    told = Break.objects.get(kind=kind)
    return told.subject, told.refund, told.payment


def test_a_refund_made_by_hand_is_booked_as_external_and_told_to_a_person(payment):
    external = found(Scripted().refund_by_hand(payment, 500))
    assert (external.originator, external.state, external.amount) == (Originator.EXTERNAL, RefundState.SUCCEEDED, 500)
    assert [(line.kind, line.amount) for line in external.lines.all()] == [("external", 500)]
    assert list(external.events.values_list("kind", "refund_state")) == [
        ("refund.found", "uncertain"),
        ("refund.succeeded", "succeeded"),
    ]
    assert room(payment) == 29_990 - 9_672 - 500
    assert open_breaks() == {"external_refund": {"remote": "re_1", "amount": 500, "currency": "EUR", "order": "A-1001"}}
    assert about("external_refund") == ("re_1", external, payment)
    assert Letter.objects.get(event__refund=external).kind == "refunded"


def test_its_journal_takes_from_external_and_gives_to_the_provider(payment):
    external = found(Scripted().refund_by_hand(payment, 500))
    booked = Transfer.objects.filter(refund=external).values_list("debited", "credited", "amount")
    assert set(booked) == {(Account.EXTERNAL, Account.OWED, 500), (Account.OWED, Account.PROVIDER, 500)}


def test_found_five_times_it_is_booked_once(payment):
    remote = Scripted().refund_by_hand(payment, 500)
    for _time in range(5):
        finding.take_in(remote, at=NOW)
    assert Refund.objects.filter(originator=Originator.EXTERNAL).count() == 1
    assert Event.objects.filter(kind="refund.found").count() == 1


def test_what_is_pending_there_is_pending_here_until_it_ends(payment):
    stripe = Scripted()
    external = found(stripe.refund_by_hand(payment, 500, "pending"))
    assert external.state == RefundState.PENDING
    finding.take_in(stripe.settle("re_1", "succeeded"), at=NOW)
    assert now_of(external).state == RefundState.SUCCEEDED


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_what_moved_nothing_is_not_booked(payment, status):
    finding.take_in(Scripted().refund_by_hand(payment, 500, status), at=NOW)
    assert Refund.objects.count() == 1
    assert not Break.objects.exists()


def test_a_state_that_nobody_has_seen_before_is_told_and_nothing_is_booked(payment):
    remote = Scripted().refund_by_hand(payment, 500, "reversed")
    with pytest.raises(Refused, match="unknown_status"):
        finding.take_in(remote, at=NOW)
    assert Refund.objects.count() == 1
    assert open_breaks() == {"unknown_status": {"remote": "re_1", "status": "reversed"}}
    assert about("unknown_status") == ("re_1", None, payment)
    finding.take_in(replace(remote, status="succeeded"), at=NOW)
    assert Refund.objects.count() == 2


def test_a_refund_of_a_payment_that_is_not_ours_is_left_alone(payment):
    finding.take_in(replace(Scripted().refund_by_hand(payment, 500), payment="pi_other"), at=NOW)
    assert Refund.objects.count() == 1
    assert not Break.objects.exists()


def test_a_payment_may_be_known_by_its_charge(payment):
    Payment.objects.update(reference="ch_1")
    assert found(replace(Scripted().refund_by_hand(payment, 500), payment="pi_1", charge="ch_1")).amount == 500


def test_what_was_never_sent_gives_way_and_a_person_sees_the_numbers(refund, payment):
    found(Scripted().refund_by_hand(payment, 29_990))
    assert state_of(refund) == (RefundState.FAILED, RMAState.REFUND_DUE)
    assert now_of(refund).failure_reason == "no_room"
    assert Event.objects.get(kind="refund.failed").data == {"amount": 9_672, "currency": "EUR", "was": "due"}
    assert about("room_taken") == (refund.public_id, refund, payment)
    assert open_breaks().keys() == {"external_refund", "room_taken"}
    assert open_breaks()["room_taken"] == {"amount": 9_672, "captured": 29_990, "elsewhere": 29_990, "currency": "EUR"}
    assert room(payment) == 0


@pytest.mark.parametrize(
    ("above", "newest"), [(0, RefundState.DUE), (1, RefundState.FAILED), (479, RefundState.FAILED)]
)
def test_only_as_much_gives_way_as_must_the_newest_first(above, newest):
    promised()
    order = bought()
    arrived(asked(order, Wish("1", 1)))
    arrived(asked(order, Wish("2", 1)))
    older, newer = Refund.objects.order_by("pk")
    found(Scripted().refund_by_hand(older.payment, 29_990 - older.amount - newer.amount + above))
    assert (now_of(older).state, now_of(newer).state) == (RefundState.DUE, newest)
    assert "above_captured" not in open_breaks()


def test_store_credit_that_waits_for_a_yes_gives_way_too_and_is_owed_as_money(mona):
    """Its only button is yes: with the money gone, that would give it twice."""
    limited(automatic=1_000)
    promised(resolutions=["credit"], credit_bonus_percent=10)
    arrived(asked(bought(), Wish("1", 3, resolution="credit")))
    held = Refund.objects.get()
    found(Scripted().refund_by_hand(held.payment, 29_990))
    held = now_of(held)
    assert (held.state, held.failure_reason, held.credit, held.bonus) == (RefundState.FAILED, "no_room", None, 0)
    assert list(audit.asked(at=NOW)) == []


def test_while_ours_is_in_doubt_the_others_wait_so_that_the_cap_holds(refund, payment):
    stripe = Scripted(SILENCE)
    send(stripe)
    with pytest.raises(Refused, match="room_in_doubt"):
        finding.take_in(stripe.refund_by_hand(payment, 29_990), at=NOW)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("above", [1, 10_000])
def test_more_than_was_paid_is_booked_all_the_same_and_told(payment, above):
    Payment.objects.update(captured=10_000)
    found(Scripted().refund_by_hand(payment, 10_000 + above))
    assert open_breaks()["above_captured"] == {"captured": 10_000, "above": above, "currency": "EUR"}
    assert about("above_captured") == ("pi_A-1001", None, payment)


@pytest.mark.parametrize(("by_hand", "above"), [(29_990 - 9_672, 0), (29_990 - 9_671, 1)])
def test_more_than_was_paid_is_told_where_a_person_has_paid_past_the_provider(failed, mona, otto, by_hand, above):
    seen = Event.objects.version(failed.order_id)
    other_ways.prepare(failed, way="cash", evidence="till", seen=seen, by=mona.actor, at=NOW)
    other_ways.confirm(failed, seen=Event.objects.version(failed.order_id), by=otto.actor, at=NOW)
    found(Scripted().refund_by_hand(failed.payment, by_hand))
    told = {"captured": 29_990, "above": above, "currency": "EUR"}
    assert open_breaks().get("above_captured") == (told if above else None)


@pytest.mark.parametrize("above", [0, 1])
def test_what_the_bank_has_paid_and_is_about_to_settle_does_not_give_way(above):
    promised()
    order = bought()
    kept("lost", withdrawn=9_672)
    arrived(asked(order))
    refund = Refund.objects.get()
    found(Scripted().refund_by_hand(refund.payment, 29_990 - 9_672 + above))
    assert now_of(refund).state == RefundState.DUE
    assert open_breaks().get("above_captured", {}).get("above", 0) == above
    disputes.settle_by_chargebacks(at=NOW)
    assert state_of(refund) == (RefundState.PAID_OTHERWISE, RMAState.REFUNDED)
    assert not Letter.objects.filter(kind="refund_failed").exists()
    assert list(audit.asked(at=NOW)) == []


def test_what_is_ours_is_adopted_and_not_booked_twice(refund):
    stripe = Scripted(Lost())
    send(stripe)
    finding.take_in(stripe.books["re_1"], at=NOW)
    assert (now_of(refund).state, Refund.objects.count()) == (RefundState.SUCCEEDED, 1)


@pytest.mark.parametrize("change", [{"status": "failed"}, {"payment": "pi_other"}, {"currency": "USD"}])
def test_what_has_our_id_and_moved_nothing_of_ours_is_told_and_does_not_speak_for_ours(refund, change):
    stripe = Scripted()
    send(stripe)
    with pytest.raises(Refused, match="remote_differs"):
        finding.take_in(replace(stripe.books["re_1"], id="re_2", **change), at=NOW)
    assert open_breaks()["remote_differs"]["remote"] == "re_2"
    assert Refund.objects.count() == 1


def test_a_second_one_with_our_id_is_booked_and_stops_the_order(mona, bob):
    """It was doubled there: the shopper has two shirts' money for one."""
    promised()
    order = bought()
    arrived(asked(order, Wish("1", 1)))
    stripe = Scripted()
    send(stripe)
    stripe.books["re_2"] = replace(stripe.books["re_1"], id="re_2")
    for _time in range(2):
        finding.take_in(stripe.books["re_2"], at=NOW)
    assert Refund.objects.get(gateway_id="re_2").originator == Originator.EXTERNAL
    assert room(order.payments.get()) == 29_990 - 2 * 9_672
    assert open_breaks().keys() == {"external_refund", "late_success"}
    arrived(asked(order, Wish("2", 1)))
    assert send(stripe) is False
    assert list(audit.asked(at=NOW)) == []


def test_a_second_one_is_not_booked_where_nobody_could_be_told(refund):
    """The worker dies in between: the next news finds nothing done."""
    stripe = Scripted()
    send(stripe)
    second = replace(stripe.books["re_1"], id="re_2")
    with mock.patch.object(finding, "tell_of_both", side_effect=RuntimeError), pytest.raises(RuntimeError):
        finding.take_in(second, at=NOW)
    assert Refund.objects.count() == 1
    finding.take_in(second, at=NOW)
    assert open_breaks().keys() == {"external_refund", "late_success"}


def test_what_an_earlier_key_did_late_stops_what_was_to_take_its_place(refund, mona):
    stripe = Scripted(SERVER_ERROR, "failed")
    for minutes in (0, 1, 5, 16, 32):
        send(stripe, after=timedelta(minutes=minutes))
    assert (now_of(refund).state, refund.attempts.count()) == (RefundState.FAILED, 2)
    finding.take_in(replace(stripe.books["re_1"], id="re_late", status="succeeded"), at=NOW + timedelta(hours=1))
    again(refund, mona)
    assert send(stripe, after=timedelta(hours=2)) is False
    assert about("late_success") == (refund.public_id, refund, refund.payment)


def test_a_refund_that_we_forgot_is_booked_with_its_return_and_stops_the_others_of_its_payment(refund):
    stripe = Scripted()
    send(stripe)
    lost = replace(stripe.books["re_1"], id="re_9", refund_id="0" * 24, amount=700)
    external = found(lost)
    assert external.rma == refund.rma
    assert open_breaks().keys() == {"forgotten_refund"}
    arrived(asked(refund.order, Wish("2", 1)))
    assert send(stripe) is False
    Break.objects.update(closed_at=NOW)
    assert send(stripe) is True


def test_what_another_portal_refunded_with_the_same_account_is_not_one_that_we_forgot(payment):
    theirs = replace(Scripted().refund_by_hand(payment, 500), refund_id="0" * 24, installation="https://other.example")
    found(theirs)
    assert open_breaks().keys() == {"external_refund"}


def test_a_forgotten_refund_of_no_payment_of_ours_is_told(refund):
    stripe = Scripted()
    send(stripe)
    finding.take_in(replace(stripe.books["re_1"], id="re_2", refund_id="0" * 24, payment="pi_other"), at=NOW)
    told = {"remote": "re_2", "amount": 9_672, "currency": "EUR", "paid_by": ["pi_other", ""]}
    assert open_breaks() == {"unknown_refund": told}
    assert about("unknown_refund") == ("re_2", None, None)


def test_a_refund_in_another_currency_cannot_be_counted_and_is_told_once(payment, mona):
    remote = replace(Scripted().refund_by_hand(payment, 500), currency="USD")
    for _time in range(2):
        finding.take_in(remote, at=NOW)
    told = {"remote": "re_1", "amount": 500, "currency": "USD", "order": "A-1001", "paid_in": "EUR"}
    assert (open_breaks(), Refund.objects.count()) == ({"another_currency": told}, 1)
    assert about("another_currency") == ("re_1", None, payment)
    close(Break.objects.get().pk, note="Seen.", by=mona, at=NOW)
    finding.take_in(remote, at=NOW)
    assert not open_breaks()


def test_each_refund_in_another_currency_is_told_whatever_else_was_told_of_it(payment):
    stripe = Scripted()
    open_break("unknown_refund", "re_1", at=NOW)
    for amount in (500, 700):
        finding.take_in(replace(stripe.refund_by_hand(payment, amount), currency="USD"), at=NOW)
    assert list(Break.objects.filter(kind="another_currency").values_list("subject", flat=True)) == ["re_1", "re_2"]


def test_a_forgotten_refund_in_another_currency_stops_nothing_for_good(refund):
    stripe = Scripted()
    forgotten = replace(remote_of(refund, "succeeded"), refund_id="0" * 24, installation=settings.BASE_URL)
    stripe.books["re_1"] = replace(forgotten, currency="USD")
    for _time in range(2):
        reconciling.look_back(stripe, at=NOW)
    assert (set(open_breaks()), Halt.objects.open().exists()) == ({"another_currency"}, False)


# --- what others tried and came to nothing ---------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [("succeeded", "failed"), ("pending", "failed"), ("pending", "canceled")])
def test_a_refund_made_by_hand_that_comes_to_nothing_is_owed_by_nobody_and_told_to_a_person(payment, before, after):
    stripe = Scripted()
    external = found(stripe.refund_by_hand(payment, 500, before))
    for _twice in range(2):
        finding.take_in(stripe.settle("re_1", after), at=NOW)
    assert now_of(external).state == after
    assert external not in Refund.objects.open()
    assert open_breaks()["external_failed"] == {"remote": "re_1", "amount": 500, "currency": "EUR", "order": "A-1001"}
    assert about("external_failed") == ("re_1", external, payment)
    accounts = (Account.EXTERNAL, Account.PROVIDER, Account.OWED)
    assert [Transfer.objects.filter(refund=external).balance(account) for account in accounts] == [0, 0, 0]
    assert not list(audit.asked(at=NOW))


def test_nobody_pays_it_once_more_or_another_way(payment, bob, mona):
    stripe = Scripted()
    external = found(stripe.refund_by_hand(payment, 500))
    finding.take_in(stripe.settle("re_1", "failed"), at=NOW)
    seen = Event.objects.version(payment.order_id)
    with pytest.raises(Refused, match="refund_not_ours"):
        other_ways.try_again(external, seen=seen, by=mona.actor, at=NOW)
    with pytest.raises(Refused, match="refund_not_ours"):
        other_ways.prepare(external, way="cash", evidence="x", seen=seen, by=bob.actor, at=NOW)
    assert (Refund.objects.count(), OtherWay.objects.count()) == (2, 0)


def test_the_shopper_is_promised_nothing_of_it(payment):
    stripe = Scripted()
    found(stripe.refund_by_hand(payment, 500))
    finding.take_in(stripe.settle("re_1", "failed"), at=NOW)
    letter = Letter.objects.get(kind="refund_failed")
    told = LETTERS[letter.kind](letter, NOW)
    assert (told.subject, told.values["refund_by"]) == ("A refund did not go through", "")
    assert "finds out what it was for" in told.values["follows"]


# --- the cap race (security.md, A16) --------------------------------------------------------------


@pytest.mark.parametrize("code", ["charge_already_refunded", "amount_too_large"])
def test_refused_for_want_of_room_it_fails_and_what_took_the_room_is_booked(refund, payment, code):
    stripe = Scripted(Rejected(code))
    stripe.refund_by_hand(payment, 500, "failed")
    stripe.refund_by_hand(payment, 29_990)
    send(stripe)
    assert (now_of(refund).state, now_of(refund).failure_reason) == (RefundState.FAILED, code)
    assert Refund.objects.get(originator=Originator.EXTERNAL).amount == 29_990
    assert open_breaks()["room_taken"] == {"amount": 9_672, "captured": 29_990, "elsewhere": 29_990, "currency": "EUR"}
    assert Refund.objects.active().aggregate(sum=Sum("amount"))["sum"] == 29_990


def test_refused_for_want_of_room_that_it_took_itself_it_is_adopted(refund, payment):
    stripe = Scripted(Lost(), Rejected("charge_already_refunded"))
    send(stripe)
    stripe.looks.append(None)
    send(stripe, after=ABSENCE_AGE)
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert not Break.objects.exists()


def test_an_event_of_a_charge_makes_us_look_at_its_refunds(refund, payment):
    stripe = Scripted()
    stripe.refund_by_hand(payment, 300)
    stripe.refund_by_hand(payment, 200)
    news(payment.reference, kind="charge.refunded")
    assert provider.work_next_event(stripe, at=NOW) is True
    assert sorted(Refund.objects.filter(originator=Originator.EXTERNAL).values_list("amount", flat=True)) == [200, 300]


def test_what_was_forgotten_is_not_paid_once_more_of_another_payment():
    """After a restore: what the order owes waits until a manager has looked, whichever payment has room for it."""
    promised()
    paid = (PaymentData("pi_A-1001", 9_672, "EUR"), PaymentData("pi_2", 20_318, "EUR"))
    rma = asked(bought(jana_order(payments=paid)))
    stripe = Scripted()
    forgotten = {"payment": "pi_A-1001", "installation": settings.BASE_URL, "rma": rma.number}
    stripe.books["re_0"] = Remote("re_0", "succeeded", 9_672, "EUR", "a" * 24, **forgotten)
    reconciling.catch_up(stripe, at=NOW)
    assert list(open_breaks()) == ["forgotten_refund"]
    arrived(rma)
    assert send(stripe, after=timedelta(minutes=5)) is False
    assert Refund.objects.succeeded().total() == 9_672


def test_what_becomes_too_much_for_the_order_gives_way_whichever_payment_it_is_of(bob, mona):
    """A person has paid past the provider, and another refunds in its pages what the next parcel is owed."""
    promised()
    paid = (PaymentData("pi_A-1001", 10_000, "EUR"), PaymentData("pi_2", 19_990, "EUR"))
    order = bought(jana_order(payments=paid))
    arrived(asked(order))
    send(Scripted(Rejected("charge_expired_for_refund")))
    refund = Refund.objects.get()
    prepare(refund, bob)
    confirm(refund, mona)
    arrived(asked(order, Wish("1", 2)))
    found(Scripted().refund_by_hand(order.payments.get(reference="pi_2"), 19_990 - 9_344))
    while send(Scripted()):
        pass
    assert Refund.objects.given().total() <= 29_990
