"""Deciding: once, on what was seen, with a reason; what was typed is never lost."""

import pytest

from returns.actions import decisions, goodwill
from returns.actions.requests import Wish
from returns.importing.data import PaymentData
from returns.models import RMA, Event, Goodwill, ItemState, Letter, Refund, RMAState
from tests.people import NOW, asked, bought, promised, trusting
from tests.portal.agent.deciding import sent, shown, typed, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(logged_in, bob):
    return logged_in(bob)


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()
    trusting()


def state(rma: RMA) -> str:
    return RMA.objects.get(pk=rma.pk).state


def told(rma: RMA, kind: str) -> list[tuple[str, str]]:
    events = Event.objects.filter(rma=rma, kind=kind)
    return [(event.actor_label, event.data.get("note", "")) for event in events]


def test_an_approval_accepts_the_items_and_makes_the_label(desk):
    rma = waiting()
    answer = sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="A good customer."))
    assert (answer.status_code, answer.url) == (302, f"/agent/returns/{rma.number}/")
    assert state(rma) == RMAState.LABEL_READY
    assert told(rma, "rma.approved") == [("Bob", "A good customer.")]
    assert not Goodwill.objects.exists()


@pytest.mark.parametrize("noun", ["approval", "rejection"])
@pytest.mark.parametrize("note", ["", "  \n "])
def test_a_decision_needs_its_reason(desk, noun, note):
    rma = waiting()
    form = {"approval": "ApprovalForm", "rejection": "RejectionForm"}[noun]
    page = sent(desk, rma, noun, typed(desk, rma, form, note=note))
    assert (page.status_code, page.context["errors"]) == (422, [(f"{form.lower()}-note", "Please say why.")])
    assert state(rma) == RMAState.IN_REVIEW


def test_a_rejection_tells_the_shopper_why(desk):
    rma = waiting()
    sent(desk, rma, "rejection", typed(desk, rma, "RejectionForm", note="Worn for half a year."))
    assert state(rma) == RMAState.REJECTED
    assert told(rma, "rma.rejected") == [("Bob", "Worn for half a year.")]
    assert Letter.objects.filter(rma=rma, kind="rejected").count() == 1


@pytest.mark.parametrize(
    ("language", "amount", "minor"), [("en", "12.50", 1_250), ("cs", "12,50", 1_250), ("cs", "12.50", 1_250)]
)
def test_goodwill_is_typed_as_the_agent_writes_money_and_sent_at_once(desk, language, amount, minor):
    rma = waiting()
    desk.cookies["language"] = language
    fields = typed(desk, rma, "ApprovalForm", note="Our parcel was late.", amount=amount, reason="late_delivery")
    assert sent(desk, rma, "approval", fields).status_code == 302
    granted = Goodwill.objects.get()
    assert (granted.amount, granted.currency, granted.reason) == (minor, "EUR", "late_delivery")
    assert (granted.note, granted.granted_by) == ("Our parcel was late.", "Bob")
    assert Refund.objects.get().amount == minor


@pytest.mark.parametrize(("currency", "amount", "minor"), [("JPY", "1,250", 1_250), ("KWD", "1.250", 1_250)])
def test_goodwill_in_a_currency_without_or_with_three_decimals(desk, currency, amount, minor):
    rma = waiting(currency=currency, payments=(PaymentData("pi_1", 29_990, currency),))
    sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Sorry.", amount=amount))
    assert Goodwill.objects.get().amount == minor


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "Please enter an amount above zero."),
        ("-5", "Please enter an amount, such as 12.50."),
        ("five", "Please enter an amount, such as 12.50."),
        ("1e3", "Please enter an amount, such as 12.50."),
        ("12.505", "EUR has 2 decimals."),
        ("9" * 29, "Please enter an amount above zero."),
        ("99999", "This is more than what is left of the payment."),
    ],
)
def test_a_bad_amount_is_told_beside_its_field_and_nothing_is_lost(desk, amount, sentence):
    rma = waiting()
    page = sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Sorry <b>.", amount=amount))
    assert page.status_code == 422
    assert page.context["errors"] == [("approvalform-amount", sentence)]
    form = page.context["forms"]["ApprovalForm"]
    assert (form["amount"].value(), form["note"].value()) == (amount, "Sorry <b>.")
    assert "Sorry &lt;b&gt;." in page.content.decode()
    assert (state(rma), Goodwill.objects.count()) == (RMAState.IN_REVIEW, 0)


