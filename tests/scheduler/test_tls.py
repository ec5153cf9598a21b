"""Encryption, with a certificate that is checked: aiosmtpd as the server."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from scheduler.services.delivery import Pace
from tests import factories


class Box:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.letters.append(envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, crt = folder / "key.pem", folder / "crt.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    subprocess.run([*command, "-keyout", key, "-out", crt, *subject], check=True, capture_output=True)
    return key, crt


@contextmanager
def serving(box: Box, certificate: tuple[Path, Path], how: str) -> Iterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    options = {"hostname": "127.0.0.1", "port": 0, "enable_SMTPUTF8": True}
    if how == "smtps":
        controller = Controller(box, ssl_context=context, **options)
    else:

        class WithPassword(Controller):
            def factory(self) -> SMTP:
                return SMTP(
                    self.handler,
                    tls_context=context,
                    require_starttls=True,
                    auth_required=True,
                    authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                        success=(data.login, data.password) == (b"register", b"secret"), handled=False
                    ),
                )

        controller = WithPassword(box, **options)
    # It would knock at port 0 to see whether anybody answers.
    controller._trigger_server = lambda: socket.create_connection(controller.server.sockets[0].getsockname()).close()
    controller.start()
    try:
        yield controller.server.sockets[0].getsockname()[1]
    finally:
        controller.stop()


@pytest.mark.parametrize("how", ["smtps", "smtp+starttls"])
def test_a_server_with_a_certificate_that_is_vouched_for_gets_the_letter(app, deliver, certificate, how):
    box = Box()
    with serving(box, certificate, how) as port:
        who = "register:secret@" if how == "smtp+starttls" else ""
        app.config["SMTP_URL"] = f"{how}://{who}localhost:{port}?authority={certificate[1]}"
        factories.letter()
        assert deliver().states == {"sent": 1}
    assert len(box.letters) == 1


@pytest.mark.parametrize("how", ["smtps", "smtp+starttls"])
def test_nobody_vouches_for_the_certificate_so_nothing_is_handed_over(app, deliver, certificate, how):
    box = Box()
    with serving(box, certificate, how) as port:
        app.config["SMTP_URL"] = f"{how}://localhost:{port}"
        letter_id = factories.letter()
        assert "certificate" in deliver().stopped.lower()
    assert (box.letters, factories.state_of(letter_id)) == ([], "queued")


@pytest.mark.parametrize("how", ["smtps", "smtp+starttls"])
def test_a_certificate_for_another_name_is_not_enough(app, deliver, certificate, how):
    box = Box()
    with serving(box, certificate, how) as port:
        app.config["SMTP_URL"] = f"{how}://127.0.0.1:{port}?authority={certificate[1]}"
        letter_id = factories.letter()
        assert "not valid for '127.0.0.1'" in deliver().stopped
    assert (box.letters, factories.state_of(letter_id)) == ([], "queued")


def test_a_wrong_password_costs_no_letter_a_try(app, deliver, certificate):
    box = Box()
    with serving(box, certificate, "smtp+starttls") as port:
        app.config["SMTP_URL"] = f"smtp+starttls://register:wrong@localhost:{port}?authority={certificate[1]}"
        letter_id = factories.letter()
        assert "lets nobody in: 535" in deliver(pace=Pace(step_seconds=20)).stopped  # it answers slowly, on purpose
    assert (factories.state_of(letter_id), factories.letter_row(letter_id).tries) == ("queued", 0)


def test_a_server_that_hides_its_encryption_is_not_spoken_to_without(app, mail, deliver):
    server = mail(extensions=())
    app.config["SMTP_URL"] = server.url.replace("smtp://", "smtp+starttls://")
    letter_id = factories.letter()
    assert deliver().stopped
    assert (server.accepted, factories.state_of(letter_id)) == ([], "queued")
