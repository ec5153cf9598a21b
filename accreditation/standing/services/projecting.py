"""The projections: the engine's answer in place of a person's periods. Nothing else writes them."""

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import cast

from sqlalchemy import Table, delete, insert, select, text

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.people.queries import merged_among
from accreditation.standing.models import RehearsedChange, RequirementPeriod, StandingPeriod
from accreditation.standing.queries.editions import Beside, editions_beside, hold_editions
from accreditation.standing.queries.evidence import AT_ONCE, facts_of_all, people_with_evidence
from accreditation.standing.queries.projected import Rows, projected
from accreditation.standing.queries.schemes import all_histories, main_scheme_code
from accreditation.standing.rules.history import History
from accreditation.standing.rules.rehearsal import effect_of
from accreditation.standing.rules.verdict import Result
from accreditation.standing.services.schemes import keep_built_in_schemes


def refresh_standing(person_id: int) -> None:
    """Renew what the pages read of one person."""
    refresh_people([person_id])


def refresh_people(person_ids: Sequence[int]) -> None:
    """Renew what the pages read of these people, and what is rehearsed: a few statements for any number of them.

    Of a merged record nothing is read; the one that counts for it is renewed in its place.
    """
    if not person_ids:
        return
    db.session.flush()
    keep_built_in_schemes()
    hold_editions()
    current = all_histories()
    beside = editions_beside(current)
    histories = [*current.values(), *(each.history for each in beside)]
    main = main_scheme_code()
    ids = iter(person_ids)
    while batch := list(islice(ids, AT_ONCE)):
        _replace(batch, histories, beside, main)


def build_beside(person_ids: list[int], beside: Beside, current: History) -> None:
    """Make the rehearsed rows of these people, at most AT_ONCE, without touching what the pages read."""
    _replace(person_ids, [current, beside.history], [beside], main_scheme_code(), keep={current.edition})


def _replace(
    person_ids: list[int],
    histories: Sequence[History],
    beside: Sequence[Beside],
    main: str,
    keep: Collection[str] = (),
) -> None:
    """Put the engine's answer in place of the rows of these editions, but for those to keep."""
    written = [history.edition for history in histories if history.edition not in keep]
    merged = merged_among(person_ids)
    person_ids = sorted({*person_ids, *(merged[person_id] for person_id in person_ids if person_id in merged)})
    _forget(person_ids)
    for projection in (StandingPeriod, RequirementPeriod):
        db.session.execute(
            delete(projection)
            .where(projection.person_id.in_(person_ids), projection.edition.in_(written))
            .execution_options(synchronize_session=False)
        )
    standing: Rows = []
    requirements: Rows = []
    results: dict[int, dict[str, Result]] = {}
    counting = [person_id for person_id in person_ids if person_id not in merged]
    for person_id, facts in facts_of_all(counting, merged).items():
        for each in projected(person_id, facts, histories, main):
            results.setdefault(person_id, {})[each.edition] = each.result
            if each.edition not in keep:
                standing += each.standing
                requirements += each.requirements
    connection = db.session.connection()
    for model, rows in ((StandingPeriod, standing), (RequirementPeriod, requirements)):
        if rows:
            connection.execute(insert(cast(Table, model.__table__)), rows)
    keys = {history.code: history.edition for history in reversed(histories)}
    for rehearsed in beside:
        _compare(person_ids, rehearsed, keys[rehearsed.history.code], results)


def _compare(person_ids: list[int], beside: Beside, current: str, results: dict[int, dict[str, Result]]) -> None:
    """Keep what the rehearsed edition changes for each of these people."""
    edition_id = beside.edition.id
    db.session.execute(
        delete(RehearsedChange)
        .where(RehearsedChange.edition_id == edition_id, RehearsedChange.person_id.in_(person_ids))
        .execution_options(synchronize_session=False)
    )
    rows: Rows = []
    for person_id, found in results.items():
        before, after = found.get(current), found.get(beside.edition.key)
        effect = effect_of(before, after, beside.draft.effective_from) if before and after else None
        if effect:
            rows.append(
                {
                    "edition_id": edition_id,
                    "person_id": person_id,
                    "change": effect.change,
                    "differs_from": effect.differs_from,
                    "verdict_before": effect.before.verdict.value,
                    "verdict_after": effect.after.verdict.value,
                    "end_before": effect.before.limiting_end,
                    "end_after": effect.after.limiting_end,
                    "limiting_before": effect.before.limiting,
                    "limiting_after": effect.after.limiting,
                }
            )
    if rows:
        db.session.connection().execute(insert(cast(Table, RehearsedChange.__table__)), rows)


def _forget(person_ids: list[int]) -> None:
    """Let go of rows that somebody read in this transaction and that are about to be replaced."""
    ids = set(person_ids)
    for row in list(db.session.identity_map.values()):
        if isinstance(row, StandingPeriod | RequirementPeriod) and row.person_id in ids:
            db.session.expunge(row)


def refresh_next(after: int) -> tuple[int, int]:
    """Renew the next batch of people after that id: the last id done and how many; (after, 0) when all are done."""
    people = people_with_evidence(after)
    if not people:
        return after, 0
    db.session.execute(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    refresh_people(people)
    return people[-1], len(people)


def gather_statistics() -> None:
    """Let the database count its tables, so that a page of the register walks by name and sorts nobody.

    In the caller's transaction; after anything that adds many people at once.
    """
    for table in ("person", "evidence", "standing_period", "requirement_period"):
        db.session.execute(text(f"ANALYZE {table}"))


def rebuild(progress: Callable[[int], None] | None = None) -> int:
    """Renew everybody, in the caller's transaction; how many people. The command does it batch by batch instead."""
    done = last = 0
    while True:
        last, count = refresh_next(last)
        if not count:
            return done
        done += count
        if progress:
            progress(count)
