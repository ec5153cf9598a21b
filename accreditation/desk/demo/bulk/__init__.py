"""Thousands of mediators at once, for measuring: the rows that the services would have written, in batches."""
