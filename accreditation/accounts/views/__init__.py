"""Signing in and out, one's own account, and the administration of accounts."""

from accreditation.accounts.views import administration, links, own, settings, signing_in
from accreditation.accounts.views.blueprint import bp

__all__ = ["administration", "bp", "links", "own", "settings", "signing_in"]
