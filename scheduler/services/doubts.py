"""Letters in doubt: nobody can know whether the mail server took them.

Of a reminder a second copy is harmless and a missing one is not, so it goes once more by itself under the same
Message-ID; everything else waits for a person.
"""

from datetime import timedelta

from sqlalchemy import select

from accreditation.core import audit, clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import RESENT_WHEN_IN_DOUBT, Letter
from scheduler.models import LetterAttempt

AFTER = timedelta(minutes=15)
"""So long a late answer, or the mail server's own report, may still settle it."""
AT_ONCE = 200


def resend_doubtful() -> int:
    """Queue once more what may be sent twice and has been in doubt for long enough: how many. One transaction each.

    One that another worker has in hand is left to it: nobody waits here for what somebody else is queueing already.
    """
    ripe = clock.now() - AFTER
    is_ripe = (
        Letter.state == "in_doubt",
        Letter.template.in_(sorted(RESENT_WHEN_IN_DOUBT)),
        Letter.resends == 0,
        Letter.ended_at <= ripe,
    )
    waiting = select(Letter.id).where(*is_ripe).order_by(Letter.id).limit(AT_ONCE)
    ids = list(db.session.scalars(waiting))
    done = 0
    for letter_id in ids:
        with transaction():
            mine = select(Letter).where(Letter.id == letter_id, *is_ripe).with_for_update(skip_locked=True)
            letter = db.session.scalar(mine.execution_options(populate_existing=True))
            if letter is None:
                continue
            letter.resends += 1
            letter.state, letter.reason, letter.ended_at = "queued", "It goes once more: it may not have arrived.", None
            letter.claim_token, letter.not_before = None, clock.now()
            db.session.add(
                LetterAttempt(
                    letter_id=letter.id,
                    at=clock.now(),
                    token="by itself",  # noqa: S106 -- not a secret
                    phase="write",
                    code=None,
                    text="In doubt for a quarter of an hour: it goes once more, as reminders do.",
                    outcome="queued",
                )
            )
            audit.note("sent a letter in doubt again", subject=("letter", letter.id), about_id=letter.person_id)
            done += 1
    return done
