"""The import pages: choose a file, read the verdict, confirm, take back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.audit import record
from guanweihui.forms import ConfirmImportForm, ImportForm
from guanweihui.gate import posts
from guanweihui.imports import batch as batches
from guanweihui.imports import errors, kinds, template
from guanweihui.imports.batch import LOADERS
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import Unreadable
from guanweihui.list_page import answer_file
from guanweihui.lists import Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import ImportBatch, School
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused

#: How many lines of each kind a preview shows; the rest is in the error workbook.
SHOWN = 200
#: Rows that an undo names when they stay.
NAMED = 20


@require_safe
@posts(*LOADERS)
def import_list(request: HttpRequest) -> HttpResponse:
    """List the batches that the reader may see, newest first."""
    page = page_of(request, ImportBatch.objects.visible_to(request.user, roles=LOADERS).for_list())
    columns = (
        ListColumn("文件", is_name=True, is_long=True),
        ListColumn("内容", is_long=True),
        ListColumn("状态"),
        ListColumn("新增 / 更新 / 不变 / 错误", align="right"),
        ListColumn("上传人"),
        ListColumn("上传时间"),
    )
    rows = [row_of(batch) for batch in page]
    return render(request, "guanweihui/import_list.html", {"page": page, "columns": columns, "rows": rows})


def row_of(batch: ImportBatch) -> ListRow:
    counts = (
        f"{batch.new_count:,} / {batch.changed_count:,} / {batch.unchanged_count:,} / {batch.wrong_count:,}"
    )
    return ListRow(
        (
            Link(batch.filename, reverse("import-detail", args=[batch.pk])),
            batch.kinds,
            Mark(batch.get_state_display()),
            counts,
            str(batch.created_by or "系统"),
            f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}",
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*LOADERS)
def import_new(request: HttpRequest) -> HttpResponse:
    """Take an upload and judge it; nothing of its content is stored before it is confirmed."""
    form = ImportForm(request.POST or None, request.FILES or None)
    reach = reach_of(request.user)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            _, batch = batches.preview(
                upload.read(),
                upload.name,
                by=request.user,
                at=timezone.now(),
                district=reach.home,
                roles=reach.roles,
                school=own_school(request),
            )
            return redirect("import-detail", batch.pk)
        except (Unreadable, Unusable) as fault:
            form.add_error("file", str(fault))
    offered = [kind for kind in kinds.every() if not kind.roles.isdisjoint(reach.roles)]
    status = 422 if form.errors else 200
    return render(request, "guanweihui/import_new.html", {"form": form, "kinds": offered}, status=status)


def own_school(request: HttpRequest) -> School | None:
    """Return the school a coordinator's upload is restricted to; None for the district's staff."""
    reach = reach_of(request.user)
    if reach.serves(Role.DISTRICT):
        return None
    return School.objects.visible_to(request.user, roles={Role.SCHOOL}).in_order().first()


@require_safe
@posts(*LOADERS)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the verdict of a waiting batch, or what became of it."""
    batch = batch_of(request, pk)
    try:
        context = detail(request, batch)
    except (Refused, Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    return render(request, "guanweihui/import_detail.html", context)


def detail(request: HttpRequest, batch: ImportBatch, form: ConfirmImportForm | None = None) -> dict:
    now = timezone.now()
    is_mine = batch.created_by_id == request.user.pk
    context = {
        "batch": batch,
        "is_mine": is_mine,
        "can_undo": batch.can_undo(now),
        "has_errors_file": is_mine and batch.has_errors_file,
    }
    if batch.state != ImportBatch.State.PREVIEWED or not batch.stored_name:
        return context
    plan = batches.plan_again(batch, by=request.user, at=now)
    problems, warnings = plan.problems(), plan.problems(warnings=True)
    changes = [
        (row, label, old, new) for row in plan.rows("CHANGED") for label, (old, new) in row.changes.items()
    ]
    return context | {
        "counts": plan.counts(),
        "sheets": [(sheet.kind.label, sheet.sheet.name, sheet.counts()) for sheet in plan.sheets],
        "problems": problems[:SHOWN],
        "more_problems": max(0, len(problems) - SHOWN),
        "warnings": warnings[:SHOWN],
        "more_warnings": max(0, len(warnings) - SHOWN),
        "changes": changes[:SHOWN],
        "more_changes": max(0, len(changes) - SHOWN),
        "form": form or ConfirmImportForm(),
    }


@require_POST
@posts(*LOADERS)
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the batch; with wrong rows only when the reader asked for the good ones."""
    batch = batch_of(request, pk)
    form = ConfirmImportForm(request.POST)
    if not form.is_valid():
        return render(request, "guanweihui/import_detail.html", detail(request, batch, form), status=422)
    try:
        batches.confirm(batch, by=request.user, at=timezone.now(), valid_rows=form.cleaned_data["valid_rows"])
    except (Refused, Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    return redirect("import-detail", pk)


@require_POST
@posts(*LOADERS)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the batch back; rows that were edited since stay and are named."""
    batch = batch_of(request, pk)
    try:
        kept = batches.undo(batch, by=request.user, at=timezone.now())
    except Refused as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    if kept:
        more = f"等 {len(kept)} 行" if len(kept) > NAMED else ""
        messages.warning(
            request,
            f"本批已撤销。以下各行导入后又被改动或已被使用，没有撤销：{'、'.join(kept[:NAMED])}{more}。",
        )
    else:
        messages.success(request, "本批已撤销。")
    return redirect("import-detail", pk)


@require_safe
@posts(*LOADERS)
def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the loader his own wrong rows, in full: correct them and load the file again."""
    seen = ImportBatch.objects.visible_to(request.user, roles=LOADERS)
    batch = get_object_or_404(seen.with_upload_of(request.user), pk=pk)
    now = timezone.now()
    try:
        plan = batches.plan_again(batch, by=request.user, at=now)
    except (Refused, Unusable, Unreadable) as refusal:
        return render(request, "409.html", {"message": str(refusal)}, status=409)
    record("importbatch.errors", batch, by=request.user, at=now, changes={"rows": plan.counts()["WRONG"]})
    return answer_file(errors.workbook(plan), f"{batch.filename.rsplit('.', 1)[0]}-错误行.xlsx")


@require_safe
@posts(*LOADERS)
def import_template(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out the empty form of a kind of sheet."""
    kind = next((one for one in kinds.every() if one.name == name), None)
    reach = reach_of(request.user)
    if kind is None or kind.roles.isdisjoint(reach.roles):
        raise Http404
    return answer_file(template.workbook(kind, kind.words(reach.home)), f"{kind.label}-模板.xlsx")


def batch_of(request: HttpRequest, pk: int) -> ImportBatch:
    """Return the batch that the reader may load or take back today. Raises Http404."""
    return get_object_or_404(ImportBatch.objects.visible_to(request.user, roles=LOADERS).for_list(), pk=pk)
