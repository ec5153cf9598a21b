"""The rules as data: put in place once, added to, switched on and off by a person. A rule never blasts.

Switched on, it first shows what is due already; whoever switches it on says whether that is known or is owed, held.
"""

from datetime import date

from sqlalchemy import select

from accreditation.core.database import db, insert_if_absent
from accreditation.core.errors import Conflict, DomainError, NotFound
from scheduler.models import ReminderRule
from scheduler.queries.backlog import backlog_of
from scheduler.queries.recipients import Recipients
from scheduler.rules.ladders import USUAL_LADDERS, reasons_against
from scheduler.services.owing import Owed, owe_reminders, settle

KNOWN = "It was due already when this reminder was switched on, and was taken as known."
HELD = "It was due already when this reminder was switched on. Look at it, then release it."


def install_usual_rules() -> int:
    """Add the rungs that are missing: how many. One that was switched off stays off."""
    keys = select(ReminderRule.subject, ReminderRule.stage, ReminderRule.audience)
    there = {tuple(row) for row in db.session.execute(keys)}
    added = 0
    for (subject, audience), stages in USUAL_LADDERS.items():
        for stage in stages:
            if (subject, stage, audience) in there:
                continue
            row = insert_if_absent(ReminderRule, subject=subject, stage=stage, audience=audience, active=True)
            added += row is not None
    return added


def add_rule(subject: str, audience: str, stage: int) -> ReminderRule:
    """A new rung, switched off. `stage`: days before the end, negative after it.

    Raises DomainError when it makes no sense, Conflict when there is one.
    """
    if reasons := reasons_against(subject, audience, stage):
        raise DomainError(*reasons)
    new_id = insert_if_absent(ReminderRule, subject=subject, stage=stage, audience=audience, active=False)
    if new_id is None:
        raise Conflict("There is such a reminder already. Switch it on where it stands.")
    return db.session.get_one(ReminderRule, new_id)


def switch_off(rule_id: int) -> ReminderRule:
    """Nothing is owed by it any more. What was owed by it goes. Raises NotFound."""
    rule = lock_rule(rule_id)
    rule.active = False
    return rule


def switch_on(rule_id: int, *, on: date, backlog: str) -> int:
    """From the day on reminders are owed by it: how many were due already.

    `backlog`: "known" records those without letters, "held" owes them, each letter held until it is released. Raises
    NotFound.
    """
    rule = lock_rule(rule_id)
    bundles = [] if rule.active else backlog_of(rule, on)
    rule.active = True
    db.session.flush()
    if backlog == "held":
        told = Recipients(on)
        found = [Owed(bundle, tuple(told.of(bundle.lead))) for bundle in bundles]
        owe_reminders([one for one in found if one.recipients], hold=HELD)
    else:
        settle(bundles, reason=KNOWN)
    return len(bundles)


def lock_rule(rule_id: int) -> ReminderRule:
    """Raises NotFound."""
    rule = db.session.get(ReminderRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule
