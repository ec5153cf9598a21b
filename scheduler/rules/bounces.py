"""Reading a mail server's report that a letter could not be delivered (RFC 3464). Bytes go in, a verdict comes out.

Only a report that names one of our own letters counts. Everything else, such as an answer of somebody on holiday, a
loop, or a report about a letter that somebody else sent in our name, is of no consequence, and nothing is ever
written in answer.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Literal

LARGEST = 1_000_000
"""Bytes of a report that is read; what is larger is no report."""


@dataclass(frozen=True)
class Report:
    """`message_id`: the letter it is about. `kind`: failed for good, or still being tried. `status`: "5.1.1"."""

    message_id: str
    kind: Literal["failed", "delayed"]
    status: str
    words: str


def read_report(content: bytes) -> Report | None:
    """None: not a report about a letter, or not one that changes anything."""
    if len(content) > LARGEST:
        return None
    message = message_from_bytes(content, policy=policy.compat32)
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    if str(message.get_param("report-type", "")).lower() != "delivery-status":
        return None
    about = _fields(message)
    letter = _message_id(message)
    action = about.get("action", "").lower()
    if letter is None or action not in ("failed", "delayed"):
        return None
    status = re.match(r"[245]\.\d{1,3}\.\d{1,3}", about.get("status", ""))
    words = re.sub(r"^\s*smtp\s*;\s*", "", about.get("diagnostic-code", ""), flags=re.IGNORECASE)
    return Report(
        letter, "failed" if action == "failed" else "delayed", status[0] if status else "", _without_addresses(words)
    )


def _fields(message: Message) -> dict[str, str]:
    """The fields about the recipient: we write to one at a time, so the last group of fields is theirs."""
    found: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            if not isinstance(group, Message):
                continue
            found |= {name.lower(): " ".join(str(value).split()) for name, value in group.items()}
    return found


def _message_id(message: Message) -> str | None:
    """Of the letter that is returned, whole or its headers alone; never of the report itself."""
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            text = payload if isinstance(payload, bytes) else b""
            headers = message_from_bytes(text, policy=policy.compat32)
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if not isinstance(inner, list) or not inner or not isinstance(inner[0], Message):
                continue
            headers = inner[0]
        else:
            continue
        if found := re.search(r"<[^<>\s]{3,200}>", str(headers.get("Message-ID", ""))):
            return found[0]
    return None


def _without_addresses(text: str) -> str:
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return re.sub(r"<?[^<>\s,;]*@[^<>\s,;]*>?", "(an address)", text)[:300].strip()


def is_about_the_address(status: str) -> bool:
    """Whether a failure for good is the mailbox's: unknown, moved, closed or full. Not a policy or a broken route."""
    return bool(re.match(r"5\.[12]\.", status))
