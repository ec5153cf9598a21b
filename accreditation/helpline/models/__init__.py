"""What the helpline keeps."""

from accreditation.helpline.models.contacts import Contact, Escalation, HandOver
from accreditation.helpline.models.rota import Shift, Swap

__all__ = ["Contact", "Escalation", "HandOver", "Shift", "Swap"]
