"""Pairs: the list, its workbook, one pair, the matrix of what is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from guanweihui.areas import url_or_none
from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import tag
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.pairs import PairingFilter
from outreach.models import Pairing, Partnership, Renewal, ResearchVisit
from outreach.reports.matrix import HEADS, NOTES, Part, cells_of, current_of, known_of, matrix_table
from outreach.reports.pairs import pair_table
from outreach.views.links import link_card
from outreach.views.shared import export_for, how_to_begin, writes
from outreach.views.visits import VISIT_COLUMNS_PLAIN, visit_row
from outreach.workflow.pairs import terms_of

PAIR_COLUMNS = (
    ListColumn("老校长", is_name=True, sort="principal"),
    ListColumn("原单位"),
    ListColumn("助理"),
    *(ListColumn(kind.label) for kind in Partnership.Kind),
    ListColumn("协议起", format="date"),
    ListColumn("协议止", format="date"),
)
PAIR_SORTS = {"principal": ("principal_name",)}
PARTNER_COLUMNS = (
    ListColumn("受援学校", is_name=True),
    ListColumn("学校类型"),
    ListColumn("协议", is_long=True),
    ListColumn("状态", is_long=True),
    ListColumn("操作"),
)
RENEWAL_COLUMNS = (
    ListColumn("受援学校", is_name=True),
    ListColumn("原止期", format="date"),
    ListColumn("新止期", format="date"),
    ListColumn("协议编号"),
    ListColumn("办理人"),
    ListColumn("办理时间"),
)
MATRIX_COLUMNS = (
    ListColumn(HEADS[0], is_name=True),
    *(ListColumn(head) for head in HEADS[1:]),
)
NO_PERSON = "“{name}”还没有对应的人员档案。登记下校要先选定人员。"
NO_VOLUNTEER = "{name}还不是在册志愿者，下校时间暂时不能记入服务记录。请先办理志愿者登记。"


def chosen_pairings(request: HttpRequest) -> tuple[Asked | None, PairingFilter, Any]:
    """Return the figure asked for, the queried pairs, and the agreements that count on this page.

    A figure counts the agreements of its day; without one those count that were not ended early.
    """
    asked = asked_figure(request, "pairing-list")
    standing = Partnership.objects.visible_to(request.user).current()
    partnerships = asked.rows(request.user) if asked else standing
    pairings = Pairing.objects.visible_to(request.user)
    chosen = PairingFilter(
        request.GET, queryset=pairings.holding(partnerships) if asked else pairings, request=request
    )
    return asked, chosen, partnerships


@require_safe
@posts(*READERS)
def pairing_list(request: HttpRequest) -> HttpResponse:
    """List the pairs with both schools and the agreement's days; a principal sees his own."""
    asked, chosen, partnerships = chosen_pairings(request)
    page = page_of(request, chosen.qs.for_list(partnerships), PAIR_SORTS)
    behind = figure_line(request, asked, asked.value(partnerships.of(chosen.qs))) if asked else None
    wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    shown = ListPage(
        title="老校长下乡结对",
        columns=PAIR_COLUMNS,
        rows=[pair_row(pairing) for pairing in page],
        page=page,
        form=chosen.form,
        behind=behind,
        tabs=tabs_of(request, OUTREACH),
        export=export_for(request, "pairing-export"),
        unit="对",
        buttons=[("下乡项目", reverse("programme-list"), "folder2-open", "outline-secondary")]
        if wide
        else (),
        **how_to_begin(request, "结对"),
    )
    return answer_list(request, shown)


def pair_row(pairing: Pairing) -> ListRow:
    partners = {one.kind: one for one in pairing.partnerships.all()}
    first = next(iter(partners.values()), None)
    return ListRow(
        (
            Link(pairing.principal_name, reverse("pairing-detail", args=[pairing.pk])),
            pairing.former_unit.short_name if pairing.former_unit else "",
            pairing.assistant_name or "无",
            *(partners[kind].host_school.name if kind in partners else "无" for kind in Partnership.Kind),
            first.from_on if first else None,
            first.to_on if first else None,
        )
    )


@require_safe
@posts(*DISTRICT_WIDE)
def pairing_export(request: HttpRequest) -> HttpResponse:
    """Give the queried pairs as a workbook."""
    _, chosen, partnerships = chosen_pairings(request)
    return answer_workbook(
        request, pair_table(chosen.qs.for_list(partnerships), reporting_unit=unit_name(request))
    )


# --- one pair ---------------------------------------------------------------------------------------------


