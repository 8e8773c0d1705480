"""An area of the menu as a row of tabs; each app names its own areas, filings are the core's."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from guanweihui.scope import COMMITTEE, reach_of

#: 活动报送: what is due, and what the campaigns are about. A route that does not exist has no tab.
FILINGS = (
    ("报送任务", "round-list", COMMITTEE),
    ("主题读书活动", "campaign-list", COMMITTEE),
    ("活动报名", "enrolment-list", COMMITTEE),
)


def tabs_of(request: HttpRequest, area: Any) -> list[dict[str, Any]]:
    """Return the tabs of an area that the reader may open; the one of this page is current."""
    reach = reach_of(request.user)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {"label": label, "url": url, "current": route == here}
        for label, route, roles in area
        if reach.serves(*roles) and (url := url_or_none(route))
    ]


def url_or_none(route: str, *args: Any) -> str:
    """Return the address of a route, empty when there is no such route."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""
