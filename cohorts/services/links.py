"""Links for applicants and line managers: made for one purpose, told by letter, worked out anew from their row."""

import secrets
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.tokens import link_id_of, link_token, same
from cohorts.models import ApplicationLink
from cohorts.rules.links import APPLICANT, APPLICANT_LASTS, PATHS

ROOM = "application link"


class DeadLink(DomainError):
    """In the same words whether it was used, replaced, too old, or never one of ours."""

    def __init__(self) -> None:
        super().__init__("This link has been used, has expired or has been replaced by a newer one.")


def make_link(application_id: int, kind: str, *, now: datetime, expires_at: datetime) -> ApplicationLink:
    """A new link; the one of this kind before it stops working. The caller holds the application's lock."""
    revoke_links(application_id, kind, now=now)
    link = ApplicationLink(
        application_id=application_id, kind=kind, nonce=secrets.token_hex(32), created_at=now, expires_at=expires_at
    )
    db.session.add(link)
    db.session.flush()
    return link


def applicant_link(application_id: int, *, now: datetime) -> ApplicationLink:
    """The applicant's own link: the one that works while it lasts long enough, else a new one."""
    found = open_link(application_id, APPLICANT)
    if found and found.expires_at > now + APPLICANT_LASTS / 2:
        return found
    return make_link(application_id, APPLICANT, now=now, expires_at=now + APPLICANT_LASTS)


def open_link(application_id: int, kind: str) -> ApplicationLink | None:
    """The link of this kind that has not been revoked, expired or not."""
    found = select(ApplicationLink).where(
        ApplicationLink.application_id == application_id,
        ApplicationLink.kind == kind,
        ApplicationLink.revoked_at.is_(None),
    )
    return db.session.scalar(found)


def revoke_links(application_id: int, *kinds: str, now: datetime) -> int:
    """The links of these kinds (none named: of all) stop working. How many worked until now."""
    found = select(ApplicationLink).where(
        ApplicationLink.application_id == application_id, ApplicationLink.revoked_at.is_(None)
    )
    if kinds:
        found = found.where(ApplicationLink.kind.in_(kinds))
    links = db.session.scalars(found).all()
    for link in links:
        link.revoked_at = now
    db.session.flush()
    return len(links)


def token_of(link: ApplicationLink) -> str:
    return link_token(str(current_app.config["SECRET_KEY"]), ROOM, link.kind, link.id, link.nonce)


def address_of(link: ApplicationLink) -> str:
    """What the letter says to open. From the configured address of the site, never from what a request claims."""
    return f"{current_app.config['BASE_URL']}{PATHS[link.kind]}{token_of(link)}"


def find_link(token: str, kind: str, *, now: datetime) -> ApplicationLink:
    """The link that a token belongs to, if it works now (`expires_at` exclusive). Raises DeadLink."""
    link_id = link_id_of(token)
    link = db.session.get(ApplicationLink, link_id, populate_existing=True) if link_id is not None else None
    if link is None or link.kind != kind or not same(token, token_of(link)):
        raise DeadLink
    if link.revoked_at is not None or now >= link.expires_at:
        raise DeadLink
    return link


def still_works(link: ApplicationLink | None, now: datetime) -> bool:
    """For letters: whether it is worth sending."""
    return link is not None and link.revoked_at is None and now < link.expires_at
