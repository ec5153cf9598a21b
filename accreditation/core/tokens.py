"""Tokens of links: worked out from a row and the secret, stored nowhere (docs/decisions/0005); and random ones."""

import base64
import hashlib
import hmac


def link_token(secret: str, room: str, purpose: str, link_id: int, nonce: str) -> str:
    """The token of a link: its row's id and a proof that only the holder of the secret can work out.

    `room` keeps the links of one table apart from those of another, `purpose` one kind of link from the next.
    """
    key = hmac.new(secret.encode(), room.encode(), hashlib.sha256).digest()
    proof = hmac.new(key, f"{purpose}:{link_id}:{nonce}".encode(), hashlib.sha256).digest()
    return f"{link_id}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"


def link_id_of(token: str) -> int | None:
    """The row that a token says it comes from; None for what is not shaped like a token."""
    number, dot, _ = token.partition(".")
    return int(number) if dot and number.isascii() and number.isdecimal() and len(number) < 18 else None


def hash_of(token: str) -> str:
    """What is stored of a random token. It carries 256 bits, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def calendar_uid(secret: str, what: str, number: int) -> str:
    """The name under which every calendar knows this thing for good, whatever the service is called or reached by.

    `what` is its kind, `number` its row: an invitation in a letter and the line of a feed name the same event.
    """
    key = hmac.new(secret.encode(), b"calendar", hashlib.sha256).digest()
    return f"{hmac.new(key, f'{what}:{number}'.encode(), hashlib.sha256).hexdigest()[:32]}@accreditation.register"
