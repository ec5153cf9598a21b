"""One conversation with a mail server, step by step, so that whoever leads it knows exactly how far it came.

smtplib's `sendmail` cannot tell a letter that was never sent from one that was (RELIABILITY 1.3), so only its
commands are used: MAIL, RCPT, DATA, the content, and last the line with the dot, after which nothing can be taken
back.
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from accreditation.config import BadConfiguration
from scheduler.rules.answers import Phase

QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""What tells the kernel to acknowledge at once what has come, where it can be told."""

HELD_BACK, PATIENCE = (0.035, 0.25), 5
"""Seconds that an acknowledgement is delayed for, by system; and how many answers in a row may wait so long."""

OUT_OF_TURN = 503
"""The answer to a command that does not come in order (RFC 5321, 4.2.3)."""

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True)
class Server:
    """Where letters are handed over."""

    host: str
    port: int
    tls: Literal["none", "from the start", "starttls"]
    user: str | None = None
    password: str | None = None
    authority: str | None = None  # file of the certificate authority, where it is not a public one

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """smtp://host:port, smtps://user:password@host or smtp+starttls://user:password@host?authority=/path/ca.pem.

        Raises BadConfiguration. A password never travels unencrypted to another machine.
        """
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in PORTS or not parts.hostname or port == -1:
            raise BadConfiguration(
                "ACCREDITATION_SMTP_URL must look like smtp://host:25, smtps://user:password@host:465 "
                "or smtp+starttls://user:password@host:587."
            )
        if parts.scheme == "smtp" and parts.username and not _is_this_machine(parts.hostname):
            raise BadConfiguration(
                "ACCREDITATION_SMTP_URL has a password that would travel unencrypted: use smtps:// or smtp+starttls://."
            )
        tls: dict[str, Literal["none", "from the start", "starttls"]] = {
            "smtp": "none", "smtps": "from the start", "smtp+starttls": "starttls",
        }  # fmt: skip
        return cls(
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            tls=tls[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            authority=parse_qs(parts.query).get("authority", [None])[0],
        )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def own_name() -> str:
    """How this machine introduces itself. Never asks the network.

    A name server that is down would hold up every letter.
    """
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


class Refused(Exception):
    """The server answered, and did not go along. `phase` is how far it had come."""

    def __init__(self, phase: Phase, code: int, text: bytes | str) -> None:
        self.phase: Phase = phase
        self.code = code
        self.text = _plain(text)
        super().__init__(f"{phase}: {code} {self.text}")


class Silence(Exception):
    """No answer: the connection could not be made, broke, or the reply did not come in time."""

    def __init__(self, phase: Phase, why: str) -> None:
        self.phase: Phase = phase
        self.why = why
        super().__init__(f"{phase}: {why}")


def _plain(text: bytes | str) -> str:
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _why(error: Exception) -> str:
    words = _plain(str(error)) or type(error).__name__
    return words.removeprefix("Connection unexpectedly closed: ")


class Conversation:
    """A connection that carries one letter after the other. Every method raises Refused or Silence with its phase."""

    def __init__(self, server: Server, *, step_seconds: float = 60, reply_seconds: float = 300) -> None:
        self.server = server
        self.step_seconds = step_seconds
        self.reply_seconds = reply_seconds
        self.carried = 0  # letters on this connection
        self._smtp: smtplib.SMTP | None = None
        self._ahead: tuple[str, str] | None = None  # an envelope that was told and not answered yet
        self._held_back = 0  # answers in a row that came as late as if they had waited for an acknowledgement

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    @property
    def takes_utf8(self) -> bool:
        """Whether the server takes addresses with letters outside ASCII (RFC 6531)."""
        return self._smtp is not None and bool(self._smtp.has_extn("smtputf8"))

    def open(self) -> None:
        """Connect, encrypt, sign in; nothing when that is done already."""
        if self._smtp is not None:
            return
        try:
            self._smtp = self._greeted()
        except smtplib.SMTPResponseException as refusal:
            raise Refused("connect", refusal.smtp_code, refusal.smtp_error) from refusal
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: TLS without a host name
            raise Silence("connect", _why(error)) from error
        self.carried, self._ahead, self._held_back = 0, None, 0

    def _greeted(self) -> smtplib.SMTP:
        server, context = self.server, self._context()
        smtp: smtplib.SMTP
        if server.tls == "from the start":
            smtp = smtplib.SMTP_SSL(timeout=self.step_seconds, local_hostname=own_name(), context=context)
        else:
            smtp = smtplib.SMTP(timeout=self.step_seconds, local_hostname=own_name())
        smtp._host = server.host  # type: ignore[attr-defined]  # the name that the certificate is checked against
        try:
            code, text = smtp.connect(server.host, server.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, text)
            assert smtp.sock is not None
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot waits for no full packet
            smtp.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                code, text = smtp.starttls(context=context)
                if code != 220:
                    raise smtplib.SMTPResponseException(code, text)
                smtp.ehlo()
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _context(self) -> ssl.SSLContext | None:
        if self.server.tls == "none":
            return None
        return ssl.create_default_context(cafile=self.server.authority)

    def address(self, sender: str, recipient: str, *, utf8: bool) -> None:
        """MAIL, RCPT and DATA: after this the server waits for the content. One recipient, always.

        Where all three went out with the dot of the letter before, only their answers are read. A server that refused
        that letter may not have forgotten it (Postfix, by smtpd_end_of_data_restrictions): it calls the next MAIL out
        of turn, and would take the addressee for one more of the letter before. So that is said anew, on a connection
        that knows of nothing else.
        """
        smtp = self._open_smtp()
        if self._ahead == (sender, recipient):
            try:
                self._read_ahead(smtp)
                return
            except Refused as refusal:
                if (refusal.phase, refusal.code) != ("mail", OUT_OF_TURN):
                    raise
            self.hang_up()
            self.open()
            smtp = self._open_smtp()
        if self._ahead is not None:
            raise RuntimeError("another envelope was told")
        self._expect("mail", 250, lambda: smtp.mail(sender, ["SMTPUTF8"] if utf8 else []))
        self._expect("rcpt", 250, lambda: smtp.rcpt(recipient), also=251)
        self._expect("data", 354, lambda: smtp.docmd("data"))

    def _read_ahead(self, smtp: smtplib.SMTP) -> None:
        self._ahead = None
        refused: Refused | None = None
        steps: tuple[tuple[Phase, tuple[int, ...]], ...] = (("mail", (250,)), ("rcpt", (250, 251)), ("data", (354,)))
        for phase, welcome in steps:
            began = time.monotonic()
            try:
                code, text = smtp.getreply()
                self._acknowledge(smtp)
            except (OSError, smtplib.SMTPException) as error:
                self.hang_up()
                raise refused or Silence(phase, _why(error)) from error
            if refused is None and code not in welcome:
                refused = Refused(phase, code, text)
            elif refused is not None and code == 354:
                self.hang_up()  # it waits for a letter to nobody
            if phase == "mail":
                late = HELD_BACK[0] <= time.monotonic() - began <= HELD_BACK[1]
                self._held_back = self._held_back + 1 if late else 0
        if refused is not None:
            raise refused

    def content(self, text: bytes) -> None:
        """The letter without the end of it: the server can accept nothing yet. `text` has CRLF line ends."""
        smtp = self._open_smtp()
        dotted = re.sub(rb"(?m)^\.", b"..", text)
        try:
            smtp.send(dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise Silence("data", _why(error)) from error

    def dot(self, following: tuple[str, str] | None = None) -> None:
        """The line with the dot. From here on silence proves nothing; `taken` reads the answer.

        `following`: sender and recipient of the next letter. They are told in the same breath where the server offers
        that (RFC 2920), so that a letter costs one journey there and back instead of four.
        """
        smtp = self._open_smtp()
        words = b".\r\n"
        several = smtp.has_extn("pipelining") and self._held_back < PATIENCE
        if following and several and all(part.isascii() for part in following):
            sender, recipient = map(smtplib.quoteaddr, following)
            words += f"MAIL FROM:{sender}\r\nRCPT TO:{recipient}\r\nDATA\r\n".encode("ascii")
            self._ahead = following
        try:
            smtp.send(words)
        except (OSError, smtplib.SMTPException) as error:
            raise Silence("dot", _why(error)) from error

    def taken(self) -> str:
        """The server's words when it took the letter."""
        smtp = self._open_smtp()
        assert smtp.sock is not None
        smtp.sock.settimeout(self.reply_seconds)
        try:
            code, text = smtp.getreply()
            if self._ahead:
                self._acknowledge(smtp)
        except (OSError, smtplib.SMTPException) as error:
            raise Silence("dot", _why(error)) from error
        smtp.sock.settimeout(self.step_seconds)
        if not 200 <= code < 300:
            raise Refused("dot", code, text)
        self.carried += 1
        return f"{code} {_plain(text)}"

    def _acknowledge(self, smtp: smtplib.SMTP) -> None:
        """Tell the server at once that its answer has come: it may have written the next already and not sent it.

        A server with Nagle's algorithm on sends the second of several answers only then, and the kernel would tell it
        after 40 ms. It forgets that it is to be quick, so it is told after each answer. Where it cannot be told,
        answers that come so late are noticed, and one command goes at a time for the rest of the connection.
        """
        if QUICK_ACK is not None and smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)

    def ready_for_another(self) -> None:
        """After a refusal of one letter: make the server forget it, or hang up where that does not work."""
        if self._smtp is None or self._ahead is not None:  # who has heard of the next letter has forgotten this one
            return
        try:
            code, _ = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code != 250:
            self.hang_up()

    def hang_up(self) -> None:
        """Close without another word: what was not finished is not accepted."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
        self._ahead = None

    def forget_the_next(self) -> None:
        """Where an envelope was told ahead that is not to go now, only hanging up takes it back."""
        if self._ahead is not None:
            self.hang_up()

    def quit(self) -> None:
        """Say goodbye, where somebody listens. Every letter's fate is recorded before."""
        self.forget_the_next()
        if self._smtp is None:
            return
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(min(self.step_seconds, 5))
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()
        self._smtp = None

    def _open_smtp(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise RuntimeError("the conversation is not open")
        return self._smtp

    def _expect(
        self, phase: Phase, code: int, say: Callable[[], tuple[int, bytes]], *, also: int | None = None
    ) -> None:
        try:
            got, text = say()
        except UnicodeError as error:
            raise Refused(phase, 553, "5.6.7 the address has letters that cannot be sent") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Silence(phase, _why(error)) from error
        if got not in (code, also):
            raise Refused(phase, got, text)
