"""The home page of every role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui import dashboard
from guanweihui.forms import YearForm
from guanweihui.gate import posts
from guanweihui.scope import COMMITTEE, Reach, Role, reach_of
from guanweihui.views.todos import tabs_of

#: Actions offered on the home page: label, route, icon, roles.
ACTIONS = (
    ("数据导入", "import-list", "upload", {Role.DISTRICT, Role.SCHOOL}),
    ("年度统计报表", "report-centre", "bar-chart", COMMITTEE),
    ("人员名册", "person-list", "people", COMMITTEE),
    ("操作记录", "trail-list", "clock-history", {Role.DISTRICT, Role.LEADER, Role.AUDITOR}),
    ("单位名录", "unit-tree", "diagram-3", COMMITTEE),
    ("后台管理", "office:index", "gear", {Role.DISTRICT}),
)


@require_safe
@posts(*Role)
def home(request: HttpRequest) -> HttpResponse:
    """Show the dashboard of a committee role; the others have a page of their own."""
    reach = reach_of(request.user)
    if reach.serves(*COMMITTEE):
        form = YearForm(request.GET)
        year = form.cleaned_data["year"] if form.is_valid() else None
        board = dashboard.build(request.user, now=timezone.now(), year=year)
        context = {"board": board, "tabs": tabs_of(board.desk), "actions": actions_of(reach)}
        return render(request, "guanweihui/home.html", context)
    if reach.serves(Role.OUTREACH):
        return redirect("principal-home")
    if reach.serves(Role.HOST):
        return redirect("hosting-home")
    if reach.serves(Role.VOLUNTEER):
        return redirect("elder-home")
    return render(request, "guanweihui/judge.html")


def actions_of(reach: Reach) -> list[tuple[str, str, str]]:
    return [(label, reverse(route), icon) for label, route, icon, roles in ACTIONS if reach.serves(*roles)]
