"""A service's own spreadsheet becomes its register: look at it, say row by row what would happen, and then do it once.

Nothing is written before somebody confirms, and what is written is one transaction. docs/decisions/ says how the
register began.
"""
