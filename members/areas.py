"""The two areas of the members' pages, as rows of tabs: people, and their service."""

from guanweihui.areas import tabs_of
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role

__all__ = ("PEOPLE", "SERVICE", "WRITERS", "tabs_of")

WRITERS = frozenset({Role.DISTRICT, Role.SCHOOL})
PEOPLE = (
    ("人员名册", "person-list", COMMITTEE),
    ("志愿者登记", "registration-list", COMMITTEE),
    ("转校申请", "transfer-list", WRITERS),
    ("重复档案", "duplicate-list", frozenset({Role.DISTRICT})),
    ("关工委任职", "appointment-list", COMMITTEE),
)
SERVICE = (
    ("谁在服务", "who-serves", COMMITTEE),
    ("志愿者队伍", "team-list", COMMITTEE),
    ("签到表", "sheet-list", COMMITTEE),
    ("服务记录", "record-list", COMMITTEE),
    ("季度核对", "quarter-list", COMMITTEE),
    ("志愿者证", "card-list", COMMITTEE),
    ("服务证明", "service-certificate-list", COMMITTEE),
    ("慰问", "care-list", COMMITTEE),
    ("本月生日", "care-birthdays", COMMITTEE),
    ("外出活动", "outing-list", DISTRICT_WIDE),
    ("有误反馈", "correction-list", frozenset({Role.DISTRICT})),
)
