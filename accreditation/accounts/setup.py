"""What accounts add to the app besides pages and commands: who is asking, for every request; what fills letters."""

from flask import Flask

from accreditation.accounts.services import letters
from accreditation.accounts.views.login import init_login

__all__ = ["init_app", "letters"]


def init_app(app: Flask) -> None:
    init_login(app)
