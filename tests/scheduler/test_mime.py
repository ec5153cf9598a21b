"""Letters as bytes: what a reader of mail makes of them is what the library's own way of writing would have said."""

from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from accreditation.core.ics import Attachment
from scheduler.rules.mime import whole_letter

CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
DAY, LONG_NAME = Attachment("day.ics", CALENDAR, "REQUEST"), Attachment("größer.ics", CALENDAR, "CANCEL")


def by_the_library(headers, text, page, files, *, utf8):
    message = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
    for name, value in headers:
        message[name] = value
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    if len(files) == 1:
        said = {"method": files[0].method, "charset": "utf-8"}
        message.add_alternative(files[0].content, "text", "calendar", params=said)
        message.add_attachment(files[0].content, "application", "ics", filename=files[0].name)
    else:
        for file in files:
            said = {"method": file.method, "charset": "utf-8"}
            message.add_attachment(file.content, "text", "calendar", filename=file.name, params=said)
    return message.as_bytes()


def understood(content: bytes):
    """Headers, and each part with its kind and what it says, as a reader of mail finds them."""
    message = message_from_bytes(content, policy=policy.default)
    assert not message.defects
    own = {"content-type", "mime-version", "content-transfer-encoding"}
    said = [(name, str(value)) for name, value in message.items() if name.lower() not in own]
    parts = []
    for part in message.walk():
        assert not part.defects
        found = None if part.is_multipart() else part.get_payload(decode=True).replace(b"\r\n", b"\n")
        parts.append((part.get_content_type(), part.get_param("charset"), part.get_param("method"),
                      part.get_content_disposition(), part.get_filename(), found))  # fmt: skip
    return message["MIME-Version"], said, parts


@pytest.mark.parametrize("files", [(), (DAY,), (LONG_NAME,), (DAY, LONG_NAME)])
@pytest.mark.parametrize(
    ("subject", "text", "to", "utf8"),
    [
        ("An item is due", "Dear Ada,\n\nSign in:\n\nhttps://x.uk/me\n", "ada@example.uk", False),
        ("Fällig – bald " * 9, "Dear Zoë,\n\nlove · “quoted”\n", "ada@example.uk", False),
        ("An item is due " * 12, ".\n..\n.dot\nFrom me\n--\n-- \ntrailing  \n\ttab \n", "ada@example.uk", False),
        ("=?utf-8?q?no?=", "x" * 3000 + "\n" + "y" * 997 + "\n", "ada@example.uk", False),
        ("Zoë", "Dear Zoë\n", "zoë@bücher.example", True),
        ("x", "a lone return\rand\r\nboth\n", '"a b"@example.uk', False),
        ("x", "=3D = =\n", "a" * 64 + "@" + "long" * 12 + ".example.uk", False),
    ],
)
def test_a_letter_says_what_the_library_would_have_said(subject, text, to, utf8, files):
    username, _, domain = to.rpartition("@")
    headers = [
        ("From", Address("Register, of Zoë" if utf8 else 'The "Register", here', addr_spec="register@example.uk")),
        ("To", Address(username=username.strip('"'), domain=domain)),
        ("Subject", subject),
        ("Message-ID", "<" + "a1" * 16 + "@example.police.uk>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    page = f"<p>{text}</p>"
    as_said = [(name, str(value)) for name, value in headers]
    ours = whole_letter(as_said, text, page, files, utf8=utf8)
    assert understood(ours) == understood(by_the_library(headers, text, page, files, utf8=utf8))
    assert ours.count(b"\n") == ours.count(b"\r\n") == ours.count(b"\r")
    assert max(map(len, ours.split(b"\r\n"))) <= 998
    assert utf8 or ours.isascii()


@pytest.mark.parametrize("value", ["a\r\nBcc: all@example.uk", "a\nb", "x" * 80 + "\r\n y"])
def test_no_header_holds_a_line_end(value):
    with pytest.raises(ValueError, match="linefeed"):
        whole_letter([("Subject", value)], "", "", (), utf8=False)
