"""What must always hold (money.md, "Invariants"), as plain SQL over our own tables: a second opinion on the actions."""
