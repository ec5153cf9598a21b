"""Whether people are cleared: yes, pending or no, and nothing more (data/field-access.csv)."""

from collections.abc import Collection
from datetime import date

from accreditation.standing.queries.evidence import facts_of_all
from accreditation.standing.rules.evidence import dossier_of, known
from accreditation.standing.rules.scheme import Scheme

NOT_NEEDED = "not needed"


def cleared(person_ids: Collection[int], scheme: Scheme, on: date) -> dict[int, str]:
    """For each of these people "yes", "pending" or "no" on the day; "not needed" where the scheme asks for none.

    Never a level, a date or a stage. One statement for up to 500 people.
    """
    asked = [requirement.rule for requirement in scheme.requirements if requirement.rule.kinds == {"clearance"}]
    if not asked:
        return dict.fromkeys(person_ids, NOT_NEEDED)
    facts = facts_of_all(person_ids)
    words = {}
    for person_id in person_ids:
        dossier = dossier_of(known(facts.get(person_id, ()), None), scheme.code)
        if all(any(True for _ in rule.support(dossier, on)) for rule in asked):
            words[person_id] = "yes"
        elif any(on in fact.span for fact in dossier.by_kind.get("clearance_application", ())):
            words[person_id] = "pending"
        else:
            words[person_id] = "no"
    return words
