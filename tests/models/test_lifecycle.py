"""The one table of legal moves: what it allows, and that nothing else is possible."""

import pytest
from django.db import IntegrityError, models, transaction
from django_fsm import TransitionNotAllowed

from returns.models import RMA, Refund, RefundState, RMAItem, RMAState
from returns.models.lifecycle import diagram, legal, moves
from tests.people import arrived, asked, bought, promised

LEGAL: dict[type[models.Model], str] = {
    RMA: """
        requested: approve>approved refer>in_review cancel>cancelled
        in_review: approve>approved reject>rejected cancel>cancelled
        approved: ready_label>label_ready depart>in_transit receive>received owe_refund>refund_due
                  cancel>cancelled expire>expired
        rejected: reopen>in_review
        label_ready: depart>in_transit receive>received owe_refund>refund_due cancel>cancelled expire>expired
        in_transit: receive>received owe_refund>refund_due cancel>cancelled expire>expired
        received: receive>received owe_refund>refund_due settle>refunded close>closed
        refund_due: receive>received await_rest>received settle>refunded
        refunded: receive>received owe_refund>refund_due close>closed
        closed: receive>received owe_refund>refund_due
        cancelled:
        expired: reopen>in_review
    """,
    RMAItem: """
        pending: accept>accepted refer>referred
        accepted: refer>referred
        refused: refer>referred
        referred: accept>accepted refuse>refused
    """,
    Refund: """
        due: hold>awaiting_approval claim>sending issue_credit>succeeded fail>failed charge_back>paid_otherwise
        awaiting_approval: release>due decline>canceled charge_back>paid_otherwise
        sending: doubt>uncertain put_back>due await_provider>pending await_shopper>requires_action
                 succeed>succeeded fail>failed cancel>canceled
        uncertain: claim>sending doubt>uncertain await_provider>pending await_shopper>requires_action
                   succeed>succeeded fail>failed cancel>canceled
        pending: await_shopper>requires_action succeed>succeeded fail>failed cancel>canceled
        requires_action: await_provider>pending succeed>succeeded fail>failed cancel>canceled
        succeeded: fail>failed
        failed: succeed>succeeded pay_otherwise>paid_otherwise charge_back>paid_otherwise
        canceled: succeed>succeeded pay_otherwise>paid_otherwise charge_back>paid_otherwise
        paid_otherwise: owe_again>failed
    """,
}


def told(machine: type[models.Model]) -> dict[str, dict[str, str]]:
    """The table above as state -> verb -> state."""
    table: dict[str, dict[str, str]] = {}
    state = ""
    for word in LEGAL[machine].split():
        if word.endswith(":"):
            state = word[:-1]
            table[state] = {}
        else:
            verb, _, target = word.partition(">")
            table[state][verb] = target
    return table


PAIRS = [
    (machine, state, verb)
    for machine in LEGAL
    for state in told(machine)
    for verb in sorted({verb for verbs in told(machine).values() for verb in verbs})
]


@pytest.mark.parametrize("machine", LEGAL)
def test_the_table_has_these_moves_and_no_others(machine):
    listed = {(source, verb, target) for source, verbs in told(machine).items() for verb, target in verbs.items()}
    assert set(moves(machine)) == listed
    assert set(told(machine)) == {value for value, _label in machine._meta.get_field("state").choices}


@pytest.mark.parametrize(("machine", "state", "verb"), PAIRS, ids=lambda part: getattr(part, "__name__", part))
def test_a_move_is_made_where_it_is_legal_and_refused_everywhere_else(machine, state, verb):
    row = machine(state=state)
    target = told(machine)[state].get(verb)
    if target:
        getattr(row, verb)()
        assert row.state == target
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(row, verb)()
        assert row.state == state


@pytest.mark.parametrize("machine", LEGAL)
def test_what_is_offered_is_what_is_legal(machine):
    table = told(machine)
    assert {state: legal(machine(state=state)) for state in table} == {
        state: sorted(verbs) for state, verbs in table.items()
    }


def test_the_diagram_draws_every_move_once():
    lines = list(diagram(RMAItem))
    assert lines == [
        "stateDiagram-v2",
        "    [*] --> pending",
        "    pending --> accepted: accept",
        "    pending --> referred: refer",
        "    accepted --> referred: refer",
        "    refused --> referred: refer",
        "    referred --> accepted: accept",
        "    referred --> refused: refuse",
    ]
    assert len(list(diagram(RMA))) == 2 + len(moves(RMA))


@pytest.mark.parametrize("machine", LEGAL)
def test_a_state_is_not_set_by_hand(machine):
    row = machine()
    with pytest.raises(AttributeError):
        row.state = next(iter(told(machine)))


@pytest.mark.django_db
@pytest.mark.parametrize("machine", LEGAL)
def test_the_database_refuses_a_state_that_nobody_knows(machine):
    promised()
    arrived(asked(bought()))
    assert machine.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        machine.objects.update(state="lost")


def test_what_gives_units_back_cannot_be_received_and_what_can_is_alive():
    assert not set(RMAState.dead()) & set(RMAState.receivable())
    assert set(RMAState.sendable()) <= set(RMAState.before_receipt())


def test_every_refund_state_either_holds_money_or_has_given_it_back():
    assert set(RefundState.active()) | set(RefundState.ended()) == set(RefundState)
    assert set(RefundState.open()) == set(RefundState) - {RefundState.SUCCEEDED, RefundState.PAID_OTHERWISE}
