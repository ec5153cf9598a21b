"""A service as it runs in life: the product's own web server on an SQLite file, a real mail server, a clock."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import dispatcher, loop

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.database import db
from scheduler import jobs

MORNING = datetime(2027, 2, 2, 10, 0, tzinfo=UTC)
"""A Tuesday, so that the demo is the same on every run, whatever day it is outside."""


class Post:
    """A mail server that keeps what it accepts, with the address it was for; some addresses it does not know."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 known"

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.letters += [(address, message) for address in envelope.rcpt_tos]
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for recipient, message in self.letters if recipient == address]

    def newest_to(self, address: str) -> EmailMessage:
        return self.to(address)[-1]


@dataclass
class Service:
    """A running service: its address, its application for the scheduler's beats, its post, its clock, its sign-ins."""

    url: str
    app: Flask
    post: Post
    clock: time_machine.Traveller
    folder: Path
    sign_ins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def beat(self) -> None:
        """What the scheduler does each minute: owe what is due, hand over what is queued."""
        jobs.tick(self.app)
        jobs.deliver(self.app)

    def later(self, **much: float) -> None:
        self.clock.shift(timedelta(**much))


@contextmanager
def running(config: Config, database: Path) -> Iterator[Service]:
    """The service on that database, from MORNING on."""
    post = Post()
    mail = Controller(post, hostname="127.0.0.1", port=_free_port(), enable_SMTPUTF8=True)
    mail.start()
    with socket.create_server(("127.0.0.1", 0)) as door, time_machine.travel(MORNING, tick=True) as clock:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        app = create_app(
            replace(
                config,
                data_dir=database.parent,
                database_url=f"sqlite:///{database}",
                base_url=url,
                smtp_url=f"smtp://127.0.0.1:{mail.port}",
            )
        )
        with serving(app, door):
            yield Service(url, app, post, clock, database.parent)
        with app.app_context():
            db.engine.dispose()
    mail.stop()


@contextmanager
def serving(app: Flask, door: socket.socket) -> Iterator[None]:
    """Waitress with four threads, as `accreditation serve` runs it."""
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, sockets=[door], threads=4, ident="")
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            loop(timeout=0.5, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()
    server.task_dispatcher.shutdown()
    for channel in list(sockets.values()):
        dispatcher.close(channel)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])
