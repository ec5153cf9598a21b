"""Reports as Postfix 3.7 writes them, also of letters to addresses outside ASCII, and encoded anew on their way."""

import base64
import os
import quopri
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import ContactAddress
from scheduler.rules.bounces import Report, read_report
from scheduler.services.bounces import read_bounces
from tests import factories

REPORTS = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "postfix").glob("*.eml")}
LETTER = "<letter@example.org>"
UNKNOWN = "550 5.1.1 (an address): Recipient address rejected: "


@pytest.mark.parametrize(
    ("name", "kind", "status", "words"),
    [
        ("utf8-whole", "failed", "5.1.1", UNKNOWN + "User unknown"),
        ("utf8-headers", "failed", "5.1.1", UNKNOWN + "User unknown"),
        ("unknown-headers", "failed", "5.1.1", UNKNOWN * 2 + "User unknown in virtual mailbox table"),
        (
            "delayed",
            "delayed",
            "4.2.0",
            "451 4.2.0 (an address): Recipient address rejected: Mailbox busy, try again later",
        ),
        ("given-up", "failed", "4.4.1", "connect to mail.away.example[192.0.2.9]:25: Connection refused"),
    ],
)
def test_a_report_of_postfix_is_read(name, kind, status, words):
    said = words.replace(UNKNOWN * 2, UNKNOWN + "(an address): Recipient address rejected: ")
    assert read_report(REPORTS[name]) == Report(LETTER, kind, status, said)


def encoded(report: bytes, how: str) -> bytes:
    """The same with every part encoded once more, as a server on the way does that passes on ASCII alone."""
    whole, _, rest = report.partition(b"\n\n")
    boundary = b"--" + report.partition(b'boundary="')[2].partition(b'"')[0]
    parts = rest.split(boundary)
    for number, part in enumerate(parts[1:-1], 1):
        headers, _, body = part.partition(b"\n\n")
        kept = b"\n".join(line for line in headers.split(b"\n") if b"Content-Transfer-Encoding" not in line)
        again = base64.encodebytes(body) if how == "base64" else quopri.encodestring(body)
        parts[number] = kept + f"\nContent-Transfer-Encoding: {how}\n\n".encode() + again
    return whole + b"\n\n" + boundary.join(parts)


@pytest.mark.parametrize("how", ["base64", "quoted-printable"])
@pytest.mark.parametrize("name", ["utf8-whole", "utf8-headers"])
def test_a_report_that_was_encoded_on_its_way_says_the_same(name, how):
    assert read_report(encoded(REPORTS[name], how)) == read_report(REPORTS[name])


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(REPORTS)),
    how=st.sampled_from(["as it is", "base64", "quoted-printable"]),
    cut=st.integers(0, 4000),
    put=st.binary(max_size=30),
)
def test_a_broken_report_breaks_nothing(name, how, cut, put):
    report = REPORTS[name] if how == "as it is" else encoded(REPORTS[name], how)
    found = read_report(report[:cut] + put + report[cut + len(put) // 2 :])
    assert found is None or found.message_id


@pytest.mark.parametrize(
    ("name", "state", "marked"),
    [("utf8-whole", "undeliverable", True), ("delayed", "sent", False), ("given-up", "undeliverable", False)],
)
def test_what_a_report_of_postfix_changes(app, mail, deliver, tmp_path, name, state, marked):
    mail()
    letter = factories.letter_row(factories.letter())
    deliver()
    place = tmp_path / "bounces"
    place.mkdir()
    (place / "1").write_bytes(REPORTS[name].replace(LETTER.encode(), letter.message_id.encode()))
    read_bounces(place)
    assert factories.state_of(letter.id) == state
    assert (db.session.scalar(select(ContactAddress.undeliverable_since)) is not None) == marked


def test_an_mbox_stays_the_mail_servers_and_what_was_read_is_for_nobody_else(app, tmp_path, monkeypatch):
    box = tmp_path / "mail"
    box.write_bytes(b"From MAILER-DAEMON Fri Nov 27 14:07:45 2026\n" + REPORTS["delayed"] + b"\n")
    aside = tmp_path / "mail.read"
    aside.touch(mode=0o644)
    given_back = []
    monkeypatch.setattr(os, "chown", lambda path, *owner: given_back.append((path, *owner)))
    before = box.stat()
    assert read_bounces(box) == {"ignored": 1}
    assert (before.st_ino != box.stat().st_ino, given_back) == (True, [(box, before.st_uid, before.st_gid)])
    assert aside.stat().st_mode & 0o777 == 0o600
