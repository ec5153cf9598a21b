"""Preparing a change to a scheme, and putting it in force: by another person than whoever prepared it."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.standing.models import (
    Edition,
    FigureConfirmation,
    SchemeDraft,
    SchemeRetirement,
    SchemeVersion,
)
from accreditation.standing.queries.drafts import find_open_draft, lock_draft
from accreditation.standing.queries.editions import find_edition_beside
from accreditation.standing.queries.schemes import history_of, scheme_in, versions
from accreditation.standing.rules.contract.reading import Refused
from accreditation.standing.rules.figures import differences, figures
from accreditation.standing.services.rehearsing import drop_rehearsal, refuse_a_day_gone_by
from accreditation.standing.services.schemes import keep_built_in_schemes
from accreditation.standing.services.sweeping import let_go


def begin_draft(scheme_code: str, *, effective_from: date, by: int | None, now: datetime) -> SchemeDraft:
    """A new version to be worked on, for now the same as the newest. Raises Conflict if one is being prepared."""
    newest = _newest(scheme_code)
    return _begin(
        SchemeDraft(
            scheme=scheme_code,
            base_number=newest.number,
            definition=newest.definition,
            effective_from=effective_from,
            applies_to="everyone",
            drafted_by=by,
            edited_by=by,
            edited_at=now,
        )
    )


def begin_retirement(
    scheme_code: str, number: int, *, effective_from: date, reason: str, by: int | None, now: datetime
) -> SchemeDraft:
    """To end a version: from that day on the one before it judges again.

    Raises DomainError for the first version, which every day before the others rests on, and for one that is retired.
    """
    newest = _newest(scheme_code)
    found = next((row for row in versions(scheme_code) if row.number == number), None)
    if found is None:
        raise DomainError(f"{scheme_code} has no version {number}.")
    if number == 1:
        raise DomainError("The first version stays: it judges every day for which no other is meant.")
    if db.session.scalar(select(SchemeRetirement).where(SchemeRetirement.version_id == found.id)):
        raise DomainError(f"Version {number} is retired already.")
    return _begin(
        SchemeDraft(
            scheme=scheme_code,
            base_number=newest.number,
            retires=number,
            definition=found.definition,
            effective_from=max(effective_from, found.effective_from),
            applies_to="everyone",
            reason=reason,
            drafted_by=by,
            edited_by=by,
            edited_at=now,
        )
    )


def _newest(scheme_code: str) -> SchemeVersion:
    keep_built_in_schemes()
    history_of(scheme_code)  # raises NotFound
    return versions(scheme_code)[-1]


def _begin(draft: SchemeDraft) -> SchemeDraft:
    if find_open_draft(draft.scheme):
        raise Conflict("A change to this scheme is being prepared already. Finish or discard that one first.")
    db.session.add(draft)
    db.session.flush()
    return draft


def change_definition(
    draft_id: int, change: Callable[[str], str], *, seen: int, by: int | None, now: datetime
) -> SchemeDraft:
    """Change what the draft says by one of the functions of rules.drafting. What was rehearsed of it is dropped.

    `seen`: the state of the draft that the page showed. Raises Conflict when somebody changed it since, DomainError
    with the field when the outcome is no scheme.
    """
    draft = _lock_open(draft_id, seen)
    if draft.retires is not None:
        raise DomainError("This change ends a version: there is nothing in it to edit.")
    try:
        text = change(draft.definition)
    except Refused as refused:
        raise DomainError(f"This would not be a scheme: {refused}.") from refused
    if text != draft.definition:
        draft.definition = text
        _edited(draft, by, now)
    return draft


def change_terms(
    draft_id: int,
    *,
    effective_from: date,
    applies_to: str,
    reason: str,
    seen: int,
    on: date,
    by: int | None,
    now: datetime,
) -> SchemeDraft:
    """From which day on, for whom, and why. Raises Conflict, and DomainError for a day that has passed."""
    draft = _lock_open(draft_id, seen)
    if effective_from < on:
        raise DomainError("Rules change from today or a later day on. Choose such a day.")
    if draft.retires is not None:
        applies_to = "everyone"
    moved = (draft.effective_from, draft.applies_to) != (effective_from, applies_to)
    draft.effective_from, draft.applies_to, draft.reason = effective_from, applies_to, reason
    if moved:
        _edited(draft, by, now)
    elif draft.edited_by != by:
        draft.edited_by, draft.edited_at = by, now
    db.session.flush()
    return draft


def discard_draft(draft_id: int, *, seen: int) -> None:
    """The draft is given up. It stays in the trail, and judges nobody."""
    draft = _lock_open(draft_id, seen)
    draft.state = "discarded"
    drop_rehearsal(draft_id)


def activate_draft(draft_id: int, *, seen: int, on: date, activated_by: int, now: datetime) -> SchemeDraft:
    """Put the change in force for everybody at once: what was rehearsed becomes what every page reads.

    Raises NotAllowed for whoever drafted or last changed it, DomainError when it is not rehearsed to the end or its
    first day has passed, Conflict when somebody changed it since the page was shown.
    """
    draft = _lock_open(draft_id, seen)
    if activated_by in (draft.drafted_by, draft.edited_by):
        raise NotAllowed("Somebody else has to activate what you drafted or changed: two people look at every rule.")
    refuse_a_day_gone_by(draft, on)
    newest = scheme_in(_newest(draft.scheme).definition)
    if draft.retires is None and not differences(newest, scheme_in(draft.definition)):
        raise DomainError("This draft says what the version in force says. Change something, or discard it.")
    if not draft.reason.strip():
        raise DomainError("Say why the rules change: the reason stays with the version.")
    editions = list(
        db.session.scalars(
            select(Edition)
            .where(Edition.scheme == draft.scheme, Edition.state.in_(("current", "building")))
            .order_by(Edition.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    found = find_edition_beside(draft_id)
    if found is None or found[1].built_at is None:
        raise DomainError("Rehearse this draft to the end first, so that everybody knows what it changes.")
    beside = found[0]
    before = next((edition for edition in editions if edition.state == "current"), None)
    if before is None:
        before = Edition(scheme=draft.scheme, key=draft.scheme)
        db.session.add(before)
    let_go(before)  # there is one current edition of a scheme at any moment
    beside.state = "current"
    if draft.retires is None:
        _add_version(draft, activated_by, now)
    else:
        _add_retirement(draft, draft.retires, activated_by, now)
    draft.state, draft.activated_by = "activated", activated_by
    db.session.flush()
    return draft


def _add_version(draft: SchemeDraft, activated_by: int, now: datetime) -> None:
    db.session.add(
        SchemeVersion(
            scheme=draft.scheme,
            number=versions(draft.scheme)[-1].number + 1,
            effective_from=draft.effective_from,
            applies_to=draft.applies_to,
            activated_at=now,
            activated_by=activated_by,
            drafted_by=draft.drafted_by,
            reason=draft.reason,
            definition=draft.definition,
        )
    )


def _add_retirement(draft: SchemeDraft, number: int, activated_by: int, now: datetime) -> None:
    version = next(row for row in versions(draft.scheme) if row.number == number)
    db.session.add(
        SchemeRetirement(
            version_id=version.id,
            retired_from=draft.effective_from,
            retired_at=now,
            retired_by=activated_by,
            drafted_by=draft.drafted_by,
            reason=draft.reason,
        )
    )


def confirm_figure(
    scheme_code: str, key: str, *, says: str, source: str, by: int | None, on: date, now: datetime
) -> FigureConfirmation:
    """Somebody looked the figure up: it carries no "check this" as long as the scheme says exactly this.

    `says` is what the page showed. Raises Conflict when the scheme says something else by now.
    """
    scheme = history_of(scheme_code).version_on(on).scheme
    figure = next((found for found in figures(scheme) if found.key == key), None)
    if figure is None or figure.says != says:
        raise Conflict("The scheme has changed since this page was shown. Look at the figure as it is now.")
    confirmation = FigureConfirmation(
        scheme=scheme_code, figure=key, says=says, source=source, confirmed_at=now, confirmed_by=by
    )
    db.session.add(confirmation)
    db.session.flush()
    return confirmation


def _lock_open(draft_id: int, seen: int) -> SchemeDraft:
    draft = lock_draft(draft_id)
    if draft.state != "open":
        raise Conflict(f"This draft is {draft.state} already.")
    if draft.version != seen:
        raise Conflict("Somebody changed this draft since the page was shown. Look at it as it is now, and try again.")
    return draft


def _edited(draft: SchemeDraft, by: int | None, now: datetime) -> None:
    draft.edited_by, draft.edited_at = by, now
    drop_rehearsal(draft.id)
    db.session.flush()
