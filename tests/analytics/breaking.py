"""For every invariant the change that breaks it, as SQL: {names} are those of `tests/analytics/books.py`."""

import re
from typing import Any

from django.db import connection

# What an invariant that is broken takes with it: the same truth, asked in another way.
COMPANIONS = {
    "goods_above_share": {"not_what_came_back"},
    "goods_above_paid": {"shares_above_paid"},
    "more_back_than_paid": {"goods_above_paid", "shares_above_paid"},
    "more_back_than_asked": {"not_what_came_back"},
    "kept_above_agreed": {"not_what_came_back"},
    "loss_above_valued": {"not_what_came_back"},
    "replaced_and_alive": {"not_what_came_back"},
    "spent_what_a_dispute_took": {"disputes_in_the_journal"},
    "charged_back_above_taken": {"disputes_in_the_journal"},
    "told_twice": {"letters_of_a_money_state"},
}

BREAKS = {
    # --- amounts ---
    "above_captured": "UPDATE returns_payment SET captured = 9000 WHERE reference = 'pi_P-1'",
    "spent_what_a_dispute_took": (
        "UPDATE returns_dispute SET withdrawn = amount;"
        'UPDATE returns_event SET data = \'{{"dispute": "dp_1", "sent": []}}\''
        " WHERE kind = 'dispute.withdrawn' AND data ->> 'dispute' = 'dp_1'"
    ),
    "more_back_than_paid": (
        "UPDATE returns_payment SET captured = 1"
        " WHERE id = (SELECT payment_id FROM returns_refund WHERE id = {otherwise});"
        "UPDATE returns_orderline SET paid = 1"
        " WHERE order_id = (SELECT order_id FROM returns_refund WHERE id = {otherwise})"
    ),
    "more_asked_than_bought": "UPDATE returns_rmaitem SET quantity = 4 WHERE rma_id = {coming}",
    "more_back_than_asked": (
        "UPDATE returns_receiptline SET fine = 5"
        " WHERE receipt_id = (SELECT receipt_id FROM returns_refund WHERE id = {paid})"
    ),
    "shares_above_paid": "UPDATE returns_rmaitem SET share = 40000 WHERE rma_id = {coming}",
    "lines_add_up": "INSERT INTO returns_refundline (id, refund_id, kind, amount) VALUES (999, {again}, 'goodwill', 1)",
    "goods_above_share": (
        "UPDATE returns_rmaitem SET share = 9000 WHERE rma_id = (SELECT rma_id FROM returns_refund WHERE id = {paid})"
    ),
    "goods_above_paid": (
        "UPDATE returns_orderline SET paid = 9000 WHERE id = (SELECT line_id FROM returns_refundline"
        " WHERE refund_id = {paid} AND kind = 'goods')"
    ),
    "delivery_above_paid": "UPDATE returns_order SET shipping_paid = 1",
    "kept_above_agreed": "UPDATE returns_rma SET return_cost = 0 WHERE id = {costly}",
    "loss_above_valued": "UPDATE returns_valuation SET loss = 1 WHERE forgiven_at IS NULL",
    "not_what_came_back": (
        "UPDATE returns_receiptline SET fine = 0, extra = 1"
        " WHERE receipt_id = (SELECT receipt_id FROM returns_refund WHERE id = {paid})"
    ),
    # --- belonging ---
    "line_of_another_order": (
        "UPDATE returns_rmaitem SET line_id = (SELECT i.line_id FROM returns_rmaitem i WHERE i.rma_id = {rejected})"
        " WHERE rma_id = {coming}"
    ),
    "counted_elsewhere": (
        "UPDATE returns_receiptline SET line_id = line_id + 1"
        " WHERE receipt_id = (SELECT receipt_id FROM returns_refund WHERE id = {paid})"
    ),
    "pays_for_another_return": (
        "UPDATE returns_refundline SET item_id = (SELECT id FROM returns_rmaitem WHERE rma_id = {coming})"
        " WHERE refund_id = {paid} AND kind = 'goods'"
    ),
    "payment_of_another_order": (
        "UPDATE returns_refund SET payment_id = (SELECT id FROM returns_payment WHERE reference = 'pi_P-15')"
        " WHERE id = {paid}"
    ),
    "another_currency": "UPDATE returns_order SET currency = 'USD' WHERE number = 'P-1'",
    "amount_changed": (
        'UPDATE returns_event SET data = \'{{"amount": 1, "currency": "EUR"}}\' WHERE kind = \'refund.approved\''
    ),
    # --- states ---
    "refund_not_where_its_event_says": "UPDATE returns_refund SET state = 'canceled' WHERE id = {returned}",
    "return_not_where_its_event_says": "UPDATE returns_rma SET state = 'in_transit' WHERE id = {coming}",
    "untold": "UPDATE returns_event SET kind = 'rma.seen' WHERE kind = 'rma.requested' AND rma_id = {coming}",
    "refund_moved_illegally": (
        "UPDATE returns_event SET refund_state = 'paid_otherwise' WHERE kind = 'refund.pending' AND refund_id = {late}"
    ),
    "return_moved_illegally": (
        "UPDATE returns_event SET rma_state = 'closed' WHERE kind = 'rma.approved' AND rma_id = {coming}"
    ),
    "began_elsewhere": (
        "UPDATE returns_event SET rma_state = 'in_review' WHERE kind = 'rma.requested' AND rma_id = {coming}"
    ),
    "ended_with_money_owed": (
        "UPDATE returns_rma SET state = 'refunded'"
        " WHERE id = (SELECT rma_id FROM returns_refund WHERE id = {returned});"
        "UPDATE returns_event SET rma_state = 'refunded' WHERE rma_state = 'refund_due' AND id ="
        " (SELECT MAX(e.id) FROM returns_event e JOIN returns_refund r ON r.rma_id = e.rma_id WHERE r.id = {returned})"
    ),
    "nothing_is_due": (
        "UPDATE returns_rma SET state = 'refund_due' WHERE id = {split};"
        "UPDATE returns_event SET rma_state = 'refund_due' WHERE kind IN ('rma.closed', 'rma.refunded')"
        " AND rma_id = {split}"
    ),
    # --- sending ---
    "id_twice": "UPDATE returns_refund SET gateway_id = 're_x' WHERE id IN ({paid}, {late})",
    "replaced_and_alive": "UPDATE returns_refund SET replaced_by_id = {again} WHERE id = {paid}",
    "phantom": "UPDATE returns_refund SET gateway_id = NULL WHERE id = {paid}",
    "in_doubt_too_long": (
        "UPDATE returns_refund SET state = 'uncertain' WHERE id = {due};"
        "UPDATE returns_attempt SET refund_id = {due} WHERE refund_id = {paid}"
    ),
    "key_too_old": "UPDATE returns_attempt SET last_sent_at = '2026-11-12' WHERE refund_id = {paid}",
    "key_without_proof": "UPDATE returns_attempt SET absent_at = NULL WHERE refund_id = {second_key} AND number = 1",
    "event_not_worked": "UPDATE returns_gatewayevent SET worked_at = NULL WHERE id = 'evt_1'",
    "without_a_job": "UPDATE returns_refund SET next_try_at = '2030-01-01' WHERE id = {due}",
    "dead_and_untold": "UPDATE returns_gatewayevent SET worked_at = NULL, tries = 5 WHERE id = 'evt_1'",
    "sent_while_disputed": (
        'UPDATE returns_event SET data = \'{{"dispute": "dp_1", "sent": []}}\''
        " WHERE kind = 'dispute.opened' AND data ->> 'dispute' = 'dp_1'"
    ),
    "livemode_mixed": "UPDATE returns_gatewayevent SET livemode = TRUE WHERE id = 'evt_1'",
    "forgotten": "UPDATE returns_refund SET updated_at = '2026-12-01' WHERE id = {due}",
    # --- journal ---
    "transfer_out_of_shape": "UPDATE returns_transfer SET credited = 'pocket' WHERE debited = 'chargebacks'",
    "transfer_without_its_event": "UPDATE returns_transfer SET order_id = 1 WHERE debited = 'chargebacks'",
    "event_not_booked": (
        "UPDATE returns_transfer SET event_id = -event_id + (SELECT SUM(event_id) FROM returns_transfer"
        " WHERE refund_id = {returned} AND 'provider' IN (debited, credited))"
        " WHERE refund_id = {returned} AND 'provider' IN (debited, credited)"
    ),
    "paid_in_the_journal": (
        "UPDATE returns_transfer SET credited = 'other_way' WHERE refund_id = {paid} AND credited = 'provider'"
    ),
    "owed_in_the_journal": "UPDATE returns_refund SET originator = 'rma' WHERE id = {declined}",
    "parts_in_the_journal": (
        "UPDATE returns_transfer SET debited = 'goodwill' WHERE refund_id = {paid} AND debited = 'goods'"
    ),
    "credit_below_zero": "UPDATE returns_transfer SET id = -1 WHERE debited = 'store_credit'",
    "credit_of_somebody_else": "UPDATE returns_refund SET credit_id = 999 WHERE id = {credited}",
    "spent_otherwise": "UPDATE returns_spending SET amount = 1",
    "disputes_in_the_journal": "UPDATE returns_dispute SET withdrawn = withdrawn + 1 WHERE gateway_id = 'dp_2'",
    # --- people ---
    "sent_without_approval": "DELETE FROM returns_approval",
    "approved_by_the_wrong_person": "UPDATE returns_approval SET role = 'warehouse'",
    "nobody_was_asked": "UPDATE returns_limits SET agent_goodwill = 100, manager_goodwill = 400",
    "goodwill_above_the_day": "UPDATE returns_limits SET manager_goodwill_day = 400",
    "goodwill_refunded_otherwise": "UPDATE returns_goodwill SET amount = amount + 1 WHERE amount = 500",
    "paid_otherwise_unproven": "UPDATE returns_otherway SET confirmed_by = prepared_by",
    "other_way_of_what_may_still_come": (
        "INSERT INTO returns_otherway (id, refund_id, way, evidence, prepared_by, prepared_label, prepared_at,"
        " confirmed_by, confirmed_label) VALUES (999, {paid}, 'cash', 'by hand', '2', 'Bob', '2026-11-12', '', '')"
    ),
    "charged_back_above_taken": "UPDATE returns_dispute SET withdrawn = 9000 WHERE gateway_id = 'dp_2'",
    # --- letters ---
    "letters_of_a_money_state": (
        "DELETE FROM returns_letter WHERE event_id ="
        " (SELECT id FROM returns_event WHERE refund_id = {paid} AND kind = 'refund.succeeded')"
    ),
    "told_twice": (
        "UPDATE returns_event SET kind = 'refund.needs_details' WHERE refund_id = {agreed}"
        " AND kind IN ('refund.held', 'refund.approved')"
    ),
}


def broken(name: str, names: dict[str, Any]) -> None:
    """Break it, on copies of the tables: they shadow the real ones and have neither constraints nor triggers."""
    statements = BREAKS[name].format(**names).split(";")
    with connection.cursor() as cursor:
        for table in {re.split(r"UPDATE | SET |INTO | \(|FROM | WHERE", statement)[1] for statement in statements}:
            cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {table}")  # noqa: S608  from this file
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount > 0, f"{statement} breaks nothing"
