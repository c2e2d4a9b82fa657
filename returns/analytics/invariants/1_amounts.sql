-- I1 above_captured
-- What refunds hold or have spent of a payment is never above what was captured; but for what others refunded of it,
-- of which a person was told.
SELECT p.reference AS payment, o.number AS "order", p.currency, SUM(r.amount) AS held, p.captured
FROM returns_refund r
JOIN returns_payment p ON p.id = r.payment_id
JOIN returns_order o ON o.id = p.order_id
WHERE r.state NOT IN ('failed', 'canceled', 'paid_otherwise')
GROUP BY p.id, p.reference, o.number, p.currency, p.captured
HAVING SUM(CASE WHEN r.originator = 'external' THEN 0 ELSE r.amount END) > p.captured
    OR (SUM(r.amount) > p.captured
        AND NOT EXISTS (SELECT 1 FROM returns_break b WHERE b.kind = 'above_captured' AND b.payment_id = p.id));

-- I1 spent_what_a_dispute_took
-- What was sent of a payment once its dispute had taken money leaves what disputes have taken of it.
SELECT p.reference AS payment, o.number AS "order", p.currency, spent.amount AS spent, taken.amount AS taken, p.captured
FROM returns_payment p
JOIN returns_order o ON o.id = p.order_id
JOIN (
    SELECT payment_id, SUM(withdrawn) AS amount FROM returns_dispute WHERE withdrawn > 0 GROUP BY payment_id
) taken ON taken.payment_id = p.id
JOIN (
    SELECT payment_id, SUM(amount) AS amount
    FROM returns_refund r
    WHERE state IN ('pending', 'requires_action', 'succeeded') AND credit_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM returns_refund_despite x JOIN returns_dispute d ON d.id = x.dispute_id
                      WHERE x.refund_id = r.id AND d.withdrawn > 0)
    GROUP BY payment_id
) spent ON spent.payment_id = p.id
WHERE spent.amount + taken.amount > p.captured
  AND EXISTS (
    SELECT 1
    FROM returns_refund r
    JOIN returns_attempt a ON a.refund_id = r.id AND a.number = 1
    JOIN returns_dispute d ON d.payment_id = r.payment_id AND d.withdrawn > 0
    JOIN (
        SELECT data ->> 'dispute' AS dispute, MAX(id) AS id
        FROM returns_event WHERE kind = 'dispute.withdrawn' GROUP BY data ->> 'dispute'
    ) last ON last.dispute = d.gateway_id
    JOIN returns_event e ON e.id = last.id
    WHERE r.payment_id = p.id
      AND r.state IN ('pending', 'requires_action', 'succeeded')
      AND NOT EXISTS (SELECT 1 FROM returns_refund_despite x WHERE x.refund_id = r.id AND x.dispute_id = d.id)
      AND (e.data ->> 'sent') NOT LIKE '%%' || r.public_id || '%%'
  );

-- I1 more_back_than_paid
-- Where a person has paid past the provider, all that an order's shopper has back is not above what was paid for it; but
-- for what others refunded, of which a person was told.
SELECT paid."order", paid.currency, back.amount AS back, paid.amount AS paid
FROM (
    SELECT o.id, o.number AS "order", o.currency,
           CASE WHEN COALESCE(c.amount, 0) > COALESCE(l.amount, 0) + o.shipping_paid THEN c.amount
                ELSE COALESCE(l.amount, 0) + o.shipping_paid END AS amount
    FROM returns_order o
    LEFT JOIN (SELECT order_id, SUM(paid) AS amount FROM returns_orderline GROUP BY order_id) l ON l.order_id = o.id
    LEFT JOIN (SELECT order_id, SUM(captured) AS amount FROM returns_payment GROUP BY order_id) c ON c.order_id = o.id
) paid
JOIN (
    SELECT r.order_id, SUM(r.amount) AS amount,
           SUM(CASE WHEN r.originator = 'external' THEN 0 ELSE r.amount END) AS ours
    FROM returns_refund r
    LEFT JOIN returns_otherway w ON w.refund_id = r.id
    WHERE r.state IN ('pending', 'requires_action', 'succeeded')
       OR (r.state = 'paid_otherwise' AND w.way IN ('transfer', 'cash', 'voucher'))
    GROUP BY r.order_id
    HAVING SUM(CASE WHEN r.state = 'paid_otherwise' THEN 1 ELSE 0 END) > 0
) back ON back.order_id = paid.id
WHERE back.ours > paid.amount
   OR (back.amount > paid.amount
       AND NOT EXISTS (SELECT 1 FROM returns_break b JOIN returns_payment p ON p.id = b.payment_id
                       WHERE b.kind = 'above_captured' AND p.order_id = paid.id));

