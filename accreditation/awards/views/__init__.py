"""The pages at /awards: who is ready, awarding, what was awarded, and what is decided about it since."""

from accreditation.awards.views import deciding, giving, ready, records
from accreditation.awards.views.blueprint import bp

__all__ = ["bp", "deciding", "giving", "ready", "records"]
