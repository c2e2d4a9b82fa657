-- I9 transfer_out_of_shape
-- A transfer takes a positive amount from one known account and gives it to another, so that all sum to zero.
SELECT t.id AS transfer, t.debited, t.credited, t.currency, t.amount
FROM returns_transfer t
WHERE t.amount <= 0
   OR t.debited = t.credited
   OR t.debited NOT IN ('goods', 'shipping', 'fee', 'value_loss', 'goodwill', 'bonus', 'external', 'chargebacks',
                        'owed', 'provider', 'other_way', 'set_off', 'store_credit', 'spent')
   OR t.credited NOT IN ('goods', 'shipping', 'fee', 'value_loss', 'goodwill', 'bonus', 'external', 'chargebacks',
                         'owed', 'provider', 'other_way', 'set_off', 'store_credit', 'spent')
   OR (t.holder_id IS NULL) = (t.debited = 'store_credit' OR t.credited = 'store_credit');

-- I9 transfer_without_its_event
-- A transfer belongs to an event of a kind that moves money, and agrees with it: order, refund, currency, time.
SELECT t.id AS transfer, e.id AS event, e.kind, t.currency, t.amount
FROM returns_transfer t
JOIN returns_event e ON e.id = t.event_id
LEFT JOIN returns_refund r ON r.id = t.refund_id
LEFT JOIN returns_creditaccount a ON a.id = t.holder_id
WHERE e.kind NOT IN ('refund.decided', 'refund.found', 'refund.declined', 'refund.succeeded', 'refund.failed',
                     'refund.canceled', 'refund.credited', 'refund.paid_otherwise', 'credit.spent', 'dispute.withdrawn',
                     'dispute.reinstated')
   OR COALESCE(t.order_id, 0) <> COALESCE(e.order_id, 0)
   OR COALESCE(t.refund_id, 0) <> COALESCE(e.refund_id, 0)
   OR t.at <> e.at
   OR t.currency <> r.currency
   OR t.currency <> a.currency;

-- I10 event_not_booked
-- Every event that moves money is booked with the amount that it tells, once; a failure of what others began also ends
-- what was owed of it, and goodwill that was declined and paid after all is owed by the same event.
SELECT e.id AS event, e.kind, r.public_id AS refund, r.currency, e.told, COALESCE(b.moved, 0) AS booked
FROM (
    SELECT v.id, v.refund_id, v.kind,
           CASE WHEN v.kind IN ('refund.decided', 'refund.found') THEN CAST(v.data ->> 'amount' AS bigint)
                WHEN v.kind = 'refund.failed' AND v.data ->> 'was' IN ('succeeded', 'paid_otherwise')
                THEN CAST(v.data ->> 'amount' AS bigint)
                WHEN v.kind IN ('refund.failed', 'refund.canceled') THEN 0
                WHEN v.kind = 'refund.succeeded' AND v.data ->> 'was' = 'canceled' AND f.originator = 'goodwill' THEN 0
                ELSE -CAST(v.data ->> 'amount' AS bigint) END
           - CASE WHEN v.kind IN ('refund.failed', 'refund.canceled') AND f.originator = 'external'
                  THEN CAST(v.data ->> 'amount' AS bigint) ELSE 0 END AS told
    FROM returns_event v
    JOIN returns_refund f ON f.id = v.refund_id
    WHERE v.kind IN ('refund.decided', 'refund.found', 'refund.succeeded', 'refund.failed', 'refund.canceled',
                     'refund.credited', 'refund.paid_otherwise')
) e
JOIN returns_refund r ON r.id = e.refund_id
LEFT JOIN (
    SELECT event_id,
           SUM(CASE WHEN credited = 'owed' THEN amount WHEN debited = 'owed' THEN -amount ELSE 0 END) AS moved
    FROM returns_transfer GROUP BY event_id
) b ON b.event_id = e.id
WHERE e.told <> COALESCE(b.moved, 0);

-- I10 paid_in_the_journal
-- What the journal says went to the shopper is what the refund's state says: by the provider, past it, or as credit.
SELECT r.public_id AS refund, r.state, r.currency, r.amount, COALESCE(b.provider, 0) AS provider,
       COALESCE(b.otherwise, 0) AS otherwise, COALESCE(b.credit, 0) AS credit
FROM returns_refund r
LEFT JOIN (
    SELECT refund_id,
           SUM(CASE WHEN credited = 'provider' THEN amount WHEN debited = 'provider' THEN -amount ELSE 0 END) AS provider,
           SUM(CASE WHEN credited IN ('other_way', 'chargebacks', 'set_off') THEN amount
                    WHEN debited IN ('other_way', 'chargebacks', 'set_off') THEN -amount ELSE 0 END) AS otherwise,
           SUM(CASE WHEN credited = 'store_credit' THEN amount
                    WHEN debited = 'store_credit' THEN -amount ELSE 0 END) AS credit
    FROM returns_transfer WHERE refund_id IS NOT NULL GROUP BY refund_id
) b ON b.refund_id = r.id
WHERE COALESCE(b.provider, 0) <> CASE WHEN r.state = 'succeeded' AND r.credit_id IS NULL THEN r.amount ELSE 0 END
   OR COALESCE(b.otherwise, 0) <> CASE WHEN r.state = 'paid_otherwise' THEN r.amount ELSE 0 END
   OR COALESCE(b.credit, 0) <> CASE WHEN r.state = 'succeeded' AND r.credit_id IS NOT NULL
                                    THEN r.amount + r.bonus ELSE 0 END;

