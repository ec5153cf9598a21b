"""Browsers in which somebody has signed in before: they keep their own count of tries.

Otherwise anyone who knows an address could keep its owner out by typing wrong passwords all day. The cookie opens
nothing: it says that this browser was let in once, and only its holder's own tries count against it.
"""

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

A_YEAR = 31_536_000  # seconds


def _cookie() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="known device")


def known_device(account_key: str) -> str | None:
    """The name of this browser's own counter, if this account has been signed in to from it."""
    try:
        content = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        return None
    return f"device-{content['device']}" if content["account"] == account_key else None


def remember_device(response: Response, account_key: str) -> Response:
    """A cookie of its own for this account in this browser."""
    value = _signer().dumps({"account": account_key, "device": secrets.token_hex(16)})
    response.set_cookie(
        _cookie(),
        str(value),
        max_age=A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response
