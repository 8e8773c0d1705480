"""The nominations of a cycle for whoever reads them: the list, its workbook, the page of one."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards import sheets
from awards.areas import AWARDS
from awards.beside import beside
from awards.filters.nominations import NominationFilter
from awards.forms.review import MarkForm
from awards.models import Nomination
from awards.reports.nominations import ABOVE_SCHOOLS, EVERY, nomination_table
from awards.views import review_page as parts
from awards.workflow import nominations as steps
from awards.workflow import review
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Remark
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of

S = Nomination.Status
ABOVE = frozenset({Role.GROUP, *DISTRICT_WIDE})
LIST_COLUMNS = (
    ListColumn("人选 / 集体", is_name=True, is_long=True, sort="name"),
    ListColumn("奖项", sort="order"),
    ListColumn("推荐单位", is_long=True, sort="unit"),
    ListColumn("协作组"),
    ListColumn("协作组排序", format="int"),
    ListColumn("状态"),
    ListColumn("提交日期", format="date", sort="sent"),
)
#: A school's own list: every row is of one group, whose order is not its to know.
OWN_COLUMNS = tuple(one for one in LIST_COLUMNS if one.label not in ("协作组", "协作组排序"))
SORTS = {
    "name": ("printed_name", "printed_unit"),
    "order": ("-cycle__year", "category__position", "unit__group__position", "rank"),
    "unit": ("unit__group__position", "unit__position"),
    "sent": ("submitted_at",),
}


#: The group's ranking would show in the order of the rows as well.
OWN_SORTS = {**SORTS, "order": ("-cycle__year", "category__position")}


def readable(request: HttpRequest) -> Any:
    return Nomination.objects.visible_to(request.user).readable_by(request.user)


def chosen_nominations(request: HttpRequest) -> NominationFilter:
    return NominationFilter(request.GET, queryset=readable(request), request=request)


def is_above(request: HttpRequest) -> bool:
    return reach_of(request.user).serves(*ABOVE)


def in_order(request: HttpRequest, rows: Any) -> Any:
    """Load the rows of a list: by category, group and its ranking, which a school does not learn."""
    return rows.for_list().in_group_order() if is_above(request) else rows.for_list().in_own_order()


@require_safe
@posts(*COMMITTEE)
def nomination_list(request: HttpRequest) -> HttpResponse:
    """List the nominations within reach: by cycle, category, group, and the group's order."""
    chosen = chosen_nominations(request)
    is_wide = is_above(request)
    page = page_of(request, in_order(request, chosen.qs), SORTS if is_wide else OWN_SORTS)
    shown = ListPage(
        title="推荐",
        columns=LIST_COLUMNS if is_wide else OWN_COLUMNS,
        rows=[row(one, is_wide=is_wide) for one in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, AWARDS),
        export="nomination-export",
        unit="件",
        buttons=buttons_of(request),
        empty_words="还没有学校提交推荐。" if is_wide else "本校还没有推荐。请从待办事项打开本次评选推荐。",
        empty_url=url_or_none("cycle-list") if is_wide else reverse("todo-list"),
        empty_action="查看评选周期" if is_wide else "查看待办",
    )
    return answer_list(request, shown)


def buttons_of(request: HttpRequest) -> list[tuple[str, str, str, str]]:
    may_review = reach_of(request.user).serves(Role.GROUP, Role.DISTRICT)
    return [("审核", reverse("review-queue"), "clipboard-check", "primary")] if may_review else []


def row(nomination: Nomination, *, is_wide: bool) -> ListRow:
    link = Link(nomination.nominee, reverse("nomination-detail", args=[nomination.pk]))
    unit, sent_at = nomination.unit, nomination.submitted_at
    state = Mark(review.status_word(nomination), parts.KINDS[S(nomination.status)])
    sent_on = timezone.localdate(sent_at) if sent_at is not None else None
    above = (unit.group.short_name, nomination.rank) if is_wide else ()
    return ListRow((link, nomination.category.name, unit.short_name, *above, state, sent_on))


