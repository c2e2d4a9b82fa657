"""Numbers about what has happened: one report per file, read-only."""
