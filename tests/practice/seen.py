"""What a page that confirms entries sends along: the mark of what was read of each."""

from accreditation.core.database import db
from accreditation.practice.models import PracticeEntry
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.rules.line_managers import mark_of


def seen(*entry_ids: int) -> dict[str, str]:
    """As the preview of the office has it in hidden fields."""
    return {f"seen-{each}": mark_of(details_of(db.session.get_one(PracticeEntry, each))) for each in entry_ids}
