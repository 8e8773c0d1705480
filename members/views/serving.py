"""Who serves, the people behind its counts, and the picker of people for a task."""

import datetime
import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui import catalogue
from guanweihui.documents import pdf
from guanweihui.figures import Period
from guanweihui.form_page import answer_form
from guanweihui.forms import YearForm
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import COMMITTEE, reach_of
from guanweihui.tables import Column, Imprint, Row, Table
from guanweihui.text import mask_phone
from guanweihui.workflow import Refused
from members.areas import SERVICE, WRITERS, tabs_of
from members.filters.serving import PickerFilter, ServingFilter, TaskCallFilter
from members.forms.serving import AnswerForm, AskForm, PeriodForm, PhonesForm
from members.models import Person, TaskCall
from members.reports import serving as counts
from members.workflow import serving as steps

#: The most people that one step asks or one list of telephones names: a page of the list.
MOST_TICKED = 100
ANSWERS = {"": "warn", "YES": "ok", "NO": "plain"}
SERVING_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("协作组"),
    ListColumn("五老类别"),
    ListColumn("特长", is_long=True),
    ListColumn("本期服务时间（小时）", format="hours"),
    ListColumn("最近一次服务", format="date"),
    ListColumn("操作"),
)
PICKER_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("五老类别"),
    ListColumn("任教学科"),
    ListColumn("特长", is_long=True),
    ListColumn("联系电话"),
    ListColumn("上次邀请", format="date"),
)
CALL_COLUMNS = (
    ListColumn("邀请日期", format="date"),
    ListColumn("任务", is_long=True),
    ListColumn("姓名", is_name=True),
    ListColumn("单位"),
    ListColumn("邀请人"),
    ListColumn("答复"),
)
PHONE_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("name", "姓名", width=12, align="center"),
    Column("school", "单位", width=28),
    Column("phone", "联系电话", width=18, align="center"),
    Column("remark", "通知情况", width=24),
)


def asked_period(request: HttpRequest) -> tuple[Period, PeriodForm]:
    """Return the days asked for: from and to, else a statistical year, else the year so far."""
    starts_in, today = reach_of(request.user).year_starts_in, timezone.localdate()
    form, years = PeriodForm(request.GET), YearForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    first, last = data.get("from_on"), data.get("to_on")
    if first or last:
        last = last or today
        first = first or Period.holding(last, starts_in).first
        if first <= last:
            return Period(Period.holding(first, starts_in).year, first, last), form
    year = years.cleaned_data["year"] if years.is_valid() else None
    period = Period.of(year, starts_in) if year is not None else Period.holding(today, starts_in)
    period = counts.until_today(period, today)
    shown = PeriodForm(initial={"from_on": period.first, "to_on": period.last})
    return period, shown if form.is_valid() else form


@require_safe
@posts(*COMMITTEE)
def who_serves(request: HttpRequest) -> HttpResponse:
    """Show who serves in a period, each count a link to its people."""
    period, form = asked_period(request)
    answer = counts.who_serves(request.user, period)
    links = counts.links_of(answer.asked, {})
    context = {
        "tabs": tabs_of(request, SERVICE),
        "form": form,
        "answer": answer,
        "period": answer.asked.period,
        "tiles": [(word, answer.total[state], links[state]) for state, word in counts.STATES.items()],
        "dormant_months": answer.asked.dormant_months,
        "report": catalogue.get("who-serves"),
        "pdf_fault": pdf.available(),
        "picks": reach_of(request.user).serves(*WRITERS),
        "crumbs": [("谁在服务", "")],
    }
    return render(request, "members/serving_report.html", context, status=422 if form.errors else 200)


