"""Writing a letter from what is true at the moment it is handed over."""

import logging
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import cached_property, lru_cache
from hashlib import sha256
from html import escape
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from jinja2 import Environment, StrictUndefined

from accreditation.core import clock
from accreditation.core.database import db, only_reading, read_once
from accreditation.core.ics import Attachment
from accreditation.core.outbox import FACTS, OWN_ADDRESS, Letter
from accreditation.core.settings import DEFAULTS, get_setting
from accreditation.people.models import ContactAddress, Person
from accreditation.people.queries import address_of
from scheduler.rules.mime import whole_letter
from scheduler.rules.wordings import FOLDER
from scheduler.services.wordings import TEST, own_words, sample_facts

log = logging.getLogger(__name__)

NO_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What must never reach a header: control characters, and what some servers take for a line end."""


DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


class NotDeliverable(Exception):
    """This letter cannot reach its addressee. `flag`: because of the address, which is marked."""

    def __init__(self, reason: str, *, flag: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.flag = flag


@dataclass(frozen=True)
class Composed:
    """A letter ready to be handed over: its envelope and its words. Nothing in it is asked of the database any more."""

    sender: str
    recipient: str
    utf8: bool
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    files: tuple[Attachment, ...] = ()
    wording: int = 0
    digest: str = ""

    @cached_property
    def content(self) -> bytes:
        """The whole letter with CRLF line ends, put together when it is first asked for: while a server is waited for.

        The text, the same as simple HTML, and what it says for a calendar.
        """
        page = as_html(self.text, title=self.subject)
        return whole_letter(self.headers, self.text, page, self.files, utf8=self.utf8)


def compose(letter: Letter, *, takes_utf8: bool) -> Composed:
    """Write the letter. `takes_utf8`: whether the server takes addresses outside ASCII.

    Raises NoLongerTrue if there is nothing left to say, NotDeliverable if it can reach nobody, and whatever a broken
    template raises.
    """
    with only_reading():
        return _compose(letter, takes_utf8=takes_utf8)


def _compose(letter: Letter, *, takes_utf8: bool) -> Composed:
    person = db.session.get_one(Person, letter.person_id)
    answers_to = reply_to(letter.template)
    facts: dict[str, Any] = {
        "name": person.name,
        "link": f"{current_app.config['BASE_URL']}/sign-in",
        "service_name": get_setting("service_name"),
        "service_phone": get_setting("service_phone"),
        "answers_to": answers_to,
    } | FACTS[letter.template](letter.about_id)
    if letter.template in OWN_ADDRESS:
        recipient, utf8 = as_told_to_the_server(str(facts["to"]), takes_utf8=takes_utf8)
    else:
        recipient, utf8 = usable_address(current_address(person.id), takes_utf8=takes_utf8)
    if letter.template == TEST:
        facts |= _tested(str(facts["tested"]), facts)
    subject, body, wording = words_of(letter.template, facts)
    subject = " ".join(NO_HEADER.sub(" ", subject).split())
    closing = _environment().get_template("email/closing.txt").render(facts).strip()
    text = f"{body}\n\n{closing}\n".replace("\0", "")

    sender, from_whom = _from(str(current_app.config["MAIL_FROM"]))
    username, _, domain = recipient.rpartition("@")
    headers: list[tuple[str, str]] = [
        ("From", from_whom),
        ("To", str(Address(username=username, domain=domain))),
        ("Subject", subject),
        ("Date", format_datetime(clock.now())),
        ("Message-ID", letter.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Register-Letter", letter.message_id.strip("<>").partition("@")[0]),
    ]
    if answers_to:
        headers.append(("Reply-To", str(Address(addr_spec=answers_to))))
    digest = sha256(f"{subject}\n{text}".encode()).hexdigest()
    files: tuple[Attachment, ...] = tuple(facts.get("calendar", ()))
    return Composed(sender, recipient, utf8, subject, tuple(headers), text, files, wording, digest)


@lru_cache(maxsize=8)
def _from(setting: str) -> tuple[str, str]:
    """The sender as the server is told it, and as readers see it."""
    name, address = parseaddr(setting)
    return address, str(Address(NO_HEADER.sub(" ", name), addr_spec=address))


def words_of(template: str, facts: dict[str, object]) -> tuple[str, str, int]:
    """Subject, text and the version of the words: the service's own where it has written some, else the product's."""
    if own := own_words(template, facts):
        return own
    found = _environment().get_template(template)
    context = found.new_context(facts)
    return "".join(found.blocks["subject"](context)).strip(), "".join(found.blocks["body"](context)).strip(), 0


def _tested(letter: str, facts: dict[str, object]) -> dict[str, object]:
    sample = facts | sample_facts(clock.today(), base_url=str(current_app.config["BASE_URL"]))
    subject, body, _ = words_of(f"{FOLDER}{letter}.txt", sample)
    return {"test_subject": subject, "test_body": body}


def reply_to(template: str) -> str | None:
    """Where answers to this kind of letter go, as it is set: the kind is the room that the letter comes from."""
    room = template.split("/")[1] if template.count("/") > 1 else ""
    kind = f"reply_to_{room}"
    return get_setting(kind) or None if kind in DEFAULTS else None


def as_html(text: str, *, title: str) -> str:
    """The same words for a reader of HTML: paragraphs, and addresses of our own as links. Nothing else, no pictures."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        said = escape(block.strip())
        said = re.sub(r"https?://[^\s<>&\"']+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', said)
        paragraphs.append("<p>" + said.replace("\n", "<br>\n") + "</p>")
    return (
        f'<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body style="{PLAIN}">\n' + "\n".join(paragraphs) + "\n</body></html>\n"
    )


PLAIN = "font: 16px/1.5 sans-serif; max-width: 40em"


def current_address(person_id: int) -> ContactAddress | None:
    """Where letters to this person go, whichever of their records the letter was queued for."""
    return read_once(address_key(person_id), lambda: address_of(person_id))


def address_key(person_id: int) -> str:
    """By which `read_once` knows it."""
    return f"address of {person_id}"


def usable_address(row: ContactAddress | None, *, takes_utf8: bool) -> tuple[str, bool]:
    """The address as the server is told it, and whether that needs SMTPUTF8. Raises NotDeliverable."""
    if row is None:
        raise NotDeliverable("There is no address to write to.")
    if row.undeliverable_since is not None:
        raise NotDeliverable(f"Letters to this address do not arrive: {row.undeliverable_reason}")
    return as_told_to_the_server(row.address, takes_utf8=takes_utf8)


def as_told_to_the_server(address: str, *, takes_utf8: bool) -> tuple[str, bool]:
    """The same for an address that is nobody's contact address. Raises NotDeliverable."""
    local, _, domain = address.rpartition("@")
    try:
        # Only the part before the @ is checked so: names such as “mail.local” are refused there, and are
        # real inside a force.
        checked = validate_email(f"{local}@register.uk", check_deliverability=False)
        plain_domain = domain.encode("idna").decode("ascii")
        if not DOMAIN.fullmatch(plain_domain):
            raise ValueError(f"“{domain}” is not the name of a mail server.")
    except (EmailNotValidError, ValueError) as problem:
        raise NotDeliverable(f"The address cannot be used: {problem}", flag=True) from problem
    if checked.ascii_local_part is not None:
        return f"{checked.ascii_local_part}@{plain_domain}", False
    if takes_utf8:
        return f"{checked.local_part}@{domain}", True
    raise NotDeliverable(
        "The address has letters outside the English alphabet before the @, and the mail server takes no such address. "
        "Ask for another address.",
        flag=True,
    )


def _environment() -> Environment:
    """Templates in which a missing value is a fault: better no letter than half of one."""
    environment: Environment | None = current_app.extensions.get("letters")
    if environment is None:
        environment = current_app.jinja_env.overlay(undefined=StrictUndefined)
        current_app.extensions["letters"] = environment
    return environment
