"""The roof: `create_app`, the only place that knows every room."""

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from accreditation.config import PACKAGE, Config, template_folder, usable_url
from accreditation.core.database import init_database
from accreditation.web.guards import refuse_undeclared_routes

ROOMS = (
    "accreditation.core",
    "accreditation.web",
    "accreditation.people",
    "accreditation.standing",
    "accreditation.accounts",
    "cohorts",
    "vetting",
    "accreditation.refreshers",
    "accreditation.practice",
    "accreditation.helpline",
    "accreditation.awards",
    "scheduler",
    "accreditation.desk",
    "accreditation.desk.importing",
    "accreditation.desk.leaving",
    "accreditation.desk.led_to",
    "accreditation.desk.merging",
    "accreditation.desk.raising",
    "accreditation.desk.undoing",
    "accreditation.desk.demo",
    "accreditation.reports",
)
"""Every room, from the ground up. Each brings `views.bp`, `cli.commands`, or both."""

csrf = CSRFProtect()


def create_app(config: Config | str | None = None) -> Flask:
    """The application for a Config, for the database at a URL, or for what the environment says."""
    if isinstance(config, str):
        config = replace(Config.from_environment(), database_url=usable_url(config))
    config = config or Config.from_environment()
    app = Flask("accreditation", template_folder=str(template_folder()), root_path=str(PACKAGE))
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAIL_FROM=config.mail_from,
        SMTP_URL=config.smtp_url,
        BASE_URL=config.base_url,
        SETTINGS=config,
        WTF_CSRF_TIME_LIMIT=None,  # a long form may be typed for longer than an hour
        SESSION_COOKIE_NAME="__Host-session" if config.uses_https else "session",
        SESSION_COOKIE_SECURE=config.uses_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=6 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=trusted_hosts(config.base_url),
    )
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    init_database(app, config.database_url)
    csrf.init_app(app)
    for room in ROOMS:
        open_room(app, room)
    refuse_undeclared_routes(app)
    return app


LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def trusted_hosts(base_url: str) -> list[str] | None:
    """The names under which the service answers, once it has one. On the machine itself it always answers."""
    host = urlsplit(base_url).hostname or ""
    return None if host in LOOPBACK else [host, *LOOPBACK]


def open_room(app: Flask, room: str) -> None:
    """Bring in a room's pages, its commands, and whatever else it registers (`init_app`)."""
    if find_spec(f"{room}.views"):
        app.register_blueprint(import_module(f"{room}.views").bp)
    if find_spec(f"{room}.cli"):
        for command in import_module(f"{room}.cli").commands:
            app.cli.add_command(command)
    if find_spec(f"{room}.setup"):
        import_module(f"{room}.setup").init_app(app)
