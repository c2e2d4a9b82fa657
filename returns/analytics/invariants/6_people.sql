-- I11 sent_without_approval
-- What waits for others is sent or credited only after as many others as it needs have agreed. What was put off before
-- somebody was asked was not sent.
SELECT r.public_id AS refund, r.state, r.approvals_needed AS needed, COUNT(a.id) AS given, r.currency, r.amount
FROM returns_refund r
JOIN (
    SELECT refund_id, MIN(first_sent_at) AS at FROM returns_attempt WHERE outcome <> 'put_off' GROUP BY refund_id
    UNION ALL
    SELECT refund_id, MIN(at) FROM returns_event WHERE kind = 'refund.credited' GROUP BY refund_id
) sent ON sent.refund_id = r.id
LEFT JOIN returns_approval a ON a.refund_id = r.id AND a.actor_id <> r.proposed_by AND a.approved_at <= sent.at
WHERE r.approvals_needed > 0
GROUP BY r.id, r.public_id, r.state, r.approvals_needed, r.currency, r.amount
HAVING COUNT(a.id) < r.approvals_needed;

-- I11 approved_by_the_wrong_person
-- Who agrees did not propose it, and is a manager, or an agent where one yes to a refund by policy is enough.
SELECT r.public_id AS refund, a.actor_label AS approver, a.role, r.currency, r.amount
FROM returns_approval a
JOIN returns_refund r ON r.id = a.refund_id
WHERE a.actor_id = r.proposed_by
   OR a.proposer_id <> r.proposed_by
   OR a.role NOT IN ('agent', 'manager')
   OR (a.role = 'agent' AND (r.approvals_needed <> 1 OR r.originator = 'goodwill'));

-- I11 nobody_was_asked
-- A refund that is by itself above every limit of one person waits for others, however it is paid; with its bonus.
SELECT r.public_id AS refund, r.originator, r.approvals_needed AS needed, r.currency, r.worth AS amount
FROM (SELECT *, amount + bonus AS worth FROM returns_refund) r
JOIN returns_limits l ON l.currency = r.currency AND l.valid_from = (
    SELECT MAX(valid_from) FROM returns_limits WHERE currency = r.currency AND valid_from <= r.decided_at
        AND confirmed_at IS NOT NULL)
WHERE r.originator <> 'external'
  AND (EXISTS (SELECT 1 FROM returns_attempt a WHERE a.refund_id = r.id)
    OR EXISTS (SELECT 1 FROM returns_event e WHERE e.refund_id = r.id AND e.kind = 'refund.credited')
    OR EXISTS (SELECT 1 FROM returns_otherway w WHERE w.refund_id = r.id AND w.way <> 'chargeback'))
  AND (
    (r.originator = 'goodwill' AND r.approvals_needed = 0 AND r.worth > l.agent_goodwill
     AND r.worth > l.manager_goodwill)
    OR (r.originator <> 'goodwill' AND r.approvals_needed = 0 AND r.worth > l.automatic AND r.worth > l.agent)
    OR (r.originator <> 'goodwill' AND r.approvals_needed = 1 AND r.worth > l.manager)
  );

-- I23 goodwill_above_the_day
-- What a person grants alone in one day is within the limit of that day, by the role that they granted it in.
SELECT day, person, currency, granted, day_limit
FROM (
    SELECT date(timezone(%(zone)s, g.granted_at)) AS day, MAX(g.granted_by) AS person, g.currency,
           SUM(g.amount) AS granted,
           MAX(CASE WHEN g.giver_role = 'manager' THEN l.manager_goodwill_day ELSE l.agent_goodwill_day END) AS day_limit
    FROM returns_goodwill g
    JOIN returns_limits l ON l.currency = g.currency AND l.valid_from = (
        SELECT MAX(valid_from) FROM returns_limits WHERE currency = g.currency AND valid_from <= g.granted_at
        AND confirmed_at IS NOT NULL)
    WHERE g.alone
    GROUP BY date(timezone(%(zone)s, g.granted_at)), g.giver_id, g.currency
) by_day
WHERE granted > day_limit;

-- I23 goodwill_refunded_otherwise
-- The refunds of a goodwill are what was granted.
SELECT o.number AS "order", g.id AS goodwill, g.currency, g.amount AS granted, COALESCE(SUM(r.amount), 0) AS refunds
FROM returns_goodwill g
JOIN returns_order o ON o.id = g.order_id
LEFT JOIN returns_refund r ON r.goodwill_id = g.id AND r.replaced_by_id IS NULL
GROUP BY g.id, o.number, g.currency, g.amount
HAVING COALESCE(SUM(r.amount), 0) <> g.amount;

-- I24 paid_otherwise_unproven
-- A refund is paid another way once, with evidence and by two people; a bank's chargeback needs no second one.
SELECT r.public_id AS refund, r.state, COUNT(w.id) AS ways, r.currency, r.amount
FROM returns_refund r
LEFT JOIN returns_otherway w ON w.refund_id = r.id
WHERE r.state = 'paid_otherwise' OR w.confirmed_at IS NOT NULL
GROUP BY r.id, r.public_id, r.state, r.currency, r.amount
HAVING r.state <> 'paid_otherwise'
    OR COUNT(w.id) <> 1
    OR MIN(CASE WHEN w.evidence <> '' AND w.confirmed_at IS NOT NULL AND (
                     w.way = 'chargeback'
                     OR (w.prepared_by <> '' AND w.confirmed_by <> '' AND w.confirmed_by <> w.prepared_by))
                THEN 1 ELSE 0 END) = 0;

-- I24 other_way_of_what_may_still_come
-- Another way is prepared only for what has failed or was canceled, and is still owed.
SELECT r.public_id AS refund, r.state, w.way, r.currency, r.amount
FROM returns_otherway w
JOIN returns_refund r ON r.id = w.refund_id
WHERE r.state NOT IN ('failed', 'canceled', 'paid_otherwise') OR r.replaced_by_id IS NOT NULL;

-- I24 charged_back_above_taken
-- A dispute pays for no more refunds than it has taken.
SELECT d.gateway_id AS dispute, d.currency, SUM(r.amount) AS refunds, d.withdrawn
FROM returns_otherway w
JOIN returns_refund r ON r.id = w.refund_id
JOIN returns_dispute d ON d.gateway_id = w.evidence
WHERE w.way = 'chargeback'
GROUP BY d.id, d.gateway_id, d.currency, d.withdrawn
HAVING SUM(r.amount) > d.withdrawn;
