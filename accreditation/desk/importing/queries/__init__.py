"""Drafts, the plan of each, and what the register knows of the people in it."""
