"""Who is who in the database, and when things happened."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from accreditation.core.calendar import LONDON
from accreditation.core.permissions import Role
from accreditation.desk.demo.plan.people import Somebody
from accreditation.desk.demo.plan.service import Plan


@dataclass
class Ground:
    """The plan, and the ids under which the database knows what is in it."""

    plan: Plan
    people: dict[int, int] = field(default_factory=dict)  # by key of the plan
    units: list[int] = field(default_factory=list)
    providers: list[int] = field(default_factory=list)
    cohorts: dict[str, int] = field(default_factory=dict)  # by title
    line_managers: list[tuple[str, str]] = field(default_factory=list)  # name and address, by place of the unit
    teachers: dict[tuple[str, str], int] = field(default_factory=dict)  # who trains and assesses, by name

    def id_of(self, somebody: Somebody) -> int:
        return self.people[somebody.key]

    def staff(self, role: Role, place: int = 0) -> int:
        """The person who holds the role, the first of them by default."""
        holders = [person for held, person in self.plan.staff if held is role]
        return self.id_of(holders[place])

    @property
    def manager(self) -> int:
        return self.staff(Role.PRACTICE_MANAGER)

    @property
    def second_manager(self) -> int:
        return self.staff(Role.PRACTICE_MANAGER, 1)


def moment(on: date, minute: int = 10 * 60) -> datetime:
    """That minute of the day by the clock on the wall in London."""
    return datetime.combine(on, time(minute // 60, minute % 60), LONDON)
