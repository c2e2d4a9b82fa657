"""Orders in: pure parsers, one per format. They yield `OrderData`; actions/orders.py loads them."""
