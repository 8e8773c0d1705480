"""People: one file for life, whatever school, team or award comes along."""

from .cards import AnnualRegistration, Card, CardEvent
from .care import Care, Correction, Outing, OutingPlace, Slip, TaskCall
from .committees import Appointment
from .merging import DistinctPair, Merge, Transfer
from .people import ElderClass, Person, RetirementKind, Sex
from .registration import Registration, RegistrationLine
from .service import QuarterCheck, ServiceCertificate, ServiceKind, ServiceRecord, ServiceSheet
from .service_rules import ServiceRule, StarTier
from .teams import Team, TeamMembership, TeamPlan

__all__ = [
    "AnnualRegistration",
    "Appointment",
    "Card",
    "CardEvent",
    "Care",
    "Correction",
    "DistinctPair",
    "ElderClass",
    "Merge",
    "Outing",
    "OutingPlace",
    "Person",
    "QuarterCheck",
    "Registration",
    "RegistrationLine",
    "RetirementKind",
    "ServiceCertificate",
    "ServiceKind",
    "ServiceRecord",
    "ServiceRule",
    "ServiceSheet",
    "Sex",
    "Slip",
    "StarTier",
    "TaskCall",
    "Team",
    "TeamMembership",
    "TeamPlan",
    "Transfer",
]
