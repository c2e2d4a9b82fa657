-- I8 refund_not_where_its_event_says
-- A refund stands where its last event says, or where a worker has brought it since without a word.
SELECT r.public_id AS refund, r.state, e.id AS event, e.kind, e.refund_state AS told, r.currency, r.amount
FROM (
    SELECT refund_id, MAX(id) AS id FROM returns_event
    WHERE refund_id IS NOT NULL AND refund_state <> '' GROUP BY refund_id
) last
JOIN returns_event e ON e.id = last.id
JOIN returns_refund r ON r.id = last.refund_id
LEFT JOIN (SELECT column1 AS source, column2 AS target FROM (VALUES {refund_silent}) AS pairs) silent
       ON silent.source = e.refund_state AND silent.target = r.state
WHERE silent.source IS NULL;

-- I8 return_not_where_its_event_says
-- A return stands where its last event says.
SELECT m.number AS "return", m.state, e.id AS event, e.kind, e.rma_state AS told
FROM (
    SELECT rma_id, MAX(id) AS id FROM returns_event
    WHERE rma_id IS NOT NULL AND rma_state <> '' GROUP BY rma_id
) last
JOIN returns_event e ON e.id = last.id
JOIN returns_rma m ON m.id = last.rma_id
WHERE m.state <> e.rma_state;

-- I8 untold
-- Nothing is there that no event tells of: a return begins with its request, a refund with its decision.
SELECT 'return' AS what, m.number AS name, COALESCE(e.kind, '') AS begins
FROM returns_rma m
LEFT JOIN (SELECT rma_id, MIN(id) AS id FROM returns_event GROUP BY rma_id) first ON first.rma_id = m.id
LEFT JOIN returns_event e ON e.id = first.id
WHERE e.id IS NULL OR e.kind <> 'rma.requested'
UNION ALL
SELECT 'refund', r.public_id, COALESCE(e.kind, '')
FROM returns_refund r
LEFT JOIN (SELECT refund_id, MIN(id) AS id FROM returns_event GROUP BY refund_id) first ON first.refund_id = r.id
LEFT JOIN returns_event e ON e.id = first.id
WHERE e.id IS NULL OR e.kind NOT IN ('refund.decided', 'refund.retried', 'refund.found');

-- I20 refund_moved_illegally
-- From one event of a refund to the next there is one legal move at most, besides a worker's own.
SELECT r.public_id AS refund, told.id AS event, told.was, told.became, r.currency, r.amount
FROM (
    SELECT refund_id, id, refund_state AS became,
           LAG(refund_state) OVER (PARTITION BY refund_id ORDER BY id) AS was
    FROM returns_event WHERE refund_id IS NOT NULL AND refund_state <> ''
) told
JOIN returns_refund r ON r.id = told.refund_id
LEFT JOIN (SELECT column1 AS source, column2 AS target FROM (VALUES {refund_steps}) AS pairs) legal
       ON legal.source = told.was AND legal.target = told.became
WHERE told.was IS NOT NULL AND legal.source IS NULL;

-- I20 return_moved_illegally
-- From one event of a return to the next there is one legal move at most.
SELECT m.number AS "return", told.id AS event, told.was, told.became
FROM (
    SELECT rma_id, id, rma_state AS became, LAG(rma_state) OVER (PARTITION BY rma_id ORDER BY id) AS was
    FROM returns_event WHERE rma_id IS NOT NULL AND rma_state <> ''
) told
JOIN returns_rma m ON m.id = told.rma_id
LEFT JOIN (SELECT column1 AS source, column2 AS target FROM (VALUES {return_steps}) AS pairs) legal
       ON legal.source = told.was AND legal.target = told.became
WHERE told.was IS NOT NULL AND legal.source IS NULL;

-- I20 began_elsewhere
-- A return begins as requested, a refund as due; one that was found begins where the provider has it.
SELECT 'return' AS what, m.number AS name, e.rma_state AS began
FROM (SELECT rma_id, MIN(id) AS id FROM returns_event WHERE rma_state <> '' GROUP BY rma_id) first
JOIN returns_event e ON e.id = first.id
JOIN returns_rma m ON m.id = first.rma_id
WHERE e.rma_state <> 'requested'
UNION ALL
SELECT 'refund', r.public_id, e.refund_state
FROM (SELECT refund_id, MIN(id) AS id FROM returns_event WHERE refund_state <> '' GROUP BY refund_id) first
JOIN returns_event e ON e.id = first.id
JOIN returns_refund r ON r.id = first.refund_id
WHERE e.refund_state <> 'due' AND e.kind <> 'refund.found';

-- I19 ended_with_money_owed
-- A return that is refunded, closed or rejected owes nothing any more.
SELECT m.number AS "return", m.state, r.public_id AS refund, r.state AS refund_state, r.currency, r.amount
FROM returns_rma m
JOIN returns_refund r ON r.rma_id = m.id
WHERE m.state IN ('refunded', 'closed', 'rejected')
  AND r.originator IN ('rma', 'withdrawal')
  AND r.replaced_by_id IS NULL
  AND r.state NOT IN ('succeeded', 'paid_otherwise');

-- I19 nothing_is_due
-- A return whose refund is due has a refund that is.
SELECT m.number AS "return"
FROM returns_rma m
WHERE m.state = 'refund_due'
  AND NOT EXISTS (
    SELECT 1 FROM returns_refund r
    WHERE r.rma_id = m.id AND r.originator IN ('rma', 'withdrawal') AND r.replaced_by_id IS NULL
      AND r.state NOT IN ('succeeded', 'paid_otherwise')
  );
