"""The round's workbook: take the template, load it back, read the verdict, confirm, take back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import filing_kinds
from guanweihui.audit import record
from guanweihui.filing_kinds import FilingKind
from guanweihui.forms import ConfirmImportForm, ImportForm
from guanweihui.gate import posts
from guanweihui.imports import batch as batches
from guanweihui.imports import errors
from guanweihui.imports.batch import ROUND_LOADERS, Plan
from guanweihui.imports.kinds import PlannedRow
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import Unreadable
from guanweihui.list_page import answer_file
from guanweihui.lists import Link, ListColumn, ListRow, Mark
from guanweihui.models import CollaborationGroup, Due, ImportBatch, Round, School
from guanweihui.scope import Reach, Role, reach_of
from guanweihui.views.imports import NAMED, SHOWN

#: The verdict on a school's row, in words.
WORDS = {"NEW": "新填", "CHANGED": "有改动", "UNCHANGED": "不变", "WRONG": "错误"}
LOOKS = {"NEW": "ok", "CHANGED": "info", "UNCHANGED": "plain", "WRONG": "wrong"}
ROW_COLUMNS = (
    ListColumn("学校", is_name=True, is_long=True),
    ListColumn("结论"),
    ListColumn("改动", format="int"),
)
BATCH_COLUMNS = (
    ListColumn("文件", is_name=True, is_long=True),
    ListColumn("状态"),
    ListColumn("新填 / 有改动 / 不变 / 错误", align="right"),
    ListColumn("上传时间"),
)
#: Batches that the page of a round lists.
LISTED = 10


def round_of(request: HttpRequest, pk: int) -> tuple[Round, FilingKind]:
    """Return a round that the reader may load into, and its kind; 404 for one without a workbook."""
    round_ = get_object_or_404(Round.objects.visible_to(request.user, roles=ROUND_LOADERS), pk=pk)
    kind = filing_kinds.get(round_.kind)
    if kind is None or round_.state == Round.State.PLANNED:
        raise Http404
    return round_, kind


def bounds_of(request: HttpRequest) -> dict[str, Any]:
    """Return the unit that a reader's load is bound to: his school, his group, or nothing for the office."""
    reach: Reach = reach_of(request.user)
    if reach.serves(Role.DISTRICT):
        return {}
    if reach.serves(Role.GROUP):
        groups = CollaborationGroup.objects.visible_to(request.user, roles={Role.GROUP})
        return {"group": groups.in_order().first()}
    schools = School.objects.visible_to(request.user, roles={Role.SCHOOL})
    return {"school": schools.in_order().first()}


@require_safe
@posts(*ROUND_LOADERS)
def round_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the workbook of a round: a school its own row, others those that owe it still, or all."""
    # Imported here: openpyxl is slow to load and most requests need none of it.
    from guanweihui.round_trip.template import lines_of, workbook

    round_, kind = round_of(request, pk)
    bounds = bounds_of(request)
    dues = Due.objects.visible_to(request.user, roles=ROUND_LOADERS).of_round(round_)
    name = round_.title
    if "school" in bounds:
        dues, name = dues.of_school(bounds["school"]), f"{name}-{bounds['school'].short_name}"
    elif "group" in bounds:
        dues, name = dues.in_group(bounds["group"]), f"{name}-{bounds['group'].short_name}"
    if "school" not in bounds and request.GET.get("rows") != "all":
        dues = dues.unmet()
    lines = lines_of(kind, dues.for_list(), is_covered="school" not in bounds)
    if not lines:
        messages.info(request, "各校都已报送，没有要填的行。需要全部学校的，请点“下载全部学校的填报表”。")
        return redirect("round-load", pk)
    now = timezone.now()
    record("round.take_template", round_, by=request.user, at=now, changes={"rows": len(lines)})
    return answer_file(workbook(round_, lines), f"{name}-填报表.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*ROUND_LOADERS)
def round_load(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a filled-in workbook and judge it; nothing of it is written before it is confirmed."""
    round_, _ = round_of(request, pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        reach = reach_of(request.user)
        try:
            _, batch = batches.preview(
                upload.read(),
                upload.name,
                by=request.user,
                at=timezone.now(),
                district=reach.home,
                roles=reach.roles,
                round_=round_,
                **bounds_of(request),
            )
            return redirect("round-load-detail", pk, batch.pk)
        except (Unreadable, Unusable) as fault:
            form.add_error("file", str(fault))
    return render(
        request,
        "guanweihui/round_trip/load.html",
        {
            "crumbs": crumbs_of(round_, "Excel填报"),
            "round": round_,
            "form": form,
            "is_school": "school" in bounds_of(request),
            "columns": BATCH_COLUMNS,
            "rows": [batch_row(batch) for batch in batches_of(request, round_).for_list()[:LISTED]],
        },
        status=422 if form.errors else 200,
    )


def crumbs_of(round_: Round, *more: str) -> list[tuple[str, str]]:
    first = [("报送任务", reverse("round-list")), (round_.title, reverse("round-detail", args=[round_.pk]))]
    return [*first, *((label, "") for label in more)]


def batches_of(request: HttpRequest, round_: Round) -> Any:
    """Give the loads into a round that the reader made, or oversees."""
    return ImportBatch.objects.visible_to(request.user, roles=ROUND_LOADERS).of_round(round_)


def batch_row(batch: ImportBatch) -> ListRow:
    url = reverse("round-load-detail", args=[batch.round_id, batch.pk])
    counts = " / ".join(f"{count:,}" for count in batch.counts())
    at = f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}"
    return ListRow((Link(batch.filename, url), Mark(batch.get_state_display()), counts, at))


