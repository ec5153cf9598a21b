"""Every kind of letter has a name of its own that people know, given where its room says what fills it."""

import pytest

from accreditation.config import template_folder
from accreditation.core import outbox
from accreditation.core.outbox import CALLED, Letter

NO_LETTERS = {"email/closing.txt"}
"""Templates that stand under every letter."""


def templates() -> list[str]:
    folder = template_folder()
    return sorted(str(file.relative_to(folder)) for file in (folder / "email").rglob("*.txt"))


def without_a_name(found: list[str]) -> list[str]:
    return [template for template in found if template not in NO_LETTERS and not CALLED.get(template, "").strip()]


def test_every_letter_there_is_has_a_name_that_no_other_has(app):
    found = templates()
    assert len(found) > 50
    assert without_a_name(found) == []
    assert len(set(CALLED.values())) == len(CALLED)


def test_a_letter_without_a_name_would_be_found(app):
    """The negative control: if this fails, the test above proves nothing."""
    assert without_a_name([*templates(), "email/cohorts/new_kind.txt"]) == ["email/cohorts/new_kind.txt"]


def test_two_kinds_never_share_a_name_and_none_goes_without(app):
    with pytest.raises(RuntimeError, match="two kinds of letter are called Reminder"):
        outbox.facts_for("email/cohorts/new_kind.txt", called="Reminder")(lambda about_id: {})
    assert "email/cohorts/new_kind.txt" not in outbox.FACTS


def test_a_kind_that_no_room_writes_any_more_says_so(app):
    assert Letter(template="email/cohorts/long_gone.txt").called == "Letter of a kind that is no longer written"
