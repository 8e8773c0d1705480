"""What stands around every page: names, menu, who is signed in."""

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from guanweihui.models import District
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Reach, Role, reach_of

MOTTO = "急党政所急　想青少年所需　尽关工委所能"

#: Menu: label, route, roles, and patterns of the route names that light it up. At most eight entries.
MENU = (
    ("工作台", "home", COMMITTEE | {Role.JUDGE, Role.OUTREACH, Role.HOST}, ("home", "todo-*")),
    ("单位", "unit-tree", COMMITTEE, ("unit-*", "group-*", "school-*")),
    (
        "人员名册",
        "person-list",
        COMMITTEE,
        (
            "person-[!p]*",  # person-picker is of service
            "person-photo",
            "merge-*",
            "summary-*",
            "registration-*",
            "transfer-*",
            "duplicate-*",
            "appointment-*",
            "committee-*",
        ),
    ),
    (
        "志愿服务",
        "who-serves",
        COMMITTEE,
        (
            "who-serves",
            "serving-*",
            "person-picker*",
            "slip-*",
            "team-*",
            "sheet-*",
            "record-*",
            "quarter-*",
            "card-*",
            "service-*",
            "care-*",
            "outing-*",
            "place-*",
            "membership-*",
            "task-call-*",
            "correction-*",
        ),
    ),
    (
        "活动报送",
        "round-list",
        COMMITTEE,
        ("round-*", "due-*", "campaign-*", "enrolment-*", "task-evidence-*"),
    ),
    (
        "评选表彰",
        "cycle-list",
        COMMITTEE,
        (
            "honour-*",
            "cycle-*",
            "category-*",
            "field-*",
            "quota-*",
            "nomination-*",
            "review-*",
            "award-list-*",
            "notice-*",
            "objection-*",
            "decision-*",
            "city-*",
            "veto-*",
        ),
    ),
    (
        "老校长下乡",
        "pairing-list",
        DISTRICT_WIDE | {Role.OUTREACH},
        (
            "principal-*",
            "programme-*",
            "pairing-*",
            "host-*",
            "partner-*",
            "visit-*",
            "need-*",
            "plan-*",
            "effect-*",
            "trip-*",
            "event-*",
            "lesson-*",
            "outreach-*",
        ),
    ),
    ("统计报表", "report-centre", COMMITTEE, ("report-*", "job-*")),
)


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Frame:
    """The values that base.html shows on every page."""

    site_name: str
    motto: str
    today: Any
    who: str
    nav: tuple[Entry, ...]
    help_url: str
    account_url: str
    contrast: str
    is_demo: bool
    print_note: str
    contact: str


def portal(request: HttpRequest) -> dict[str, Any]:
    """Put the frame into the context; no query for somebody signed in, one for a visitor."""
    user = getattr(request, "user", None)
    reach = reach_of(user) if user is not None else Reach()
    # A visitor sees the name of this installation's first district.
    district = reach.home or District.objects.order_by("pk").first()
    now = timezone.localtime()
    who = _who(user, reach) if reach.places else ""
    return {
        "portal": Frame(
            site_name=f"{district.short_name}教育系统关心下一代工作平台"
            if district
            else "教育系统关心下一代工作平台",
            motto=MOTTO,
            today=now.date(),
            who=who,
            nav=_menu(request, reach) if reach.places else (),
            help_url=_url("help"),
            account_url=_url("account") if getattr(user, "pk", None) else "",
            contrast="high" if request.COOKIES.get("contrast") == "high" else "",
            is_demo=settings.DEMO,
            print_note=f"打印人：{who}　打印时间：{now:%Y-%m-%d %H:%M}" if who else "",
            contact=district.contact if district else "",
        )
    }


def _who(user: Any, reach: Reach) -> str:
    roles = dict(Role.choices)
    return f"{user}（{'、'.join(sorted(roles[role] for role in reach.roles))}）"


def _menu(request: HttpRequest, reach: Reach) -> tuple[Entry, ...]:
    match = request.resolver_match
    here = (match.url_name or "") if match else ""
    return tuple(
        Entry(label, url, any(fnmatch(here, pattern) for pattern in lit))
        for label, route, roles, lit in MENU
        if reach.serves(*roles) and (url := _url(route))
    )


def _url(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
