"""A letter as bytes: its text, the same as simple HTML, and what goes with it, with CRLF line ends.

The library's own EmailMessage parses and folds every header of every letter again, which took longer than all else
about a letter. Here each kind of header is folded once (by the library's rules), and the parts are put in line.
"""

import secrets
from binascii import b2a_qp
from collections.abc import Iterable, Sequence
from email import policy
from email.message import EmailMessage
from functools import lru_cache

from accreditation.core.ics import Attachment

LONGEST_HEADER = 76
LONGEST_LINE = 900
"""RFC 5322 allows 998 characters; a longer line, or letters outside ASCII, are written as quoted-printable."""


def whole_letter(
    headers: Iterable[tuple[str, str]], text: str, page: str, files: Sequence[Attachment], *, utf8: bool
) -> bytes:
    """The letter. `page`: the text as HTML. `utf8`: whether headers may hold letters outside ASCII (SMTPUTF8).

    One event: as a further alternative, which Outlook and Gmail show as an event to answer, and as a file to open. Of
    several such parts in one letter they show the first alone, so several events are files and nothing else.

    Raises ValueError where a header holds a line end.
    """
    said, attached = [_part("plain", text), _part("html", page)], []
    if len(files) == 1:
        said.append(_calendar(files[0]))
        attached.append(_file(files[0], "application", "ics"))
    else:
        attached += [_file(file, "text", "calendar", _meant(file)) for file in files]
    whole = _together("alternative", said)
    if attached:
        whole = _together("mixed", [whole, *attached])
    return b"".join([*(_header(name, value, utf8) for name, value in headers), b"MIME-Version: 1.0\r\n", whole])


def _calendar(file: Attachment) -> bytes:
    part = EmailMessage(policy=policy.SMTP)
    part.set_content(file.content, "text", "calendar", params=_meant(file))
    return _without_version(part)


def _file(file: Attachment, kind: str, subkind: str, meant: dict[str, str] | None = None) -> bytes:
    part = EmailMessage(policy=policy.SMTP)
    part.set_content(file.content, kind, subkind, disposition="attachment", filename=file.name, params=meant)
    return _without_version(part)


def _meant(file: Attachment) -> dict[str, str]:
    return {"method": file.method, "charset": "utf-8"}


def _without_version(part: EmailMessage) -> bytes:
    del part["MIME-Version"]
    return part.as_bytes()


def _header(name: str, value: str, utf8: bool) -> bytes:
    if value.isascii() and value.isprintable() and len(name) + len(value) < LONGEST_HEADER:
        return f"{name}: {value}\r\n".encode("ascii")  # nothing in it to encode or to fold
    return _folded(name, value, utf8)


@lru_cache(maxsize=64)
def _folded(name: str, value: str, utf8: bool) -> bytes:
    """By the library's rules. Kept, because a run of letters has the same sender and often the same subject."""
    rules = policy.SMTPUTF8 if utf8 else policy.SMTP
    name, parsed = rules.header_store_parse(name, value)  # refuses a line end
    return rules.fold_binary(name, parsed)


def _part(kind: str, text: str) -> bytes:
    content = b"".join(line + b"\r\n" for line in text.encode("utf-8").splitlines())
    if kind == "plain" and content.isascii() and all(len(line) < LONGEST_LINE for line in content.split(b"\r\n")):
        encoding = b"7bit"
    else:
        encoding, content = b"quoted-printable", b2a_qp(content)
    return (
        b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n' % (kind.encode(), encoding)
        + content
    )


def _together(kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = b"=_" + secrets.token_hex(16).encode()  # quoted-printable never says =_
    said = [b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind.encode(), boundary)]
    said += [b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts]
    return b"".join(said) + b"--" + boundary + b"--\r\n"
