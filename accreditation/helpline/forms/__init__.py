"""The forms of the helpline."""

from accreditation.helpline.forms.contacts import ContactForm, PassOnForm, SettleForm
from accreditation.helpline.forms.follow_ups import HandOverAllForm, HandOverForm
from accreditation.helpline.forms.log import LogForm
from accreditation.helpline.forms.rota import ShiftForm, SwapForm, TakeOffForm

__all__ = [
    "ContactForm",
    "HandOverAllForm",
    "HandOverForm",
    "LogForm",
    "PassOnForm",
    "SettleForm",
    "ShiftForm",
    "SwapForm",
    "TakeOffForm",
]
