"""Reading a mail server's report that a letter could not be delivered (RFC 3464). Bytes go in, a verdict comes out.

Only a report that names one of our own letters counts. Everything else, such as an answer of somebody on holiday, a
loop, or a report about a letter that somebody else sent in our name, is of no consequence, and nothing is ever
written in answer.
"""

import re
from binascii import a2b_base64, a2b_qp
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message
from typing import Literal

LARGEST = 1_000_000
"""Bytes of a report that is read; what is larger is no report."""
STATUS = ("message/delivery-status", "message/global-delivery-status")
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
"""The parts of a report. Those called global are of a letter to an address outside ASCII (RFC 6533)."""


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
    words = re.sub(r"^\s*[\w.-]+\s*;\s*", "", about.get("diagnostic-code", ""))  # whose words: "smtp;", "X-Postfix;"
    return Report(
        letter, "failed" if action == "failed" else "delayed", status[0] if status else "", _without_addresses(words)
    )


def _fields(message: Message) -> dict[str, str]:
    """The fields about the recipient: we write to one at a time, so the last group of fields is theirs."""
    found: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_type() in STATUS:
            for group in re.split(r"(?:\r?\n[ \t]*){2,}", _inside(part).strip()):
                fields = message_from_string(group, policy=policy.compat32)
                found |= {name.lower(): " ".join(str(value).split()) for name, value in fields.items()}
    return found


def _message_id(message: Message) -> str | None:
    """Of the letter that is returned, whole or its headers alone; never of the report itself."""
    for part in message.walk():
        if part.get_content_type() in RETURNED:
            headers = message_from_string(_inside(part).lstrip(), policy=policy.compat32)
            if found := re.search(r"<[^<>\s]{3,200}>", str(headers.get("Message-ID", ""))):
                return found[0]
    return None


def _inside(part: Message) -> str:
    """What a part says, up to any parts within it. The library has taken it for a message, even if it is encoded."""
    held = part.get_payload()
    said = "\n".join(_unparsed(one) for one in held) if isinstance(held, list) else str(held)
    content = said.encode("utf-8", "surrogateescape")
    match str(part.get("Content-Transfer-Encoding", "")).lower().strip():
        case "quoted-printable":
            content = a2b_qp(content)
        case "base64":
            content = _from_base64(content)
    return content.decode("utf-8", "replace")


def _unparsed(message: object) -> str:
    if not isinstance(message, Message):
        return ""
    held = message.get_payload()
    headers = "".join(f"{name}: {value}\n" for name, value in message.raw_items())
    return f"{headers}\n{held if isinstance(held, str) else ''}"


def _from_base64(content: bytes) -> bytes:
    try:
        return a2b_base64(content)
    except ValueError:
        return b""  # cut off on its way: nothing can be read in it


def _without_addresses(text: str) -> str:
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return re.sub(r"<?[^<>\s,;]*@[^<>\s,;]*>?", "(an address)", text)[:300].strip()


def is_about_the_address(status: str) -> bool:
    """Whether a failure for good is the mailbox's: unknown, moved, closed or full. Not a policy or a broken route."""
    return bool(re.match(r"5\.[12]\.", status))
