"""The scheme in force, with somebody named who confirms what is logged."""

from collections.abc import Callable

import pytest

from accreditation.practice.queries import confirming
from tests.practice.naming import schemes_naming


@pytest.fixture
def named(app, monkeypatch) -> Callable[..., None]:
    """Name somebody to confirm entries of these kinds (CPD unless said) in the scheme in force."""

    def name(confirmed_by: str, *kinds: str) -> None:
        schemes = schemes_naming(confirmed_by, *kinds)
        monkeypatch.setattr(confirming, "all_schemes", lambda on: schemes)

    return name
