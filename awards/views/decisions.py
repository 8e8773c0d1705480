"""The decision on a list, the certificates of its honours, and what becomes of an honour later."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards.certificates import print_certificates
from awards.forms.honours import BatchForm, DecisionForm, PrinterForm, ReissueForm, VoidForm
from awards.models import AwardList, Category, Cycle, Decision, Honour
from awards.views.honours import KEPT, answer_detail, printer_form, row
from awards.workflow import honours as steps
from guanweihui import jobs
from guanweihui.areas import url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact, ListColumn, ListRow, page_of
from guanweihui.scope import DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.workflow import Refused

FORM_METHODS = ["GET", "HEAD", "POST"]
HONOUR_COLUMNS = (
    ListColumn("证书编号"),
    ListColumn("姓名 / 集体", is_name=True),
    ListColumn("单位（当时名称）", is_long=True),
    ListColumn("奖项"),
    ListColumn("状态"),
)
COUNT_COLUMNS = (
    ListColumn("奖项", is_name=True),
    ListColumn("证书", format="int"),
    ListColumn("其中已作废", format="int"),
    ListColumn("待打印", format="int"),
)
NO_LIST = "本届还没有拟表彰名单。请先在“名单”中建立名单，经评审、审定和公示后再作出表彰决定。"


def crumbs_of(cycle: Cycle) -> list[tuple[str, str]]:
    cycle_url = url_or_none("cycle-detail", cycle.pk) or reverse("honour-list")
    return [("评选表彰", reverse("honour-list")), (cycle.name, cycle_url)]


# --- the decision -----------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def decision_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the document that confers the cycle's list; certificates are numbered with it."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user, roles=steps.OFFICE).for_page(), pk=pk)
    lists = AwardList.objects.visible_to(request.user, roles=steps.OFFICE).of(cycle).standing()
    award_list = lists.for_page().first()
    if award_list is None:
        raise Refused(NO_LIST)
    if (made := Decision.objects.visible_to(request.user).of_list(award_list).first()) is not None:
        return redirect("decision-detail", made.pk)
    notice = steps.notice_of(award_list)
    if why := steps.why_not_yet(award_list, notice):
        raise Refused(why)
    initial = {"organ": cycle.district.committee_name, "decided_on": cycle.decides_on}
    return answer_form(
        request,
        DecisionForm(request.POST or None, initial=initial),
        lambda data: steps.confer(
            award_list,
            doc_number=data["doc_number"],
            decided_on=data["decided_on"],
            organ=data["organ"],
            by=request.user,
            at=timezone.now(),
        ),
        title="表彰决定",
        action="作出决定",
        back_url=crumbs_of(cycle)[-1][1],
        done=lambda decision: f"{decision.doc_number}已登记，证书已编号，可以打印。",
        then=lambda decision: reverse("decision-detail", args=[decision.pk]),
        crumbs=crumbs_of(cycle),
        words="发文以后登记。证书按公示名单的顺序编号，编号以后不能更改；作废的编号保留，不再使用。",
        facts=facts_before(award_list, notice),
        danger=True,
    )


def facts_before(award_list: AwardList, notice: Any) -> list[Fact]:
    """Say what will be conferred, and name at once what no font can print."""
    winners = steps.awarded_of(award_list)
    counts: dict[str, int] = {}
    for one in winners:
        counts[one.category.name] = counts.get(one.category.name, 0) + 1
    faults = steps.unprintable_words(winners, "")
    lists_url = url_or_none("award-list-detail", award_list.pk)
    return [
        Fact("拟表彰名单", f"第{award_list.number}次，共 {len(winners)} 份", url=lists_url),
        Fact("公示截止", format_value(notice.last_on, prose=True)),
        *(Fact(name, f"{count} 份") for name, count in counts.items()),
        *([Fact("字库中没有的字", "；".join(faults), wide=True)] if faults else []),
    ]


@require_safe
@posts(*DISTRICT_WIDE)
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a decision: the document, how many of each award, its honours, and the print of certificates."""
    return answer_decision(request, decision_or_404(request, pk))


