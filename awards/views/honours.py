"""The honour roll: who was commended, by which document, under which certificate."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from awards.areas import AWARDS
from awards.filters.honours import HonourFilter
from awards.forms.honours import PrinterForm
from awards.models import CityRecommendation, Honour, OpeningBalance
from awards.reports.honour_statistics import READERS
from awards.reports.honours import honour_roll
from awards.workflow.honours import OFFICE
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.figures_page import Asked, FigureLine, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import (
    ListPage,
    answer_list,
    answer_workbook,
    unit_name,
    unit_of,
)
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of

#: Where a session keeps how the paper lies in the printer.
KEPT = "certificate_printer"
COLUMNS = (
    ListColumn("证书编号", sort="certificate"),
    ListColumn("姓名 / 集体", is_name=True, sort="name"),
    ListColumn("单位（当时名称）", is_long=True, sort="unit"),
    ListColumn("奖项"),
    ListColumn("评选周期"),
    ListColumn("发文字号"),
    ListColumn("发文日期", format="date", sort="decided"),
    ListColumn("状态"),
)
SORTS = {
    "certificate": ("certificate_no",),
    "name": ("printed_name", "printed_unit"),
    "unit": ("unit__group__position", "unit__position", "printed_name"),
    "decided": ("decision__decided_on", "certificate_no"),
}


def chosen_honours(request: HttpRequest) -> tuple[Asked | None, HonourFilter]:
    asked = asked_figure(request, "honour-list")
    honours = asked.rows(request.user) if asked else Honour.objects.visible_to(request.user)
    return asked, HonourFilter(request.GET, queryset=honours, request=request)


@require_safe
@posts(*COMMITTEE)
def honour_list(request: HttpRequest) -> HttpResponse:
    """List the honours, void ones struck through; with a figure, its opening balances stand above."""
    asked, chosen = chosen_honours(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    may_load = reach_of(request.user).serves(Role.DISTRICT)
    is_wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    shown = ListPage(
        title="表彰名册",
        columns=COLUMNS,
        rows=[row(honour, is_wide=is_wide) for honour in page],
        page=page,
        form=chosen.form,
        behind=line_of(request, asked, chosen) if asked else None,
        notes=narrowing(chosen),
        tabs=tabs_of(request, AWARDS),
        buttons=[("统计", reverse("honour-statistics"), "bar-chart", "outline-secondary")]
        if reach_of(request.user).serves(*READERS)
        else (),
        export="honour-export",
        empty_words="还没有表彰记录。请导入历届表彰名单。" if may_load else "还没有表彰记录。",
        empty_url=reverse("import-new") if may_load else "",
        empty_action="导入表彰名单" if may_load else "",
    )
    return answer_list(request, shown)


def narrowing(chosen: HonourFilter) -> list[str]:
    """Say what a figure of the statistics narrows the list to, beside the fields of the query bar."""
    said = chosen.form.cleaned_data if chosen.form.is_bound and chosen.form.is_valid() else {}
    words = [
        f"现单位“{said['line']}”（含并入的学校）" if said.get("line") else "",
        f"当时名称“{said['then']}”" if said.get("then") else "",
        "同一人员" if said.get("person") else "",
        f"发文日期截至 {said['until']}" if said.get("until") else "",
    ]
    found = "，".join(filter(None, words))
    return [f"从统计表点入：{found}。"] if found else []


def line_of(request: HttpRequest, asked: Asked, chosen: HonourFilter) -> FigureLine:
    """Say the figure; the district's own total takes in the years before the portal, with their basis."""
    unit = unit_of(chosen)
    listed = asked.value(chosen.qs)
    balances: list[OpeningBalance] = [] if unit else asked.others(request.user)
    notes = [
        f"其中本平台记录 {listed:,} {asked.figure.unit}；期初数 {balance.count:,} {asked.figure.unit}，"
        f"截至 {balance.as_of_on}，依据：{balance.basis}。下表只列本平台的记录。"
        for balance in balances
    ]
    value = listed + sum(balance.count for balance in balances)
    return figure_line(request, asked, value, of=unit, notes=notes)


def row(honour: Honour, *, is_wide: bool = False) -> ListRow:
    """Write a line of the roll; the decision itself is open to the district alone."""
    name, number = honour.printed_name or honour.unit.short_name, honour.certificate_no
    url = reverse("honour-detail", args=[honour.pk])
    is_void = honour.voided_on is not None
    return ListRow(
        (
            format_html("<s>{}</s>", number) if is_void else number,
            format_html('<a href="{}"><s>{}</s></a>', url, name) if is_void else Link(name, url),
            honour.printed_unit,
            honour.category.name,
            honour.decision.cycle.name,
            decision_link(honour) if is_wide else honour.decision.doc_number,
            honour.decision.decided_on,
            Mark("已作废") if is_void else Mark("有效"),
        )
    )


