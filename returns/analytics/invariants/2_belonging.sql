-- I13 line_of_another_order
-- The lines of a return belong to its order.
SELECT m.number AS "return", l.line_id AS line, o.number AS "order", other.number AS line_of
FROM returns_rmaitem i
JOIN returns_rma m ON m.id = i.rma_id
JOIN returns_order o ON o.id = m.order_id
JOIN returns_orderline l ON l.id = i.line_id
JOIN returns_order other ON other.id = l.order_id
WHERE l.order_id <> m.order_id;

-- I13 counted_elsewhere
-- What a receipt counted belongs to its return, and is the line that the item is about.
SELECT m.number AS "return", p.number AS receipt, l.line_id AS line
FROM returns_receiptline c
JOIN returns_receipt p ON p.id = c.receipt_id
JOIN returns_rma m ON m.id = p.rma_id
JOIN returns_orderline l ON l.id = c.line_id
LEFT JOIN returns_rmaitem i ON i.id = c.item_id
WHERE l.order_id <> m.order_id OR i.rma_id <> p.rma_id OR i.line_id <> c.line_id;

-- I13 pays_for_another_return
-- What a refund pays for is an item of its own return, and that item's line.
SELECT r.public_id AS refund, l.kind, r.currency, l.amount
FROM returns_refundline l
JOIN returns_refund r ON r.id = l.refund_id
LEFT JOIN returns_rmaitem i ON i.id = l.item_id
WHERE (l.item_id IS NOT NULL AND (r.rma_id IS NULL OR i.rma_id <> r.rma_id))
   OR (l.item_id IS NOT NULL AND l.line_id IS NOT NULL AND i.line_id <> l.line_id);

-- I14 payment_of_another_order
-- A refund's payment, return, receipt and goodwill belong to its own order.
SELECT r.public_id AS refund, o.number AS "order", r.currency, r.amount
FROM returns_refund r
JOIN returns_order o ON o.id = r.order_id
LEFT JOIN returns_payment p ON p.id = r.payment_id
LEFT JOIN returns_rma m ON m.id = r.rma_id
LEFT JOIN returns_receipt c ON c.id = r.receipt_id
LEFT JOIN returns_goodwill g ON g.id = r.goodwill_id
WHERE p.order_id <> r.order_id
   OR m.order_id <> r.order_id
   OR g.order_id <> r.order_id
   OR (c.id IS NOT NULL AND (r.rma_id IS NULL OR c.rma_id <> r.rma_id));

-- I14 another_currency
-- A refund is in the currency of its order, its payment, its goodwill and its store credit.
SELECT r.public_id AS refund, o.number AS "order", o.currency AS currency_of_order, r.currency, r.amount
FROM returns_refund r
JOIN returns_order o ON o.id = r.order_id
LEFT JOIN returns_payment p ON p.id = r.payment_id
LEFT JOIN returns_goodwill g ON g.id = r.goodwill_id
LEFT JOIN returns_creditaccount a ON a.id = r.credit_id
WHERE r.currency <> o.currency OR r.currency <> p.currency OR r.currency <> g.currency OR r.currency <> a.currency;

-- I5 amount_changed
-- A refund's amount and currency are those that every event of it tells, from the decision on.
SELECT r.public_id AS refund, e.id AS event, e.kind, r.currency, r.amount,
       CAST(e.data ->> 'amount' AS bigint) AS told
FROM returns_event e
JOIN returns_refund r ON r.id = e.refund_id
WHERE e.data ->> 'amount' IS NOT NULL
  AND (CAST(e.data ->> 'amount' AS bigint) <> r.amount OR e.data ->> 'currency' <> r.currency);
