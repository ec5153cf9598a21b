"""What the clock runs for those who leave."""

from flask import Flask

from accreditation.desk.leaving import jobs as jobs  # importing it has registered what the clock runs


def init_app(app: Flask) -> None:
    """Nothing more: it is registered."""
