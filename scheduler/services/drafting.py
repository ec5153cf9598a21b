"""Letters written ahead of their turn, several at once, while the mail server keeps the one before."""

import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from accreditation.core import clock
from accreditation.core.database import StrayChange, database_stamp, db, read_already
from accreditation.core.outbox import OWN_ADDRESS, Letter, NoLongerTrue
from accreditation.people.models import Person
from accreditation.people.queries import addresses_of
from scheduler.queries.owed import read_reminders_of
from scheduler.services.composing import NotDeliverable, address_key, compose
from scheduler.services.journal import line_about
from scheduler.services.owing import FOLDER
from scheduler.services.steps import READY, Drafts, Ready
from scheduler.services.workers import new_token

log = logging.getLogger(__name__)

FEW, MANY = 2, 16  # letters drafted at once: more while all of them are used
PATIENCE = 20  # letters, after drafts that were for nothing because others write all the time, or that failed


class Ahead:
    """How many letters it is worth to draft at once: more while nobody else writes, none for a while if others do."""

    def __init__(self) -> None:
        self.drafts: Drafts | None = None
        self.at_once = FEW
        self.rest = 0  # so many letters are not drafted

    def look(self, waiting: Sequence[int], *, takes_utf8: bool) -> None:
        """Draft the next letters, unless the very next one is there or others are at work."""
        if self.rest:
            self.rest -= 1
        elif waiting and not (self.drafts and waiting[0] in self.drafts.letters):
            used_up = self.drafts is not None and self.drafts.stamp is not None
            self.at_once = min(MANY, self.at_once * 2) if used_up else self.at_once
            self.drafts = draft(waiting[: self.at_once], takes_utf8=takes_utf8)
            self.rest = PATIENCE if self.drafts is None else 0

    def learn(self, *, stale: bool) -> None:
        """Whether the drafts that were there had come to nothing."""
        if stale:
            self.drafts = None
            self.rest = PATIENCE if self.at_once == 1 else 0
            self.at_once = max(1, self.at_once // 2)


def draft(letter_ids: Sequence[int], *, takes_utf8: bool) -> Drafts | None:
    """Only reads. Left out is of what there is anything to say but a letter: that is found again when it is taken.

    None: it failed, and the log says why. The mail server has another letter meanwhile, whose answer must be heard
    whatever happens here; and each of these is written when its turn comes, where a fault is that letter's own.
    """
    try:
        try:
            return _draft(letter_ids, takes_utf8=takes_utf8)
        finally:
            db.session.rollback()
    except Exception:
        log.exception("no letter could be drafted: each is written when its turn comes")
        return None


def _draft(letter_ids: Sequence[int], *, takes_utf8: bool) -> Drafts:
    drafts = Drafts(database_stamp(), clock.today(), {})
    query = select(Letter).where(Letter.id.in_(letter_ids), Letter.state.in_(READY))
    letters = list(db.session.scalars(query.execution_options(populate_existing=True)))
    kept = _read_for(letters)
    for letter in letters:
        letter_id = letter.id
        try:
            composed = compose(letter, takes_utf8=takes_utf8)
        except (NoLongerTrue, NotDeliverable, StrayChange) as news:
            log.debug("letter %s is not drafted: %s", letter_id, news)  # what becomes of it is recorded at its turn
        except SQLAlchemyError:
            raise  # the database's fault: no other can be drafted either
        except Exception:
            log.exception("letter %s could not be drafted: it is written when its turn comes", letter_id)
        else:
            drafts.letters[letter_id] = Ready(letter_id, new_token(), composed, line_about(letter))
    del kept  # until here: what nobody holds is read again
    return drafts


def _read_for(letters: Sequence[Letter]) -> list[object]:
    """Read in a few statements what composing these letters asks for one by one."""
    kept: list[object] = []
    kept += db.session.scalars(select(Person).where(Person.id.in_({letter.person_id for letter in letters})))
    addressed = {letter.person_id for letter in letters if letter.template not in OWN_ADDRESS}
    for person_id, address in addresses_of(addressed).items():
        read_already(address_key(person_id), address)
    if reminders := {letter.about_id for letter in letters if letter.template.startswith(FOLDER)}:
        kept += read_reminders_of(reminders, clock.today())
    return kept
