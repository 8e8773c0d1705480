"""The register of people, a person's file as it is written, and the doors to his full values."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import (
    ListPage,
    answer_list,
    answer_workbook,
    unit_name,
    unit_of,
)
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.reports import partial
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.workflow import Refused
from members.areas import PEOPLE, tabs_of
from members.filters.people import PersonFilter
from members.forms.people import (
    FindForm,
    InServiceForm,
    PersonForm,
    RevealForm,
    StateForm,
    UndoStateForm,
)
from members.listed import BY_UNIT, Listed
from members.models import Person
from members.photos import open_photo
from members.reports.people import people_register
from members.search import Hits
from members.workflow.people import (
    REVEALERS,
    STATES,
    AlreadyRegistered,
    Outdated,
    change_state,
    edit_person,
    register_person,
    reveal,
    undo_state,
)

COLUMNS = (
    ListColumn("姓名", is_name=True, sort="name"),
    ListColumn("教工编号", sort="staff_no"),
    ListColumn("性别", align="center"),
    ListColumn("出生年月", sort="born"),
    ListColumn("单位", sort="unit"),
    ListColumn("协作组"),
    ListColumn("五老类别"),
    ListColumn("退休类型"),
    ListColumn("退休时间", sort="retired"),
    ListColumn("志愿者", align="center"),
)
SORTS = {
    "name": ("pinyin",),
    "staff_no": ("staff_no",),
    "born": ("born_on",),
    "unit": BY_UNIT[:-1],
    "retired": ("retired_on",),
}
NOBODY = "没有找到。请核对号码；只能找到您职责范围内的人员。"


# --- the register -------------------------------------------------------------------------------------


def chosen_people(request: HttpRequest) -> tuple[Asked | None, PersonFilter]:
    asked = asked_figure(request, "person-list")
    people = asked.rows(request.user) if asked else Person.objects.visible_to(request.user)
    return asked, PersonFilter(request.GET, queryset=people, request=request)


@require_safe
@posts(*COMMITTEE)
def person_list(request: HttpRequest) -> HttpResponse:
    """List the people within reach, without a sensitive value."""
    asked, chosen = chosen_people(request)
    name = "" if asked else chosen.only_name()
    people = Hits(name, request.user) if name else Listed(chosen.qs, request.user)
    page = page_of(request, people, SORTS)
    behind = None
    if asked:
        behind = figure_line(request, asked, asked.value(chosen.qs, len(people)), of=unit_of(chosen))
    begins = reach_of(request.user).serves(*REVEALERS)
    shown = ListPage(
        title="人员名册",
        columns=COLUMNS,
        rows=[row(person) for person in page],
        page=page,
        form=chosen.form,
        behind=behind,
        notes=[] if asked else [on_register_words(people.on_register)],
        tabs=tabs_of(request, PEOPLE),
        export="person-export" if begins else "",
        unit="人",
        empty_words="名册里还没有人员。请导入离退休教师花名册。" if begins else "名册里还没有人员。",
        empty_url=reverse("import-new") if begins else "",
        empty_action="导入花名册" if begins else "",
    )
    more = {"find_form": FindForm(auto_id="id_find_%s"), "begins": begins}
    return answer_list(request, shown, template="members/person_list.html", more=more)


def on_register_words(count: int) -> str:
    return f"其中离退休花名册内 {count:,} 人；其余是在职及其他有记录的人员。"


def row(person: Person) -> ListRow:
    name = Link(person.name, reverse("person-detail", args=[person.pk]))
    cells = (
        name,
        person.staff_no,
        person.sex,
        partial(person.born_on, person.birth_precision),
        person.school.short_name,
        person.school.group.short_name,
        person.elder_class.name if person.elder_class else "",
        Mark("已离世", "plain") if person.died_on else person.get_retirement_kind_display() or "在职或其他",
        partial(person.retired_on, person.retired_precision),
        "是" if person.is_volunteer else "否",
    )
    return ListRow(cells, key=str(person.pk), name=person.name)


@require_safe
@posts(*REVEALERS)
def person_export(request: HttpRequest) -> HttpResponse:
    """Give the queried register as a workbook, masked; the trail keeps how many rows left."""
    asked, chosen = chosen_people(request)
    people = chosen.qs.visible_to(request.user, roles=REVEALERS).for_register()
    table = people_register(people, reporting_unit=unit_name(request))
    return answer_workbook(request, table, is_register=True)


@sensitive_post_parameters()
@require_POST
@posts(*COMMITTEE)
def person_find(request: HttpRequest) -> HttpResponse:
    """Go to the person of a card, ID or telephone number; it comes by POST and stands in no address."""
    form = FindForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["what"][0])
        return redirect("person-list")
    people = Person.objects.visible_to(request.user).found_by(**form.cleaned_data["what"])
    found = [person.pk for person in people.for_list()]
    if not found:
        messages.warning(request, NOBODY)
        return redirect("person-list")
    if len(found) == 1:
        return redirect("person-detail", found[0])
    return redirect(f"{reverse('person-list')}?only={'-'.join(map(str, found))}")


# --- writing a file -----------------------------------------------------------------------------------


@sensitive_post_parameters()
@sensitive_variables("form", "values", "twin")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVEALERS)
def person_new(request: HttpRequest) -> HttpResponse:
    """Open a new file; an ID number that has one already leads there, or to a request for transfer."""
    serving = request.GET.get("kind") == "serving"
    kind = InServiceForm if serving else PersonForm
    form = kind(request.POST or None, request.FILES or None, user=request.user)
    twin: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            person = register_person(values, by=request.user, at=timezone.now())
        except AlreadyRegistered as refusal:
            form.add_error("id_number", str(refusal))
            twin = twin_of(refusal, values)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said(request, person, f"已建立{person.name}的档案。")
            return redirect("person-detail", person.pk)
    context = {
        "title": "登记人员",
        "crumbs": [("人员名册", reverse("person-list")), ("登记人员", "")],
        "kinds": [
            {"label": "离退休人员", "url": reverse("person-new"), "current": not serving},
            {"label": "在职人员", "url": f"{reverse('person-new')}?kind=serving", "current": serving},
        ],
        **twin,
    }
    return person_form(request, form, context)


def twin_of(refusal: AlreadyRegistered, values: dict[str, Any]) -> dict[str, Any]:
    """Say what leads on when the ID number has a file: its page, or the request for transfer."""
    if refusal.person is not None:
        return {"twin": refusal.person}
    return {
        "transfer_url": reverse("transfer-new"),
        "id_number": values["id_number"],
        "typed_name": values["name"],
    }


@sensitive_post_parameters()
@sensitive_variables("form", "values")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVEALERS)
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a file; when it was saved since the form was opened, show both values, keep what was typed."""
    person = get_object_or_404(Person.objects.visible_to(request.user, roles=REVEALERS).for_page(), pk=pk)
    form = PersonForm(request.POST or None, request.FILES or None, user=request.user, person=person)
    context: dict[str, Any] = {"title": "修改档案", "person": person, "crumbs": crumbs_of(person, "修改档案")}
    status = 0
    if request.method == "POST" and form.is_valid():
        values, version = form.values(), form.cleaned_data["version"] or 0
        try:
            saved = edit_person(person, values, version=version, by=request.user, at=timezone.now())
        except Outdated as refusal:
            context |= {"outdated": str(refusal), "differences": list(form.differences())}
            form.data = form.data.copy()
            form.data["version"] = str(refusal.person.version)
            status = 409
        except AlreadyRegistered as refusal:
            form.add_error("id_number", str(refusal))
            context |= twin_of(refusal, values)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said(request, saved, "已保存。")
            return redirect("person-detail", pk)
    return person_form(request, form, context, status)


