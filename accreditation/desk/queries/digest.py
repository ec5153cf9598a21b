"""What the desk brings to a manager's weekly digest: the numbers of their first page, in words fit for an e-mail."""

from dataclasses import replace
from datetime import date, datetime

from accreditation.desk.queries.attention import WITHIN, attention_for
from accreditation.desk.rules.digest import called, end_at_once, ends_within
from accreditation.people.rules import Viewer
from accreditation.standing.queries.schemes import main_scheme_code
from accreditation.standing.rules.forecast import monday_of
from accreditation.web.figures import Figure
from accreditation.web.words import day as day_words
from scheduler.queries.digest import in_digest


@in_digest
def what_needs_attention(viewer: Viewer, on: date, now: datetime) -> list[Figure]:
    """As the viewer's first page counts it on the day: what waits, who stops soon, and the days on which many do."""
    attention = attention_for(viewer, main_scheme_code(), on, now)
    waits = [replace(figure, label=called(figure.code, figure.number, figure.label)) for figure in attention.now]
    soon = [
        replace(figure, label=ends_within(days, figure.number))
        for days, figure in zip(WITHIN, attention.together.figures if attention.endings else (), strict=False)
    ]
    herds = [
        Figure(
            f"herd-{herd.last_day.isoformat()}",
            herd.number,
            end_at_once(day_words(herd.last_day), herd.number),
            f"/forecast/{monday_of(herd.last_day).isoformat()}?day={herd.last_day.isoformat()}",
        )
        for herd in (attention.cover.herds if attention.cover else ())
    ]
    return [*waits, *soon, *herds]
