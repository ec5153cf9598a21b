"""What the room adds to the application besides its pages."""

from flask import Flask

from cohorts import jobs as jobs  # importing it has registered what the clock runs
from cohorts.queries import calendar as calendar  # and this, its calendar sources
from cohorts.queries import naming as naming  # how its cohorts are called


def init_app(app: Flask) -> None:
    """Nothing of its own."""
