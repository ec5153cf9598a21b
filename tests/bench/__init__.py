"""Measuring the product against a bare floor: `make bench`, or `python -m tests.bench --help`."""
