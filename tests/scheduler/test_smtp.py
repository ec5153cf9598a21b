"""Where the mail server is, and how far it is trusted."""

import pytest

from accreditation.config import BadConfiguration
from scheduler.services.smtp import Server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.uk", Server("mail.example.uk", 25, "none")),
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525, "none")),
        ("smtp://a:b@localhost", Server("localhost", 25, "none", "a", "b")),
        ("smtps://a%40b.uk:p%3Aq@mail.uk", Server("mail.uk", 465, "from the start", "a@b.uk", "p:q")),
        ("smtp+starttls://mail.uk?authority=/ca.pem", Server("mail.uk", 587, "starttls", authority="/ca.pem")),
    ],
)
def test_an_address_of_a_mail_server_is_read(url, server):
    assert Server.from_url(url) == server


@pytest.mark.parametrize("url", ["mail.uk:25", "http://mail.uk", "smtp://", "smtp://mail.uk:x", "smtp://a:b@mail.uk"])
def test_an_address_that_cannot_be_used_or_would_leak_a_password_is_refused(url):
    with pytest.raises(BadConfiguration, match="ACCREDITATION_SMTP_URL"):
        Server.from_url(url)
