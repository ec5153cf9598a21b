"""Refresher days, who has a seat on them, who was invited, and plans of who should sit where."""

from accreditation.refreshers.models.days import Booking, Invitation, RefresherDay

__all__ = ["Booking", "Invitation", "RefresherDay"]
