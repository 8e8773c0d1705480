"""Award cycles: categories and their forms, places, nominations, lists, notices, honours, the city."""

from .city import CityRecommendation
from .cycles import Category, Cycle, CycleRule, FormField
from .honours import Decision, Honour, OpeningBalance
from .lists import AwardList, AwardListEntry, Objection, PublicNotice
from .nominations import Nomination, Opinion, PanelMark, Veto
from .quotas import Quota, QuotaMove

__all__ = [
    "AwardList",
    "AwardListEntry",
    "Category",
    "CityRecommendation",
    "Cycle",
    "CycleRule",
    "Decision",
    "FormField",
    "Honour",
    "Nomination",
    "Objection",
    "OpeningBalance",
    "Opinion",
    "PanelMark",
    "PublicNotice",
    "Quota",
    "QuotaMove",
    "Veto",
]
