"""What the helpline keeps."""

from accreditation.helpline.models.contacts import Contact, Escalation

__all__ = ["Contact", "Escalation"]