def decision_link(honour: Honour) -> Link:
    return Link(honour.decision.doc_number, reverse("decision-detail", args=[honour.decision_id]))


@require_safe
@posts(*COMMITTEE)
def honour_export(request: HttpRequest) -> HttpResponse:
    """Give the queried honours as a workbook."""
    asked, chosen = chosen_honours(request)
    notes: tuple[str, ...] = ()
    if asked:
        line = line_of(request, asked, chosen)
        notes = (f"{line.label} {line.value:,} {line.unit}：{line.rule}。", *line.notes)
    table = honour_roll(chosen.qs.for_list(), reporting_unit=unit_name(request), notes=notes)
    return answer_workbook(request, table, is_register=True)


@require_safe
@posts(*COMMITTEE)
def honour_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one honour as it was conferred; the office prints its certificate here."""
    honour = get_object_or_404(Honour.objects.visible_to(request.user).for_page(), pk=pk)
    return answer_detail(request, honour)


def answer_detail(request: HttpRequest, honour: Honour, form: PrinterForm | None = None) -> HttpResponse:
    name = honour.printed_name or honour.printed_unit
    is_office, is_standing = reach_of(request.user).serves(*OFFICE), honour.voided_on is None
    may_print = is_office and is_standing and bool(honour.check_token)
    context = {
        "crumbs": [("评选表彰", reverse("honour-list")), (name, "")],
        "title": name,
        "status": "有效" if is_standing else "已作废",
        "honour": honour,
        "facts": facts(request, honour),
        "may_void": is_office and is_standing,
        "may_reissue": is_office and later_of(honour) is None,
        "form": (form or printer_form(request)) if may_print else None,
        "trail": trail_of(request.user, honour),
    }
    return render(request, "awards/honour_detail.html", context, status=422 if form else 200)


def printer_form(request: HttpRequest) -> PrinterForm:
    """Return the form of a print, filled in as this session printed last."""
    return PrinterForm(request.POST or None, initial=request.session.get(KEPT, {}))


def later_of(honour: Honour) -> Honour | None:
    return getattr(honour, "replaced_by", None)


def facts(request: HttpRequest, honour: Honour) -> list[Fact]:
    person: dict[str, Any] = {}
    if honour.person_id:
        person["url"] = reverse("person-detail", args=[honour.person_id])
    whose = [Fact("姓名", honour.printed_name, **person), Fact("职务", honour.printed_duty)]
    voided = [Fact("作废日期", honour.voided_on), Fact("作废原因", honour.void_reason)]
    decision = honour.decision
    is_wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    decision_url = reverse("decision-detail", args=[decision.pk]) if is_wide else ""
    return [
        Fact("奖项", honour.category.name),
        Fact("证书编号", honour.certificate_no),
        *(whose if honour.printed_name else []),
        Fact("单位（当时名称）", honour.printed_unit),
        Fact("现单位", honour.unit.full_name, url=reverse("school-detail", args=[honour.unit_id])),
        Fact("协作组", honour.unit.group.short_name),
        Fact("评选周期", decision.cycle.name),
        Fact("授予单位", decision.organ or decision.cycle.district.committee_name),
        Fact("发文字号", decision.doc_number, url=decision_url),
        Fact("发文日期", decision.decided_on),
        *(voided if honour.voided_on else []),
        *certificate_facts(honour),
        *city_facts(honour, is_wide=is_wide),
    ]


def city_facts(honour: Honour, *, is_wide: bool) -> list[Fact]:
    """Say what the city gave; how far a recommendation is, the district alone reads."""
    sent = getattr(honour, "city_recommendation", None)
    if sent is None:
        return []
    url = reverse("city-detail", args=[sent.pk]) if is_wide else ""
    if sent.status == CityRecommendation.Status.AWARDED:
        words = "　".join(filter(None, [sent.result_title, sent.result_number, f"{sent.result_on}"]))
        return [Fact("市级表彰", words, url=url, wide=True)]
    return [Fact("市级推荐", sent.get_status_display(), url=url)] if is_wide else []


def certificate_facts(honour: Honour) -> list[Fact]:
    """Say how the certificate came about and where it went on."""
    found = []
    if honour.nomination_id and (url := url_or_none("nomination-detail", honour.nomination_id)):
        found.append(Fact("推荐材料", "查看推荐", url=url))
    if honour.check_token and honour.voided_on is None:
        found.append(
            Fact("证书打印", f"已打印（{honour.issued_by}）" if honour.issued_by_id else "还没有打印")
        )
    for label, other in (("换发自", honour.replaces), ("换发为", later_of(honour))):
        if other is not None:
            found.append(Fact(label, other.certificate_no, url=reverse("honour-detail", args=[other.pk])))
    return found
