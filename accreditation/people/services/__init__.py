"""Adding people, changing what is known of them, and linking two records of one person."""

from accreditation.people.services.calendars import choose_shown, make_feed, note_read, stop_feed, stop_feeds_of
from accreditation.people.services.exporting import OFFICIAL, SENSITIVE, note_export
from accreditation.people.services.merging import (
    link_records,
    lock_records,
    reopen_pair,
    say_two_people,
    unlink_records,
)
from accreditation.people.services.people import (
    STAFF,
    add_person,
    add_provider,
    add_staff,
    add_unit,
    change_address,
    change_details,
    edit_person,
    end_grant,
    find_or_add_unit,
    grant_role,
    rename_person,
    rename_provider,
    rename_unit,
)

__all__ = [
    "OFFICIAL",
    "SENSITIVE",
    "STAFF",
    "add_person",
    "add_provider",
    "add_staff",
    "add_unit",
    "change_address",
    "change_details",
    "choose_shown",
    "edit_person",
    "end_grant",
    "find_or_add_unit",
    "grant_role",
    "link_records",
    "lock_records",
    "make_feed",
    "note_export",
    "note_read",
    "rename_person",
    "rename_provider",
    "rename_unit",
    "reopen_pair",
    "say_two_people",
    "stop_feed",
    "stop_feeds_of",
    "unlink_records",
]
