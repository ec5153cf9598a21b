"""The pages at /practice and /leave."""

from accreditation.practice.views import (
    arranged,
    cases,
    confirming,
    leave,
    leave_answers,
    line_managers,
    mine,
    office,
)
from accreditation.practice.views.blueprint import bp

__all__ = ["arranged", "bp", "cases", "confirming", "leave", "leave_answers", "line_managers", "mine", "office"]