def decision_or_404(request: HttpRequest, pk: int, roles: Any = DISTRICT_WIDE) -> Decision:
    return get_object_or_404(Decision.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def answer_decision(request: HttpRequest, decision: Decision, form: BatchForm | None = None) -> HttpResponse:
    honours = Honour.objects.visible_to(request.user).of_decision(decision)
    counts = list(honours.counted_by_category())
    page = page_of(request, honours.for_list())
    may_print = reach_of(request.user).serves(*steps.OFFICE) and any(
        whole > void for _, _, whole, void, _ in counts
    )
    cycle = decision.cycle
    context = {
        "crumbs": [*crumbs_of(cycle), (decision.doc_number, "")],
        "decision": decision,
        "facts": [
            Fact("发文字号", decision.doc_number),
            Fact("发文日期", format_value(decision.decided_on, prose=True)),
            Fact("授予单位", decision.organ or cycle.district.committee_name),
            Fact("评选周期", cycle.name, url=url_or_none("cycle-detail", cycle.pk)),
        ],
        "count_columns": COUNT_COLUMNS,
        "counts": [ListRow(one[1:]) for one in counts],
        "totals": [("合　计", [sum(one[place] for one in counts) for place in (2, 3, 4)])] if counts else [],
        "columns": HONOUR_COLUMNS,
        "rows": [short_row(honour) for honour in page],
        "page": page,
        "form": (form or batch_form(request, decision)) if may_print else None,
        "trail": trail_of(request.user, decision),
    }
    return render(request, "awards/decision_detail.html", context, status=422 if form else 200)


def short_row(honour: Honour) -> ListRow:
    number, name, unit, category, *_, state = row(honour).cells
    return ListRow((number, name, unit, category, state))


# --- certificates -----------------------------------------------------------------------------------------


def batch_form(request: HttpRequest, decision: Decision) -> BatchForm:
    categories = Category.objects.visible_to(request.user).of(decision.cycle_id)
    return BatchForm(request.POST or None, categories=categories, initial=request.session.get(KEPT, {}))


@require_POST
@posts(*steps.OFFICE)
def honour_certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the certificates of a decision as a job: all, those of one award, or those not printed yet."""
    decision = decision_or_404(request, pk, steps.OFFICE)
    form = batch_form(request, decision)
    if not form.is_valid():
        return answer_decision(request, decision, form)
    honours = Honour.objects.visible_to(request.user, roles=steps.OFFICE).of_decision(decision)
    honours = honours.unprinted() if form.cleaned_data["unprinted"] else honours.standing().with_code()
    if (category := form.cleaned_data["category"]) is not None:
        honours = honours.of_category(category)
    keys = list(honours.values_list("pk", flat=True))
    if not keys:
        messages.warning(request, "没有可以打印的证书：已作废的不能打印，导入的历届表彰请先换发。")
        return redirect("decision-detail", pk)
    printer = kept(request, form)
    job = jobs.enqueue(
        "certificates",
        by=request.user,
        params={"honours": keys, "origin": request.build_absolute_uri("/"), **printer},
        at=timezone.now(),
        label=f"打印荣誉证书（{category or decision.doc_number}，{len(keys):,} 份）",
        district=decision.cycle.district,
    )
    return redirect("job-detail", job.pk)


def kept(request: HttpRequest, form: PrinterForm) -> dict[str, Any]:
    """Keep for the session how the paper lies in the printer, and return it."""
    printer = vars(form.printer())
    request.session[KEPT] = printer
    return printer


@require_POST
@posts(*steps.OFFICE)
def honour_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Print one certificate."""
    honour = honour_or_404(request, pk)
    form = printer_form(request)
    if not form.is_valid():
        return answer_detail(request, honour, form)
    kept(request, form)
    origin = request.build_absolute_uri("/")
    content = print_certificates([honour], origin=origin, printer=form.printer())
    steps.note_print([honour], by=request.user, at=timezone.now())
    name = f"荣誉证书_{honour.certificate_no}.pdf"
    answer = FileResponse(io.BytesIO(content), filename=name, content_type="application/pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- void, issue anew -------------------------------------------------------------------------------------


def honour_or_404(request: HttpRequest, pk: int) -> Honour:
    honours = Honour.objects.visible_to(request.user, roles=steps.OFFICE)
    return get_object_or_404(honours.for_page(), pk=pk)


def crumbs_to(honour: Honour) -> list[tuple[str, str]]:
    name = honour.printed_name or honour.printed_unit
    return [("评选表彰", reverse("honour-list")), (name, reverse("honour-detail", args=[honour.pk]))]


def facts_of(honour: Honour) -> list[Fact]:
    return [
        Fact("证书编号", honour.certificate_no),
        Fact("奖项", honour.category.name),
        Fact("姓名 / 集体", honour.printed_name or honour.printed_unit),
        Fact("单位（当时名称）", honour.printed_unit),
    ]


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def honour_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void an honour, with a reason."""
    honour = honour_or_404(request, pk)
    return answer_form(
        request,
        VoidForm(request.POST or None),
        lambda data: steps.void_honour(honour, reason=data["reason"], by=request.user, at=timezone.now()),
        title="作废证书",
        action="作废",
        back_url=reverse("honour-detail", args=[pk]),
        done=f"证书编号 {honour.certificate_no} 已作废。",
        crumbs=crumbs_to(honour),
        words="作废后查验显示“已作废”，不再计入表彰总数；编号保留在名册中，不再使用。只是写错或遗失的，请用“换发”。",
        facts=facts_of(honour),
        danger=True,
    )


@require_http_methods(FORM_METHODS)
@posts(*steps.OFFICE)
def honour_reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a certificate anew under the next number, its words corrected; the old one is void."""
    honour = honour_or_404(request, pk)
    initial = {"name": honour.printed_name, "unit": honour.printed_unit, "duty": honour.printed_duty}
    form = ReissueForm(request.POST or None, initial=initial, is_collective=not honour.printed_name)

    def step(data: dict[str, Any]) -> Honour:
        wording = steps.Wording(data.get("name", ""), data["unit"], data.get("duty", ""))
        return steps.reissue(
            honour, reason=data["reason"], wording=wording, by=request.user, at=timezone.now()
        )

    return answer_form(
        request,
        form,
        step,
        title="换发证书",
        action="换发",
        back_url=reverse("honour-detail", args=[pk]),
        done=lambda made: (
            f"已换发，新证书编号 {made.certificate_no}；旧编号 {honour.certificate_no} 已作废。"
        ),
        then=lambda made: reverse("honour-detail", args=[made.pk]),
        crumbs=crumbs_to(honour),
        words="换发后旧证书作废，新证书用本奖项的下一个编号，查验码也是新的。请收回旧证书。",
        facts=facts_of(honour),
        danger=True,
    )
