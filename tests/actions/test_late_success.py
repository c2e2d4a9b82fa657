"""What we gave up may be there after all: then nothing else is paid in its place, or a person hears of both."""

from datetime import timedelta

import pytest

from returns.actions import approvals, breaks, finding, goodwill, other_ways, provider, sending
from returns.actions.applying import apply
from returns.actions.refusals import Refused
from returns.actions.requests import Wish
from returns.analytics import audit
from returns.gateways.gateway import Rejected
from returns.importing.data import PaymentData
from returns.models import Break, Event, Letter, Originator, Refund, RefundState, RMAState, User
from returns.notifications.letters import render
from tests.actions.refunding import news, now_of, remote_of, send, state_of
from tests.gateways.scripted import Scripted
from tests.people import NOW, arrived, asked, bought, jana_order, limited, promised

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def seen(refund: Refund, user: User, **how):
    return {"seen": Event.objects.version(refund.order_id), "by": user.actor, "at": LATER, **how}


def again(refund: Refund, user: User) -> Refund:
    (made,) = other_ways.try_again(refund, **seen(refund, user))
    return made


def prepared(refund: Refund, user: User) -> None:
    other_ways.prepare(refund, **seen(refund, user, way="transfer", evidence="VS 17"))


def there(refund: Refund, status: str = "succeeded") -> None:
    """A webhook tells that the provider has it."""
    stripe = Scripted()
    stripe.books["re_1"] = remote_of(refund, status)
    news("re_1")
    provider.work_next_event(stripe, at=LATER)


def findings() -> list[str]:
    return [finding.name for finding in audit.asked(at=LATER)]


def test_what_was_to_take_its_place_is_not_sent_any_more(failed, mona):
    new = again(failed, mona)
    there(failed)
    assert send(Scripted(), after=timedelta(hours=2)) is False
    assert state_of(failed) == (RefundState.SUCCEEDED, RMAState.REFUNDED)
    assert (now_of(new).state, now_of(new).failure_reason) == (RefundState.FAILED, "paid_after_all")
    assert (now_of(failed).replaced_by, now_of(new).replaced_by) == (None, failed)
    told = {"amount": 9_672, "currency": "EUR", "was": "due"}
    assert Event.objects.get(kind="refund.given_way").data == told
    assert not Refund.objects.open().exists()
    assert findings() == []
    assert not Break.objects.exists()


def test_so_is_what_still_waits_for_a_yes(failed, mona):
    limited(agent=1_000)
    new = again(failed, mona)
    assert new.state == RefundState.AWAITING_APPROVAL
    there(failed)
    assert now_of(new).state == RefundState.FAILED
    assert findings() == []


def test_of_what_gives_way_the_shopper_reads_nothing(failed, mona):
    new = again(failed, mona)
    letters = Letter.objects.filter(event__refund=new).count()
    there(failed)
    assert Letter.objects.filter(event__refund=new).count() == letters


def test_where_both_were_sent_a_person_hears_of_it_at_once(failed, mona):
    new = again(failed, mona)
    send(Scripted(), after=timedelta(hours=1))
    apply(failed, remote_of(failed, "succeeded", id="re_2"), at=LATER)
    assert (now_of(failed).state, now_of(new).state) == (RefundState.SUCCEEDED, RefundState.SUCCEEDED)
    told = Break.objects.get()
    assert (told.kind, told.subject, told.refund, told.payment) == (
        "late_success",
        failed.public_id,
        failed,
        failed.payment,
    )
    assert (told.values, told.opened_at) == ({"amount": 9_672, "currency": "EUR", "order": "A-1001"}, LATER)


def test_where_another_way_was_noted_a_person_hears_of_both_and_nobody_confirms_it(failed, mona, otto):
    prepared(failed, mona)
    there(failed)
    assert (now_of(failed).state, Break.objects.get().kind) == (RefundState.SUCCEEDED, "late_success")
    assert send(Scripted(), after=timedelta(hours=2)) is False  # nothing of the order, until a manager has looked
    with pytest.raises(Refused, match="refund_ended"):
        other_ways.confirm(failed, **seen(failed, otto))


def test_what_the_bank_returns_after_a_late_success_is_not_there_twice(failed, mona):
    prepared(failed, mona)
    there(failed)
    Break.objects.update(closed_at=LATER)
    apply(now_of(failed), remote_of(failed, "failed"), at=LATER)
    assert now_of(failed).state == RefundState.FAILED
    assert not Break.objects.open().exists()


def test_where_another_way_was_confirmed_a_person_hears_of_both(failed, mona, otto):
    prepared(failed, mona)
    other_ways.confirm(failed, **seen(failed, otto))
    there(failed)
    there_again = finding.ours(remote_of(failed, "succeeded"))
    assert there_again is not None
    assert Break.objects.filter(kind="late_success").exists()
    assert (there_again.originator, there_again.state) == (Originator.EXTERNAL, RefundState.SUCCEEDED)


