"""What the room keeps: applications, cohorts with their places, results, and workbooks waiting to be confirmed."""

from cohorts.models.applications import Application, ApplicationStep
from cohorts.models.cohorts import Cohort, Enrolment
from cohorts.models.results import Result, ResultUpload

__all__ = ["Application", "ApplicationStep", "Cohort", "Enrolment", "Result", "ResultUpload"]
