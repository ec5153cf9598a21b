"""The import of the vetting unit's list is killed midway: nothing is left of it, and it can be done again."""

import os
import signal
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from multiprocessing.synchronize import Event

from sqlalchemy import func, select

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.standing.models import Evidence
from tests import factories
from tests.forking import PROCESSES
from vetting.models import BirthMark, Clearance, ClearanceList
from vetting.services import listing

ROWS, KILLED_AT = 12, 7
ON, AT = date(2027, 2, 2), datetime(2027, 2, 2, 10, tzinfo=UTC)


def bring_in(list_id: int) -> None:
    listing.import_list(list_id, digest=None, on=ON, at=AT, imported_by=None)


def bring_in_and_wait_to_be_killed(settings: Config, list_id: int, midway: Event, careless: bool) -> None:
    """Stops in the middle of the rows, everything so far handed to the database. `careless`: and committed."""
    really, written = listing.record_clearance, []

    def stops_midway(*arguments, **details):
        clearance = really(*arguments, **details)
        db.session.flush()
        if careless:
            db.session.commit()
        written.append(1)
        if len(written) == KILLED_AT:
            midway.set()
            time.sleep(600)
        return clearance

    listing.record_clearance = stops_midway
    with create_app(replace(settings)).app_context(), transaction():
        bring_in(list_id)


def killed_midway(app, *, careless: bool = False) -> int:
    people = [factories.mediator() for _ in range(ROWS)]
    list_id = factories.clearance_list(
        [[one.reference, date(2025, 3, 3), date(2030, 3, 2), date(1980, 2, 29)] for one in people],
        headings=("Ref", "Granted", "Expiry", "DOB"),
    )
    db.session.remove()
    midway = PROCESSES.Event()
    victim = PROCESSES.Process(
        target=bring_in_and_wait_to_be_killed, args=(app.config["SETTINGS"], list_id, midway, careless)
    )
    victim.start()
    assert midway.wait(timeout=60)
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(timeout=60)
    assert victim.exitcode == -signal.SIGKILL
    return list_id


def rows_of(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_killed_midway_it_leaves_nothing_and_can_be_done_again(app):
    list_id = killed_midway(app)
    assert [rows_of(model) for model in (Clearance, Evidence, BirthMark)] == [0, 0, 0]
    assert db.session.get_one(ClearanceList, list_id).state == "open"
    trail = rows_of(AuditEntry)
    with transaction():
        bring_in(list_id)
    assert [rows_of(model) for model in (Clearance, Evidence, BirthMark)] == [ROWS, ROWS, ROWS]
    assert rows_of(AuditEntry) > trail
    assert db.session.get_one(ClearanceList, list_id).outcome["counts"] == {"new": ROWS}


def test_without_one_transaction_a_killed_import_leaves_some(app):
    """The negative control: if this fails, the test above proves nothing."""
    killed_midway(app, careless=True)
    assert rows_of(Clearance) >= KILLED_AT
