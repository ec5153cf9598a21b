"""What the record is called from which a deadline follows, where it is about nobody in particular: a cohort.

The room that owns the record registers how it is called, and for whom; whoever reads deadlines asks here.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from accreditation.people.rules import Viewer


@dataclass(frozen=True)
class Source:
    """A record in words, with the page at which it is."""

    name: str
    url: str


Naming = Callable[[Collection[int], Viewer], dict[int, Source]]
_NAMED: dict[str, Naming] = {}


def names_sources(source_type: str) -> Callable[[Naming], Naming]:
    """Register what names the records of this type: called with their ids, it answers for those the viewer may see."""

    def register(naming: Naming) -> Naming:
        if source_type in _NAMED:
            raise RuntimeError(f"two functions name a {source_type}")
        _NAMED[source_type] = naming
        return naming

    return register


def named_sources(wanted: Collection[tuple[str, int]], viewer: Viewer) -> dict[tuple[str, int], Source]:
    """By (type, id), those that have a name of their own and that this viewer may know of."""
    found: dict[tuple[str, int], Source] = {}
    for source_type in sorted({one[0] for one in wanted} & _NAMED.keys()):
        ids = sorted({source_id for kind, source_id in wanted if kind == source_type})
        named = _NAMED[source_type](ids, viewer)
        found |= {(source_type, source_id): source for source_id, source in named.items()}
    return found