-- I10 owed_in_the_journal
-- What the journal says is owed of a return, of goodwill or of an order is what its open refunds add up to.
SELECT o.number AS "order", COALESCE(m.number, '') AS "return", x.currency, SUM(x.booked) AS owed, SUM(x.open) AS open
FROM (
    SELECT r.order_id, r.rma_id, r.goodwill_id, r.currency, 0 AS booked, r.amount AS open
    FROM returns_refund r
    WHERE r.replaced_by_id IS NULL
      AND r.state NOT IN ('succeeded', 'paid_otherwise')
      AND NOT (r.originator = 'goodwill' AND r.state = 'canceled' AND EXISTS (
        SELECT 1 FROM returns_event e WHERE e.refund_id = r.id AND e.kind = 'refund.declined'))
      AND NOT (r.originator = 'external' AND r.state IN ('failed', 'canceled'))
    UNION ALL
    SELECT r.order_id, r.rma_id, r.goodwill_id, t.currency,
           CASE WHEN t.credited = 'owed' THEN t.amount ELSE -t.amount END, 0
    FROM returns_transfer t
    JOIN returns_refund r ON r.id = t.refund_id
    WHERE t.credited = 'owed' OR t.debited = 'owed'
) x
JOIN returns_order o ON o.id = x.order_id
LEFT JOIN returns_rma m ON m.id = x.rma_id
GROUP BY x.order_id, o.number, x.rma_id, m.number, x.goodwill_id, x.currency
HAVING SUM(x.booked) <> SUM(x.open);

-- I10 parts_in_the_journal
-- What a decision booked by kind is what the refund's lines say, and no kind is booked beyond its lines.
SELECT r.public_id AS refund, x.kind, r.currency, SUM(x.booked) AS booked, SUM(x.lines) AS lines
FROM (
    SELECT l.refund_id, l.kind, 0 AS booked, l.amount AS lines FROM returns_refundline l
    UNION ALL
    SELECT t.refund_id, t.debited, t.amount, 0
    FROM returns_transfer t JOIN returns_event e ON e.id = t.event_id
    WHERE t.credited = 'owed' AND e.kind IN ('refund.decided', 'refund.found')
    UNION ALL
    SELECT t.refund_id, t.credited, -t.amount, 0
    FROM returns_transfer t JOIN returns_event e ON e.id = t.event_id
    WHERE t.debited = 'owed' AND e.kind IN ('refund.decided', 'refund.found')
) x
JOIN returns_refund r ON r.id = x.refund_id
WHERE NOT EXISTS (SELECT 1 FROM returns_event e WHERE e.refund_id = r.id AND e.kind = 'refund.retried')
GROUP BY r.id, r.public_id, x.kind, r.currency
HAVING SUM(x.booked) <> SUM(x.lines);

-- I18 credit_below_zero
-- Nobody's store credit was below zero at any moment.
SELECT 'account ' || b.holder_id AS holder, b.currency, MIN(b.left_over) AS lowest
FROM (
    SELECT t.holder_id, t.currency,
           SUM(CASE WHEN t.credited = 'store_credit' THEN t.amount ELSE -t.amount END)
               OVER (PARTITION BY t.holder_id ORDER BY t.id) AS left_over
    FROM returns_transfer t
    WHERE t.credited = 'store_credit' OR t.debited = 'store_credit'
) b
WHERE b.left_over < 0
GROUP BY b.holder_id, b.currency;

-- I18 credit_of_somebody_else
-- Store credit of a refund is booked on the refund's own account.
SELECT r.public_id AS refund, t.id AS transfer, t.currency, t.amount
FROM returns_transfer t
JOIN returns_refund r ON r.id = t.refund_id
WHERE t.credited = 'store_credit' AND (r.credit_id IS NULL OR t.holder_id <> r.credit_id);

-- I18 spent_otherwise
-- What the shop spent of an account is what the journal took from it.
SELECT 'account ' || a.id AS holder, a.currency, COALESCE(s.amount, 0) AS spent, COALESCE(t.amount, 0) AS booked
FROM returns_creditaccount a
LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM returns_spending GROUP BY account_id) s ON s.account_id = a.id
LEFT JOIN (
    SELECT holder_id, SUM(amount) AS amount FROM returns_transfer
    WHERE debited = 'store_credit' AND credited = 'spent' GROUP BY holder_id
) t ON t.holder_id = a.id
WHERE COALESCE(s.amount, 0) <> COALESCE(t.amount, 0);

-- I10 disputes_in_the_journal
-- What disputes of an order have taken is what the journal says that they took and gave back.
SELECT o.number AS "order", x.currency, SUM(x.withdrawn) AS withdrawn, SUM(x.booked) AS booked
FROM (
    SELECT p.order_id, d.currency, d.withdrawn, 0 AS booked
    FROM returns_dispute d JOIN returns_payment p ON p.id = d.payment_id
    UNION ALL
    SELECT e.order_id, t.currency, 0, CASE WHEN t.debited = 'chargebacks' THEN t.amount ELSE -t.amount END
    FROM returns_transfer t JOIN returns_event e ON e.id = t.event_id
    WHERE t.refund_id IS NULL AND (t.debited = 'chargebacks' OR t.credited = 'chargebacks')
) x
JOIN returns_order o ON o.id = x.order_id
GROUP BY x.order_id, o.number, x.currency
HAVING SUM(x.withdrawn) <> SUM(x.booked);
