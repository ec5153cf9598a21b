"""What every page of the application gets: filters and globals, headers, refusals in words, the name of the service."""

from flask import Flask

from accreditation.core.settings import get_setting
from accreditation.web.headers import guard_responses
from accreditation.web.refusals import show_refusals
from accreditation.web.render import prepare_templates


def init_app(app: Flask) -> None:
    prepare_templates(app)
    guard_responses(app, uses_https=app.config["SETTINGS"].uses_https)
    show_refusals(app)
    app.context_processor(lambda: {"service_name": get_setting("service_name")})
