-- I30 letters_of_a_money_state
-- Of every state of their money the shopper is written to, once.
SELECT e.id AS event, e.kind, r.public_id AS refund, COUNT(l.id) AS letters
FROM returns_event e
JOIN returns_refund r ON r.id = e.refund_id
LEFT JOIN returns_letter l ON l.event_id = e.id
WHERE e.kind IN ('refund.pending', 'refund.needs_details', 'refund.succeeded', 'refund.failed', 'refund.canceled')
GROUP BY e.id, e.kind, r.public_id
HAVING COUNT(l.id) <> 1;

-- I30 told_twice
-- The same state is not told twice in a row.
SELECT r.public_id AS refund, told.id AS event, told.kind
FROM (
    SELECT refund_id, id, kind, LAG(kind) OVER (PARTITION BY refund_id ORDER BY id) AS before
    FROM returns_event
    WHERE kind IN ('refund.pending', 'refund.needs_details', 'refund.succeeded', 'refund.failed', 'refund.canceled',
                   'refund.paid_otherwise')
) told
JOIN returns_refund r ON r.id = told.refund_id
WHERE told.kind = told.before;
