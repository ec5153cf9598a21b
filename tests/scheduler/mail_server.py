"""A mail server that does what a test tells it to, and remembers what it accepted.

A script gives the action for each phase: a reply such as "451 later", "hang", "drop", and before the dot is answered
"accept+hang" or "accept+drop". For chaos tests it runs as a process of its own and keeps its count in a file.
"""

import random
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

Script = Callable[[str, "Session"], str | None]


class Session:
    """What one connection has said so far."""

    def __init__(self) -> None:
        self.sender = self.recipient = ""
        self.letters = 0
        self.utf8 = False
        self.begun = False  # a letter: another may begin only when it has ended or is forgotten


class MailServer:
    """`script(phase, session)` gives the action for a phase, None: as usual.

    The phases: greeting, ehlo, mail, rcpt, data, "before dot", dot, quit.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        extensions: tuple[str, ...] = ("SMTPUTF8", "8BITMIME", "PIPELINING"),
        nagle: bool = False,
        keeps_refused: bool = False,
    ) -> None:
        self.script: Script = script or (lambda phase, session: None)
        self.extensions = extensions
        self.keeps_refused = keeps_refused  # as Postfix, which forgets a letter that it refused only when it is told to
        self.stays_after_421 = False  # as one that says goodbye and goes on listening
        self.told_after_421: list[bytes] = []
        self.accepted: list[EmailMessage] = []
        self.envelopes: list[tuple[str, str]] = []
        self.unfinished: list[bytes] = []  # what came for a letter whose end never did
        self.connections = 0
        self.hang_seconds = 30.0
        self.slow_seconds = 0.0
        self.released = threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = not nagle  # as mail servers do: no answer waits for an acknowledgement

            def handle(self) -> None:
                outer.connections += 1
                try:
                    outer._talk(self)
                except (ConnectionError, TimeoutError, OSError):
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "MailServer":
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.accepted]

    def _talk(self, handler: socketserver.StreamRequestHandler) -> None:
        session = Session()

        def say(text: str) -> None:
            handler.wfile.write(text.encode() + b"\r\n")
            handler.wfile.flush()

        def act(phase: str, usual: str, action: str | None = None) -> bool:
            """Whether the usual reply was given."""
            action = action if phase == "dot" else self.script(phase, session)
            if action is None:
                say(usual)
                return True
            if action == "hang":
                self.released.wait(self.hang_seconds)
                raise ConnectionError
            if action == "drop":
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                raise ConnectionError
            say(action)
            if action.startswith("421"):
                if self.stays_after_421:
                    self.told_after_421 += iter(handler.rfile.readline, b"")
                raise ConnectionError
            return action[0] in "23"

        if not act("greeting", "220 test"):
            return
        while line := handler.rfile.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    say("250-test")
                    for extension in self.extensions:
                        say(f"250-{extension}")
                    act("ehlo", "250 HELP")
                case "MAIL" if session.begun:
                    say("503 5.5.1 Error: nested MAIL command")
                case "MAIL":
                    session.sender, session.utf8 = rest.partition(":")[2].split()[0].strip("<>"), "SMTPUTF8" in rest
                    session.begun = act("mail", "250 sender ok")
                case "RCPT":
                    session.recipient = rest.partition(":")[2].strip(" <>")
                    act("rcpt", "250 recipient ok")
                case "DATA":
                    if act("data", "354 go on"):
                        self._take(handler, session, act)
                case "QUIT":
                    act("quit", "221 bye")
                    return
                case "RSET":
                    session.begun = False
                    say("250 ok")
                case _:
                    say("250 ok")

    def _take(self, handler: socketserver.StreamRequestHandler, session: Session, act: Callable[..., bool]) -> None:
        lines = []
        while (line := handler.rfile.readline()) != b".\r\n":
            if not line:
                self.unfinished.append(b"".join(lines))
                raise ConnectionError
            lines.append(line[1:] if line.startswith(b".") else line)
        action = self.script("before dot", session) or ""
        if action.startswith("accept"):
            self._accept(session, b"".join(lines))
            if action == "accept+hang":
                self.released.wait(self.hang_seconds)
            raise ConnectionError
        refusal = self.script("dot", session)
        if refusal is None:
            self._accept(session, b"".join(lines))  # before the answer: a lost answer does not undo it
            time.sleep(self.slow_seconds)
        session.begun = refusal is not None and self.keeps_refused
        act("dot", "250 2.0.0 taken", refusal)

    def _accept(self, session: Session, content: bytes) -> None:
        session.letters += 1
        message = message_from_bytes(content, policy=policy.default)
        self.envelopes.append((session.sender, session.recipient))
        self.accepted.append(message)
        self.on_accept(message)

    def on_accept(self, message: EmailMessage) -> None:
        """For a subclass."""


class CountingServer(MailServer):
    """For kills: it adds each accepted Message-ID to a file before it answers.

    Sometimes it fails, always it is slow.
    """

    def __init__(self, path: str, seed: int, faults: float, slow_seconds: float, *, pipelining: bool = True) -> None:
        self._random = random.Random(seed)
        self._file = Path(path).open("a", buffering=1)  # noqa: SIM115
        self._faults = faults
        extensions = ("SMTPUTF8", "8BITMIME", *(("PIPELINING",) if pipelining else ()))
        super().__init__(self._sometimes, extensions=extensions)
        self.slow_seconds = slow_seconds

    def _sometimes(self, phase: str, session: Session) -> str | None:
        if self._random.random() >= self._faults:
            return None
        match phase:
            case "mail" | "rcpt" | "data" | "dot":
                return self._random.choice(("451 later", "drop"))
            case "before dot":
                return "accept+drop"
        return None

    def on_accept(self, message: EmailMessage) -> None:
        self._file.write(f"{message['Message-ID']}\n")


if __name__ == "__main__":
    asked = (sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    with CountingServer(*asked, pipelining=sys.argv[5] == "pipelining") as server:
        print(server.port, flush=True)
        sys.stdin.read()
