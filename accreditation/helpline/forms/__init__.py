"""The forms of the helpline."""

from accreditation.helpline.forms.contacts import ContactForm, Look, PassOnForm

__all__ = ["ContactForm", "Look", "PassOnForm"]
