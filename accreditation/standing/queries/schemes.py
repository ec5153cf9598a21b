"""Which schemes there are, and by which version somebody is judged."""

from datetime import date
from functools import lru_cache

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.errors import NotFound
from accreditation.core.settings import get_setting
from accreditation.standing.models import SchemeVersion
from accreditation.standing.queries.presets import BUILT_IN, preset
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.scheme import Scheme


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


def all_schemes(on: date | None = None) -> list[Scheme]:
    """The schemes of this service by code, each in the version in effect on the day; None: in its newest version."""
    by_code: dict[str, list[SchemeVersion]] = {}
    for version in versions():
        by_code.setdefault(version.scheme, []).append(version)
    schemes = {code: _in_effect(stored, on) for code, stored in by_code.items()}
    for code in BUILT_IN:
        if code not in schemes:
            schemes[code] = preset(code)
    return [schemes[code] for code in sorted(schemes)]


def get_scheme(code: str, on: date | None = None) -> Scheme:
    """The version in effect on the day (None: the newest). Raises NotFound."""
    if stored := versions(code):
        return _in_effect(stored, on)
    if code in BUILT_IN:
        return preset(code)
    raise NotFound(f"There is no scheme {code} in this service.")


def _in_effect(stored: list[SchemeVersion], on: date | None) -> Scheme:
    """A day before the first version is judged by the first: nothing older is known."""
    reached = [version for version in stored if on is None or version.effective_from <= on]
    return scheme_in((reached[-1] if reached else stored[0]).definition)


def main_scheme_code() -> str:
    return get_setting("main_scheme")


def main_scheme(on: date | None = None) -> Scheme:
    """The scheme that this service works by, as an administrator has set it. Raises NotFound."""
    return get_scheme(main_scheme_code(), on)
