"""What the table macros are given: columns, and the sort that is in force with the addresses of the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A header. `sort` is the key under which `Sort` knows it; `hidden` keeps the words for screen readers."""

    title: str
    number: bool = False
    sort: str | None = None
    hidden: bool = False


def column(title: str, *, number: bool = False, sort: str | None = None, hidden: bool = False) -> Column:
    """For templates, where it is a global."""
    return Column(title, number, sort, hidden)


@dataclass(frozen=True)
class Sort:
    """The order in force, from a URL value such as "name" or "-ends" (descending)."""

    by: str
    descending: bool
    address: Callable[[str], str]

    @classmethod
    def asked(
        cls, value: str | None, known: Mapping[str, object], default: str, address: Callable[[str], str]
    ) -> "Sort":
        """What the URL asks for if it is known, else the default. `address` makes the URL for a value."""
        wanted = value if value and value.removeprefix("-") in known else default
        return cls(wanted.removeprefix("-"), wanted.startswith("-"), address)

    @property
    def value(self) -> str:
        return f"-{self.by}" if self.descending else self.by

    def direction(self, key: str) -> str:
        """The value of aria-sort."""
        if key != self.by:
            return "none"
        return "descending" if self.descending else "ascending"

    def url(self, key: str) -> str:
        """Where the header's link leads: this order, or the other way round if it is in force already."""
        return self.address(f"-{key}" if key == self.by and not self.descending else key)
