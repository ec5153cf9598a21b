"""Topics that were suggested one by one, counted together until a day has them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from accreditation.core.calendar import anniversary
from accreditation.core.database import db
from accreditation.refreshers.models import RefresherDay, TopicSuggestion
from accreditation.refreshers.queries.suggested import SuggestedTopic, suggests_topics
from accreditation.web.words import plural

MONTHS = 12
"""How long a suggestion counts where no day takes it up."""

AFTER = {"helpline_contact": ("contact with the helpline", "contacts with the helpline")}
"""By type of source: what it is suggested after, one and several. Never which."""


@dataclass(frozen=True)
class Kept:
    """A suggestion, and the first day that has its topic on or after the day of the suggestion."""

    suggestion: TopicSuggestion
    day: RefresherDay | None


@suggests_topics
def kept_topics(on: date) -> list[SuggestedTopic]:
    """Those of the last twelve months that no day has taken up since, what was suggested most often first."""
    since = anniversary(on, -MONTHS)
    rows = select(TopicSuggestion).where(TopicSuggestion.suggested_on >= since, TopicSuggestion.suggested_on <= on)
    counted: dict[str, list[TopicSuggestion]] = defaultdict(list)
    for kept in _with_days(list(db.session.scalars(rows.order_by(TopicSuggestion.id)))):
        if kept.day is None:
            counted[kept.suggestion.key].append(kept.suggestion)
    ordered = sorted(counted.values(), key=lambda found: (-len(found), found[0].words.lower()))
    return [SuggestedTopic(found[0].words, f"suggested after {_after(found)}") for found in ordered]


def topics_from(source: tuple[str, int]) -> list[Kept]:
    """What was suggested after this record, for whoever may read the record."""
    rows = select(TopicSuggestion).where(
        TopicSuggestion.source_type == source[0], TopicSuggestion.source_id == source[1]
    )
    return _with_days(list(db.session.scalars(rows.order_by(TopicSuggestion.id))))


def _after(found: list[TopicSuggestion]) -> str:
    counted: dict[str, int] = defaultdict(int)
    for one in found:
        counted[one.source_type] += 1
    return " and ".join(plural(number, *AFTER[source_type]) for source_type, number in counted.items())


def _with_days(suggestions: list[TopicSuggestion]) -> list[Kept]:
    """One statement for the days, whatever the number of suggestions."""
    if not suggestions:
        return []
    first = min(one.suggested_on for one in suggestions)
    rows = select(RefresherDay).where(RefresherDay.held_on >= first, RefresherDay.state != "cancelled")
    rows = rows.where(RefresherDay.capacity.is_not(None))
    days = list(db.session.scalars(rows.order_by(RefresherDay.held_on, RefresherDay.id)))
    return [
        Kept(one, next((day for day in days if day.held_on >= one.suggested_on and one.topic in _topics(day)), None))
        for one in suggestions
    ]


def _topics(day: RefresherDay) -> set[str]:
    return {topic for topic in day.topics if topic}
