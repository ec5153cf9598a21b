"""What the room does by the clock: what was said and answered ends by schedule."""

from datetime import date, datetime, time

from accreditation.core.calendar import LONDON, anniversary
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.core.settings import get_setting
from accreditation.desk.raising.services import forget_texts


@chore
def forget_old_corrections(on: date) -> int:
    """Remove the texts that were answered longer ago than the service keeps them; how many were removed."""
    first_kept = anniversary(on, -int(get_setting("raised_keep_months")))
    before, forgotten = datetime.combine(first_kept, time(), LONDON), 0
    while True:
        with transaction():
            done = forget_texts(before=before, on=on)
        forgotten += done
        if not done:
            return forgotten
