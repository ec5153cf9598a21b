"""People and their units, and which of two records of one person counts."""

from accreditation.people.models.calendars import CalendarFeed, Feed
from accreditation.people.models.merging import NotSamePerson, PersonMerge, PersonUnmerge
from accreditation.people.models.people import ContactAddress, GrantRow, Person, PersonName, Provider, Unit, one_of
from accreditation.people.models.words import PersonWord

__all__ = [
    "CalendarFeed",
    "ContactAddress",
    "Feed",
    "GrantRow",
    "NotSamePerson",
    "Person",
    "PersonMerge",
    "PersonName",
    "PersonUnmerge",
    "PersonWord",
    "Provider",
    "Unit",
    "one_of",
]