def test_a_part_of_the_items_can_be_approved_and_the_rest_declined(desk):
    rma = waiting("A-1001", Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))
    sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="The shirt, yes.", lines=["1"]))
    sent(desk, rma, "rejection", typed(desk, rma, "RejectionForm", note="The mug was used."))
    states = dict(RMA.objects.get(pk=rma.pk).items.values_list("line__line_id", "state"))
    assert states == {"1": ItemState.ACCEPTED, "2": ItemState.REFUSED}


def test_goodwill_may_go_with_a_part_of_the_items(desk):
    rma = waiting("A-1001", Wish("1", 1, "too_small"), Wish("2", 1, "changed_mind"))
    sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Sorry.", lines=["2"], amount="1"))
    states = dict(RMA.objects.get(pk=rma.pk).items.values_list("line__line_id", "state"))
    assert states == {"1": ItemState.REFERRED, "2": ItemState.ACCEPTED}
    assert Goodwill.objects.get().amount == 100


def test_a_decision_on_nothing_asks_for_an_item(desk):
    rma = waiting()
    page = sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Fine.", lines=[]))
    assert page.context["errors"] == [("approvalform-lines", "Please choose at least one item.")]


@pytest.mark.parametrize("lines", ["3", "<script>"])
def test_items_of_another_return_cannot_be_decided(desk, lines):
    rma = waiting()
    assert sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Fine.", lines=[lines])).status_code == 422
    assert state(rma) == RMAState.IN_REVIEW


DECISIONS = [("approval", "ApprovalForm", "rma.approved"), ("rejection", "RejectionForm", "rma.rejected")]


@pytest.mark.parametrize(("noun", "form", "kind"), DECISIONS)
def test_a_double_click_decides_once(desk, noun, form, kind):
    rma = waiting()
    fields = (
        typed(desk, rma, form, note="Decided.", amount="1")
        if noun == "approval"
        else typed(desk, rma, form, note="No.")
    )
    first, second = sent(desk, rma, noun, fields), sent(desk, rma, noun, fields)
    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert len(told(rma, kind)) == 1
    assert Refund.objects.count() == (1 if noun == "approval" else 0)


@pytest.mark.parametrize(("noun", "form", "kind"), DECISIONS)
def test_a_case_that_changed_meanwhile_is_not_decided(desk, bob, noun, form, kind):
    rma = waiting()
    fields = typed(desk, rma, form, note="My long reasons.")
    goodwill.grant(rma.order, amount=1, reason="other", note="Somebody else.", by=bob.actor, at=NOW)
    page = sent(desk, rma, noun, fields)
    assert page.status_code == 409
    assert "Somebody was quicker" in page.content.decode()
    assert (told(rma, kind), state(rma)) == ([], RMAState.IN_REVIEW)


def test_after_looking_again_the_kept_words_can_be_sent(desk, bob):
    rma = waiting()
    fields = typed(desk, rma, "RejectionForm", note="My long reasons.")
    goodwill.grant(rma.order, amount=1, reason="other", note="Somebody else.", by=bob.actor, at=NOW)
    form = sent(desk, rma, "rejection", fields).context["forms"]["RejectionForm"]
    again = {name: form[name].value() for name in form.fields}
    assert again["note"] == "My long reasons."
    assert sent(desk, rma, "rejection", again).status_code == 302
    assert state(rma) == RMAState.REJECTED


def test_the_slower_of_two_agents_learns_who_was_quicker_and_keeps_the_words(desk, logged_in, mona):
    rma = waiting()
    slow = typed(desk, rma, "RejectionForm", note="My long reasons.")
    quick = logged_in(mona)
    sent(quick, rma, "approval", typed(quick, rma, "ApprovalForm", note="Yes."))
    page = sent(desk, rma, "rejection", slow)
    assert (page.status_code, page.context["unsent"]) == (409, "My long reasons.")
    assert "Mona" in page.content.decode()
    assert state(rma) == RMAState.LABEL_READY


def test_a_form_that_was_sent_with_other_words_is_not_taken_twice(desk):
    rma = waiting()
    fields = typed(desk, rma, "RejectionForm", note="No.")
    sent(desk, rma, "rejection", fields)
    assert sent(desk, rma, "rejection", {**fields, "note": "Other words."}).status_code == 409
    assert told(rma, "rma.rejected") == [("Bob", "No.")]


