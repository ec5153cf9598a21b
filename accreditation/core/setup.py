"""What the ground floor brings to the application besides its commands."""

from flask import Flask

from accreditation.core import jobs as jobs  # importing it has registered what the clock runs


def init_app(app: Flask) -> None:
    """Nothing more: the chore is registered."""
