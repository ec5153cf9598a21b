"""What accounts add to the app besides pages and commands: who is asking, for every request."""

from flask import Flask

from accreditation.accounts.login import init_login


def init_app(app: Flask) -> None:
    init_login(app)
