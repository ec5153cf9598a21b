"""What the masthead of every page is given."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One of the at most seven places of the navigation."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, as the masthead shows it: the role in use (None: none) and the others to switch to."""

    name: str
    home_url: str
    sign_out_url: str
    roles: Sequence[tuple[str, str]] = ()
    role: str | None = None
    role_url: str | None = None
    search_url: str | None = None
    account_url: str | None = None

    @property
    def role_name(self) -> str | None:
        return dict(self.roles).get(self.role) if self.role else None
