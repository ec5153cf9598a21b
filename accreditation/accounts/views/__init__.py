"""Signing in and out, one's own account, and the administration of accounts."""

from accreditation.accounts.views import signing_in
from accreditation.accounts.views.blueprint import bp

__all__ = ["bp", "signing_in"]
