"""The rules as a page shows them."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from scheduler.models import AUDIENCES, SUBJECTS, ReminderRule


def rules_by_subject() -> list[tuple[str, str, list[ReminderRule]]]:
    """(subject, audience, rungs from the earliest) in the order of the lists of both."""
    found: dict[tuple[str, str], list[ReminderRule]] = {}
    for rule in db.session.scalars(select(ReminderRule).order_by(ReminderRule.stage.desc())):
        found.setdefault((rule.subject, rule.audience), []).append(rule)
    ordered = sorted(found, key=lambda key: (SUBJECTS.index(key[0]), AUDIENCES.index(key[1])))
    return [(*key, found[key]) for key in ordered]


def get_rule(rule_id: int) -> ReminderRule:
    """Raises NotFound."""
    rule = db.session.get(ReminderRule, rule_id)
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule
