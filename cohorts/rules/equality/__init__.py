"""Equality monitoring in numbers: what may be shown, and what must be held back so that nobody is given away."""
