"""From a forecast to its picture, and to the days on which many end at once: for its own page and for a home page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from accreditation.standing.queries.forecast import Forecast
from accreditation.standing.queries.supposing import WithPlan
from accreditation.standing.rules.forecast import Herd, monday_of
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.charts import Chart, Series, draw_chart


@dataclass(frozen=True)
class ShownHerd:
    """A day on which many end at once: what is mostly behind it in words, and the address of exactly those people."""

    herd: Herd
    because: str
    url: str


def chart_of(found: Forecast, *, where: str = "", urls: Sequence[str] = (), supposing: WithPlan | None = None) -> Chart:
    """The picture of a forecast; what is planned is a second line beside it."""
    lines = [Series("if nothing is done", [point.number for point in found.points])]
    if supposing:
        lines.append(Series("with the plan", supposing.numbers, "planned"))
    return draw_chart(
        [point.on for point in found.points],
        lines,
        finding=found.finding(where),
        wanted=found.wanted,
        urls=urls,
        what="may work",
    )


def herds_of(found: Forecast, scheme: Scheme, shared: dict[str, Any] | None = None) -> list[ShownHerd]:
    """`shared`: the filters of the page that go along with the link."""
    return [
        ShownHerd(
            herd,
            scheme.describe(herd.because)[1],
            url_for(
                "standing.week",
                monday=monday_of(herd.last_day).isoformat(),
                day=herd.last_day.isoformat(),
                **(shared or {}),
            ),
        )
        for herd in found.herds
    ]
