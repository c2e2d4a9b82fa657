"""The desk of money: what waits, what one signs, and who may decide on it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from returns.actions import breaks, finding, goodwill, halts, receiving
from returns.actions.receiving import Count
from returns.actions.requests import Wish
from returns.models import RMA, Break, Dispute, Event, Halt, OtherWay, Refund, RefundState, RMAState, Role, User
from tests.actions.refunding import now_of, send
from tests.gateways.scripted import Scripted
from tests.people import NOW, asked, bought, jana_order, limited, promised
from tests.portal.agent.deciding import waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _thirty_days() -> None:
    promised()


@pytest.fixture
def held(wanda) -> Refund:
    """Two T-shirts are back; above 100 euros somebody must agree."""
    limited()
    receiving.receive(asked(bought(), Wish("1", 2)), [Count("1", fine=2)], by=wanda.actor, at=NOW)
    return Refund.objects.get()


@pytest.fixture
def failed(wanda) -> Refund:
    """What no payment of its order can bear."""
    order = bought(jana_order("A-2002", payments=()))
    receiving.receive(asked(order, Wish("1", 1)), [Count("1", fine=1)], by=wanda.actor, at=NOW)
    return Refund.objects.get(order=order)


def opened(desk: Client, rma: RMA) -> Any:
    return desk.get(reverse("agent:case", args=[rma.number]))


def here(noun: str, refund: Refund) -> str:
    return reverse(f"agent:{noun}", args=[refund.public_id])


def shown(desk: Client, refund: Refund) -> Any:
    return desk.get(here("refund", refund))


def typed(desk: Client, refund: Refund, move: str, **changes: Any) -> dict[str, Any]:
    form = shown(desk, refund).context["forms"][move]
    fields = {name: form[name].value() for name in form.fields}
    return {**{name: "" if value is None else value for name, value in fields.items()}, **changes}


MOVES = {
    "approve": "refund_approval",
    "decline": "refund_refusal",
    "retry": "refund_retry",
    "prepare": "refund_other_way",
    "confirm": "refund_confirmation",
    "discard": "refund_withdrawal",
    "despite": "refund_despite",
}


def sent(desk: Client, refund: Refund, move: str, **changes: Any) -> Any:
    return desk.post(here(MOVES[move], refund), typed(desk, refund, move, **changes))


def test_the_desk_lists_what_waits_for_a_person(logged_in, mona, held, failed):
    page = logged_in(mona).get("/agent/money/")
    desk = page.context["desk"]
    assert [(row.refund, row.amount, row.who) for row in desk.approvals] == [(held, 19_344, "Wanda")]
    assert [row.refund for row in desk.failed] == [failed]
    assert (desk.prepared, desk.breaks, desk.disputes, desk.halts) == ([], [], [], [])
    assert "No payment of the order has room for it." in page.content.decode()


def test_the_queue_counts_what_waits_for_money(logged_in, bob, mona, held, failed):
    assert logged_in(bob).get("/agent/").context["money_waits"] == 2
    halts.stop_all(why="Strange totals.", by=mona, at=NOW)
    assert logged_in(bob).get("/agent/").context["money_waits"] == 3


def test_one_signs_to_whom_how_much_and_what_is_left(logged_in, mona, held):
    goodwill.grant(held.order, amount=500, reason="other", note="x", by=mona.actor, at=NOW)
    page = shown(logged_in(mona), held)
    signed = page.context["signed"]
    assert (signed.amount, signed.paid, signed.elsewhere) == (19_344, 29_990, 500)
    assert (signed.before, signed.after) == (29_490, 29_490 - 19_344)
    html = page.content.decode()
    for told in ("Jana Nováková", "pi_A-1001", "€193.44", "€299.90", "T-shirt", "€101.46"):
        assert told in html


def test_an_approval_by_a_manager_lets_it_go(logged_in, mona, held):
    answer = sent(logged_in(mona), held, "approve")
    assert (answer.status_code, answer.url) == (302, f"/agent/refunds/{held.public_id}/")
    assert now_of(held).state == RefundState.DUE
    assert "Approved (1 of 1)." in shown(logged_in(mona), held).content.decode()


def test_a_double_click_approves_once(logged_in, mona, held):
    desk = logged_in(mona)
    fields = typed(desk, held, "approve")
    answers = [desk.post(here("refund_approval", held), fields).status_code for _click in range(2)]
    assert (answers, held.approvals.count()) == ([302, 302], 1)


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(logged_in, mona, held):
    page = sent(logged_in(mona), held, "decline", note=" ")
    assert (page.status_code, page.context["errors"]) == (422, [("declineform-note", "Please say why.")])
    assert sent(logged_in(mona), held, "decline", note="Fraud?").status_code == 302
    assert now_of(held).state == RefundState.CANCELED


def test_what_changed_after_it_was_shown_is_not_signed(logged_in, mona, held):
    desk = logged_in(mona)
    fields = typed(desk, held, "approve")
    goodwill.grant(held.order, amount=1, reason="other", note="x", by=mona.actor, at=NOW)
    page = desk.post(here("refund_approval", held), fields)
    assert page.status_code == 409
    assert "in the meantime" in page.content.decode()
    assert now_of(held).state == RefundState.AWAITING_APPROVAL


def test_who_proposed_it_is_told_that_another_decides_and_may_not(logged_in, mona):
    limited()
    granted = goodwill.grant(bought(), amount=25_000, reason="other", note="x", by=mona.actor, at=NOW)
    (refund,) = granted.refunds.all()
    desk = logged_in(mona)
    page = shown(desk, refund)
    assert list(page.context["forms"]) == []
    assert "You proposed this yourself" in page.content.decode()
    fields = {"token": "x" * 20, "seen": Event.objects.version(refund.order_id)}
    assert desk.post(here("refund_approval", refund), fields).status_code == 403
    assert now_of(refund).state == RefundState.AWAITING_APPROVAL


def test_who_has_agreed_is_told_so_and_a_namesake_is_not(logged_in, mona):
    """An agent, whose yes is not enough here."""
    namesake = User.objects.create_user("mona.b@shop.example", name="Mona", role=Role.AGENT)
    limited(agent_goodwill=1, manager_goodwill=1)
    goodwill.grant(bought(), amount=10_000, reason="other", note="Sorry.", by=namesake.actor, at=NOW)
    refund = Refund.objects.get()
    Refund.objects.update(proposed_by="", approvals_needed=2)
    sent(logged_in(mona), refund, "approve")
    assert "You have agreed already" in shown(logged_in(mona), refund).content.decode()
    assert "A manager must decide on this" in shown(logged_in(namesake), refund).content.decode()


def test_an_agent_may_approve_what_an_agent_decides_and_not_goodwill(logged_in, bob, held):
    assert list(shown(logged_in(bob), held).context["forms"]) == ["approve", "decline"]
    granted = goodwill.grant(bought(jana_order("B-1")), amount=5_000, reason="other", note="x", by=bob.actor, at=NOW)
    page = shown(logged_in(bob), granted.refunds.get())
    assert list(page.context["forms"]) == []


def test_the_bench_sees_no_money(logged_in, wanda, client, held):
    for address in ["/agent/money/", here("refund", held)]:
        assert logged_in(wanda).get(address).status_code == 403
        assert client.get(address).status_code == 302
    for noun in MOVES.values():
        assert logged_in(wanda).post(here(noun, held), {"token": "x" * 20, "seen": 1}).status_code == 403
        assert client.post(here(noun, held)).status_code == 302
    assert now_of(held).state == RefundState.AWAITING_APPROVAL


@pytest.mark.parametrize("noun", ["refund_retry", "refund_confirmation", "refund_despite"])
def test_an_agent_does_not_do_what_is_a_managers(logged_in, bob, failed, noun):
    assert logged_in(bob).post(here(noun, failed), {"token": "x" * 20, "seen": 1}).status_code == 403


def test_a_refund_that_is_not_there_is_not_found(logged_in, bob):
    assert logged_in(bob).get("/agent/refunds/none/").status_code == 404
    assert logged_in(bob).post("/agent/refunds/none/approval/").status_code == 404


def test_nothing_is_decided_by_opening_an_address(logged_in, mona, held):
    desk = logged_in(mona)
    assert [desk.get(here(noun, held)).status_code for noun in MOVES.values()] == [405] * len(MOVES)


def test_of_what_is_left_in_part_the_page_leads_to_both_parts(logged_in, bob, wanda):
    """Of 96.72 that are owed 46.82 were refunded by hand: the rest may be paid past the provider, and no more."""
    receiving.receive(asked(bought(), Wish("1", 1)), [Count("1", fine=1)], by=wanda.actor, at=NOW)
    send(stripe := Scripted("failed"))
    whole = Refund.objects.get()
    finding.take_in(stripe.refund_by_hand(whole.payment, 25_000), at=NOW)
    desk = logged_in(bob)
    assert sent(desk, whole, "prepare", evidence="VS 17").status_code == 302
    paid, rest = Refund.objects.open().order_by("pk")
    page = shown(desk, whole).content.decode()
    assert all(one.public_id in page for one in (paid, rest))
    assert [shown(desk, one).context["signed"].amount for one in (paid, rest)] == [4_990, 4_682]
    assert list(shown(desk, paid).context["forms"]) == ["discard"]


def test_paid_another_way_is_noted_and_confirmed_by_another(logged_in, bob, mona, failed):
    desk = logged_in(bob)
    page = sent(desk, failed, "prepare", evidence="")
    assert page.context["errors"][0][0] == "prepareform-evidence"
    assert sent(desk, failed, "prepare", evidence="VS <b>17").status_code == 302
    assert list(shown(desk, failed).context["forms"]) == ["discard"]
    assert "VS &lt;b&gt;17" in logged_in(mona).get("/agent/money/").content.decode()
    assert sent(logged_in(mona), failed, "confirm").status_code == 302
    assert now_of(failed).state == RefundState.PAID_OTHERWISE


def test_a_note_by_mistake_is_taken_back(logged_in, bob, failed):
    sent(logged_in(bob), failed, "prepare", evidence="VS 17")
    sent(logged_in(bob), failed, "discard")
    assert not OtherWay.objects.exists()


def test_what_cannot_be_tried_again_says_what_to_do(logged_in, mona, failed):
    page = sent(logged_in(mona), failed, "retry")
    assert page.status_code == 409
    assert "Please pay it another way." in page.content.decode()


def test_a_disputed_refund_is_sent_when_two_managers_want_it(logged_in, bob, mona, otto, wanda):
    receiving.receive(asked(bought(), Wish("1", 1)), [Count("1", fine=1)], by=wanda.actor, at=NOW)
    refund = Refund.objects.get()
    dispute = Dispute.objects.create(
        gateway_id="dp_1",
        payment=refund.order.payments.get(),
        status="warning_needs_response",
        amount=29_990,
        currency="EUR",
        refundable=True,
        opened_at=NOW,
        updated_at=NOW,
    )
    assert "despite" not in shown(logged_in(bob), refund).context["forms"]
    assert sent(logged_in(mona), refund, "despite", reason="She asked us to.").status_code == 302
    assert (now_of(refund).state, now_of(refund).despite_dispute) == ("awaiting_approval", "She asked us to.")
    assert list(shown(logged_in(mona), refund).context["forms"]) == ["despite"]
    assert list(shown(logged_in(bob), refund).context["forms"]) == []
    assert sent(logged_in(otto), refund, "approve").status_code == 302
    assert now_of(refund).state == RefundState.DUE
    dispute.refundable = False
    dispute.save()
    page = sent(logged_in(mona), refund, "despite", reason="Again.")
    assert (page.status_code, "wait for the bank" in page.content.decode()) == (409, True)


def test_a_difference_is_taken_and_closed_with_a_note(logged_in, bob, held):
    breaks.open_break("phantom", "re_9", at=NOW, refund=held, amount=100, currency="EUR", remote="re_9")
    (row,) = Break.objects.all()
    desk = logged_in(bob)
    assert "€1.00" in desk.get("/agent/money/").content.decode()
    assert desk.post(reverse("agent:break_owner", args=[row.pk])).status_code == 302
    assert Break.objects.get().owner == bob
    page = desk.post(reverse("agent:break_closure", args=[row.pk]), {"note": ""})
    assert (page.status_code, page.context["errors"]) == (422, [(f"break-{row.pk}-note", "Please say why.")])
    assert desk.post(reverse("agent:break_closure", args=[row.pk]), {"note": "A test."}).status_code == 302
    assert (Break.objects.get().note, Break.objects.open().count()) == ("A test.", 0)
    again = desk.post(reverse("agent:break_closure", args=[row.pk]), {"note": "Twice."})
    assert (again.status_code, "cleared up already" in again.content.decode()) == (409, True)


def test_an_agent_is_not_offered_to_close_what_money_waits_for(logged_in, bob, mona, held):
    breaks.open_break("idempotency_error", held.public_id, at=NOW, refund=held, key="r-1")
    closure = reverse("agent:break_closure", args=[Break.objects.get().pk])
    assert closure not in logged_in(bob).get("/agent/money/").content.decode()
    assert logged_in(bob).post(closure, {"note": "Fine."}).status_code == 403
    assert Break.objects.open().exists()
    assert closure in logged_in(mona).get("/agent/money/").content.decode()
    assert logged_in(mona).post(closure, {"note": "Looked at."}).status_code == 302


def test_any_manager_stops_refunds_and_two_send_again(logged_in, bob, mona, otto):
    desk = logged_in(mona)
    assert logged_in(bob).post("/agent/money/halts/", {"why": "x"}).status_code == 403
    assert desk.post("/agent/money/halts/", {"why": ""}).status_code == 422
    assert desk.post("/agent/money/halts/", {"why": "The totals look wrong."}).status_code == 302
    (halt,) = Halt.objects.open()
    end = reverse("agent:halt_end", args=[halt.pk])
    assert "The totals look wrong." in desk.get("/agent/money/").content.decode()
    assert logged_in(bob).post(end).status_code == 403
    assert desk.post(end).status_code == 302
    assert desk.post(end).status_code == 409
    assert Halt.objects.open().exists()
    assert logged_in(otto).post(end).status_code == 302
    assert not Halt.objects.open().exists()


def test_the_case_names_what_a_person_may_grant_alone(logged_in, bob):
    rma = waiting()
    assert "A manager must agree before it is sent." in opened(logged_in(bob), rma).content.decode()
    limited()
    assert "Up to €25.00 it is sent at once" in opened(logged_in(bob), rma).content.decode()


def test_the_rest_of_a_return_is_given_up_with_a_note(logged_in, bob, wanda):
    rma = asked(bought(), Wish("1", 2))
    receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
    send(Scripted())
    desk = logged_in(bob)
    form = desk.get(reverse("agent:case", args=[rma.number])).context["forms"]["RestForm"]
    fields = {name: form[name].value() or "" for name in form.fields}
    address = reverse("agent:rest", args=[rma.number])
    assert desk.post(address, fields).status_code == 422
    assert desk.post(address, fields | {"note": "She lost it."}).status_code == 302
    assert RMA.objects.get().state == RMAState.REFUNDED
    assert "RestForm" not in desk.get(reverse("agent:case", args=[rma.number])).context["forms"]


@pytest.mark.parametrize("many", [1, 3])
def test_more_that_waits_costs_no_more_statements(logged_in, mona, wanda, django_assert_num_queries, many):
    limited(automatic=0)
    for place in range(many):
        rma = asked(bought(jana_order(f"A-{place}")), Wish("1", 1))
        receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
        rma = asked(bought(jana_order(f"B-{place}", payments=())), Wish("1", 1))
        receiving.receive(rma, [Count("1", fine=1)], by=wanda.actor, at=NOW)
        breaks.open_break("dead_letter", f"l_{place}", at=NOW, letter="label", error="x")
    desk = logged_in(mona)
    with django_assert_num_queries(9):
        desk.get("/agent/money/")


@pytest.mark.parametrize("many", [1, 3])
def test_more_refunds_of_an_order_cost_no_more_statements(
    logged_in, mona, otto, wanda, django_assert_num_queries, many
):
    limited(automatic=0, agent=0)
    order = bought()
    for _each in range(many):
        receiving.receive(asked(order, Wish("1", 1)), [Count("1", fine=1)], by=wanda.actor, at=NOW)
    refund = Refund.objects.latest("pk")
    desk = logged_in(mona)
    with django_assert_num_queries(16):
        shown(desk, refund)