@pytest.mark.parametrize("changes", [{"token": ""}, {"token": "x"}, {"seen": ""}, {"seen": "soon"}])
def test_without_its_token_or_version_nothing_is_decided(desk, changes):
    rma = waiting()
    page = sent(desk, rma, "rejection", typed(desk, rma, "RejectionForm", note="No.", **changes))
    assert page.status_code == 422
    assert state(rma) == RMAState.IN_REVIEW


def test_a_declined_return_can_be_looked_at_once_more(desk, bob):
    rma = waiting()
    decisions.reject(rma, by=bob.actor, at=NOW, note="Too late.")
    assert sent(desk, rma, "reopening", typed(desk, rma, "ReopeningForm")).status_code == 302
    assert state(rma) == RMAState.IN_REVIEW


def test_a_return_that_goes_on_cannot_be_reopened(desk):
    rma = waiting()
    form = {"token": "x" * 32, "seen": Event.objects.version(rma.order_id), "note": ""}
    assert sent(desk, rma, "reopening", form).status_code == 409
    assert state(rma) == RMAState.IN_REVIEW


def test_a_return_can_be_cancelled_before_anything_arrived(desk):
    rma = asked(bought())
    fields = typed(desk, rma, "CancellationForm")
    assert [sent(desk, rma, "cancellation", fields).status_code for _click in range(2)] == [302, 302]
    assert state(rma) == RMAState.CANCELLED
    assert len(told(rma, "rma.cancelled")) == 1


def test_a_decision_is_only_ever_posted(desk):
    rma = waiting()
    for noun in ("approval", "rejection", "reopening", "cancellation"):
        assert desk.get(f"/agent/returns/{rma.number}/{noun}/").status_code == 405


def test_what_belongs_to_the_server_cannot_be_sent_along(desk):
    rma = waiting()
    fields = typed(desk, rma, "RejectionForm", note="No.")
    sent(desk, rma, "rejection", {**fields, "by": "Mona", "state": "approved", "amount": "99", "at": "2020-01-01"})
    assert (state(rma), told(rma, "rma.rejected")) == (RMAState.REJECTED, [("Bob", "No.")])
    assert not Refund.objects.exists()


def test_the_case_shows_no_form_of_a_decision_that_was_made(desk, bob):
    rma = waiting()
    decisions.approve(rma, by=bob.actor, at=NOW, note="Yes.")
    assert "ApprovalForm" not in shown(desk, rma).context["forms"]


def test_an_approval_may_keep_a_part_and_tells_the_shopper_why(desk):
    rma = waiting("A-1001", Wish("1", 1), Wish("2", 1))
    shirt, mug = rma.items.order_by("pk")
    changes = {"lines": ["1"], "note": "Kind.", f"fee_{shirt.pk}": "10.00", f"fee_{mug.pk}": "1", "fee_note": "Worn."}
    assert sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", **changes)).status_code == 302
    assert list(rma.items.order_by("pk").values_list("state", "fee")) == [("accepted", 1_000), ("referred", 0)]
    assert Letter.objects.filter(rma=rma, kind="fee").count() == 1


@pytest.mark.parametrize(
    ("fee", "note", "field", "sentence"),
    [
        ("97", "Worn.", "fee", "This is more than the item is worth."),
        ("10", "", "fee_note", "Please say why."),
        ("-1", "Worn.", "fee", "Please enter an amount, such as 12.50."),
    ],
)
def test_a_wrong_fee_is_said_beside_its_field(desk, fee, note, field, sentence):
    rma = waiting()
    name = f"fee_{rma.items.get().pk}"
    page = sent(desk, rma, "approval", typed(desk, rma, "ApprovalForm", note="Kind.", fee_note=note, **{name: fee}))
    expected = f"approvalform-{name if field == 'fee' else field}"
    assert (page.status_code, page.context["errors"]) == (422, [(expected, sentence)])
    assert Letter.objects.filter(kind="fee").count() == 0


def test_faulty_goods_offer_no_field_for_a_fee(desk):
    rma = waiting("A-1001", Wish("1", 1, "faulty"), Wish("2", 1))
    fields = shown(desk, rma).context["forms"]["ApprovalForm"].fees
    assert [field.label for field in fields] == ["1 × Mug"]
