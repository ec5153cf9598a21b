"""Who is told: the mediator themself, and whoever holds the role that the reminder is for."""

from datetime import date

from sqlalchemy import or_, select

from accreditation.core.database import db
from accreditation.core.permissions import Role, Scope
from accreditation.people.models import GrantRow, Person
from scheduler.rules.ladders import Reminder

ROLES = {
    "practice_manager": Role.PRACTICE_MANAGER,
    "provider": Role.TRAINING_PROVIDER,
    "helpline": Role.HELPLINE_ADVISER,
    "line_manager": Role.LINE_MANAGER,
    "vetting_officer": Role.VETTING_OFFICER,
}


class Recipients:
    """Answers for one run of the planner, with the grants in force on its day read once."""

    def __init__(self, on: date) -> None:
        in_force = (GrantRow.starts_on <= on) & or_(GrantRow.ends_on.is_(None), GrantRow.ends_on > on)
        here = or_(Person.left_on.is_(None), Person.left_on > on)
        self._held: dict[str, list[tuple[int, str, int | None]]] = {}
        for audience, role in ROLES.items():
            rows = (
                select(GrantRow.person_id, GrantRow.scope, GrantRow.scope_id)
                .join(Person, Person.id == GrantRow.person_id)
                .where(GrantRow.role == role.value, in_force, here)
                .order_by(GrantRow.person_id)
            )
            self._held[audience] = [(row.person_id, row.scope, row.scope_id) for row in db.session.execute(rows)]

    def holders(self, audience: str) -> set[int]:
        """Everybody who is told of something as this audience, whatever their scope. Asks the database nothing."""
        return {person_id for person_id, _, _ in self._held[audience]}

    def of(self, reminder: Reminder) -> list[int]:
        """The ids of the people to write to, each once; empty: nobody holds the role. Asks the database nothing."""
        if reminder.audience == "mediator":
            return [reminder.person_id] if reminder.person_id else []
        if reminder.audience == "helpline" and reminder.owner_id in {held[0] for held in self._held["helpline"]}:
            return [reminder.owner_id]  # whoever owes it and is no adviser any more is not written to: the others are
        within = {
            Scope.PROVIDER.value: reminder.provider_id,
            Scope.UNIT.value: reminder.unit_id,
            Scope.PERSON.value: reminder.person_id,
        }
        found = {
            person_id
            for person_id, scope, scope_id in self._held[reminder.audience]
            if scope == Scope.SERVICE.value or (scope_id is not None and scope_id == within.get(scope))
        }
        return sorted(found)
