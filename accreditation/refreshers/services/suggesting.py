"""Suggesting a topic for the next refresher days. Callers hold the transaction; nothing here commits."""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.people.rules import plain
from accreditation.refreshers.models import TopicSuggestion
from accreditation.refreshers.rules import TOPICS

LONGEST_WORDS = 60


def suggest_topic(
    *, topic: str | None, words: str, source: tuple[str, int], on: date, suggested_by: int
) -> TopicSuggestion:
    """A known topic by its code, or one in the suggester's own words; after one record each counts once.

    The caller has locked the record that it follows from. Raises DomainError for an unknown code, and without words.
    """
    if topic is not None and topic not in TOPICS:
        raise DomainError("Choose a topic from the list.")
    said = TOPICS[topic] if topic else " ".join(words.split())
    if not plain(said) or len(said) > LONGEST_WORDS:
        raise DomainError(f"Enter the topic in at most {LONGEST_WORDS} characters.")
    known = next((code for code, label in TOPICS.items() if plain(label) == plain(said)), topic)
    key = known or f"words:{plain(said)}"
    rows = select(TopicSuggestion).where(TopicSuggestion.key == key)
    rows = rows.where(TopicSuggestion.source_type == source[0], TopicSuggestion.source_id == source[1])
    if made := db.session.scalar(rows):
        return made
    suggestion = TopicSuggestion(
        key=key,
        topic=known,
        words=said,
        suggested_on=on,
        suggested_by=suggested_by,
        source_type=source[0],
        source_id=source[1],
    )
    db.session.add(suggestion)
    db.session.flush()
    return suggestion
