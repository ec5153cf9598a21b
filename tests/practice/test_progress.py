"""A mediator sees of every requirement that is met by the log how much is done, and by when the rest is due."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from accreditation.core.database import transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice.rules.progress import from_the_log, progress_in
from accreditation.standing.queries.presets import preset
from accreditation.standing.queries.schemes import SINCE_EVER
from accreditation.standing.rules.contract.schemes import read_requirement
from accreditation.standing.rules.evidence import Fact, dossier_of
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Recurring
from accreditation.standing.rules.requirements.rule import Step
from accreditation.standing.services import install_version
from tests import factories

YEAR = {"rule": "accumulated", "per_months": 12}
MORE = (
    {**YEAR, "code": "led", "kind": "case", "of": "lead", "quantity": 2, "first_due_months": 12, "label": "Two led"},
    {"rule": "accumulated", "code": "seen", "kind": "case", "of": "observed", "quantity": 1, "label": "One observed"},
    {**YEAR, "code": "taught", "kind": "cpd", "of": "course", "quantity": 4, "label": "Four hours on courses"},
    {**YEAR, "code": "read", "kind": "cpd", "of": ["reading", "A"], "quantity": 1, "label": "An hour of reading"},
    {
        "code": "supervised",
        "rule": "all_of",
        "label": "Supervision of both kinds",
        "requirements": [
            {**YEAR, "kind": "supervision", "quantity": 2},
            {**YEAR, "kind": "supervision", "of": "one_to_one", "quantity": 1},
        ],
    },
    {
        "code": "often",
        "rule": "recurring",
        "kind": "supervision",
        "every_days": 84,
        "label": "Supervision every twelve weeks",
        "action": "Attend case supervision",
    },
    {
        "code": "insured",
        "rule": "held",
        "kind": "declaration",
        "of": "insurance",
        "label": "Insured",
        "action": "Show the certificate",
    },
    {
        "code": "follows",
        "rule": "held",
        "kind": "declaration",
        "of": "code-of-practice",
        "label": "Follows the code",
        "action": "Declare it",
    },
)

EXPECTED = {
    # done, and what waits | still to do and by when | state
    "Two led": ("1 of 2 cases led in 12 months and 1 case waiting to be confirmed", "1 case by 31 May 2027", "Met"),
    "Two supervised co-mediations": ("2 of 2 cases co-mediated", "Nothing", "Met"),
    "One observed": ("0 of 1 case observed", "1 case now", "Not met"),
    "Two mediations a year": (
        "3 of 2 cases co-mediated or led in 12 months and 1 case waiting to be confirmed",
        "1 case by 31 May 2027",  # the two co-mediations of 1 June stop counting then
        "Met",
    ),
    "Four hours on courses": ("5 of 4 hours of courses in 12 months", "4 hours by 31 Jul 2027", "Met"),
    "An hour of reading": ("0 of 1 hour of A or reading in 12 months", "1 hour now", "Not met"),
    "Six hours of CPD a year": ("5 of 6 hours in 12 months", "1 hour by 31 May 2027", "Met"),
    "Four hours of supervision a year": ("3 of 4 hours in 12 months", "1 hour by 31 May 2027", "Met"),
    "Supervision of both kinds": (
        "3 of 2 hours in 12 months and 0 of 1 hour one to one in 12 months",
        "2 hours by 30 Jun 2027 and 1 hour one to one now",
        "Not met",
    ),
    "Supervision every twelve weeks": ("Not done", "Attend case supervision", "Not met"),
    "Insured": ("Done", "Show the certificate by 31 Mar 2027", "Met"),
    "Follows the code": ("Not done", "Declare it", "Not met"),
}


@pytest.fixture
def ada(app, today):
    """Accredited on 1 June 2026, with something of each kind confirmed, and a case and a declaration that wait."""
    scheme = preset("INHOUSE-WPM")
    asked = [read_requirement(one, number) for number, one in enumerate(MORE)]
    with transaction():
        install_version(replace(scheme, requirements=(*scheme.requirements, *asked)), on=SINCE_EVER, installed_by=None)
    ada = factories.accredited_mediator(name="Ada Okafor", trained_on=date(2026, 6, 1))
    factories.confirmed_entry(ada.id, code="lead", done_on=date(2026, 9, 1))
    factories.confirmed_entry(ada.id, kind="cpd", code="course", done_on=date(2026, 8, 1), quantity=5)
    factories.confirmed_entry(ada.id, kind="supervision", code="group", done_on=date(2026, 7, 1), quantity=3)
    insured = {"code": "insurance", "done_on": date(2026, 4, 1), "ends_on": date(2027, 4, 1)}
    factories.confirmed_entry(ada.id, kind="declaration", **insured)
    factories.practice_entry(ada.id, code="lead")
    factories.practice_entry(ada.id, kind="declaration", code="code-of-practice")
    return ada


def rows(page: str) -> dict[str, list[str]]:
    """Every row of every table in words, by its first cell up to what stands below it there."""
    found = {}
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        words = [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]
        found[next((label for label in EXPECTED if words[0].startswith(label)), words[0])] = words
    return found


def test_the_log_says_it_of_every_kind(sign_in, ada):
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/practice/mine").text
    found = rows(page)
    said = {label: (found[label][1], found[label][2], found[label][3].partition(" through")[0]) for label in EXPECTED}
    assert said == EXPECTED


def test_my_standing_says_it_of_every_amount(sign_in, ada):
    page = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada).get("/me").text
    found = rows(page)
    for label, (done, still, state) in EXPECTED.items():
        name, _, _, to_do = found[label]
        if " of " in done:
            assert done in name
        if still != "Nothing" and " of " in done:
            assert f"Still to do: {still}" in to_do
        elif state == "Not met":
            assert still in to_do
    assert "Show the certificate" in page


ON = date(2027, 2, 2)
READ = Accumulated(Asked("cpd", frozenset({"reading"})), Decimal(2), 12)
DAY = Recurring(Asked("refresher"), Step(months=12))


@pytest.mark.parametrize(("rule", "any_of"), [(AnyOf((DAY, READ)), True), (AllOf((DAY, READ)), False)])
def test_beside_something_that_is_not_logged_the_rest_still_counts(rule, any_of):
    dossier = dossier_of([Fact("cpd", "reading", date(2026, 5, 1), None, Decimal("0.5"))], "S")
    assert from_the_log(rule)
    progress = progress_in(rule, dossier, None, ON)
    (part,) = progress.parts
    assert (part.done_words, part.still_words, part.due_by) == (
        "0.5 of 2 hours of reading in 12 months",
        "1.5 hours",
        None,
    )
    assert (progress.any_of, progress.open) == (any_of, [part])


def test_what_nobody_logs_is_not_counted_in_the_log():
    days = Accumulated(Asked("refresher"), Decimal(2), 12)
    assert not from_the_log(days)
    assert [part.what for part in progress_in(AllOf((days, READ)), dossier_of([], "S"), None, ON).parts] == [
        "of reading"
    ]
