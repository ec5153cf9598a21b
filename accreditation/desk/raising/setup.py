"""What raised corrections bring to the application besides their pages."""

from flask import Flask

from accreditation.desk.raising import jobs as jobs  # importing it has registered what the clock runs


def init_app(app: Flask) -> None:
    """Nothing more: the chore is registered."""
