"""Two records of one person: suggested pairs, side by side, one ledger from then on, and thirty days to take it back.

A merge adds a dated link and rewrites nothing (accreditation.people has the links, standing reads them).
docs/decisions/ says what was left open and how it was settled.
"""
