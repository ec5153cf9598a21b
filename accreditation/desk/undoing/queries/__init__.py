"""Reads of undoing: what could be undone, what was built on it, and what was undone."""
