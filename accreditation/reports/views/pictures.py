"""Pictures of a report for a page; the table beside each says the same."""

from dataclasses import dataclass
from datetime import date

from accreditation.reports.rules.figures import Contents, Picture
from accreditation.web.charts import Chart, Series, draw_chart


@dataclass(frozen=True)
class Drawn:
    picture: Picture
    chart: Chart


def drawn(contents: Contents) -> list[Drawn]:
    return [Drawn(picture, _draw(picture)) for picture in contents.pictures]


def _draw(picture: Picture) -> Chart:
    return draw_chart(
        [date.fromisoformat(point.on) for point in picture.points],
        [Series(picture.what, [point.number for point in picture.points])],
        finding=picture.finding,
        what=picture.what,
    )
