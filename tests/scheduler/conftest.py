"""A mail server for each test, and the app told to use it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from jinja2 import DictLoader
from jinja2.loaders import ChoiceLoader

from scheduler.services.delivery import Delivered, deliver_letters
from scheduler.services.steps import Pace
from tests import factories
from tests.scheduler.mail_server import MailServer, Script

NEWS = (
    "{% block subject %}News {{ about }}{% endblock %}{% block body %}Dear {{ name }},\n\n{{ about }}\n{% endblock %}"
)
QUICK = Pace(lease=timedelta(seconds=5), step_seconds=0.5, reply_seconds=0.5)


@pytest.fixture
def news_template(app: Flask) -> None:
    loader = ChoiceLoader([DictLoader({"email/test/news.txt": NEWS}), app.jinja_loader])
    app.jinja_env.loader = loader


@pytest.fixture
def mail(app: Flask, news_template: None) -> Iterator[Callable[..., MailServer]]:
    """A mail server with this script, which the app hands its letters to."""
    servers: list[MailServer] = []

    def start(script: Script | None = None, **options: object) -> MailServer:
        server = MailServer(script, **options)
        server.__enter__()
        servers.append(server)
        app.config["SMTP_URL"] = server.url
        return server

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def deliver(app: Flask, news_template: None) -> Callable[..., Delivered]:
    def run(**options: object) -> Delivered:
        return deliver_letters(**{"pace": QUICK, **options})

    return run


@pytest.fixture
def any_hour(app: Flask) -> None:
    """Reminders go at any hour of any day, for tests that run by the real clock."""
    factories.send_at_any_hour()
