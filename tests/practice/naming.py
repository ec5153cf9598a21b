"""The scheme in force as it would be if it named somebody to confirm what is logged."""

from dataclasses import replace

from accreditation.standing.queries import main_scheme
from accreditation.standing.rules.scheme import Scheme
from tests import factories


def schemes_naming(confirmed_by: str, *kinds: str) -> list[Scheme]:
    """The schemes with entries of these kinds (CPD unless said) confirmed by them."""
    scheme = main_scheme(factories.TODAY)
    asked = tuple(
        replace(one, confirmed_by=confirmed_by) if one.rule.kinds & set(kinds or ("cpd",)) else one
        for one in scheme.requirements
    )
    return [replace(scheme, requirements=asked)]
