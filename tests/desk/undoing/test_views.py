"""The pages of undoing: what they show, whom they turn away, and that they change nothing before the button."""

import re

import pytest
from sqlalchemy import func, select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.desk.undoing.models import Undoing
from accreditation.people.rules import Grant
from cohorts.models import Result
from tests import factories
from tests.desk.undoing.effective import effective_state


@pytest.fixture
def cohort(app, today):
    made = factories.cohort("Spring 2027", candidates=2)
    factories.released_results(made.id, "pass", "fail")
    return made


@pytest.fixture
def manager(sign_in):
    return sign_in(Grant(Role.PRACTICE_MANAGER, Scope.SERVICE))


def digest(page):
    return re.search(r'name="digest"[^>]*value="(\w+)"', page.text)[1]


def undo(browser, act_id, **details):
    form = {"digest": digest(browser.get(f"/undo/{act_id}")), "reason": "Wrong cohort."} | details
    return browser.post(f"/undo/{act_id}", data=form, follow_redirects=True)


def test_a_release_is_undone_from_the_history_of_the_cohort(manager, cohort):
    with transaction():
        for letter in db.session.scalars(select(Letter)):
            letter.state = "sent"
    act_id = factories.act_of(cohort.id).id
    history = manager.get(f"/cohorts/{cohort.id}/history")
    assert f"/undo/{act_id}" in history.text
    before = effective_state(cohort.id)
    preview = manager.get(f"/undo/{act_id}")
    assert "Preview. Nothing has been undone yet." in preview.text
    assert "1 fact of the ledger is struck out." in preview.text
    assert "2 letters of correction wait until you confirm them" in preview.text
    assert effective_state(cohort.id) == before
    page = undo(manager, act_id)
    assert page.request.path.startswith("/undone/")
    assert "1 fact of the ledger was struck out." in page.text
    assert "Send 2 letters" in page.text
    answer = manager.post(f"{page.request.path}/letters", data={"letters": "send"}, follow_redirects=True)
    assert "2 letters of correction go out." in answer.text
    assert "Undone" in manager.get(f"/cohorts/{cohort.id}/history").text


def test_without_a_reason_nothing_is_undone(manager, cohort):
    before = effective_state(cohort.id)
    assert "Say why this is undone" in undo(manager, factories.act_of(cohort.id).id, reason=" ").text
    assert effective_state(cohort.id) == before


def test_an_old_preview_is_explained(manager, cohort):
    page = undo(manager, factories.act_of(cohort.id).id, digest="0" * 32)
    assert page.status_code == 409
    assert "Something has changed since this preview was made." in page.text
    assert "Wrong cohort." in page.text


def test_the_button_twice_undoes_once(manager, cohort):
    act_id = factories.act_of(cohort.id).id
    form = {"digest": digest(manager.get(f"/undo/{act_id}")), "reason": "Wrong cohort."}
    answers = [manager.post(f"/undo/{act_id}", data=form).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert db.session.scalar(select(func.count(Undoing.id))) == 1


def test_a_provider_undoes_their_own_upload_and_no_release(sign_in, cohort):
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
    assert provider.get(f"/undo/{factories.act_of(cohort.id).id}").status_code == 403
    running = factories.cohort(candidates=1, provider_id=cohort.provider_id)
    factories.drafts(running.id, "pass")
    act_id = factories.act_of(running.id, "recorded").id
    assert "1 result undone" in undo(provider, act_id).text
    assert not db.session.scalar(select(Result.id).where(Result.cohort_id == running.id))


def test_a_provider_sends_no_letters(sign_in, cohort):
    undoing_id = factories.undo_act(factories.act_of(cohort.id).id).id
    provider = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, cohort.provider_id))
    assert provider.get(f"/undone/{undoing_id}").status_code == 200
    assert provider.post(f"/undone/{undoing_id}/letters", data={"letters": "send"}).status_code == 403


def test_another_provider_learns_of_nothing(sign_in, cohort):
    undoing_id = factories.undo_act(factories.act_of(cohort.id).id).id
    stranger = sign_in(Grant(Role.TRAINING_PROVIDER, Scope.PROVIDER, factories.provider("Rivals").id))
    for path in (
        f"/undo/{factories.act_of(cohort.id).id}",
        f"/undone/{undoing_id}",
        f"/cohorts/{cohort.id}/history",
        "/undo/999999",
    ):
        assert stranger.get(path).status_code == 404
