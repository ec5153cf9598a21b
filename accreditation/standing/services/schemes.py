"""Installing schemes. A version, once stored, is never changed."""

from datetime import date

from accreditation.core.database import db, insert_if_absent
from accreditation.core.errors import DomainError
from accreditation.standing.models import SchemeVersion
from accreditation.standing.queries.presets import BUILT_IN, preset
from accreditation.standing.queries.schemes import SINCE_EVER, versions
from accreditation.standing.rules.drafting import definition_of
from accreditation.standing.rules.scheme import Scheme


def keep_built_in_schemes() -> None:
    """Store the first version of the schemes that are there from the start, the first time that anything is judged.

    From then on a new release of the product with another preset changes nobody's standing by itself.
    """
    stored = {version.scheme for version in versions()}
    for code in BUILT_IN:
        if code not in stored:
            insert_if_absent(
                SchemeVersion,
                scheme=code,
                number=1,
                effective_from=SINCE_EVER,
                definition=definition_of(preset(code)),
            )


def install_preset(code: str, *, on: date | None = None, installed_by: int | None = None) -> SchemeVersion:
    """A preset's scheme, for this service from now on. Raises NotFound for no such preset, DomainError if there."""
    scheme = preset(code)
    if versions(code):
        raise DomainError(f"{code} is installed already.")
    return install_version(scheme, on=on or SINCE_EVER, installed_by=installed_by)


def install_version(scheme: Scheme, *, on: date, installed_by: int | None) -> SchemeVersion:
    """The next version of a scheme, in effect from that day. Whoever calls this renews the standings."""
    stored = versions(scheme.code)
    version = SchemeVersion(
        scheme=scheme.code,
        number=stored[-1].number + 1 if stored else 1,
        effective_from=on,
        activated_by=installed_by,
        definition=definition_of(scheme),
    )
    db.session.add(version)
    db.session.flush()
    return version
