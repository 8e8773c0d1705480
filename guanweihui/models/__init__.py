"""The tables that every app stands on."""

from .accounts import AccessLink, Post, User
from .audit import AuditEvent, AuditSeal
from .calendar import Workday
from .files import Attachment, FrozenTable
from .filing import Chase, Due, Filing, Look, QuestionnaireFiling, Remark, Round, Version
from .imports import ImportBatch, ImportedRow
from .jobs import Job
from .org import AtCommittee, CollaborationGroup, District, School, Succession, UnitName
from .throttle import Attempt

__all__ = [
    "AccessLink",
    "AtCommittee",
    "Attachment",
    "Attempt",
    "AuditEvent",
    "AuditSeal",
    "Chase",
    "CollaborationGroup",
    "District",
    "Due",
    "Filing",
    "FrozenTable",
    "ImportBatch",
    "ImportedRow",
    "Job",
    "Look",
    "Post",
    "QuestionnaireFiling",
    "Remark",
    "Round",
    "School",
    "Succession",
    "UnitName",
    "User",
    "Version",
    "Workday",
]
