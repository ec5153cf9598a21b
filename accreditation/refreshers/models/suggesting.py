"""Topics that somebody thinks the next refresher days should have."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Record


class TopicSuggestion(Record):
    """One topic, suggested once after one record of a room (`source`): never what stands in that record.

    `topic` is the code of a known topic, None for one in somebody's own words; `key` is what all ways of writing the
    same topic have in common, so that they are counted together.
    """

    __tablename__ = "refresher_topic_suggestion"
    __table_args__ = (
        UniqueConstraint("key", "source_type", "source_id", name="suggested_once"),
        CheckConstraint("words <> ''", name="has_words"),
        Index("ix_refresher_topic_suggestion_when", "suggested_on", "id"),
        Index("ix_refresher_topic_suggestion_source", "source_type", "source_id"),
    )

    key: Mapped[str]
    topic: Mapped[str | None]
    words: Mapped[str]
    suggested_on: Mapped[date]
    suggested_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    source_type: Mapped[str]
    source_id: Mapped[int]