def test_what_was_paid_another_way_and_is_there_after_all_takes_its_room(failed, mona, otto):
    prepared(failed, mona)
    other_ways.confirm(failed, **seen(failed, otto))
    stripe = Scripted()
    stripe.books["re_9"] = remote_of(failed, "succeeded", id="re_9")
    for _time in range(2):
        finding.take_in(stripe.books["re_9"], at=LATER)
    breaks.close(Break.objects.get(kind="late_success").pk, note="Jana has it twice.", by=mona, at=LATER)
    arrived(asked(failed.order, Wish("1", 2), Wish("2", 1)), at=LATER)
    while sending.send_next(stripe, at=LATER):
        pass
    by_stripe = sum(one.amount for one in stripe.books.values())
    assert by_stripe + Refund.objects.past_the_provider().total() <= 29_990
    assert Refund.objects.filter(originator=Originator.EXTERNAL).count() == 1
    assert list(audit.asked(at=LATER)) == []


def come_back(failed: Refund, mona: User) -> Refund:
    """Of two that were both sent the later one, which its bank has returned."""
    stripe = Scripted()
    new = again(failed, mona)
    send(stripe, after=timedelta(hours=1))
    finding.take_in(remote_of(failed, "succeeded", id="re_9"), at=LATER)
    breaks.close(Break.objects.get(kind="late_success").pk, note="One will come back.", by=mona, at=LATER)
    finding.take_in(stripe.settle("re_1", "failed"), at=LATER)
    return new


def test_of_two_that_were_sent_the_one_that_comes_back_is_owed_by_nobody(failed, mona):
    new = come_back(failed, mona)
    assert (state_of(failed), Refund.objects.open().count()) == ((RefundState.SUCCEEDED, RMAState.REFUNDED), 0)
    with pytest.raises(Refused, match="refund_ended"):
        again(now_of(new), mona)
    assert list(audit.asked(at=LATER)) == []


def test_of_the_one_that_comes_back_the_shopper_reads_that_nothing_is_to_do(failed, mona):
    new = come_back(failed, mona)
    letter = render(Letter.objects.get(kind="refund_failed", event__refund=new), at=LATER)
    assert letter.subject == "A refund did not go through"
    assert "has been paid to you by another refund" in letter.text
    assert "another way" not in letter.text
    assert "We mean to have paid" not in letter.text


def test_what_failed_at_the_provider_and_was_paid_another_way_is_told_when_it_succeeds_there(refund, mona, otto):
    send(Scripted("failed"))
    prepared(now_of(refund), mona)
    other_ways.confirm(now_of(refund), **seen(refund, otto))
    there(refund)
    assert (now_of(refund).state, Break.objects.get().kind) == (RefundState.PAID_OTHERWISE, "late_success")


def test_what_was_tried_again_over_two_payments_goes_on_and_a_person_hears_of_both(mona):
    promised()
    order = bought(jana_order(payments=(PaymentData("pi_1", 10_000, "EUR"), PaymentData("pi_2", 19_990, "EUR"))))
    arrived(asked(order))
    send(Scripted(Rejected("charge_expired_for_refund")))
    failed = Refund.objects.get()
    arrived(asked(order))
    made = other_ways.try_again(failed, **seen(failed, mona))
    there(failed)
    assert [(one.amount, now_of(one).state) for one in made] == [(328, RefundState.DUE), (9_344, RefundState.DUE)]
    assert (now_of(failed).state, Break.objects.get().kind) == (RefundState.SUCCEEDED, "late_success")


def test_what_failed_there_too_troubles_nobody(failed, mona, otto):
    prepared(failed, mona)
    other_ways.confirm(failed, **seen(failed, otto))
    there(failed, "failed")
    assert not Break.objects.exists()


def test_what_was_to_take_the_place_of_what_was_to_take_its_place_is_not_sent_either(failed, mona):
    second = again(failed, mona)
    send(Scripted(Rejected("charge_expired_for_refund")), after=timedelta(hours=1))
    third = again(now_of(second), mona)
    there(failed)
    assert send(Scripted(), after=timedelta(hours=2)) is False
    assert [now_of(one).state for one in (failed, second, third)] == ["succeeded", "failed", "failed"]
    assert findings() == []


@pytest.mark.parametrize("kind", ["return", "goodwill"])
def test_what_was_declined_and_is_there_after_all_is_paid(kind, wanda, bob, mona):
    """A restored database remembers it as waiting, and somebody says no before the provider has been asked."""
    limited()
    promised()
    if kind == "return":
        arrived(asked(bought(), Wish("1", 3)))
    else:
        goodwill.grant(bought(), amount=20_000, reason="other", note="x", by=bob.actor, at=NOW)
    refund = Refund.objects.get()
    approvals.decline(refund, **seen(refund, mona, note="No."))
    there(now_of(refund))
    assert now_of(refund).state == RefundState.SUCCEEDED
    assert not [name for name in findings() if "journal" in name or "booked" in name]
