"""The register of people, a person's sheet, and the door to his full values."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from guanweihui.figures_page import Asked, asked_figure, figure_line
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name, unit_of
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import ImportedRow
from guanweihui.reports import partial
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.text import mask_id, mask_phone
from members.filters import PersonFilter
from members.forms import RevealForm
from members.models import Person
from members.reports import age_on, people_register
from members.workflow import REVEALERS, reveal

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
    "unit": ("school__group__position", "school__position", "pinyin"),
    "retired": ("retired_on",),
}
HEALTH_HIDDEN, HIDDEN = "已登记（不在此显示）", "已登记"


def chosen_people(request: HttpRequest) -> tuple[Asked | None, PersonFilter]:
    asked = asked_figure(request, "person-list")
    people = asked.rows(request.user) if asked else Person.objects.visible_to(request.user)
    return asked, PersonFilter(request.GET, queryset=people, request=request)


@require_safe
@posts(*COMMITTEE)
def person_list(request: HttpRequest) -> HttpResponse:
    """List the people within reach, without a sensitive value."""
    asked, chosen = chosen_people(request)
    page = page_of(request, chosen.qs.for_list(), SORTS)
    behind = None
    if asked:
        behind = figure_line(request, asked, asked.value(chosen.qs), of=unit_of(chosen))
    begins = reach_of(request.user).serves(*REVEALERS)
    shown = ListPage(
        title="人员名册",
        columns=COLUMNS,
        rows=[row(person) for person in page],
        page=page,
        form=chosen.form,
        behind=behind,
        notes=[] if asked else [on_register_words(chosen.qs.on_register().count())],
        export="person-export" if begins else "",
        unit="人",
        empty_words="名册里还没有人员。请导入离退休教师花名册。" if begins else "名册里还没有人员。",
        empty_url=reverse("import-new") if begins else "",
        empty_action="导入花名册" if begins else "",
    )
    return answer_list(request, shown)


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


@require_safe
@posts(*COMMITTEE)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's sheet with masked values; district roles also see what was changed."""
    person = get_object_or_404(Person.objects.visible_to(request.user).for_page(), pk=pk)
    wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    shows_changes = wide and request.GET.get("tab") == "changes"
    context = {
        "crumbs": crumbs_of(person),
        "person": person,
        "tabs": tabs(person, "changes" if shows_changes else "") if wide else [],
        "shows_changes": shows_changes,
        "changes": changes(request, person) if shows_changes else [],
        "sections": [] if shows_changes else sections(person),
        "reveal_form": RevealForm() if may_reveal(request, person) and not shows_changes else None,
    }
    return render(request, "members/person_detail.html", context)


def crumbs_of(person: Person, *more: str) -> list[tuple[str, str]]:
    here = reverse("person-detail", args=[person.pk])
    return [("人员名册", reverse("person-list")), (person.name, here), *((words, "") for words in more)]


def tabs(person: Person, here: str) -> list[dict[str, Any]]:
    url = reverse("person-detail", args=[person.pk])
    return [
        {"label": "基本情况", "url": url, "current": here == ""},
        {"label": "变更记录", "url": f"{url}?tab=changes", "current": here == "changes"},
    ]


def may_reveal(request: HttpRequest, person: Person) -> bool:
    """Tell whether to offer the full values: the district, or the person's own school."""
    reach = reach_of(request.user).of(REVEALERS)
    return person.school_id in reach.ids("school") or person.district_id in reach.ids("district")


def sections(person: Person) -> list[tuple[str, list[Fact]]]:
    """Write the sheet in the sections of the paper form, sensitive values masked."""
    return [
        ("身份", identity(person)),
        ("工作与退休", work(person)),
        (
            "联系与健康",
            [
                Fact("联系电话", mask_phone(person.phone)),
                Fact("家庭住址", HIDDEN if person.home_address else ""),
                Fact("紧急联系人", HIDDEN if person.emergency_contact else ""),
                Fact("紧急联系人电话", mask_phone(person.emergency_phone)),
                Fact("健康状况", HEALTH_HIDDEN if person.health else "", wide=True),
                Fact("备注", person.remark, wide=True),
            ],
        ),
    ]


def identity(person: Person) -> list[Fact]:
    born = partial(person.born_on, person.birth_precision, prose=True)
    if person.born_on and not person.died_on:
        born += f"（{age_on(person.born_on, timezone.localdate())} 岁）"
    return [
        Fact("姓名", person.name),
        Fact("教工编号", person.staff_no),
        Fact("性别", person.sex),
        Fact("出生年月", born),
        Fact("身份证号", mask_id(person.id_number)),
        Fact("民族", person.ethnicity),
        Fact("政治面貌", person.political_status),
        Fact("入党时间", partial(person.joined_party_on, person.joined_party_precision, prose=True)),
        Fact("文化程度", person.education),
        *([Fact("离世日期", person.died_on)] if person.died_on else []),
    ]


def work(person: Person) -> list[Fact]:
    return [
        Fact("单位", person.school.full_name, url=reverse("school-detail", args=[person.school_id])),
        Fact("协作组", person.school.group.short_name),
        Fact("职务", person.duty),
        Fact("职称", person.title),
        Fact("任教学科", person.subject),
        Fact("参加工作时间", partial(person.began_work_on, person.began_work_precision, prose=True)),
        Fact("退休类型", person.get_retirement_kind_display()),
        Fact("退休时间", partial(person.retired_on, person.retired_precision, prose=True)),
        Fact("五老类别", person.elder_class.name if person.elder_class else ""),
        Fact("志愿者", "是" if person.is_volunteer else "否"),
    ]


def changes(request: HttpRequest, person: Person) -> list[dict[str, Any]]:
    """Join the audit lines of a person with what loads wrote of him, oldest first."""
    lines = trail_of(request.user, person) or []
    for written in ImportedRow.objects.visible_to(request.user).of(person):
        batch = written.batch
        undone = "，本批后来已撤销" if batch.state == batch.State.UNDONE else ""
        lines.append(
            {
                "at": batch.confirmed_at,
                "by": str(batch.created_by or "系统"),
                "action": f"导入{written.get_verdict_display()}",
                "words": f"{batch.filename}，{written.sheet} 第 {written.number} 行{undone}",
            }
        )
    return sorted(lines, key=lambda line: line["at"])


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
