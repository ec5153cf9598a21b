"""Which schemes there are, and by which version somebody is judged."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import cast

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from accreditation.core.calendar import FOREVER
from accreditation.core.database import db, read_once, rows_of
from accreditation.core.errors import NotFound
from accreditation.core.settings import get_setting
from accreditation.people.models import Person
from accreditation.standing.models import Edition, SchemeDraft, SchemeRetirement, SchemeVersion
from accreditation.standing.queries.presets import BUILT_IN, preset
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.history import AppliesTo, History, Version
from accreditation.standing.rules.scheme import Scheme

SINCE_EVER = date(1900, 1, 1)
"""The first version of a scheme judges every day there is evidence for."""


@lru_cache(maxsize=256)
def scheme_in(definition: str) -> Scheme:
    """The scheme in a stored definition. The same text is the same scheme, so it is read once."""
    return read_scheme_file(definition)


def versions(code: str | None = None) -> list[SchemeVersion]:
    """The stored versions, of one scheme or all, oldest first."""
    query = select(SchemeVersion).order_by(SchemeVersion.scheme, SchemeVersion.number)
    if code is not None:
        query = query.where(SchemeVersion.scheme == code)
    return list(db.session.scalars(query))


def all_histories(code: str | None = None, *, known_on: datetime | None = None) -> dict[str, History]:
    """Every scheme of this service with its versions, by code; or that one alone.

    `known_on`: only what had been activated and retired by that moment; a scheme of which nothing had been yet is
    there with its first version. Built-in schemes that nobody has been judged by yet are there too.
    """
    histories = read_once("histories", _histories) if known_on is None else _histories(known_on)
    return histories if code is None else {each: found for each, found in histories.items() if each == code}


EVERY_VERSION = (
    select(
        SchemeVersion.scheme,
        SchemeVersion.number,
        SchemeVersion.effective_from,
        SchemeVersion.applies_to,
        SchemeVersion.definition,
        SchemeVersion.activated_at,
        SchemeRetirement.retired_from,
        SchemeRetirement.retired_at,
        Edition.key,
    )
    .outerjoin(SchemeRetirement, SchemeRetirement.version_id == SchemeVersion.id)
    .outerjoin(Edition, and_(Edition.scheme == SchemeVersion.scheme, Edition.state == "current"))
    .order_by(SchemeVersion.scheme, SchemeVersion.number)
)  # plain columns, put together once: every page asks for them


def _histories(known_on: datetime | None = None) -> dict[str, History]:
    found: dict[str, list[Version]] = {}
    keys: dict[str, str] = {}
    for (
        scheme,
        number,
        effective_from,
        applies_to,
        definition,
        activated,
        retired_from,
        retired,
        key,
    ) in rows_of(EVERY_VERSION):
        keys[scheme] = key or scheme
        stored = found.setdefault(scheme, [])
        if known_on is not None and stored and activated > known_on:
            continue
        ended = retired is not None and (known_on is None or retired <= known_on)
        until = retired_from if ended else FOREVER
        stored.append(Version(scheme_in(definition), number, effective_from, cast(AppliesTo, applies_to), until))
    histories = {each: History(tuple(stored), keys[each]) for each, stored in found.items()}
    for each in BUILT_IN:
        if each not in histories:
            histories[each] = History((Version(preset(each), 1, SINCE_EVER),), each)
    return dict(sorted(histories.items()))


@dataclass(frozen=True)
class VersionLine:
    """A stored version for a page: who drafted and activated it, when, why, and since when it is retired."""

    number: int
    effective_from: date
    applies_to: str
    activated_at: datetime
    activated_by: str | None
    drafted_by: str | None
    reason: str
    definition: str
    retired_from: date | None = None
    retired_by: str | None = None
    retired_because: str = ""


def version_lines(code: str) -> list[VersionLine]:
    """The stored versions of a scheme, oldest first; empty for a built-in one that has judged nobody yet."""
    activated, drafted, retired = aliased(Person), aliased(Person), aliased(Person)
    query = (
        select(SchemeVersion, SchemeRetirement, activated, drafted, retired)
        .outerjoin(SchemeRetirement, SchemeRetirement.version_id == SchemeVersion.id)
        .outerjoin(activated, activated.id == SchemeVersion.activated_by)
        .outerjoin(drafted, drafted.id == SchemeVersion.drafted_by)
        .outerjoin(retired, retired.id == SchemeRetirement.retired_by)
        .where(SchemeVersion.scheme == code)
        .order_by(SchemeVersion.number)
    )
    return [
        VersionLine(
            number=version.number,
            effective_from=version.effective_from,
            applies_to=version.applies_to,
            activated_at=version.activated_at,
            activated_by=activator.name if activator else None,
            drafted_by=drafter.name if drafter else None,
            reason=version.reason,
            definition=version.definition,
            retired_from=ended.retired_from if ended else None,
            retired_by=retirer.name if retirer else None,
            retired_because=ended.reason if ended else "",
        )
        for version, ended, activator, drafter, retirer in db.session.execute(query)
    ]


def history_of(code: str, *, known_on: datetime | None = None) -> History:
    """The versions of one scheme. Raises NotFound."""
    history = all_histories(code, known_on=known_on).get(code)
    if history is None:
        raise NotFound(f"There is no scheme {code} in this service.")
    return history


def rehearsed_history(history: History, draft: SchemeDraft, key: str) -> History:
    """The versions as they would be with that draft activated."""
    if draft.retires is not None:
        changed = tuple(
            replace(version, effective_until=draft.effective_from) if version.number == draft.retires else version
            for version in history.versions
        )
        return History(changed, key)
    version = Version(
        scheme=scheme_in(draft.definition),
        number=history.versions[-1].number + 1,
        effective_from=draft.effective_from,
        applies_to=cast(AppliesTo, draft.applies_to),
    )
    return History((*history.versions, version), key)


def all_schemes(on: date | None = None) -> list[Scheme]:
    """The schemes of this service by code, each in the version in effect on the day; None: in its newest version."""
    return [_in_effect(history, on) for history in all_histories().values()]


def get_scheme(code: str, on: date | None = None) -> Scheme:
    """The version in effect on the day (None: the newest). Raises NotFound."""
    return _in_effect(history_of(code), on)


def _in_effect(history: History, on: date | None) -> Scheme:
    version = history.versions[-1] if on is None else history.version_on(on)
    return history.shown(version)


def main_scheme_code() -> str:
    return get_setting("main_scheme")


def main_scheme(on: date | None = None) -> Scheme:
    """The scheme that this service works by, as an administrator has set it. Raises NotFound."""
    return get_scheme(main_scheme_code(), on)
