"""What the room does by the clock: the text of old contacts ends by schedule."""

from datetime import date, datetime, time

from accreditation.core.calendar import LONDON, anniversary
from accreditation.core.chores import chore
from accreditation.core.database import transaction
from accreditation.core.settings import get_setting
from accreditation.helpline.services import forget_advice

KEEP_MONTHS = 24
"""DOMAIN section 6, retention defaults: notes 24 months, then counts only. A service may set another number."""


@chore
def forget_old_advice(on: date) -> int:
    """Remove what is older than the service keeps, a few hundred to a transaction; how many contacts that were."""
    first_kept = anniversary(on, -int(get_setting("helpline_keep_months") or KEEP_MONTHS))
    before, forgotten = datetime.combine(first_kept, time(), LONDON), 0
    while True:
        with transaction():
            done = forget_advice(before=before, on=on)
        forgotten += done
        if not done:
            return forgotten
