"""A stand-in for Stripe on 127.0.0.1, for the demo and the tests. See README.md."""