-- I12 more_asked_than_bought
-- Live returns of a line ask for no more units than were bought.
SELECT o.number AS "order", l.line_id AS line, SUM(i.quantity) AS asked, l.quantity AS bought
FROM returns_rmaitem i
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_orderline l ON l.id = i.line_id
JOIN returns_order o ON o.id = l.order_id
WHERE i.state <> 'refused' AND m.state NOT IN ('rejected', 'cancelled', 'expired')
GROUP BY l.id, o.number, l.line_id, l.quantity
HAVING SUM(i.quantity) > l.quantity;

-- I12 more_back_than_asked
-- Of an item no more units come back than were asked for: the others are extra.
SELECT m.number AS "return", l.line_id AS line, SUM(c.fine + c.damaged) AS back, i.quantity AS asked
FROM returns_receiptline c
JOIN returns_rmaitem i ON i.id = c.item_id
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_orderline l ON l.id = i.line_id
GROUP BY i.id, m.number, l.line_id, i.quantity
HAVING SUM(c.fine + c.damaged) > i.quantity;

-- I22 shares_above_paid
-- The shares of a line's live items are never above what was paid for it, and all of it once every unit is asked for.
SELECT o.number AS "order", l.line_id AS line, SUM(i.quantity) AS asked, l.quantity AS bought,
       o.currency, SUM(i.share) AS shares, l.paid
FROM returns_rmaitem i
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_orderline l ON l.id = i.line_id
JOIN returns_order o ON o.id = l.order_id
WHERE i.state <> 'refused' AND m.state NOT IN ('rejected', 'cancelled', 'expired')
GROUP BY l.id, o.number, l.line_id, l.quantity, o.currency, l.paid
HAVING SUM(i.share) > l.paid OR (SUM(i.quantity) = l.quantity AND SUM(i.share) < l.paid);

-- I22 lines_add_up
-- The lines of a refund add up to its amount.
SELECT r.public_id AS refund, r.currency, COALESCE(SUM(l.amount), 0) AS lines, r.amount
FROM returns_refund r
LEFT JOIN returns_refundline l ON l.refund_id = r.id
GROUP BY r.id, r.public_id, r.currency, r.amount
HAVING COALESCE(SUM(l.amount), 0) <> r.amount;

-- I22 goods_above_share
-- Refunds never pay more for an item than its share; what took the place of a failed one counts alone.
SELECT m.number AS "return", ol.line_id AS line, r.currency, SUM(l.amount) AS refunded, i.share
FROM returns_refundline l
JOIN returns_refund r ON r.id = l.refund_id
JOIN returns_rmaitem i ON i.id = l.item_id
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_orderline ol ON ol.id = i.line_id
WHERE l.kind = 'goods' AND r.replaced_by_id IS NULL
GROUP BY i.id, m.number, ol.line_id, r.currency, i.share
HAVING SUM(l.amount) > i.share;

-- I22 goods_above_paid
-- Refunds never pay more for an order's line than was paid for it, over all returns together.
SELECT o.number AS "order", ol.line_id AS line, r.currency, SUM(l.amount) AS refunded, ol.paid
FROM returns_refundline l
JOIN returns_refund r ON r.id = l.refund_id
JOIN returns_rmaitem i ON i.id = l.item_id
JOIN returns_orderline ol ON ol.id = i.line_id
JOIN returns_order o ON o.id = ol.order_id
WHERE l.kind = 'goods' AND r.replaced_by_id IS NULL
GROUP BY ol.id, o.number, ol.line_id, r.currency, ol.paid
HAVING SUM(l.amount) > ol.paid;

-- I22 delivery_above_paid
-- The outbound delivery of an order is refunded once: never more of it than was paid.
SELECT o.number AS "order", r.currency, SUM(l.amount) AS refunded, o.shipping_paid AS paid
FROM returns_refundline l
JOIN returns_refund r ON r.id = l.refund_id
JOIN returns_order o ON o.id = r.order_id
WHERE l.kind = 'shipping' AND r.replaced_by_id IS NULL
GROUP BY o.id, o.number, r.currency, o.shipping_paid
HAVING SUM(l.amount) > o.shipping_paid;

-- I22 kept_above_agreed
-- No more is kept than was agreed: an item's fee, and once a return what the parcel back costs.
SELECT m.number AS "return", COALESCE(ol.line_id, '') AS line, r.currency, -SUM(l.amount) AS kept,
       COALESCE(i.fee, m.return_cost) AS agreed
FROM returns_refundline l
JOIN returns_refund r ON r.id = l.refund_id
JOIN returns_rma m ON m.id = r.rma_id
LEFT JOIN returns_rmaitem i ON i.id = l.item_id
LEFT JOIN returns_orderline ol ON ol.id = i.line_id
WHERE l.kind = 'fee' AND r.replaced_by_id IS NULL
GROUP BY m.id, m.number, i.id, ol.line_id, r.currency, i.fee, m.return_cost
HAVING -SUM(l.amount) > COALESCE(i.fee, m.return_cost);

