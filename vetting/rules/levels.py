"""The levels of clearance, and how long each usually runs. The figures are data: vetting/data/levels.json."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from accreditation.core.calendar import anniversary

CERTAINTIES = {
    "V": "Read in the primary source.",
    "V2": "Read in a secondary source. Check it with your vetting unit.",
    "G": "General knowledge, not read in a source. Check it with your vetting unit.",
    "P": "Our own default. Check it with your vetting unit.",
    "C": "The sources disagree. Check it with your vetting unit.",
}


@dataclass(frozen=True)
class Level:
    """One level. `months_employee`, `months_contractor`: to the review or renewal, None where no period is stated."""

    code: str
    name: str
    regime: str
    months_employee: int | None
    months_contractor: int | None
    certainty: str
    source: str
    note: str

    def months_for(self, holder_kind: str | None) -> int | None:
        """For an employee or a contractor; for somebody of whom that is not known, the shorter of the two."""
        stated = {"employee": self.months_employee, "contractor": self.months_contractor}
        if holder_kind is not None:
            return stated[holder_kind]
        return min((months for months in stated.values() if months is not None), default=None)


@dataclass(frozen=True)
class SuggestedEnd:
    """The first day on which a clearance granted then would no longer hold, and how far that figure can be trusted."""

    ends_on: date
    months: int
    certainty: str
    source: str

    @property
    def caveat(self) -> str:
        return CERTAINTIES[self.certainty]


@cache
def levels() -> dict[str, Level]:
    """All levels by code, in the order of the file."""
    text = files("vetting").joinpath("data", "levels.json").read_text(encoding="utf-8")
    return {row["code"]: _level(row) for row in json.loads(text)["levels"]}


def _level(row: dict[str, object]) -> Level:
    months = row["months"]
    assert isinstance(months, dict)
    return Level(
        code=str(row["code"]),
        name=str(row["name"]),
        regime=str(row["regime"]),
        months_employee=months["employee"],
        months_contractor=months["contractor"],
        certainty=str(row["certainty"]),
        source=str(row["source"]),
        note=str(row["note"]),
    )


def suggested_end(level: str, holder_kind: str | None, granted_on: date) -> SuggestedEnd | None:
    """What the usual period of the level gives; None where none is stated. A date given by the vetting unit wins."""
    known = levels()[level]
    months = known.months_for(holder_kind)
    if months is None:
        return None
    return SuggestedEnd(anniversary(granted_on, months), months, known.certainty, known.source)


def level_choices() -> list[tuple[str, str]]:
    return [(level.code, f"{level.code}: {level.name}") for level in levels().values()]
