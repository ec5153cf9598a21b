"""What else a search finds beside people: applications, cohorts and refresher days, each for who may open its list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, String, and_, bindparam, func, or_, select

from accreditation.core.database import rows_of
from accreditation.core.permissions import Permission
from accreditation.people.queries.finding import ESCAPE, like
from accreditation.people.rules import Grant, Viewer, plain
from accreditation.refreshers.models import RefresherDay
from accreditation.web.guards import scope_asked
from accreditation.web.words import day
from cohorts.models import Cohort
from cohorts.queries.applications import newest_applications
from cohorts.queries.cohorts import cohorts_visible_to
from cohorts.rules.stages import LABELS as STAGE_LABELS
from cohorts.rules.states import COHORT_LABELS

SHOWN = 10
LOOKED_AT = 500
"""Titles of a kind that are compared without their accents: newer ones first."""


@dataclass(frozen=True)
class Hit:
    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Group:
    """Hits of one kind; `more_url` leads on where there are more than are shown."""

    title: str
    hits: Sequence[Hit]
    more_url: str | None = None


def find_elsewhere(viewer: Viewer, words: str) -> list[Group]:
    """Groups with at least one hit. At most one statement a group.

    Every word must be found; capitals and accents do not matter.
    """
    wanted = plain(words.replace(",", " ").replace("\0", " ")).split()[:8]
    if not wanted:
        return []
    asked: Iterable[tuple[Permission, Callable[[Viewer, list[str], str], Group]]] = (
        (Permission.VIEW_APPLICATIONS, _applications),
        (Permission.VIEW_COHORTS, _cohorts),
        (Permission.VIEW_REFRESHERS, _days),
    )
    found = []
    for permission, look in asked:
        within = viewer.limited_to(permission)
        if within.grants and (group := look(within, wanted, words)).hits:
            found.append(group)
    return found


def _applications(viewer: Viewer, wanted: list[str], words: str) -> Group:
    hits = [
        Hit(
            f"{one.given_name} {one.family_name}",
            f"{one.reference}, {STAGE_LABELS[one.stage].lower()}",
            url_for("cohorts.application", reference=one.reference),
        )
        for one in newest_applications(viewer, wanted, at_most=SHOWN + 1)
    ]
    return _group("Applications", hits, url_for("cohorts.applications", q=words))


def _cohorts(viewer: Viewer, wanted: list[str], words: str) -> Group:
    scope_asked()
    hits = [
        Hit(
            cohort.title,
            f"{COHORT_LABELS[cohort.state]}, from {day(cohort.starts_on)}",
            url_for("cohorts.cohort", cohort_id=cohort.id),
        )
        for cohort in rows_of(_asking_cohorts(viewer.grants, len(wanted)), _patterns(wanted))
        if _says(cohort.title, wanted)
    ]
    return _group("Cohorts", hits, url_for("cohorts.cohorts"))


@lru_cache(maxsize=256)
def _asking_cohorts(grants: frozenset[Grant], number: int) -> Any:
    return (
        select(Cohort.id, Cohort.title, Cohort.state, Cohort.starts_on)
        .where(cohorts_visible_to(Viewer(0, grants)), _has_words(Cohort.title, number))
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(LOOKED_AT)
    )


def _days(viewer: Viewer, wanted: list[str], words: str) -> Group:
    hits = [
        Hit(one.title, day(one.held_on), url_for("refreshers.day", day_id=one.id))
        for one in rows_of(_asking_days(len(wanted)), _patterns(wanted))
        if _says(one.title, wanted)
    ]
    return _group("Refresher days", hits, url_for("refreshers.days"))


@cache
def _asking_days(number: int) -> Any:
    return (
        select(RefresherDay.id, RefresherDay.title, RefresherDay.held_on)
        .where(_has_words(RefresherDay.title, number))
        .order_by(RefresherDay.held_on.desc(), RefresherDay.id.desc())
        .limit(LOOKED_AT)
    )


def _patterns(wanted: list[str]) -> dict[str, str]:
    return {f"word_{at}": like(word) for at, word in enumerate(wanted)}


def _has_words(column: Any, number: int) -> ColumnElement[bool]:
    """What may have every word: a title with a letter beyond ASCII is looked at again without its accents."""
    accented = column.regexp_match("[^ -~]")
    said = [func.lower(column).like(bindparam(f"word_{at}", type_=String()), escape=ESCAPE) for at in range(number)]
    return and_(*(or_(one, accented) for one in said))


def _says(title: str, wanted: list[str]) -> bool:
    said = plain(title)
    return all(word in said for word in wanted)


def _group(title: str, hits: Sequence[Hit], more_url: str) -> Group:
    return Group(title, hits[:SHOWN], more_url if len(hits) > SHOWN else None)
