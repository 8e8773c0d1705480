"""The models of 老校长下乡, one module a drawer."""

from .events import EventFeedback, Lesson, TeachingEvent
from .pairs import Pairing, Partnership, Renewal
from .plans import YEARS, Plan, PlanGoal, PlanItem, PlanProgress
from .programmes import HostProfile, HostSchool, Programme, SubjectStaff
from .research import QUIET_DAYS, Assessment, Need, ResearchVisit
from .trips import Trip, TripDay, TripMember, TripService

__all__ = [
    "QUIET_DAYS",
    "YEARS",
    "Assessment",
    "EventFeedback",
    "HostProfile",
    "HostSchool",
    "Lesson",
    "Need",
    "Pairing",
    "Partnership",
    "Plan",
    "PlanGoal",
    "PlanItem",
    "PlanProgress",
    "Programme",
    "Renewal",
    "ResearchVisit",
    "SubjectStaff",
    "TeachingEvent",
    "Trip",
    "TripDay",
    "TripMember",
    "TripService",
]
