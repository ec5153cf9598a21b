"""Filters that live in the URL: read once, checked against what is offered, shown as chips that can be taken away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Chip:
    label: str
    remove_url: str


@dataclass(frozen=True)
class Filter:
    """One filter that a list offers.

    `name` is its parameter, `describe` turns a value into the words of its chip, `choices` are the values allowed
    (None: any text up to `longest` characters).
    """

    name: str
    describe: Callable[[str], str]
    choices: Sequence[tuple[str, str]] | None = None
    longest: int = 100


@dataclass(frozen=True)
class Filters:
    """The filters in force for one list. `kept` are parameters that stay when filters change, such as the sort."""

    path: str
    values: Mapping[str, str]
    offered: Sequence[Filter]
    kept: Sequence[tuple[str, str]] = ()

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(offer.describe(self.values[offer.name]), self.url(without=offer.name))
            for offer in self.offered
            if offer.name in self.values
        ]

    @property
    def clear_url(self) -> str:
        return _address(self.path, self.kept)

    def url(self, *, without: str | None = None, **changes: str | None) -> str:
        """The address with these filters, one taken away, further parameters set (None: left out)."""
        parameters = [(name, value) for name, value in self.values.items() if name != without]
        merged = dict(self.kept) | dict(parameters) | changes
        return _address(self.path, [(name, value) for name, value in merged.items() if value is not None])


def _address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def read_filters(
    arguments: Mapping[str, str], offered: Sequence[Filter], *, path: str, keep: Sequence[str] = ("sort",)
) -> Filters:
    """The filters the address asks for. What is not offered, empty or too long is left out, as if it were not there."""
    values = {}
    for offer in offered:
        value = " ".join(arguments.get(offer.name, "").replace("\0", " ").split())[: offer.longest]
        if value and (offer.choices is None or value in {key for key, _ in offer.choices}):
            values[offer.name] = value
    return Filters(path, values, offered, [(name, arguments[name]) for name in keep if arguments.get(name)])