def person_form(
    request: HttpRequest, form: PersonForm, context: dict[str, Any], status: int = 0
) -> HttpResponse:
    """Answer with the file's form; 422 when something typed is wrong."""
    name = "" if "name" in form.errors else form["name"].value() or ""
    context |= {
        "form": form,
        "sections": list(form.grouped()),
        "hidden": form.hidden_fields(),
        "unprintable": unprintable_words(name),
        "back_url": context["crumbs"][-2][1],
    }
    status = status or (422 if request.method == "POST" else 200)
    return render(request, "members/person_form.html", context, status=status)


def said(request: HttpRequest, person: Person, words: str) -> None:
    """Say that a file was saved, and which of its name's characters cannot be printed."""
    messages.success(request, words)
    if lost := unprintable_words(person.name):
        messages.warning(request, lost)


def unprintable_words(name: str) -> str:
    # Imported here: the fonts are read when the first name is looked at.
    from guanweihui.documents import fonts

    lost = fonts.unprintable(name)
    if not lost:
        return ""
    return f"姓名中的“{'、'.join(lost)}”在现有字库中没有：档案可以保存，但印表、制证前须请管理员加装字体。"


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVEALERS)
def person_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody moved away, stopped his service or died."""
    person = get_object_or_404(Person.objects.visible_to(request.user, roles=REVEALERS).for_page(), pk=pk)
    here = reverse("person-detail", args=[pk])
    return answer_form(
        request,
        StateForm(request.POST or None, initial={"on": timezone.localdate()}),
        lambda data: change_state(
            person, data["state"], data["on"], place=data["place"], by=request.user, at=timezone.now()
        ),
        title="登记状态变化",
        action="保存",
        back_url=here,
        done="已登记。",
        crumbs=crumbs_of(person),
        words=f"{person.name}（{person.school.short_name}）。登记离世以后，不再列入生日、节日问候和任务邀请。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVEALERS)
def person_state_undo(request: HttpRequest, pk: int, state: str) -> HttpResponse:
    """Take back a state that was noted by mistake."""
    people = Person.objects.visible_to(request.user, roles=REVEALERS)
    person = get_object_or_404(people.for_page(), pk=pk)
    if state not in STATES:
        raise Http404
    kind = STATES[state]
    return answer_form(
        request,
        UndoStateForm(request.POST or None),
        lambda data: undo_state(person, state, by=request.user, at=timezone.now(), reason=data["reason"]),
        title=f"撤销{kind.label}登记",
        action="撤销",
        back_url=reverse("person-detail", args=[pk]),
        done="已撤销。",
        crumbs=crumbs_of(person),
        facts=[Fact("姓名", person.name), Fact(f"{kind.label}日期", getattr(person, kind.on))],
        danger=True,
    )


def crumbs_of(person: Person, *more: str) -> list[tuple[str, str]]:
    here = reverse("person-detail", args=[person.pk])
    return [("人员名册", reverse("person-list")), (person.name, here), *((words, "") for words in more)]


# --- what is sealed -----------------------------------------------------------------------------------


@sensitive_variables("values", "facts")
@require_POST
@posts(*REVEALERS)
def person_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the full values once, in the answer to a POST that says the purpose."""
    people = Person.objects.visible_to(request.user, roles=REVEALERS)
    person = get_object_or_404(people.for_page(), pk=pk)
    form = RevealForm(request.POST)
    facts: list[Fact] = []
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        values = reveal(person, by=request.user, at=timezone.now(), purpose=purpose)
        facts = [
            Fact(str(Person._meta.get_field(name).verbose_name), value) for name, value in values.items()
        ]
    context = {
        "crumbs": crumbs_of(person, "查看完整信息"),
        "person": person,
        "form": form,
        "facts": facts,
    }
    return render(request, "members/person_reveal.html", context, status=200 if facts else 422)


@require_safe
@posts(*COMMITTEE)
def person_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person's photograph to whoever may open his file."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    content = open_photo(person.photo)
    if content is None:
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)
