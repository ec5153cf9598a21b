"""What other rooms ask of standing. Callers hold the transaction; nothing here commits."""

from accreditation.standing.services.deadlines import clear_deadline, set_deadline
from accreditation.standing.services.lead_times import clear_lead_time, set_lead_time
from accreditation.standing.services.ledger import declare, declaring_many, void, void_source
from accreditation.standing.services.projecting import gather_statistics, rebuild, refresh_people, refresh_standing
from accreditation.standing.services.schemes import install_preset, install_version

__all__ = [
    "clear_deadline",
    "clear_lead_time",
    "declare",
    "declaring_many",
    "gather_statistics",
    "install_preset",
    "install_version",
    "rebuild",
    "refresh_people",
    "refresh_standing",
    "set_deadline",
    "set_lead_time",
    "void",
    "void_source",
]
