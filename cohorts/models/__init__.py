"""What the room keeps: intakes, applications and selection; cohorts, places, staff, sessions, attendance; results."""

from cohorts.models.acts import ActLine, ResultAct
from cohorts.models.appeals import ResultAppeal
from cohorts.models.applications import Application, ApplicationStep
from cohorts.models.assessment import Assessment, Component, ComponentCriterion, PartMark, ResultPart
from cohorts.models.attendance import Attendance, AttendanceUpload
from cohorts.models.cohorts import Cohort, Enrolment, EnrolmentStep
from cohorts.models.equality import EqualityCollection, EqualityColumn, EqualityForm
from cohorts.models.given import CandidateGiven
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
from cohorts.models.teaching import CohortSession, CohortStaff, SessionNotice, SessionTrainer

__all__ = [
    "ActLine",
    "Application",
    "ApplicationAnswer",
    "ApplicationLink",
    "ApplicationStep",
    "Assessment",
    "Attendance",
    "AttendanceUpload",
    "CandidateGiven",
    "Cohort",
    "CohortSession",
    "CohortStaff",
    "Component",
    "ComponentCriterion",
    "Criterion",
    "Enrolment",
    "EnrolmentStep",
    "EqualityCollection",
    "EqualityColumn",
    "EqualityForm",
    "Intake",
    "InterviewSlot",
    "Mark",
    "Marking",
    "Offer",
    "PanelMember",
    "PartMark",
    "Question",
    "Result",
    "ResultAct",
    "ResultAppeal",
    "ResultPart",
    "ResultUpload",
    "SessionNotice",
    "SessionTrainer",
    "SlotPanel",
]
