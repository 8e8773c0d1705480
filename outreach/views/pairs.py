"""Pairs: the list, its workbook, one pair."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from outreach.areas import OUTREACH, READERS, tabs_of
from outreach.filters.pairs import PairingFilter
from outreach.models import Pairing, Partnership, ResearchVisit
from outreach.reports.pairs import pair_table
from outreach.views.shared import export_for, how_to_begin
from outreach.views.visits import VISIT_COLUMNS_PLAIN, visit_row

PAIR_COLUMNS = (
    ListColumn("老校长", is_name=True, sort="principal"),
    ListColumn("原单位"),
    ListColumn("助理"),
    *(ListColumn(kind.label) for kind in Partnership.Kind),
    ListColumn("协议起", format="date"),
    ListColumn("协议止", format="date"),
)
PAIR_SORTS = {"principal": ("principal_name",)}


def chosen_pairings(request: HttpRequest) -> tuple[Asked | None, PairingFilter, Any]:
    """Return the figure asked for, the queried pairs, and the agreements that count on this page."""
    asked = asked_figure(request, "pairing-list")
    partnerships = asked.rows(request.user) if asked else Partnership.objects.visible_to(request.user)
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


@require_safe
@posts(*READERS)
def pairing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pair with its agreements and what was found at its schools."""
    pairing = get_object_or_404(Pairing.objects.visible_to(request.user).for_page(), pk=pk)
    visits = ResearchVisit.objects.visible_to(request.user).to(pairing).for_list()
    context = {
        "crumbs": [("老校长下乡", reverse("pairing-list")), (pairing.principal_name, "")],
        "pairing": pairing,
        "facts": facts(request, pairing),
        "partner_columns": (
            ListColumn("受援学校", is_name=True),
            *(ListColumn(words) for words in ("学校类型", "地区", "协议起", "协议止")),
        ),
        "partners": [
            ListRow(
                (
                    one.host_school.name,
                    one.get_kind_display(),
                    one.host_school.region,
                    one.from_on or "不详",
                    one.to_on or "长期",
                )
            )
            for one in pairing.partnerships.all()
        ],
        "visit_columns": VISIT_COLUMNS_PLAIN,
        "visits": [visit_row(visit) for visit in visits],
        "trail": trail_of(request.user, pairing),
    }
    return render(request, "outreach/pairing_detail.html", context)


def facts(request: HttpRequest, pairing: Pairing) -> list[Fact]:
    """Write the pair; registers are linked for those who may read them."""
    reads = reach_of(request.user).serves(*DISTRICT_WIDE)
    programme, unit = pairing.programme, pairing.former_unit

    def link(route: str, key: int | None) -> str:
        return reverse(route, args=[key]) if reads and key else ""

    return [
        Fact("老校长", pairing.principal_name, url=link("person-detail", pairing.principal_id)),
        Fact("原单位", unit.full_name if unit else "", url=link("school-detail", pairing.former_unit_id)),
        Fact("助理", pairing.assistant_name or "无", url=link("person-detail", pairing.assistant_id)),
        Fact("项目", programme.name),
        Fact("受援地区", programme.region),
        Fact("启动日期", programme.started_on),
    ]
