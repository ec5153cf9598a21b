"""The token of a returned form: worked out from the application's reference and a key outside the database."""

import hashlib
import hmac
import secrets

from flask import current_app


def token_of(reference: str) -> str:
    """What the form of this application is filed under. Nobody can go back from it, nor forward without the key."""
    key = current_app.config["SETTINGS"].equality_secret
    return hmac.new(key.encode(), reference.encode(), hashlib.sha256).hexdigest()


def token_of_nobody() -> str:
    """One that belongs to no application, as long and as random as any other."""
    return secrets.token_hex(32)
