"""Hashing and checking passwords: argon2id with 19 MiB, two passes, one lane (OWASP's figures, about 20 ms)."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.rules.addresses import normal_email
from accreditation.accounts.rules.passwords import LONGEST, normal_password
from accreditation.core.database import db

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    return _hasher.hash(normal_password(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Takes as long when there is none to compare with."""
    password = normal_password(password[:LONGEST])
    try:
        return _hasher.verify(password_hash or _hash_of_nothing(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def may_enter(email: str, password: str) -> tuple[int, str] | None:
    """The account of that address and the hash that was checked, or None: no such account, disabled, another password.

    All of these take the same time. Reads only; to be called outside `transaction()`, for it is slow on purpose.
    """
    row = db.session.execute(
        select(Account.id, Account.password_hash, Account.disabled_at).where(Account.email == normal_email(email))
    ).one_or_none()
    known = row.password_hash if row and row.disabled_at is None else None
    if not fits(password, known) or row is None or known is None:
        return None
    return row.id, known


@lru_cache(maxsize=1)
def _hash_of_nothing() -> str:
    return hash_password("the password of nobody in particular")
