"""Installing a preset in a service that works already."""

from itertools import islice

from sqlalchemy import or_, select

from accreditation.core.database import db
from accreditation.standing.models import Evidence, SchemeVersion
from accreditation.standing.queries.evidence import AT_ONCE
from accreditation.standing.services.projecting import refresh_people
from accreditation.standing.services.schemes import install_preset


def install_and_judge(code: str, *, installed_by: int | None) -> SchemeVersion:
    """A preset's scheme, and the standing of everybody whose evidence names it already. Raises as install_preset."""
    version = install_preset(code, installed_by=installed_by)
    named = select(Evidence.person_id).where(or_(Evidence.code == code, Evidence.scheme == code)).distinct()
    people = iter(list(db.session.scalars(named.order_by(Evidence.person_id))))
    while batch := list(islice(people, AT_ONCE)):
        refresh_people(batch)
    return version