@require_safe
@posts(*READERS)
def pairing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pair with its agreements, renewals, link, and what was found at its schools."""
    pairing = get_object_or_404(Pairing.objects.visible_to(request.user).for_page(), pk=pk)
    visits = ResearchVisit.objects.visible_to(request.user).to(pairing).for_list()
    renewals = Renewal.objects.visible_to(request.user).of(pairing).select_related("renewed_by")
    may_write = writes(request)
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), (pairing.principal_name, "")],
        "pairing": pairing,
        "facts": facts(request, pairing),
        "warnings": warnings_of(pairing) if may_write else [],
        "lacking": lacking_of(pairing),
        "partner_columns": PARTNER_COLUMNS if may_write else PARTNER_COLUMNS[:-1],
        "partners": [partner_row(one, may_write) for one in pairing.partnerships.all()],
        "renewal_columns": RENEWAL_COLUMNS,
        "renewals": [renewal_row(one) for one in renewals],
        "visit_columns": VISIT_COLUMNS_PLAIN,
        "visits": [visit_row(visit) for visit in visits],
        "writes": may_write,
        "link": link_card(pairing, "pairing", timezone.localtime()) if may_write else None,
        "trail": trail_of(request.user, pairing),
    }
    return render(request, "outreach/pairing_detail.html", context)


def warnings_of(pairing: Pairing) -> list[str]:
    """Say what stands in the way of entering trips."""
    if pairing.principal is None:
        return [NO_PERSON.format(name=pairing.principal_name)]
    people = [one for one in (pairing.principal, pairing.assistant) if one is not None]
    found = [NO_VOLUNTEER.format(name=one.name) for one in people if not one.is_volunteer]
    if pairing.assistant is None and pairing.assistant_name:
        found.append(NO_PERSON.format(name=pairing.assistant_name))
    return found


def lacking_of(pairing: Pairing) -> list[tuple[str, str]]:
    """Name the kinds of which the pair has no school: (label, address to add one)."""
    schools = current_of(pairing)
    url = reverse("partner-add", args=[pairing.pk])
    return [(kind.label, f"{url}?kind={kind.value}") for kind in Partnership.Kind if kind not in schools]


def partner_row(one: Partnership, may_write: bool) -> ListRow:
    host = one.host_school
    cells = (
        Link(f"{host.name}（{host.region}）", reverse("host-detail", args=[host.pk])),
        one.get_kind_display(),
        terms_of(one),
        partner_state(one),
    )
    if not may_write:
        return ListRow(cells)
    routes = (("修改", "partner-edit"), ("续签", "partner-renew"), ("提前终止", "partner-end"))
    links = tuple(Link(label, reverse(route, args=[one.pk])) for label, route in routes)
    return ListRow((*cells, links if one.ended_on is None else ""))


def partner_state(one: Partnership) -> Mark | str:
    """Say how an agreement stands today, and why it was ended."""
    if one.ended_on is not None:
        return f"{one.ended_on} 提前终止：{one.end_reason}"
    today = timezone.localdate()
    if one.to_on is not None and one.to_on < today:
        return Mark("已到期", "warn")
    if one.from_on is not None and one.from_on > today:
        return Mark("未开始", "plain")
    return Mark("有效", "ok")


def renewal_row(one: Renewal) -> ListRow:
    return ListRow(
        (
            one.partnership.host_school.name,
            one.old_to_on,
            one.to_on,
            one.agreement_no,
            str(one.renewed_by or "系统"),
            one.renewed_at,
        )
    )


def facts(request: HttpRequest, pairing: Pairing) -> list[Fact]:
    """Write the pair; registers are linked for those who may read them."""
    reads = reach_of(request.user).serves(*DISTRICT_WIDE)
    programme, unit = pairing.programme, pairing.former_unit

    def link(route: str, key: int | None) -> str:
        return reverse(route, args=[key]) if reads and key else ""

    return [
        Fact("老校长", pairing.principal_name, url=link("person-detail", pairing.principal_id)),
        Fact("原单位", unit.full_name if unit else "", url=link("school-detail", pairing.former_unit_id)),
        Fact("学科", pairing.subject),
        Fact("助理", pairing.assistant_name or "无", url=link("person-detail", pairing.assistant_id)),
        Fact("项目", programme.name, url=link("programme-detail", programme.pk)),
        Fact("受援地区", programme.region),
        Fact("启动日期", programme.started_on),
    ]


# --- the matrix -------------------------------------------------------------------------------------------


def matrix_filter(request: HttpRequest) -> PairingFilter:
    pairings = Pairing.objects.visible_to(request.user, roles=DISTRICT_WIDE)
    return PairingFilter(request.GET, queryset=pairings, request=request)


@require_safe
@posts(*DISTRICT_WIDE)
def pairing_matrix(request: HttpRequest) -> HttpResponse:
    """Set beside each pair what it has; what is missing is marked, with a link to mend it."""
    chosen, may_write = matrix_filter(request), writes(request)
    page = page_of(request, chosen.qs.for_list())
    pairings = list(page)
    known, now = known_of(request.user, pairings), timezone.localtime()
    shown = ListPage(
        title="老校长下乡对照表",
        columns=MATRIX_COLUMNS,
        rows=[
            ListRow(tuple(drawn(cell, may_write) for cell in cells_of(one, known, now=now)))
            for one in pairings
        ],
        page=page,
        form=chosen.form,
        notes=NOTES,
        tabs=tabs_of(request, OUTREACH),
        export="pairing-matrix-export",
        unit="对",
        buttons=[("下乡项目", reverse("programme-list"), "folder2-open", "outline-secondary")],
        **how_to_begin(request, "结对"),
    )
    return answer_list(request, shown)


def drawn(cell: list[Part], may_write: bool) -> SafeString:
    """Draw the parts of a cell, one below the other."""
    lines = ((part_of(part, may_write),) for part in cell)
    return format_html_join("", "<div>{}</div>", lines)


def part_of(part: Part, may_write: bool) -> SafeString:
    words = format_html("{}", part.words)
    if part.leads_to and part.key:
        words = format_html('<a href="{}">{}</a>', reverse(part.leads_to, args=[part.key]), part.words)
    if not part.lack:
        return words
    mark = tag(f"缺{part.lack}", "wrong")
    url = url_or_none(part.route, *([part.key] if part.key else [])) if may_write else ""
    if part.query and url:
        url = f"{url}?{part.query}"
    mended = format_html(' <a href="{}" aria-label="补上{}">补上</a>', url, part.lack) if url else ""
    return format_html("{}<div>{}{}</div>", words, mark, mended)


@require_safe
@posts(*DISTRICT_WIDE)
def pairing_matrix_export(request: HttpRequest) -> HttpResponse:
    """Give the matrix of the queried pairs as a workbook."""
    pairings = list(matrix_filter(request).qs.for_list())
    known, now = known_of(request.user, pairings), timezone.localtime()
    return answer_workbook(request, matrix_table(pairings, known, now=now, reporting_unit=unit_name(request)))
