"""The pages of the reports."""

from accreditation.reports.views import files, lists, pages, prepared, standards
from accreditation.reports.views.blueprint import bp

__all__ = ["bp", "files", "lists", "pages", "prepared", "standards"]
