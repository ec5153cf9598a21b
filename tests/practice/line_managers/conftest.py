"""Ada, whose line manager Robin Bell confirms what she logs as CPD."""

import pytest

from tests import factories
from tests.practice.line_managers.helpers import name


@pytest.fixture
def ada(app):
    return factories.accredited_mediator(name="Ada Okafor", unit="Croydon", email="ada@example.police.uk")


@pytest.fixture
def office(app):
    return factories.person(name="Grace Hall")


@pytest.fixture
def bell(ada, office, named):
    """Sgt Bell confirms what Ada logs as CPD."""
    named("line manager")
    return name(ada.id, office.id)
