"""Whose future the pages of the forecast are asked about: a scheme, and one unit or all, from the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Response, request

from accreditation.core import clock
from accreditation.core.permissions import Scope
from accreditation.core.sheets import XLSX
from accreditation.people.queries import units
from accreditation.people.rules import Viewer
from accreditation.standing.queries.explain import sees_details
from accreditation.standing.queries.schemes import all_schemes, main_scheme_code
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.filters import Filter, Filters, read_filters

SHARED = ("unit", "scheme")
"""The filters that every page of the forecast has."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as this viewer may ask it."""

    filters: Filters
    scheme: Scheme
    unit_id: int | None
    unit: str | None

    def at(self, path: str, **more: str | None) -> str:
        """Another page of the forecast about the same scheme and unit."""
        return replace(self.filters, path=path, values=self.shared).url(**more)

    @property
    def shared(self) -> dict[str, str]:
        """The filters that go along to another page."""
        return {name: value for name, value in self.filters.values.items() if name in SHARED}

    @property
    def where(self) -> str:
        """For a sentence: "in Croydon", or nothing."""
        return f"in {self.unit}" if self.unit else ""

    @property
    def chips(self) -> list[str]:
        return [chip.label for chip in self.filters.chips]

    @property
    def notes(self) -> list[str]:
        """What stands above an export."""
        name = self.scheme.name or self.scheme.code
        return [f"Scheme: {name}. Filters: {'; '.join(self.chips) if self.chips else 'none'}."]

    @property
    def choices(self) -> dict[str, Sequence[tuple[str, str]]]:
        """What each filter offers, by its name."""
        return {offer.name: offer.choices or () for offer in self.filters.offered}


def read_asked(viewer: Viewer, path: str, further: Callable[[Scheme], Sequence[Filter]] = lambda _: ()) -> Asked:
    """The filters of the address. `further` are those of one page alone, which may depend on the scheme."""
    schemes, main = all_schemes(clock.today()), main_scheme_code()
    wanted = request.args.get("scheme") or main
    scheme = next((one for one in schemes if one.code == wanted), None) or next(
        one for one in schemes if one.code == main
    )
    offered = []
    within = sees_details(viewer)
    own = within.ids(Scope.UNIT)
    known = {str(unit.id): unit.name for unit in units() if within.ids(Scope.SERVICE) or unit.id in own}
    if len(known) > 1:
        offered.append(choice("unit", list(known.items()), "Unit: {}"))
    if len(schemes) > 1:
        offered.append(choice("scheme", [(one.code, one.name or one.code) for one in schemes], "Scheme: {}"))
    filters = read_filters(request.args, [*offered, *further(scheme)], path=path)
    unit = filters.get("unit")
    return Asked(filters, scheme, int(unit) if unit else None, known[unit] if unit else None)


def choice(name: str, choices: list[tuple[str, str]], words: str) -> Filter:
    texts = dict(choices)
    return Filter(name, lambda value: words.format(texts[value]), choices)


def workbook(content: bytes, name: str) -> Response:
    """An answer that the browser keeps as a file."""
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
