"""How much of an upload is read before it is refused."""

from dataclasses import asdict, dataclass

MB = 1024 * 1024
STAND_BY = "--stand-by"
"""Tells a child to load and warm up everything before there is a file."""


@dataclass(frozen=True)
class Limits:
    """The figures of ASVS 5.2 as the service applies them; bytes where the name does not say otherwise.

    `ratio` is unpacked to packed size of one entry and counts only above `ratio_from` unpacked bytes: a small file of
    blanks compresses well and harms nobody.
    """

    upload: int = 5 * MB
    entries: int = 500
    unpacked: int = 50 * MB
    ratio: int = 100
    ratio_from: int = MB
    sheets: int = 50
    rows: int = 20_000
    columns: int = 256
    characters: int = 20_000_000
    memory: int = 512 * MB
    cpu_seconds: int = 20
    wall_seconds: float = 20
    answer: int = 128 * MB

    def as_dict(self) -> dict[str, int | float]:
        """For the child process, which is given them as JSON."""
        return asdict(self)


LIMITS = Limits()