def batch_of(request: HttpRequest, pk: int, batch: int) -> tuple[Round, ImportBatch]:
    round_, _ = round_of(request, pk)
    return round_, get_object_or_404(batches_of(request, round_).for_list(), pk=batch)


@require_safe
@posts(*ROUND_LOADERS)
def round_load_detail(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Show the verdict of a waiting load school by school, or what became of it."""
    round_, found = batch_of(request, pk, batch)
    try:
        context = detail(request, round_, found)
    except (Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    return render(request, "guanweihui/round_trip/batch.html", context)


def detail(request: HttpRequest, round_: Round, batch: ImportBatch) -> dict[str, Any]:
    now = timezone.now()
    is_mine = batch.created_by_id == request.user.pk
    context = {
        "crumbs": [
            *crumbs_of(round_),
            ("Excel填报", reverse("round-load", args=[round_.pk])),
            (batch.filename, ""),
        ],
        "round": round_,
        "batch": batch,
        "is_mine": is_mine,
        "is_draft": batch.school_id is not None,
        "can_undo": batch.can_undo(now),
        "has_errors_file": is_mine and batch.has_errors_file,
    }
    if batch.state != ImportBatch.State.PREVIEWED or not batch.stored_name:
        return context
    return context | verdict(batches.plan_again(batch, by=request.user, at=now))


def verdict(plan: Plan) -> dict[str, Any]:
    """Return what the preview shows of a plan: each school, each fault with its cure, old and new."""
    problems, warnings = plan.problems(), plan.problems(warnings=True)
    changes = [
        (row, label, old, new)
        for row in plan.rows("NEW", "CHANGED")
        for label, (old, new) in row.changes.items()
    ]
    return {
        "waits": True,
        "counts": plan.counts(),
        "columns": ROW_COLUMNS,
        "rows": [verdict_row(row) for row in plan.rows(*LOOKS)][:SHOWN],
        "problems": problems[:SHOWN],
        "more_problems": max(0, len(problems) - SHOWN),
        "warnings": warnings[:SHOWN],
        "more_warnings": max(0, len(warnings) - SHOWN),
        "changes": changes[:SHOWN],
        "more_changes": max(0, len(changes) - SHOWN),
    }


def verdict_row(row: PlannedRow) -> ListRow:
    return ListRow((row.label, Mark(WORDS[row.verdict], LOOKS[row.verdict]), len(row.changes)))


@require_POST
@posts(*ROUND_LOADERS)
def round_load_confirm(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Write the load; with wrong rows only when the reader asked for the good ones."""
    round_, found = batch_of(request, pk, batch)
    form = ConfirmImportForm(request.POST)
    if not form.is_valid():
        context = detail(request, round_, found)
        return render(request, "guanweihui/round_trip/batch.html", context, status=422)
    valid_rows = form.cleaned_data["valid_rows"]
    try:
        done = batches.confirm(found, by=request.user, at=timezone.now(), valid_rows=valid_rows)
    except (Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    count = done.new_count + done.changed_count
    messages.success(
        request,
        "已存入本校的草稿，请在填报页面核对后提交。" if done.school_id else f"已代报 {count} 所学校。",
    )
    return redirect("round-load-detail", pk, batch)


@require_POST
@posts(*ROUND_LOADERS)
def round_load_undo(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Take the load back; filings that went on since stay and are named."""
    _, found = batch_of(request, pk, batch)
    kept = batches.undo(found, by=request.user, at=timezone.now())
    if kept:
        more = f"等 {len(kept)} 份" if len(kept) > NAMED else ""
        names = "、".join(kept[:NAMED])
        messages.warning(request, f"本次导入已撤销。以下材料导入后又有变动，没有撤销：{names}{more}。")
    else:
        messages.success(request, "本次导入已撤销。")
    return redirect("round-load-detail", pk, batch)


@require_safe
@posts(*ROUND_LOADERS)
def round_load_errors(request: HttpRequest, pk: int, batch: int) -> HttpResponse:
    """Hand the loader his own wrong rows, in full, in the layout of the template."""
    round_, _ = round_of(request, pk)
    found = get_object_or_404(batches_of(request, round_).with_upload_of(request.user), pk=batch)
    now = timezone.now()
    try:
        plan = batches.plan_again(found, by=request.user, at=now)
    except (Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    record("importbatch.errors", found, by=request.user, at=now, changes={"rows": plan.counts()["WRONG"]})
    return answer_file(errors.workbook(plan), f"{found.filename.rsplit('.', 1)[0]}-错误行.xlsx")
