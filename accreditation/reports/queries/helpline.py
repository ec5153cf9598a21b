"""The helpline in sums: how often it was rung, for how long and about what. Never who, and never a note."""

from collections import Counter

from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.helpline.models import Contact
from accreditation.helpline.rules import CATEGORIES
from accreditation.people.models import Person
from accreditation.people.queries import visible_to
from accreditation.people.rules import Viewer
from accreditation.reports.rules.periods import Period


def contacts_by_category(viewer: Viewer, period: Period) -> tuple[dict[str, int], int]:
    """How many contacts of each category, by its label, and how many minutes all took together."""
    rows = db.session.execute(
        select(Contact.category, func.count(), func.sum(Contact.minutes))
        .join(Person, Person.id == Contact.person_id)
        .where(
            Contact.contacted_at >= period.from_moment,
            Contact.contacted_at < period.to_moment,
            visible_to(viewer),
        )
        .group_by(Contact.category)
    ).all()
    counted: Counter[str] = Counter({CATEGORIES[category]: number for category, number, _ in rows})
    return dict(counted), sum(int(minutes) for _, _, minutes in rows)
