"""The passwords that tests make up are hashed in a moment: hundreds of them, and nobody attacks one.

What the product takes its time for is held to by tests/accounts/test_rules.py.
"""

from argon2 import PasswordHasher

from accreditation.accounts.services import passwords

AS_SHIPPED = passwords._hasher


def hash_quickly() -> None:
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
