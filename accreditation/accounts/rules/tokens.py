"""Tokens: of sessions, random and stored by hash; of links, worked out from a row and the secret, stored nowhere."""

from accreditation.core import tokens
from accreditation.core.tokens import hash_of, link_id_of, same

__all__ = ["hash_of", "link_id_of", "link_token", "same"]


def link_token(secret: str, purpose: str, link_id: int, nonce: str) -> str:
    """The token of a link to an account."""
    return tokens.link_token(secret, "account link", purpose, link_id, nonce)
