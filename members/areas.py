"""The two areas of the members' pages, as rows of tabs: people, and their service."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of

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


def tabs_of(request: HttpRequest, area: Any) -> list[dict[str, Any]]:
    """Return the tabs of an area that the reader may open; the one of this page is current."""
    reach = reach_of(request.user)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {"label": label, "url": url, "current": route == here}
        for label, route, roles in area
        if reach.serves(*roles) and (url := _url(route))
    ]


def _url(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