@require_safe
@posts(*COMMITTEE)
def serving_list(request: HttpRequest) -> HttpResponse:
    """List the people behind a count of who serves."""
    period, _ = asked_period(request)
    asked = counts.Asked.of(request.user, period)
    state = request.GET.get("state", "")
    state = state if state in counts.STATES else "volunteers"
    people = counts.people_of(request.user, asked, state)
    query = request.GET.copy()
    query.setdefault("state", state)
    query.setdefault("from_on", f"{asked.period.first}")
    query.setdefault("to_on", f"{asked.period.last}")
    chosen = ServingFilter(query, queryset=people, request=request, period=asked.period)
    page = page_of(request, chosen.qs.by_sound(), load=counts.for_serving_list)
    served = counts.service_of(list(page), asked.period)
    certifies = reach_of(request.user).serves(*WRITERS)
    shown = ListPage(
        title=f"谁在服务：{counts.STATES[state]}",
        columns=SERVING_COLUMNS,
        rows=[serving_row(one, served.get(one.pk, (0, None)), certifies) for one in page],
        page=page,
        form=chosen.form,
        notes=[f"{asked.period.span}。沉睡指最近 {asked.dormant_months} 个月没有已确认的志愿服务。"],
        tabs=tabs_of(request, SERVICE),
        unit="人",
    )
    return answer_list(request, shown)


def serving_row(person: Person, served: tuple[float, datetime.date | None], certifies: bool) -> ListRow:
    hours, latest = served
    new = f"{reverse('service-certificate-new')}?person={person.pk}"
    cells = (
        Link(person.name, reverse("person-detail", args=[person.pk])),
        person.school.short_name,
        person.school.group.short_name,
        person.elder_class.name if person.elder_class else "",
        person.speciality,
        hours,
        latest,
        Link("开具证明", new) if certifies and latest else "",
    )
    return ListRow(cells, key=str(person.pk), name=person.name)


# --- the picker ------------------------------------------------------------------------------------------


@require_safe
@posts(*WRITERS)
def person_picker(request: HttpRequest) -> HttpResponse:
    """List volunteers for a task, the least recently asked first; telephones stand masked."""
    today = timezone.localdate()
    people = steps.candidates(request.user, day=today, with_moved=request.GET.get("moved") == "yes")
    chosen = PickerFilter(request.GET, queryset=people, request=request, day=today)
    page = page_of(request, chosen.qs, load=steps.for_picker)
    context = {
        "tabs": tabs_of(request, SERVICE),
        "crumbs": [("谁在服务", reverse("who-serves")), ("选人", "")],
        "form": chosen.form,
        "columns": PICKER_COLUMNS,
        "rows": [picker_row(one) for one in page],
        "page": page,
        "is_asked": any(value for name, value in request.GET.items() if name not in {"page", "per"}),
    }
    return render(request, "members/serving_picker.html", context)


def picker_row(person: Any) -> ListRow:
    cells = (
        Link(person.name, reverse("person-detail", args=[person.pk])),
        person.school.short_name,
        person.elder_class.name if person.elder_class else "",
        person.subject,
        person.speciality,
        mask_phone(person.phone),
        person.last_asked_on or "没有邀请过",
    )
    return ListRow(cells, key=str(person.pk), name=person.name)


def ticked(request: HttpRequest) -> list[int]:
    """Return the keys ticked in the list, each once; what is no key is left out."""
    given = (request.POST if request.method == "POST" else request.GET).getlist("people")
    return list(dict.fromkeys(int(key) for key in given if key.isdecimal() and len(key) < 19))[:MOST_TICKED]


def to_picker(request: HttpRequest) -> HttpResponse:
    messages.warning(request, "还没有选择人员。请先在名单中勾选。")
    return redirect("person-picker")


def picked(request: HttpRequest, keys: list[int]) -> list[Fact]:
    """Say whom the step is about; raises Refused for anybody who may not be asked."""
    found = steps.chosen(request.user, keys, day=timezone.localdate())
    return [Fact(f"人员（{len(found)} 人）", "、".join(steps.said(found)), wide=True)]


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def picker_ask(request: HttpRequest) -> HttpResponse:
    """Write down that the people ticked were asked for a task."""
    keys = ticked(request)
    if not keys:
        return to_picker(request)
    try:
        facts = picked(request, keys)
    except Refused:
        if request.method != "POST":
            raise
        facts = []  # the step refuses too, and the form keeps what was typed
    return answer_form(
        request,
        AskForm(request.POST or None, keys=keys),
        lambda data: steps.ask_people(data["people"], data["task"], by=request.user, at=timezone.now()),
        title="记录邀请",
        action="保存",
        back_url=reverse("person-picker"),
        done=lambda calls: f"已记录邀请 {len(calls)} 人。有答复后请在“邀请记录”中登记。",
        then=reverse("task-call-list"),
        crumbs=picker_crumbs(),
        facts=facts,
    )


