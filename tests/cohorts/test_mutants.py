"""Mutated workbooks: each gets a clear refusal or a correct preview, in time and memory; a sample here, all as soak."""

from time import perf_counter

import pytest

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.sheets import LIMITS, read_workbook
from cohorts.models import Cohort
from cohorts.queries.plans import frame_of, plan_results
from cohorts.queries.results import candidates_of
from cohorts.rules.workbook import read_results
from tests import factories
from tests.cohorts.books import filled
from tests.cohorts.mutants import mutants

SECONDS, MEGABYTES = 20, 512


def previewed(cohort_id: int, data: bytes) -> str:
    """ "refused" with sentences, or "previewed" after the preview has been held to what can be so."""
    cohort = db.session.get_one(Cohort, cohort_id)
    try:
        sheet = read_results(read_workbook(data), cohort_id=cohort_id, components=frame_of(cohort, TODAY).components)
    except DomainError as refusal:
        if not all(reason.strip().endswith(".") for reason in refusal.reasons):
            raise
        return "refused"
    plan = plan_results(cohort, [row.entry for row in sheet.rows], version=sheet.version, on=TODAY)
    on_it = {who.person.reference: who for who in candidates_of(cohort_id)}
    for row, line in zip(sheet.rows, plan.lines, strict=True):
        assert (line.change == "refused") == bool(line.faults)
        assert all(fault.text.endswith(".") for fault in (*row.faults, *line.faults))
        if line.change in ("added", "changed") and not row.faults:
            assert on_it[line.entry.reference].is_called(line.entry.name or "")
            assert cohort.starts_on <= line.event_on <= TODAY
            assert line.entry.outcome in ("pass", "fail", "refer", "absent", "deferred")
    return "previewed"


TODAY = factories.TODAY


def run(count: int) -> dict[str, int]:
    """How many were refused and how many previewed, each in time."""
    cohort_id = factories.cohort(candidates=4).id
    whole = filled(cohort_id, ("Pass",), ("Fail", "20/01/2027", "Took sides."), ("Absent",))
    found, longest = {"refused": 0, "previewed": 0}, 0.0
    for name, data in mutants(whole, count):
        began = perf_counter()
        found[previewed(cohort_id, data)] += 1
        took = perf_counter() - began
        assert took < SECONDS, name
        longest = max(longest, took)
        db.session.rollback()
    print(f"{count} workbooks: {found}, longest {longest:.1f} s")
    return found


def test_a_sample_of_mutated_workbooks_is_refused_or_previewed(app, today):
    found = run(12)
    assert min(found.values()) > 2


@pytest.mark.soak
def test_two_hundred_mutated_workbooks_are_refused_or_previewed(app, today):
    found = run(200)
    assert min(found.values()) > 20


def test_the_reader_is_confined_to_the_memory_that_it_may_take():
    assert LIMITS.memory <= MEGABYTES * 1024 * 1024  # the child sets it for itself before it reads
    assert LIMITS.wall_seconds <= SECONDS
