from datetime import date

TODAY = date(2027, 2, 2)
"""The day on which tests that need a fixed day take place: a Tuesday."""
