"""The awards of a cycle and the fields of their forms, as the office edits them and everybody reads them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards.forms.cycles import CategoryForm, ConfirmForm, FieldForm
from awards.models import Category, Cycle, FormField
from awards.sources import source_choices
from awards.views.cycles import FORM_METHODS, OFFICE, crumbs_of, cycle_or_404, keeping, url_of
from awards.workflow import cycle_parts as parts
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact, Link, ListColumn, ListRow
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of

Form, Section, Format = FormField.Form, FormField.Section, FormField.Format
FIELD_COLUMNS = (
    ListColumn("部分"),
    ListColumn("栏目", is_name=True),
    ListColumn("格式"),
    ListColumn("必填", align="center"),
    ListColumn("限制"),
    ListColumn("平台数据"),
    ListColumn("填写说明", is_long=True),
    ListColumn("操作"),
)


def category_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> Category:
    return get_object_or_404(Category.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def form_url(category: Category) -> str:
    return reverse("category-form", args=[category.pk])


def category_crumbs(category: Category) -> list[tuple[str, str]]:
    return [*crumbs_of(category.cycle), (category.name, form_url(category))]


def confirmation(request: HttpRequest) -> ConfirmForm:
    """Return the form of a page that asks once more; an empty confirmation is one too."""
    return ConfirmForm(request.POST if request.method == "POST" else None)


# --- awards -----------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def category_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an award to a planned cycle, of a kind that it has not."""
    cycle = cycle_or_404(request, pk)
    taken = set(
        Category.objects.visible_to(request.user, roles=OFFICE).of(cycle).values_list("kind", flat=True)
    )
    free = [(kind.value, kind.label) for kind in Category.Kind if kind not in taken]
    kinds = free or [("", "四个奖项都已设立")]
    form = CategoryForm(request.POST or None, kinds=kinds, initial={"position": len(taken) + 1})

    def step(data: dict[str, Any]) -> Category:
        return parts.add_category(cycle, form.values(), by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="新增奖项",
        action="保存",
        words="保存后带有这个奖项通常的表单，可以逐栏修改。",
        back_url=url_of(cycle),
        crumbs=crumbs_of(cycle),
        done=lambda category: f"已新增“{category}”。",
        then=form_url,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def category_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an award: all of it before the cycle starts, then the city's places and the certificate."""
    category = category_or_404(request, pk)
    is_open = category.cycle.state == Cycle.State.OPEN
    form = CategoryForm(
        request.POST or None,
        instance=category,
        is_open=is_open,
        initial={"mark": parts.mark_of(category)},
    )

    def step(data: dict[str, Any]) -> Category:
        return parts.edit_category(
            category, form.values(), mark=data["mark"], by=request.user, at=timezone.now()
        )

    return answer_form(
        request,
        form,
        keeping(form, step),
        title=f"修改奖项：{category}",
        action="保存",
        words="申报已经开始，名额和表单已经冻结；还可以填市级推荐名额和证书文字。" if is_open else "",
        back_url=url_of(category.cycle),
        crumbs=crumbs_of(category.cycle),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def category_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then take an award and its forms out of a planned cycle."""
    category = category_or_404(request, pk)
    return answer_form(
        request,
        confirmation(request),
        lambda data: parts.remove_category(category, by=request.user, at=timezone.now()),
        title=f"删除奖项：{category}",
        action="删除",
        words=f"“{category}”和它的表单从这一届删除，不能恢复；以后可以重新新增。",
        danger=True,
        back_url=url_of(category.cycle),
        crumbs=crumbs_of(category.cycle),
        done=f"已删除“{category}”。",
    )


# --- forms ------------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def category_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an award asks, a table a form; the city's is read by the district alone."""
    category = category_or_404(request, pk, None)
    reach = reach_of(request.user)
    fields = list(FormField.objects.visible_to(request.user).of_category(category).in_order())
    shown = list(Form) if reach.serves(*DISTRICT_WIDE) else [Form.DISTRICT]
    is_office = reach.serves(Role.DISTRICT)
    context = {
        "crumbs": [*category_crumbs(category)[:-1], (category.name, "")],
        "category": category,
        "cycle": category.cycle,
        "is_planned": category.cycle.state == Cycle.State.PLANNED,
        "columns": FIELD_COLUMNS if is_office else FIELD_COLUMNS[:-1],
        "forms": [shown_form(category, form, fields, is_office) for form in shown],
    }
    return render(request, "awards/cycle_category.html", context)


def may_change(category: Category, form: str) -> bool:
    """Tell whether buttons are shown; the step has the last word."""
    states = [Cycle.State.PLANNED] if form == Form.DISTRICT else [Cycle.State.PLANNED, Cycle.State.OPEN]
    return category.cycle.state in states


def shown_form(category: Category, form: str, fields: list[FormField], is_office: bool) -> dict[str, Any]:
    changes = is_office and may_change(category, form)
    named = dict(source_choices())
    return {
        "label": Form(form).label,
        "rows": [field_row(one, named, is_office, changes) for one in fields if one.form == form],
        "add_url": f"{reverse('field-new', args=[category.pk])}?form={form}" if changes else "",
        "note": "" if changes or not is_office else "申报已经开始，这张表已经冻结。",
    }


def field_row(one: FormField, named: dict[str, str], is_office: bool, changes: bool) -> ListRow:
    cells = (
        one.get_section_display(),
        one.label if one.is_printed else f"{one.label}（不打印）",
        one.get_format_display(),
        "是" if one.is_required else "否",
        limit_words(one),
        named.get(one.source, ""),
        one.help,
    )
    if not is_office:
        return ListRow(cells)
    edits = (
        Link("修改", reverse("field-edit", args=[one.pk])),
        Link("删除", reverse("field-remove", args=[one.pk])),
    )
    return ListRow((*cells, edits if changes else ""))


def limit_words(one: FormField) -> str:
    """Write how much a field takes."""
    if one.format == Format.CHOICE:
        return "、".join(one.choices)
    if one.section == Section.MATERIALS:
        return f"最多 {one.most} 件"
    if one.format not in (Format.TEXT, Format.LONG):
        return ""
    return f"{one.least}—{one.longest} 字" if one.least else f"最多 {one.longest} 字"


def asked_form(request: HttpRequest) -> str:
    """Return the form of the address; the district's unless the city's is named."""
    return Form.CITY if request.GET.get("form") == Form.CITY else Form.DISTRICT


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def field_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a field to the form of the address (?form=), last in its section."""
    category, asked = category_or_404(request, pk), asked_form(request)
    count = FormField.objects.visible_to(request.user, roles=OFFICE).of(category, asked).count()
    form = FieldForm(
        request.POST or None, is_collective=category.is_collective, initial={"position": count + 1}
    )

    def step(data: dict[str, Any]) -> FormField:
        return parts.add_field(
            category, form.values(), form=asked, key=data["purpose"], by=request.user, at=timezone.now()
        )

    return answer_form(
        request,
        form,
        step,
        title="新增栏目",
        action="保存",
        facts=[Fact("奖项", category.name), Fact("表", Form(asked).label)],
        back_url=form_url(category),
        crumbs=category_crumbs(category),
        done=lambda field: f"已新增“{field}”。",
    )


def field_or_404(request: HttpRequest, pk: int) -> FormField:
    fields = FormField.objects.visible_to(request.user, roles=OFFICE)
    return get_object_or_404(fields.for_page(), pk=pk)


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def field_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a field of a form that is not frozen."""
    field = field_or_404(request, pk)
    category = field.category
    form = FieldForm(
        request.POST or None,
        instance=field,
        is_collective=category.is_collective,
        initial={"mark": parts.mark_of(field)},
    )

    def step(data: dict[str, Any]) -> FormField:
        return parts.edit_field(field, form.values(), mark=data["mark"], by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        keeping(form, step),
        title="修改栏目",
        action="保存",
        facts=[Fact("奖项", category.name), Fact("表", field.get_form_display())],
        back_url=form_url(category),
        crumbs=category_crumbs(category),
        done="已保存。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def field_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then take a field off a form that is not frozen."""
    field = field_or_404(request, pk)
    return answer_form(
        request,
        confirmation(request),
        lambda data: parts.remove_field(field, by=request.user, at=timezone.now()),
        title="删除栏目",
        action="删除",
        words=f"从“{field.category}”的{field.get_form_display()}中删除“{field}”，不能恢复。",
        danger=True,
        back_url=form_url(field.category),
        crumbs=category_crumbs(field.category),
        done=f"已删除“{field}”。",
    )
