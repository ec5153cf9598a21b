"""What the room does by the clock: line managers are asked about what waits for them."""

from datetime import date

from accreditation.core import clock
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.practice.services.line_managers import ask_line_manager, people_due_to_be_asked_about


@chore
def ask_line_managers(on: date) -> int:
    """A letter to each line manager for whom something waits, at most one a week for a mediator; how many go."""
    asked = 0
    for person_id in people_due_to_be_asked_about(on):
        with transaction():
            asked += ask_line_manager(person_id, on=on, at=clock.now())
    return asked
