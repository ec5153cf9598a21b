"""What the room keeps: intakes, applications and their selection, cohorts with their places, results, workbooks."""

from cohorts.models.applications import Application, ApplicationStep
from cohorts.models.cohorts import Cohort, Enrolment
from cohorts.models.intakes import Criterion, Intake, PanelMember, Question
from cohorts.models.results import Result, ResultUpload
from cohorts.models.selection import (
    ApplicationAnswer,
    ApplicationLink,
    InterviewSlot,
    Mark,
    Marking,
    Offer,
    SlotPanel,
)

__all__ = [
    "Application",
    "ApplicationAnswer",
    "ApplicationLink",
    "ApplicationStep",
    "Cohort",
    "Criterion",
    "Enrolment",
    "Intake",
    "InterviewSlot",
    "Mark",
    "Marking",
    "Offer",
    "PanelMember",
    "Question",
    "Result",
    "ResultUpload",
    "SlotPanel",
]
