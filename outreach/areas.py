"""The pages of 老校长下乡 as tabs of one area; a route that does not exist has no tab."""

from guanweihui.areas import tabs_of
from guanweihui.scope import DISTRICT_WIDE, Role

__all__ = ("OUTREACH", "READERS", "tabs_of")

READERS = frozenset({*DISTRICT_WIDE, Role.OUTREACH})
OUTREACH = (
    ("我的下乡", "principal-home", frozenset({Role.OUTREACH})),
    ("结对", "pairing-list", READERS),
    ("对照表", "pairing-matrix", DISTRICT_WIDE),
    ("受援学校", "host-list", READERS),
    ("调研", "visit-list", READERS),
    ("需求", "need-list", READERS),
    ("三年方案", "plan-list", READERS),
    ("下校记录", "trip-list", READERS),
    ("送教活动", "event-list", READERS),
    ("成效表", "effect-sheet", READERS),
    ("台账", "outreach-ledger", DISTRICT_WIDE),
    ("总结", "outreach-summary", DISTRICT_WIDE),
)
