"""The forms of the helpline."""

from accreditation.helpline.forms.contacts import ContactForm, PassOnForm

__all__ = ["ContactForm", "PassOnForm"]
