"""The pages at /practice and /leave."""

from accreditation.practice.views import arranged, cases, leave, leave_answers, mine, office
from accreditation.practice.views.blueprint import bp

__all__ = ["arranged", "bp", "cases", "leave", "leave_answers", "mine", "office"]