@require_safe
@posts(*COMMITTEE)
def nomination_export(request: HttpRequest) -> HttpResponse:
    """Give the queried nominations as a workbook, by category and group."""
    rows = in_order(request, chosen_nominations(request).qs)
    hidden = frozenset() if is_above(request) else ABOVE_SCHOOLS
    keys = [key for key in EVERY if key not in hidden]
    table = nomination_table(rows, keys=keys, reporting_unit=unit_name(request))
    return answer_workbook(request, table, is_register=True)


# --- one nomination ---------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def nomination_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one nomination as it was sent, and what every level said; `version` asks for an earlier one."""
    nomination = get_object_or_404(readable(request).for_reading(), pk=pk)
    number = request.GET.get("version", "")
    return detail_page(request, nomination, number=int(number[:6]) if number.isdecimal() else None)


def detail_page(
    request: HttpRequest,
    nomination: Nomination,
    *,
    number: int | None = None,
    mark_form: MarkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page; `mark_form` is a panellist's mark that was refused, with what was typed."""
    found = beside(nomination, request.user)
    versions = parts.versions_of(request, nomination)
    own = parts.is_own(request, nomination) and nomination.is_editable
    is_draft = number is None and (own or not versions)
    fields = sheets.fields_of(nomination) if is_draft else found.fields
    content = parts.content_at(nomination, fields, versions, number, is_draft=is_draft)
    if content is None:
        raise Http404
    context = {
        "crumbs": [("推荐", reverse("nomination-list")), (nomination.nominee, "")],
        "nomination": nomination,
        "status": review.status_word(nomination),
        "kind": parts.KINDS[S(nomination.status)],
        "stages": parts.stages_of(nomination, found.opinions),
        "facts": parts.facts_of(request, nomination),
        "content": content,
        "lines": content.lines(),
        "is_draft": is_draft,
        "earlier": number is not None and versions and number != versions[0].number,
        "materials": parts.files_of(found),
        "opinions": parts.given_opinions(found.opinions),
        "remarks": remarks_of(request, nomination, content),
        "versions": versions,
        "checks": checks(request, nomination),
        **parts.marks_of(request, nomination, found, mark_form or MarkForm()),
        **parts.ways_of(request, nomination),
        "trail": trail_of(request.user, nomination),
    }
    return render(request, "awards/nomination_detail.html", context, status=status)


def checks(request: HttpRequest, nomination: Nomination) -> list[dict[str, Any]]:
    """Return the findings for readers above the school, while they still matter."""
    if not is_above(request) or nomination.status not in review.CHECKED:
        return []
    findings = review.findings_of([nomination], on=timezone.localdate())
    return parts.checks_of(request, findings[nomination.pk])


def remarks_of(request: HttpRequest, nomination: Nomination, content: parts.Content) -> list[tuple[str, str]]:
    """Return what reviewers said of single fields of one that came back: label and words."""
    if nomination.status != S.RETURNED:
        return []
    labels = {one.key: one.label for one in content.rows}
    said = Remark.objects.visible_to(request.user).open_for(nomination)
    return [(labels.get(one.field, "附件"), one.text) for one in said]


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def nomination_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a nomination that passed the review again for its school to correct."""
    rows = Nomination.objects.visible_to(request.user, roles={Role.DISTRICT}).shown_to_reviewers()
    nomination = get_object_or_404(rows.for_page(), pk=pk)
    back = reverse("nomination-detail", args=[pk])
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: steps.reopen(nomination, reason=values["reason"], by=request.user, at=timezone.now()),
        title="重新打开",
        action="重新打开",
        words=f"“{nomination}”已复核通过。重新打开后释放名额，由学校修改，再次提交和审核。",
        back_url=back,
        crumbs=[("推荐", reverse("nomination-list")), (nomination.nominee, back)],
        done="已重新打开，学校可以修改后再提交。",
    )
