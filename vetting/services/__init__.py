"""Applying for clearances, granting them, and what becomes of them. Callers hold the transaction; nothing commits."""

from vetting.services.aftercare import finish_aftercare, record_aftercare, strike_out_aftercare
from vetting.services.applications import grant_clearance, move_application, start_application, start_applications
from vetting.services.clearances import (
    change_clearance,
    lapse_clearances_of,
    reasons_to_stay_lapsed,
    record_clearance,
    reinstate_clearances_of,
)
from vetting.services.corrections import (
    correct_dates,
    shorten_clearance,
    strike_out_application,
    strike_out_clearance,
    take_back_change,
    take_back_step,
)
from vetting.services.periods import declare_next_anew, set_overdue, set_review_period
from vetting.services.transfers import (
    accept_transfer_in,
    accept_transfer_out,
    refuse_transfer,
    request_transfer_in,
    request_transfer_out,
    vet_anew,
)

__all__ = [
    "accept_transfer_in",
    "accept_transfer_out",
    "change_clearance",
    "correct_dates",
    "declare_next_anew",
    "finish_aftercare",
    "grant_clearance",
    "lapse_clearances_of",
    "move_application",
    "reasons_to_stay_lapsed",
    "record_aftercare",
    "record_clearance",
    "refuse_transfer",
    "reinstate_clearances_of",
    "request_transfer_in",
    "request_transfer_out",
    "set_overdue",
    "set_review_period",
    "shorten_clearance",
    "start_application",
    "start_applications",
    "strike_out_aftercare",
    "strike_out_application",
    "strike_out_clearance",
    "take_back_change",
    "take_back_step",
    "vet_anew",
]
