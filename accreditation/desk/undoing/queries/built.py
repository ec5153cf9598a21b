"""What was built on the results of a release: facts of the ledger, accreditations, letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from accreditation.awards.models import Award
from accreditation.core.database import db
from accreditation.core.outbox import Letter
from accreditation.people.queries import merged_among
from accreditation.standing.models import Evidence
from accreditation.standing.queries.evidence import facts_of_all
from accreditation.standing.rules.evidence import Fact
from cohorts.models import Result, ResultAct
from cohorts.queries.acts import Reversal
from cohorts.services.release import letter_key


@dataclass(frozen=True)
class BuiltOn:
    """All of it by result or person, read at once. `by`: who would undo the release."""

    by: int
    counted: Mapping[int, int]
    sources: Mapping[int, int]  # fact to result
    facts: Mapping[int, Sequence[Fact]]
    awards: Mapping[int, Sequence[Award]]
    corrected: Mapping[int, Result]
    letters: Mapping[int, Letter]

    def whose(self, person_id: int) -> int:
        """The record that counts for this one."""
        return self.counted.get(person_id, person_id)

    def is_own(self, person_id: int) -> bool:
        return self.whose(person_id) == self.whose(self.by)

    def facts_from(self, result_id: int) -> int:
        """How many facts that still stand follow from the result."""
        live = {fact.id for facts in self.facts.values() for fact in facts if fact.voided_at is None}
        return sum(source == result_id and fact_id in live for fact_id, source in self.sources.items())

    def awards_resting_on(self, result: Result) -> list[Award]:
        """The accreditations made after the release that have no other training to rest on, the first one first."""
        corrected = self.corrected.get(result.supersedes_id or 0)
        if result.outcome != "pass" or result.released_at is None or (corrected and corrected.outcome == "pass"):
            return []  # the pass that it corrected stands again
        others = [
            fact.starts_on
            for fact in self.facts.get(result.person_id, ())
            if fact.kind == "training" and fact.code == result.scheme and fact.voided_at is None
            if not isinstance(fact.id, int) or self.sources.get(fact.id) != result.id
        ]
        return [
            award
            for award in self.awards.get(self.whose(result.person_id), ())
            if award.scheme == result.scheme and award.awarded_at >= result.released_at
            if not any(trained_on <= award.starts_on for trained_on in others)
        ]


def built_on(act: ResultAct, reversals: Sequence[Reversal], *, by: int) -> BuiltOn:
    """What was built on the results that these lines of a release are about."""
    results = [reversal.result for reversal in reversals if reversal.result is not None]
    people = {result.person_id for result in results}
    counted = merged_among(people | {by})
    records = people | set(counted) | set(counted.values())
    awards: dict[int, list[Award]] = {}
    found = select(Award).where(Award.person_id.in_(records), ~Award.voided)
    for award in db.session.scalars(found.order_by(Award.starts_on, Award.id)):
        awards.setdefault(counted.get(award.person_id, award.person_id), []).append(award)
    declared = select(Evidence.id, Evidence.source_id).where(
        Evidence.source_type == "result", Evidence.source_id.in_([result.id for result in results])
    )
    wrong = select(Result).where(Result.id.in_([result.supersedes_id for result in results if result.supersedes_id]))
    keys = {letter_key(result.id, act.id): result.id for result in results}
    letters = select(Letter).where(Letter.key.in_(keys)).execution_options(populate_existing=True)
    return BuiltOn(
        by=by,
        counted=counted,
        sources=dict(db.session.execute(declared).all()),
        facts=facts_of_all(sorted(people)),
        awards=awards,
        corrected={result.id: result for result in db.session.scalars(wrong)},
        letters={keys[letter.key]: letter for letter in db.session.scalars(letters)},
    )
