"""What the helpline brings to the application besides its pages."""

from flask import Flask

from accreditation.helpline import jobs as jobs  # importing it has registered what the clock runs
from accreditation.helpline.queries import calendar as calendar  # … and its calendar source
from accreditation.helpline.queries import corrections as corrections  # … and where a correction came from


def init_app(app: Flask) -> None:
    """Nothing more: the chores and the calendar source are registered."""
