"""Materials of a nomination: files under each field, drawn anew when they come."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from awards import sheets, task_list
from awards.forms.nominations import MaterialForm
from awards.models import FormField, Nomination
from awards.views.nominations import mark_of
from awards.views.wizard import FILLS, FORM, crumbs_of, filled_or_404, locked, materials_of, quota_line
from awards.workflow import materials as steps
from guanweihui.gate import posts
from guanweihui.models import Attachment
from guanweihui.views.due_page import deadline_words, remarks_of
from guanweihui.workflow import Refused


@require_http_methods(FORM)
@posts(*FILLS)
def nomination_materials(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is attached and take one more file, under the field that the form names."""
    nomination = filled_or_404(request, pk)
    fields = sheets.fields_of(nomination)
    if request.method != "POST":
        return locked(request, nomination) or materials_page(request, nomination, fields)
    wanted = [one for one in fields if one.section == FormField.Section.MATERIALS]
    field = next((one for one in wanted if one.key == request.POST.get("field")), None)
    if field is None:
        raise Http404
    form = MaterialForm(request.POST, request.FILES, field=field)
    if form.is_valid():
        try:
            steps.attach_material(
                nomination, field, **form.cleaned_data["file"], by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, f"已上传“{field.label}”。")
            return redirect("nomination-materials", pk)
    return materials_page(request, nomination, fields, form, status=422)


def materials_page(
    request: HttpRequest,
    nomination: Nomination,
    fields: list[FormField],
    bad: MaterialForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    files = list(Attachment.objects.visible_to(request.user).of_filing(nomination))
    remarks = remarks_of(request, nomination)
    lines = [
        {
            "field": field,
            "files": held,
            "left": field.most - len(held),
            "remarks": remarks.get(task_list.MATERIAL + field.key, []),
            "form": bad
            if bad is not None and bad.field.pk == field.pk
            else MaterialForm(field=field)
            if len(held) < field.most
            else None,
        }
        for field, held in materials_of(fields, files)
    ]
    context = {
        "crumbs": crumbs_of(nomination, "附件"),
        "nomination": nomination,
        "mark": mark_of(nomination),
        "lines": lines,
        "bad": bad,
        "quota": quota_line(request, nomination),
        "closes": deadline_words(nomination.due, timezone.now()),
        "task_url": reverse("nomination-task", args=[nomination.pk]),
        "print_url": reverse("nomination-print", args=[nomination.pk]),
        "next_url": reverse("nomination-section", args=[nomination.pk, sheets.UNIT_OPINION.key]),
    }
    return render(request, "awards/nomination_materials.html", context, status=status)


@require_POST
@posts(*FILLS)
def nomination_material_remove(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """Take a file away."""
    nomination = filled_or_404(request, pk)
    files = Attachment.objects.visible_to(request.user).of_filing(nomination)
    found = get_object_or_404(files, pk=attachment)
    steps.remove_material(nomination, found, by=request.user, at=timezone.now())
    messages.success(request, f"已删除“{found.original_name}”。")
    return redirect("nomination-materials", pk)
