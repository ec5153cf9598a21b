"""The pages at /helpline: for advisers alone, but for the rota, themes in sums and what was passed on to somebody."""

from accreditation.helpline.views import contacts, follow_ups, log, passing_on, rota, themes
from accreditation.helpline.views.blueprint import bp

__all__ = ["bp", "contacts", "follow_ups", "log", "passing_on", "rota", "themes"]
