"""What the room adds to the application besides its pages."""

from flask import Flask

from accreditation.standing.queries import calendar as calendar  # importing it has registered its calendar source


def init_app(app: Flask) -> None:
    """Nothing of its own."""
