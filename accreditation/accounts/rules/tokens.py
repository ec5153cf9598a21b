"""Tokens: of sessions, random and stored by hash; of links, worked out from a row and the secret, stored nowhere."""

import base64
import hashlib
import hmac


def hash_of(token: str) -> str:
    """What is stored of a session's token. It carries 256 random bits, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token(secret: str, purpose: str, link_id: int, nonce: str) -> str:
    """The token of a link: its row's id and a proof that only the holder of the secret can work out."""
    key = hmac.new(secret.encode(), b"account link", hashlib.sha256).digest()
    proof = hmac.new(key, f"{purpose}:{link_id}:{nonce}".encode(), hashlib.sha256).digest()
    return f"{link_id}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"


def link_id_of(token: str) -> int | None:
    """The row that a token says it comes from; None for what is not shaped like a token."""
    number, dot, _ = token.partition(".")
    return int(number) if dot and number.isascii() and number.isdecimal() and len(number) < 18 else None


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
