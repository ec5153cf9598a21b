"""Schemes, the ledger of evidence, the engine, and what the pages read from it."""
