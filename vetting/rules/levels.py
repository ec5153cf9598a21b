"""The levels of clearance, and how long each usually runs.

The figures are data: vetting/data/levels.json to begin with, and what a service has set for itself after that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from accreditation.core.calendar import anniversary

CERTAINTIES = {
    "U": "As your own vetting unit states it.",
    "V": "Read in the primary source.",
    "V2": "Read in a secondary source. Check it with your vetting unit.",
    "G": "General knowledge, not read in a source. Check it with your vetting unit.",
    "P": "Our own default. Check it with your vetting unit.",
    "C": "The sources disagree. Check it with your vetting unit.",
}

HOLDER_KINDS = {"employee": "Employee", "contractor": "Contractor"}
"""A contractor is one who is not on List X: those are reviewed sooner."""


@dataclass(frozen=True)
class Period:
    """Months to the review or renewal, None where no period is stated; how sure that is, and who says so."""

    months: int | None
    certainty: str
    source: str


Periods = Mapping[tuple[str, str], Period]
"""By level and kind of holder."""


@dataclass(frozen=True)
class Level:
    code: str
    name: str
    regime: str
    note: str

    @property
    def end_word(self) -> str:
        """National security vetting is reviewed, police vetting is renewed (DOMAIN section 9)."""
        return "Renewal due" if self.regime == "police" else "Review due"


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
def _rows() -> list[dict[str, object]]:
    text = files("vetting").joinpath("data", "levels.json").read_text(encoding="utf-8")
    rows: list[dict[str, object]] = json.loads(text)["levels"]
    return rows


@cache
def levels() -> dict[str, Level]:
    """All levels by code, in the order of the file."""
    return {
        str(row["code"]): Level(str(row["code"]), str(row["name"]), str(row["regime"]), str(row["note"]))
        for row in _rows()
    }


@cache
def usual_periods() -> Periods:
    """The periods that the product comes with."""
    found = {}
    for row in _rows():
        months = row["months"]
        assert isinstance(months, dict)
        for kind in HOLDER_KINDS:
            found[str(row["code"]), kind] = Period(months[kind], str(row["certainty"]), str(row["source"]))
    return found


def period_for(periods: Periods, level: str, holder_kind: str | None) -> Period | None:
    """For an employee or a contractor; for somebody of whom that is not known, the shorter of the two."""
    if holder_kind is not None:
        found = periods[level, holder_kind]
        return found if found.months is not None else None
    stated = [(period.months, kind) for kind in HOLDER_KINDS if (period := periods[level, kind]).months is not None]
    return periods[level, min(stated)[1]] if stated else None


def suggested_end(periods: Periods, level: str, holder_kind: str | None, granted_on: date) -> SuggestedEnd | None:
    """What the usual period of the level gives; None where none is stated. A date given by the vetting unit wins."""
    period = period_for(periods, level, holder_kind)
    if period is None or period.months is None:
        return None
    return SuggestedEnd(anniversary(granted_on, period.months), period.months, period.certainty, period.source)


USUAL = "CTC"
"""The level that in-house mediators are asked for: it stands first where one is chosen."""


def level_choices() -> list[tuple[str, str]]:
    ordered = sorted(levels().values(), key=lambda level: level.code != USUAL)
    return [(level.code, f"{level.code}: {level.name}") for level in ordered]