-- I22 loss_above_valued
-- For loss of value no more is kept of an item than an agent has said, and nothing once that was forgiven; but for what
-- the way back may still take, for which it is kept then.
SELECT m.number AS "return", ol.line_id AS line, kept.currency, kept.amount AS kept, COALESCE(said.loss, 0) AS valued
FROM (
    SELECT l.item_id, r.currency, -SUM(l.amount) AS amount
    FROM returns_refundline l
    JOIN returns_refund r ON r.id = l.refund_id
    WHERE l.kind = 'value_loss' AND r.replaced_by_id IS NULL
    GROUP BY l.item_id, r.currency
) kept
JOIN returns_rmaitem i ON i.id = kept.item_id
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_orderline ol ON ol.id = i.line_id
LEFT JOIN (
    SELECT c.item_id, SUM(v.loss) AS loss
    FROM returns_valuation v JOIN returns_receiptline c ON c.id = v.counted_id
    WHERE v.forgiven_at IS NULL
    GROUP BY c.item_id
) said ON said.item_id = kept.item_id
LEFT JOIN (
    SELECT r.rma_id, -SUM(l.amount) AS taken
    FROM returns_refundline l
    JOIN returns_refund r ON r.id = l.refund_id
    WHERE l.kind = 'fee' AND l.item_id IS NULL AND r.replaced_by_id IS NULL
    GROUP BY r.rma_id
) way_back ON way_back.rma_id = m.id
WHERE kept.amount > COALESCE(said.loss, 0) + m.return_cost - COALESCE(way_back.taken, 0);

-- I21 not_what_came_back
-- The refunds of a return are what came back of it is worth, to the unit: shares, less fees, losses and the way back.
-- Nothing is taken of the delivery, nor of other items what one costs beyond its worth.
WITH kept AS (  -- what may be kept counts as back with the first parcel, or at once where nothing is sent
    SELECT rma_id FROM returns_receipt
    UNION
    SELECT rma_id FROM returns_rmaitem WHERE state <> 'refused'
    GROUP BY rma_id HAVING MIN(CASE WHEN resolution = 'keep' THEN 1 ELSE 0 END) = 1
),
counted AS (
    SELECT i.id, i.rma_id, i.quantity, i.share, i.fee,
           CAST(CASE WHEN i.state <> 'accepted' OR m.state IN ('rejected', 'cancelled', 'expired') THEN 0
                     WHEN i.resolution = 'keep' THEN i.quantity * CASE WHEN kept.rma_id IS NULL THEN 0 ELSE 1 END
                     ELSE SUM(COALESCE(c.fine, 0) + CASE WHEN v.id IS NOT NULL AND v.valued_at IS NULL THEN 0
                                                         ELSE COALESCE(c.damaged, 0) END)
                END AS bigint) AS units,
           SUM(CASE WHEN v.forgiven_at IS NULL AND i.state = 'accepted'
                         AND m.state NOT IN ('rejected', 'cancelled', 'expired') THEN COALESCE(v.loss, 0)
                    ELSE 0 END) AS loss
    FROM returns_rmaitem i
    JOIN returns_rma m ON m.id = i.rma_id
    LEFT JOIN returns_receiptline c ON c.item_id = i.id
    LEFT JOIN returns_valuation v ON v.counted_id = c.id
    LEFT JOIN kept ON kept.rma_id = i.rma_id
    GROUP BY i.id, i.rma_id, i.quantity, i.share, i.fee, i.state, i.resolution, m.state, kept.rma_id
),
worth AS (
    SELECT m.id,
           SUM(CASE WHEN c.share * c.units / c.quantity - c.fee * c.units / c.quantity < c.loss THEN 0
                    ELSE c.share * c.units / c.quantity - c.fee * c.units / c.quantity - c.loss END)
           - CASE WHEN SUM(c.units) > 0 THEN m.return_cost ELSE 0 END AS amount
    FROM counted c JOIN returns_rma m ON m.id = c.rma_id
    GROUP BY m.id, m.return_cost
),
paid AS (
    SELECT r.rma_id, SUM(r.amount) AS amount, SUM(COALESCE(l.delivery, 0)) AS delivery
    FROM returns_refund r
    LEFT JOIN (
        SELECT refund_id, SUM(amount) AS delivery FROM returns_refundline WHERE kind = 'shipping' GROUP BY refund_id
    ) l ON l.refund_id = r.id
    WHERE r.originator IN ('rma', 'withdrawal') AND r.replaced_by_id IS NULL
    GROUP BY r.rma_id
)
SELECT m.number AS "return", m.state, o.currency, COALESCE(paid.amount - paid.delivery, 0) AS refunds, worth.amount AS worth
FROM worth
JOIN returns_rma m ON m.id = worth.id
JOIN returns_order o ON o.id = m.order_id
LEFT JOIN paid ON paid.rma_id = worth.id
WHERE COALESCE(paid.amount - paid.delivery, 0) <> CASE WHEN worth.amount < 0 THEN 0 ELSE worth.amount END;
