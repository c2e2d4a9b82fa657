"""Decisions: plain Python without Django, without a clock of its own, without input or output. See README.md."""
