"""Somebody leaves the service, and comes back: one use case across the rooms, DESIGN.md section 7."""
