"""Refusals: exceptions that carry sentences a person can act on. A bug is anything else, and nobody catches it."""


class DomainError(Exception):
    """The request cannot be done as it stands. `reasons` are whole sentences, every one that applies."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotFound(DomainError):
    """There is no such thing, or not for this viewer to know of: the words are the same."""


class NotAllowed(DomainError):
    """The viewer knows of it and may not do this to it (a second person, a role)."""


class Conflict(DomainError):
    """Somebody changed it since it was shown. Nothing was written."""
