"""Tokens: of sessions, random and stored by hash; of links, worked out from a row and the secret, stored nowhere."""

import hashlib

from accreditation.core import tokens
from accreditation.core.tokens import link_id_of, same

__all__ = ["hash_of", "link_id_of", "link_token", "same"]


def hash_of(token: str) -> str:
    """What is stored of a session's token. It carries 256 random bits, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token(secret: str, purpose: str, link_id: int, nonce: str) -> str:
    """The token of a link to an account."""
    return tokens.link_token(secret, "account link", purpose, link_id, nonce)
