"""What the helpline keeps."""

from accreditation.helpline.models.contacts import Contact, Escalation
from accreditation.helpline.models.rota import Shift, Swap

__all__ = ["Contact", "Escalation", "Shift", "Swap"]
