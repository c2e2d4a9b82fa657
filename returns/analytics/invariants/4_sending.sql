-- I2 id_twice
-- No two refunds are the same one at the provider.
SELECT r.gateway_id, COUNT(*) AS refunds, r.currency, SUM(r.amount) AS amount
FROM returns_refund r
WHERE r.gateway_id IS NOT NULL
GROUP BY r.gateway_id, r.currency
HAVING COUNT(*) > 1;

-- I2 replaced_and_alive
-- What another refund took the place of moves no money any more.
SELECT r.public_id AS refund, r.state, other.public_id AS replaced_by, r.currency, r.amount
FROM returns_refund r
JOIN returns_refund other ON other.id = r.replaced_by_id
WHERE r.state NOT IN ('failed', 'canceled');

-- I4 phantom
-- What is said to be at the provider has the provider's id, or is store credit.
SELECT r.public_id AS refund, r.state, r.currency, r.amount
FROM returns_refund r
WHERE r.state IN ('pending', 'requires_action', 'succeeded') AND r.gateway_id IS NULL AND r.credit_id IS NULL;

-- I7 in_doubt_too_long
-- Nothing is in doubt for more than an hour.
SELECT r.public_id AS refund, r.state, CAST((%(now)s - date_part('epoch', MIN(a.first_sent_at))) / 60 AS bigint) AS minutes,
       r.currency, r.amount
FROM returns_refund r
JOIN returns_attempt a ON a.refund_id = r.id AND a.outcome <> 'put_off'
WHERE r.state IN ('sending', 'uncertain')
GROUP BY r.id, r.public_id, r.state, r.currency, r.amount
HAVING %(now)s - date_part('epoch', MIN(a.first_sent_at)) > 60 * 60;

-- I7 key_too_old
-- No idempotency key is used more than 23 hours after its first use, when the provider may have forgotten it.
SELECT r.public_id AS refund, a.key
FROM returns_attempt a
JOIN returns_refund r ON r.id = a.refund_id
WHERE date_part('epoch', a.last_sent_at) - date_part('epoch', a.first_sent_at) > 23 * 60 * 60;

-- I27 key_without_proof
-- A second key is used only when the first was absent at the provider, 15 minutes after its last use.
SELECT r.public_id AS refund, a.key, r.currency, r.amount
FROM returns_attempt a
JOIN returns_refund r ON r.id = a.refund_id
LEFT JOIN returns_attempt before ON before.refund_id = a.refund_id AND before.number = a.number - 1
WHERE a.number > 1
  AND (
    before.absent_at IS NULL
    OR date_part('epoch', before.absent_at) - date_part('epoch', before.last_sent_at) < 15 * 60
    OR a.first_sent_at < before.absent_at
  );

-- I15 event_not_worked
-- What the provider told is worked, or given up on, within 15 minutes.
SELECT g.id AS event, g.kind, g.tries, CAST((%(now)s - date_part('epoch', g.received_at)) / 60 AS bigint) AS minutes
FROM returns_gatewayevent g
WHERE g.worked_at IS NULL AND g.tries < 5 AND %(now)s - date_part('epoch', g.received_at) > 15 * 60;

-- I16 without_a_job
-- A refund that is due can be sent or credited, and one that is being sent has a lease: the rows are the queue.
SELECT r.public_id AS refund, r.state, r.currency, r.amount
FROM returns_refund r
WHERE (r.state = 'due' AND r.payment_id IS NULL AND r.credit_id IS NULL)
   OR (r.state = 'sending' AND r.lease_until IS NULL)
   OR (r.state <> 'sending' AND r.lease_until IS NOT NULL)
   OR (r.state IN ('due', 'uncertain') AND date_part('epoch', r.next_try_at) - %(now)s > 24 * 60 * 60);

-- I17 dead_and_untold
-- Of every letter and every event that was given up on a person is told, within an hour.
SELECT 'event' AS what, g.id AS name, g.error
FROM returns_gatewayevent g
WHERE g.worked_at IS NULL AND g.tries >= 5 AND %(now)s - date_part('epoch', g.next_try_at) > 60 * 60
  AND NOT EXISTS (SELECT 1 FROM returns_break b WHERE b.kind = 'dead_event' AND b.subject = g.id)
UNION ALL
SELECT 'letter', CAST(l.id AS text), l.error
FROM returns_letter l
WHERE l.state = 'dead' AND %(now)s - date_part('epoch', l.next_try_at) > 60 * 60
  AND NOT EXISTS (SELECT 1 FROM returns_break b WHERE b.kind = 'dead_letter' AND b.subject = CAST(l.id AS text));

-- I25 sent_while_disputed
-- Nothing is sent on a charge while it was known to be disputed, unless somebody said why.
WITH told AS (
    SELECT kind, data ->> 'dispute' AS dispute, data ->> 'sent' AS sent,
           LEAD(kind) OVER (PARTITION BY data ->> 'dispute' ORDER BY id) AS next,
           LEAD(data ->> 'sent') OVER (PARTITION BY data ->> 'dispute' ORDER BY id) AS sent_by_next
    FROM returns_event WHERE kind IN ('dispute.opened', 'dispute.reopened', 'dispute.closed')
)
SELECT r.public_id AS refund, d.gateway_id AS dispute, d.status, r.currency, r.amount
FROM told
JOIN returns_dispute d ON d.gateway_id = told.dispute
JOIN returns_refund r ON r.payment_id = d.payment_id
JOIN returns_attempt a ON a.refund_id = r.id AND a.number = 1
WHERE told.kind <> 'dispute.closed'
  AND NOT EXISTS (SELECT 1 FROM returns_refund_despite x WHERE x.refund_id = r.id AND x.dispute_id = d.id)
  AND told.sent NOT LIKE '%%' || r.public_id || '%%'
  AND (told.sent_by_next LIKE '%%' || r.public_id || '%%'
       OR (told.next IS NULL AND r.state IN ('sending', 'uncertain', 'pending', 'requires_action', 'succeeded')));

-- I26 livemode_mixed
-- Real money and play money never meet: all events of the provider are of one mode.
SELECT CASE WHEN livemode THEN 'live' ELSE 'test' END AS mode, COUNT(*) AS events, MIN(id) AS for_example
FROM returns_gatewayevent
WHERE livemode IS NOT NULL
  AND (SELECT COUNT(DISTINCT livemode) FROM returns_gatewayevent WHERE livemode IS NOT NULL) > 1
GROUP BY livemode;

-- L1 forgotten
-- A refund that is due leaves within a day, while nothing that a person knows of holds it up.
SELECT r.public_id AS refund, CAST((%(now)s - date_part('epoch', r.updated_at)) / 3600 AS bigint) AS hours,
       r.currency, r.amount
FROM returns_refund r
WHERE r.state = 'due'
  AND %(now)s - date_part('epoch', r.updated_at) > 24 * 60 * 60
  AND NOT EXISTS (SELECT 1 FROM returns_halt h WHERE h.ended_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM returns_break b WHERE b.closed_at IS NULL
                  AND (b.kind = 'behind' OR b.refund_id = r.id OR b.payment_id = r.payment_id
                       OR (b.kind IN ('forgotten_refund', 'late_success') AND b.payment_id IN (
                           SELECT p.id FROM returns_payment p WHERE p.order_id = r.order_id))))
  AND NOT EXISTS (SELECT 1 FROM returns_dispute d WHERE d.payment_id = r.payment_id
                  AND d.status <> 'lost'
                  AND (d.withdrawn > 0 OR d.status NOT IN ('won', 'warning_closed', 'prevented')));
