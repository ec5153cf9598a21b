"""What the room adds to the application besides its pages."""

from flask import Flask

from accreditation.refreshers import jobs as jobs  # importing it has registered what the clock runs
from accreditation.refreshers.queries import calendar as calendar  # and this, its calendar sources


def init_app(app: Flask) -> None:
    """Nothing of its own."""
