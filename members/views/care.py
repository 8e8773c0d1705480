"""Care (慰问): the log, its entry, and the birthdays of a month."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, reach_of
from members.areas import SERVICE, tabs_of
from members.filters.care import BirthdayFilter, CareFilter
from members.forms.care import CareForm
from members.forms.people import RevealForm
from members.models import Care, Person
from members.reports.care import age_reached, birthday_table, birthday_words, moved_words
from members.workflow.care import WRITERS, give_care, reveal_note

COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("事由", align="center"),
    ListColumn("日期", format="date"),
    ListColumn("慰问人"),
    ListColumn("慰问品或慰问金"),
)
BIRTHDAY_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("协作组"),
    ListColumn("生日", align="center"),
    ListColumn("今年周岁", format="int"),
    ListColumn("志愿者", align="center"),
    ListColumn("异地安置"),
)


@require_safe
@posts(*COMMITTEE)
def care_list(request: HttpRequest) -> HttpResponse:
    """List the care within reach; what was seen stays shut."""
    chosen = CareFilter(request.GET, queryset=Care.objects.visible_to(request.user), request=request)
    page = page_of(request, chosen.qs.for_list())
    shown = ListPage(
        title="慰问记录",
        columns=COLUMNS,
        rows=[care_row(care) for care in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        empty_words="还没有慰问记录。请在“人员名册”里打开一个人的档案，再登记慰问。",
        empty_url=reverse("care-birthdays"),
        empty_action="本月生日",
        buttons=[("本月生日", reverse("care-birthdays"), "calendar-event", "outline-secondary")],
    )
    return answer_list(request, shown)


def care_row(care: Care) -> ListRow:
    name = Link(care.person.name, reverse("care-detail", args=[care.pk]))
    cells = (
        name,
        care.person.school.short_name,
        care.get_kind_display(),
        care.given_on,
        care.visitors,
        care.gift,
    )
    return ListRow(cells, key=str(care.pk), name=care.person.name)


@require_safe
@posts(*COMMITTEE)
def care_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one act of care; its note opens by a click that asks the purpose."""
    care = get_object_or_404(Care.objects.visible_to(request.user).for_list(), pk=pk)
    return render(request, "members/care_detail.html", care_context(request, care))


def care_context(request: HttpRequest, care: Care) -> dict[str, Any]:
    reach = reach_of(request.user).of(WRITERS)
    may_reveal = care.person.school_id in reach.ids("school") or care.district_id in reach.ids("district")
    return {
        "crumbs": [("慰问记录", reverse("care-list")), (care.person.name, "")],
        "care": care,
        "facts": [
            Fact("姓名", care.person.name, reverse("person-detail", args=[care.person_id])),
            Fact("单位", care.person.school.full_name),
            Fact("事由", care.get_kind_display()),
            Fact("日期", care.given_on),
            Fact("慰问人", care.visitors),
            Fact("慰问品或慰问金", care.gift),
            Fact("记录人", care.created_by),
        ],
        "form": RevealForm() if may_reveal else None,
    }


@sensitive_variables("note", "context")
@require_POST
@posts(*WRITERS)
def care_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the note once, in the answer to a POST that says the purpose."""
    care = get_object_or_404(Care.objects.visible_to(request.user, roles=WRITERS).for_list(), pk=pk)
    form = RevealForm(request.POST)
    context = care_context(request, care) | {"form": form}
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        note = reveal_note(care, by=request.user, at=timezone.now(), purpose=purpose)
        context |= {"form": None, "opened": [Fact("情况记录", note, wide=True)]}
    return render(request, "members/care_detail.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("note")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def care_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an act of care for a person."""
    person = get_object_or_404(Person.objects.visible_to(request.user, roles=WRITERS), pk=pk)
    back = reverse("person-detail", args=[person.pk])
    return answer_form(
        request,
        CareForm(request.POST or None),
        lambda values: give_care({**values, "person": person}, by=request.user, at=timezone.now()),
        title=f"登记慰问：{person.name}",
        action="保存",
        back_url=back,
        done="慰问已登记。",
        then=lambda care: reverse("care-detail", args=[care.pk]),
        crumbs=[("人员名册", reverse("person-list")), (person.name, back)],
        words="已离世的同志只登记“吊唁”。" if person.died_on else "",
    )


# --- birthdays --------------------------------------------------------------------------------------------


def chosen_birthdays(request: HttpRequest, roles: Any = None) -> tuple[int, BirthdayFilter]:
    """Return the month asked for, this one unless asked, with the living who were born in it."""
    asked, today = request.GET.copy(), timezone.localdate()
    asked.setdefault("month", str(today.month))
    living = Person.objects.visible_to(request.user, roles=roles).present_on(today)
    chosen = BirthdayFilter(asked, queryset=living, request=request)
    if not chosen.form.is_valid():
        asked["month"] = str(today.month)
        chosen = BirthdayFilter(asked, queryset=living, request=request)
    return int(asked["month"]), chosen


@require_safe
@posts(*COMMITTEE)
def care_birthdays(request: HttpRequest) -> HttpResponse:
    """List who has his birthday in a month; the dead get no greeting, who moved away is marked."""
    month, chosen = chosen_birthdays(request)
    page, today = page_of(request, chosen.qs.for_birthdays()), timezone.localdate()
    rows = [
        ListRow(
            (
                Link(one.name, reverse("person-detail", args=[one.pk])),
                one.school.short_name,
                one.school.group.short_name,
                birthday_words(one),
                age_reached(one, today.year),
                "是" if one.is_volunteer else "否",
                Mark(moved, "info") if (moved := moved_words(one, today)) else "",
            ),
            key=str(one.pk),
            name=one.name,
        )
        for one in page
    ]
    shown = ListPage(
        title=f"{month}月生日",
        columns=BIRTHDAY_COLUMNS,
        rows=rows,
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        notes=["已离世人员不列入；只知道出生年份的不列入。"],
        export="care-birthdays-export" if reach_of(request.user).serves(*WRITERS) else "",
        unit="人",
        empty_words="这个月没有人过生日。",
    )
    return answer_list(request, shown)


@require_safe
@posts(*WRITERS)
def care_birthdays_export(request: HttpRequest) -> HttpResponse:
    """Give the birthdays as a workbook, telephones masked."""
    month, chosen = chosen_birthdays(request, WRITERS)
    people = chosen.qs.select_related("school")
    table = birthday_table(people, month=month, today=timezone.localdate(), reporting_unit=unit_name(request))
    return answer_workbook(request, table)
