"""What the page of a contact shows of other rooms."""

from flask import Flask

from accreditation.desk.led_to import queries as queries  # importing it has registered what it tells


def init_app(app: Flask) -> None:
    """Nothing more: it is registered."""
