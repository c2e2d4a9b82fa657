"""Money out: `gateway.py` says what a provider can do, `stripe.py` does it, `standin/` plays it in demo and tests."""
