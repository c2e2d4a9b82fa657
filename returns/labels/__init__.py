"""Paper: what a shopper prints or shows at the counter. Bytes out; no Django, no catalogue."""
