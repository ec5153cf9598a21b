"""Reminders that are owed, letters handed over, and the ticker that looks every minute whether there is something to
do.
"""
