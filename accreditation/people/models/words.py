"""The words under which people are found: an index that a search by the beginnings of words can use."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base

LETTER_BY_LETTER = String().with_variant(String(collation="C"), "postgresql")
"""Compared by their letters on both databases, so that what begins with “zo” stands between two ends."""


class PersonWord(Base):
    """One word of `Person.search_text` of one record. Written with it by services/people.py."""

    __tablename__ = "person_word"
    __audited__ = False  # it follows from the person's name, reference and pay number, which are audited

    word: Mapped[str] = mapped_column(LETTER_BY_LETTER, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
