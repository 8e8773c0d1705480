"""The quarterly check: every unit's quarter in a line, and the step that freezes its sums."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Link, ListColumn, ListRow, Mark
from guanweihui.models import District, School
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.tables import format_value
from members.areas import SERVICE, tabs_of
from members.forms.service import QuarterForm, QuarterQuery, WhichQuarterForm
from members.models import QuarterCheck
from members.reports.service import quarter_table
from members.workflow.service import WRITERS
from members.workflow.service_quarters import check_quarter, days_of, last_quarter, sums_within

COLUMNS = (
    ListColumn("单位", is_name=True),
    ListColumn("人数", format="int"),
    ListColumn("人次", format="int"),
    ListColumn("服务时间", format="hours"),
    ListColumn("待确认", format="int"),
    ListColumn("核对情况"),
    ListColumn("核对时间"),
    ListColumn("操作"),
)
#: What is compared with the sums frozen.
SUMS = ("people", "records", "half_hours")
NOTHING = {"people": 0, "records": 0, "half_hours": 0, "waiting": 0}
CHANGED = "核对后有变动"


def asked_quarter(request: HttpRequest) -> tuple[int, int]:
    """Return the quarter of the address, the last one that has ended where it names none."""
    form = WhichQuarterForm(request.GET)
    year, quarter = last_quarter(timezone.localdate())
    if form.is_valid() and form.cleaned_data["year"] and form.cleaned_data["quarter"]:
        return form.cleaned_data["year"], form.cleaned_data["quarter"]
    return year, quarter


def units_of(request: HttpRequest, year: int, quarter: int) -> list[tuple[Any, dict[str, int], Any]]:
    """Return (unit, sums, check or None) of the district, then its schools in order; five queries.

    Closed schools are left out unless they have records or a check in the quarter.
    """
    actor, (_, last) = request.user, days_of(year, quarter)
    sums = sums_within(actor, year, quarter)
    checks = {
        (one.school_id, one.district_id): one
        for one in QuarterCheck.objects.visible_to(actor).of_quarter(year, quarter)
    }
    districts = District.objects.visible_to(actor)
    known = [pk for pk in (*sums, *(school for school, _ in checks)) if pk]
    schools = School.objects.visible_to(actor).open_on(last, or_among=known).in_order()
    return [
        *((one, sums.get(None, NOTHING), checks.get((None, one.pk))) for one in districts),
        *((one, sums.get(one.pk, NOTHING), checks.get((one.pk, None))) for one in schools),
    ]


def name_of(unit: Any) -> str:
    return "区关工委（队伍和区级活动）" if isinstance(unit, District) else unit.short_name


def changed(sums: dict[str, int], check: Any) -> bool:
    """Tell whether the quarter's sums are no longer those frozen."""
    return any(sums[name] != getattr(check, name) for name in SUMS)


def words_of(sums: dict[str, int], check: Any) -> str:
    """Say in words how the check stands; a difference is said with what was frozen."""
    if check is None:
        return "未核对"
    if changed(sums, check):
        frozen = f"{check.people} 人、{check.records} 人次、{check.half_hours / 2:.1f} 小时"
        return f"{CHANGED}（核对时 {frozen}）"
    return "已核对"


@require_safe
@posts(*COMMITTEE)
def quarter_list(request: HttpRequest) -> HttpResponse:
    """List each unit's quarter: people, attendances, hours, claims that wait, checked or not."""
    year, quarter = asked_quarter(request)
    lines = units_of(request, year, quarter)
    page = Paginator(lines, max(len(lines), 1)).get_page(1)
    writable = places(request) if timezone.localdate() > days_of(year, quarter)[1] else {}
    address = reverse("quarter-check")
    shown = ListPage(
        title="季度核对",
        columns=COLUMNS,
        rows=[row(line, year, quarter, writable, address) for line in page],
        page=page,
        form=QuarterQuery({"year": year, "quarter": quarter}),
        totals=totals(lines),
        notes=["各单位只统计本单位组织的服务；人数在单位之间可能重复，所以不合计。培训学习不计入。"],
        tabs=tabs_of(request, SERVICE),
        export="quarter-export",
        unit="个单位",
    )
    return answer_list(request, shown)


def places(request: HttpRequest) -> dict[str, list[int]]:
    """Return the keys of the districts and schools whose quarter the reader may check."""
    reach = reach_of(request.user)
    return {
        "district": reach.of({Role.DISTRICT}).ids("district"),
        "school": reach.of({Role.SCHOOL}).ids("school"),
    }


def row(
    line: tuple[Any, dict[str, int], Any], year: int, quarter: int, writable: dict, address: str
) -> ListRow:
    unit, sums, check = line
    is_district = isinstance(unit, District)
    district = unit.pk if is_district else unit.district_id
    mine = district in writable.get("district", ()) or (
        not is_district and unit.pk in writable.get("school", ())
    )
    query = {"year": year, "quarter": quarter} | ({} if is_district else {"school": unit.pk})
    link: Any = ""
    if mine and check is None:
        link = Link("核对", f"{address}?{urlencode(query)}")
    kind = "warn" if check is None or changed(sums, check) else "ok"
    cells = (
        name_of(unit),
        sums["people"],
        sums["records"],
        sums["half_hours"] / 2,
        sums["waiting"],
        Mark(words_of(sums, check), kind),
        check.checked_at if check else "",
        link,
    )
    return ListRow(cells, key=str(unit.pk), name=name_of(unit))


def totals(lines: list) -> list[tuple[str, tuple]]:
    added = {name: sum(sums[name] for _, sums, _ in lines) for name in NOTHING}
    return [("合计", (added["records"], added["half_hours"] / 2, added["waiting"], "", "", ""))]


@require_safe
@posts(*COMMITTEE)
def quarter_export(request: HttpRequest) -> HttpResponse:
    """Give the quarter's check as a workbook."""
    year, quarter = asked_quarter(request)
    lines = [
        (
            name_of(unit),
            *(sums[name] for name in ("people", "records")),
            sums["half_hours"] / 2,
            sums["waiting"],
            words_of(sums, check),
        )
        for unit, sums, check in units_of(request, year, quarter)
    ]
    first, last = (format_value(day, prose=True) for day in days_of(year, quarter))
    return answer_workbook(
        request, quarter_table(lines, period=f"{first}至{last}", reporting_unit=unit_name(request))
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def quarter_check(request: HttpRequest) -> HttpResponse:
    """Check a unit's quarter: its sums are kept as they stand now."""
    year, quarter = asked_quarter(request)
    asked = WhichQuarterForm(request.GET)
    school = asked.cleaned_data["school"] if asked.is_valid() else None
    initial = {"year": year, "quarter": quarter, "school": school}
    home = reach_of(request.user).home
    return answer_form(
        request,
        QuarterForm(request.POST or None, initial=initial, request=request),
        lambda values: check_quarter(
            values["school"] or home,
            values["year"],
            values["quarter"],
            by=request.user,
            at=timezone.now(),
            remark=values["remark"],
        ),
        title="季度核对",
        action="核对",
        back_url=f"{reverse('quarter-list')}?{urlencode({'year': year, 'quarter': quarter})}",
        done=lambda made: (
            f"{made}已核对：{made.people} 人、{made.records} 人次、{made.half_hours / 2:.1f} 小时。"
        ),
        words="核对以后，这个季度的人数、人次和服务时间按现在的数留存；以后有变动会在列表中标出。",
    )
