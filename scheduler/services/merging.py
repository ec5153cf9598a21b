"""Reminders of two records that are found to be one person's, or two people's. Callers hold the transaction."""

from datetime import date

from sqlalchemy import select, update

from accreditation.core import clock
from accreditation.core.database import db, insert_if_absent
from accreditation.core.outbox import WAITING, Letter
from scheduler.models import DigestItem, Obligation
from scheduler.services.owing import FOLDER
from scheduler.services.planning import hold_reminders

HELD = "Letters about this person were held when two of their records were merged. Look at them, then release them."
OF_A_STANDING = "requirement:%"
"""Subjects that are worked out from somebody's standing, and so anew for the record that counts."""


def take_over_reminders(merged_id: int, kept_id: int, *, on: date, merged: str, kept: str) -> None:
    """The record `merged_id` has no standing of its own any more: what waits about it is not sent.

    What was told is not told once more; what is still due about the person is owed for the record `kept_id` by the
    next beat, or now and held if a letter that was taken back was held. `merged`, `kept`: the references. After the
    standing has been renewed.
    """
    owed = list(
        db.session.scalars(
            select(Obligation).where(
                Obligation.person_id == merged_id,
                Obligation.subject.like(OF_A_STANDING),
                Obligation.state.in_(("owed", "settled")),
            )
        )
    )
    letters: dict[int, list[Letter]] = {}
    leads = sorted({row.lead_id or row.id for row in owed})
    for letter in db.session.scalars(
        select(Letter).where(Letter.about_id.in_(leads), Letter.template.startswith(FOLDER)).with_for_update()
    ):
        letters.setdefault(letter.about_id, []).append(letter)
    digests = select(DigestItem.obligation_id).where(
        DigestItem.obligation_id.in_(leads), DigestItem.digest_id.is_not(None)
    )
    told_in_digest = set(db.session.scalars(digests))
    taken_back = [letter for found in letters.values() for letter in found if letter.state in WAITING]
    any_held = any(letter.state == "held" for letter in taken_back)
    reason = f"{merged} was merged into {kept}. What is still due is told under {kept}."
    for letter in taken_back:
        letter.state, letter.reason, letter.ended_at = "superseded", reason, clock.now()
    for row in owed:
        about = letters.get(row.lead_id or row.id, [])
        in_digest = (row.lead_id or row.id) in told_in_digest
        if row.state == "settled" or in_digest or any(letter not in taken_back for letter in about):
            _settle(row, kept_id, told_as(merged))
        else:
            row.state, row.reason = "superseded", reason
    db.session.flush()
    if any_held:
        hold_reminders(on, [kept_id], reason=HELD)


def give_back_reminders(kept_id: int, *, merged: str) -> None:
    """What was taken as told because of the record `merged` (its reference) counts as told for it alone again."""
    db.session.execute(
        update(Obligation)
        .where(Obligation.person_id == kept_id, Obligation.state == "settled", Obligation.reason == told_as(merged))
        .values(state="superseded", reason=f"{merged} was separated from this record.")
        .execution_options(synchronize_session=False)
    )


def told_as(merged: str) -> str:
    return f"Told already under {merged}, which was merged into this record."


def _settle(row: Obligation, kept_id: int, reason: str) -> None:
    key = {name: getattr(row, name) for name in ("subject", "basis_date", "stage", "audience")}
    new_id = insert_if_absent(
        Obligation,
        person_id=kept_id,
        **key,
        state="settled",
        reason=reason,
        lead_id=None,
        planned_at=clock.now(),
        turn=1,
    )
    if new_id is None:
        there = db.session.scalars(select(Obligation).filter_by(person_id=kept_id, **key).with_for_update()).one()
        if there.state == "superseded":
            there.state, there.reason = "settled", reason