@sensitive_variables("people", "content")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def picker_phones(request: HttpRequest) -> HttpResponse:
    """Print the telephones of the people ticked, in the answer to a POST that says the purpose."""
    keys = ticked(request)
    if not keys:
        return to_picker(request)
    form = PhonesForm(request.POST or None, keys=keys)
    if form.is_bound and form.is_valid():
        if (why_not := pdf.available()) is not None:
            raise Refused(why_not)
        now, data = timezone.localtime(), form.cleaned_data
        people = steps.list_phones(data["people"], by=request.user, at=now, purpose=data["purpose"])
        content = pdf.tables([phone_table(people, unit_name(request))], Imprint(now, str(request.user)))
        answer = FileResponse(io.BytesIO(content), filename="电话表.pdf", content_type="application/pdf")
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return answer_form(
        request,
        form,
        lambda data: None,
        title="打印电话表",
        action="打印",
        back_url=reverse("person-picker"),
        done="",
        crumbs=picker_crumbs(),
        words="电话表印有完整电话号码，只在通知确有需要时打印。",
        facts=picked(request, keys),
    )


def picker_crumbs() -> list[tuple[str, str]]:
    return [("谁在服务", reverse("who-serves")), ("选人", reverse("person-picker"))]


def phone_table(people: list[Person], reporting_unit: str) -> Table:
    rows = (
        Row((number, one.name, one.school.short_name, one.phone, ""))
        for number, one in enumerate(people, start=1)
    )
    return Table(
        key="phones",
        title="志愿者电话表",
        columns=PHONE_COLUMNS,
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        notes=("本表含个人联系电话，仅供本次通知使用，用后销毁。",),
        signatures=(),
    )


# --- calls -----------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def call_list(request: HttpRequest) -> HttpResponse:
    """List who was asked for what, and what they answered."""
    rows = TaskCall.objects.visible_to(request.user)
    chosen = TaskCallFilter(request.GET, queryset=rows, request=request)
    page = page_of(request, chosen.qs.for_list())
    writes = reach_of(request.user).serves(*WRITERS)
    shown = ListPage(
        title="邀请记录",
        columns=(*CALL_COLUMNS, ListColumn("操作")) if writes else CALL_COLUMNS,
        rows=[call_row(call, writes) for call in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, SERVICE),
        empty_words="还没有邀请记录。" + ("请先选人，再记录邀请。" if writes else ""),
        empty_url=reverse("person-picker") if writes else "",
        empty_action="选人" if writes else "",
    )
    return answer_list(request, shown)


def call_row(call: TaskCall, writes: bool) -> ListRow:
    cells = (
        call.asked_on,
        call.task,
        Link(call.person.name, reverse("person-detail", args=[call.person_id])),
        call.person.school.short_name,
        str(call.asked_by or ""),
        Mark(call.get_answer_display(), ANSWERS[call.answer]),
    )
    if writes:
        cells += (Link("登记答复", reverse("task-call-answer", args=[call.pk])),)
    return ListRow(cells, key=str(call.pk), name=call.person.name)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def call_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what somebody answered."""
    calls = TaskCall.objects.visible_to(request.user, roles=WRITERS)
    call = get_object_or_404(calls.for_list(), pk=pk)
    return answer_form(
        request,
        AnswerForm(request.POST or None, initial={"answer": call.answer}),
        lambda data: steps.answer_call(call, data["answer"], by=request.user, at=timezone.now()),
        title="登记答复",
        action="保存",
        back_url=reverse("task-call-list"),
        done="已登记答复。",
        crumbs=[("邀请记录", reverse("task-call-list"))],
        facts=[
            Fact("姓名", call.person.name),
            Fact("单位", call.person.school.short_name),
            Fact("任务", call.task),
            Fact("邀请日期", call.asked_on),
        ],
    )
