"""Campaigns, enrolments and annual returns."""

from .campaigns import UNIT_OF, Campaign, CampaignMaterial, CampaignStage, CampaignTask, TaskEvidence
from .enrolments import Enrolment, EnrolmentLine
from .returns import AnnualReturn, ReturnAnswer

__all__ = [
    "UNIT_OF",
    "AnnualReturn",
    "Campaign",
    "CampaignMaterial",
    "CampaignStage",
    "CampaignTask",
    "Enrolment",
    "EnrolmentLine",
    "ReturnAnswer",
    "TaskEvidence",
]
