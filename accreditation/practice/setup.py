"""What the room adds to the application besides its pages."""

from flask import Flask

from accreditation.practice import jobs as jobs  # importing it has registered what the clock runs


def init_app(app: Flask) -> None:
    """Nothing of its own."""
