"""The use cases of the practice log, its cases, and leave."""

from accreditation.practice.services import letters
from accreditation.practice.services.arranging import (
    arrange_again,
    arrange_supervision,
    call_off_for_leaver,
    call_off_supervision,
)
from accreditation.practice.services.entries import (
    amend_entry,
    confirm_entries,
    correct_entry,
    log_entry,
    record_entry,
    return_entry,
    strike_out_entry,
    take_back_entry,
    turn_down_entry,
)
from accreditation.practice.services.leave import ask_again, end_requests_of_leaver

__all__ = [
    "amend_entry",
    "arrange_again",
    "arrange_supervision",
    "ask_again",
    "call_off_for_leaver",
    "call_off_supervision",
    "confirm_entries",
    "correct_entry",
    "end_requests_of_leaver",
    "letters",
    "log_entry",
    "record_entry",
    "return_entry",
    "strike_out_entry",
    "take_back_entry",
    "turn_down_entry",
]
