"""The rules as data: put in place once, switched on and off by a person."""

from sqlalchemy import select

from accreditation.core.database import db, insert_if_absent
from accreditation.core.errors import NotFound
from scheduler.models import ReminderRule
from scheduler.rules.ladders import USUAL_LADDERS


def install_usual_rules() -> int:
    """Add the rungs that are missing: how many. One that was switched off stays off."""
    there = {
        tuple(row)
        for row in db.session.execute(select(ReminderRule.subject, ReminderRule.stage, ReminderRule.audience))
    }
    added = 0
    for (subject, audience), stages in USUAL_LADDERS.items():
        for stage in stages:
            if (subject, stage, audience) in there:
                continue
            row = insert_if_absent(ReminderRule, subject=subject, stage=stage, audience=audience, active=True)
            added += row is not None
    return added


def switch_rule(rule_id: int, *, active: bool) -> ReminderRule:
    """Raises NotFound. Switched on again, it takes up what is due by then.

    More than usual at once waits for a person.
    """
    rule = db.session.get(ReminderRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFound("There is no such rule.")
    rule.active = active
    db.session.flush()
    return rule
