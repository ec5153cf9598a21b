"""A draft with two people on two days."""

from datetime import date

import pytest

from tests import factories
from tests.refreshers.planning.drafts import MARCH, in_march


@pytest.fixture
def drawn_up(app, today):
    """Ada and Bo, a day with one seat and one with two; both fit."""
    ada, bo = in_march(name="Ada Okafor"), in_march(name="Bo Strand")
    small = factories.refresher_day(held_on=MARCH, capacity=1)
    large = factories.refresher_day(held_on=date(2027, 3, 9), capacity=2)
    return ada.id, bo.id, small.id, large.id, factories.refresher_plan().id
