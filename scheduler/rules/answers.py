"""What a mail server's answer, or its silence, means for a letter. RELIABILITY 1.3: only the phase tells."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Phase = Literal["connect", "mail", "rcpt", "data", "dot"]

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""How long to wait after the first, second, … failed try: about 42 hours together, then the letter has failed."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 15, 30))
"""How long nobody knocks at a server that is out of reach or lets nobody in; the last one again and again."""


@dataclass(frozen=True)
class Meaning:
    """`state` is what becomes of the letter.

    `pause`: not the letter's fault, so nothing is handed over for a while and its tries are not counted. `flag`: the
    address is wrong. `hang_up`: the connection is of no more use.
    """

    state: Literal["sent", "queued", "retry_wait", "failed", "undeliverable", "in_doubt"]
    words: str
    pause: bool = False
    flag: bool = False
    hang_up: bool = False


def meaning_of_reply(phase: Phase, code: int, text: str) -> Meaning:
    """For a reply that a server gave in this phase; `code` is its three digits."""
    answer = f"{code} {text}".strip()
    if phase == "dot":
        if 200 <= code < 300:
            return Meaning("sent", f"The mail server took it: {answer}")
        if not 400 <= code < 600:
            return Meaning("in_doubt", "The mail server's last answer could not be understood.", hang_up=True)
    if phase == "connect":
        return Meaning("queued", f"The mail server lets nobody in: {answer}", pause=True, hang_up=True)
    if 400 <= code < 500:
        return Meaning("retry_wait", f"The mail server asked to try again later: {answer}", hang_up=code == 421)
    if phase == "mail":
        return Meaning("queued", f"The mail server does not accept our sender: {answer}", pause=True, hang_up=True)
    if phase == "rcpt":
        if about_the_address(code, text):
            return Meaning("undeliverable", f"The mail server knows no such address: {answer}", flag=True)
        return Meaning("failed", f"The mail server refused to take it for this address: {answer}")
    return Meaning("failed", f"The mail server refused the letter: {answer}", hang_up=not 500 <= code < 600)


def about_the_address(code: int, text: str) -> bool:
    """Whether a refusal at RCPT is about that mailbox, not about who is sending (relaying denied, sign in first)."""
    if enhanced := re.match(r"5\.(\d{1,3})\.(\d{1,3})\b", text):
        return enhanced[1] in ("1", "2")
    return code in (550, 551, 553) and not re.search(r"relay|authenticat|blocked|denied|spam", text, re.IGNORECASE)


def meaning_of_silence(phase: Phase, why: str, *, connection_was_old: bool = False) -> Meaning:
    """For a connection that broke or a reply that never came. `connection_was_old`: it had carried a letter before."""
    if phase == "dot":
        return Meaning(
            "in_doubt",
            f"The connection broke after the whole letter had gone out, before the answer: {why}",
            hang_up=True,
        )
    if phase == "connect":
        return Meaning("queued", f"The mail server cannot be reached: {why}", pause=True, hang_up=True)
    if phase == "mail" and connection_was_old:
        return Meaning("queued", f"The mail server had closed an old connection: {why}", hang_up=True)
    return Meaning("retry_wait", f"The connection broke before the letter had gone out: {why}", hang_up=True)


def wait_after(tries: int) -> timedelta | None:
    """After so many failed tries (from 1); None: that was the last."""
    return BACKOFF[tries - 1] if tries <= len(BACKOFF) else None


def pause_after(failures: int) -> timedelta:
    """After so many failures in a row (from 1)."""
    return PAUSES[min(failures, len(PAUSES)) - 1]


def without_address(text: str, address: str) -> str:
    """A server's answer, fit for the journal: addresses are kept nowhere but with the person."""
    text = re.sub(re.escape(address), "(the address)", text, flags=re.IGNORECASE)
    return re.sub(r"<[^<>\s]*@[^<>\s]*>", "<(an address)>", text)[:500]
