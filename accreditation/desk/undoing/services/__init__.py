"""Undoing, and letting its letters go. Callers hold the transaction; nothing here commits."""

from accreditation.desk.undoing.services.letters import confirm_letters, drop_letters
from accreditation.desk.undoing.services.undoing import undo

__all__ = ["confirm_letters", "drop_letters", "undo"]
