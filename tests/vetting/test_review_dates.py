"""Suggested review dates: every level, kind of holder and awkward day against a table that our calendar did not make.

The table was made from the figures of presets.json by SQLite's own date arithmetic. Its months are compared here too.
"""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from tests import factories
from vetting import services
from vetting.models import Clearance
from vetting.queries.periods import review_periods
from vetting.rules.levels import HOLDER_KINDS, levels, suggested_end, usual_periods

DATA = Path(__file__).parent.parent / "data"


def rows() -> list[dict[str, str]]:
    with (DATA / "clearance-review-dates.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_level_and_holder_on_every_awkward_day():
    wrong = {}
    for row in rows():
        found = suggested_end(usual_periods(), row["level"], row["holder_kind"], date.fromisoformat(row["granted_on"]))
        said = found.ends_on.isoformat() if found else ""
        if said != row["first_day_after"]:
            wrong[row["level"], row["holder_kind"], row["granted_on"]] = said
    assert wrong == {}
    assert {(row["level"], row["holder_kind"]) for row in rows()} == set(usual_periods())


def test_the_figures_are_those_of_the_source():
    presets = json.loads((DATA / "presets.json").read_text(encoding="utf-8"))["vetting_levels"]
    for level in presets:
        for kind in HOLDER_KINDS:
            period = usual_periods()[level["code"], kind]
            assert (period.months, period.certainty) == (level[f"review_months_{kind}"], level["conf"]["review"])


@pytest.mark.parametrize("level", sorted(levels()))
def test_of_an_unknown_holder_the_shorter_period_is_suggested(level):
    ends = [suggested_end(usual_periods(), level, kind, date(2024, 2, 29)) for kind in HOLDER_KINDS]
    known = [end.ends_on for end in ends if end]
    found = suggested_end(usual_periods(), level, None, date(2024, 2, 29))
    assert (found.ends_on if found else None) == (min(known) if known else None)


def test_what_a_service_has_set_is_suggested_from_then_on(app):
    ada = factories.mediator(holder_kind="contractor")
    before = factories.clearance(ada.id, level="SC", granted_on=date(2024, 2, 29), ends_on=None)
    with transaction():
        services.set_review_period("SC", "contractor", months=60, certainty="U", source="Your vetting unit, May 2026")
    bea = factories.mediator(holder_kind="contractor")
    after = factories.clearance(bea.id, level="SC", granted_on=date(2024, 2, 29), ends_on=None)
    assert [db.session.get_one(Clearance, one.id).ends_on for one in (before, after)] == [
        date(2031, 3, 1),
        date(2029, 3, 1),
    ]
    assert review_periods()["SC", "employee"] == usual_periods()["SC", "employee"]


def test_setting_a_period_twice_keeps_the_last(app):
    for months in (60, None):
        with transaction():
            services.set_review_period("CTC", "employee", months=months, certainty="P", source="Our own")
    assert review_periods()["CTC", "employee"].months is None
    clearance = factories.clearance(factories.mediator(holder_kind="employee").id, ends_on=None)
    assert (clearance.ends_on, clearance.ends_source) == (None, "not_stated")


def test_a_period_that_cannot_be_gives_every_reason(app):
    with pytest.raises(DomainError) as refusal, transaction():
        services.set_review_period("TOP", "employee", months=0, certainty="?", source=" ")
    assert len(refusal.value.reasons) == 4
