"""What becomes of a round: the 应报未报 board, 催报, the deadline evening, its tables."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui import board, filing_kinds, round_tables, rounds
from guanweihui.areas import url_or_none
from guanweihui.documents import pdf
from guanweihui.filters import BoardFilter
from guanweihui.gate import posts
from guanweihui.htmx import answer
from guanweihui.imports.batch import ROUND_LOADERS
from guanweihui.list_page import answer_pdf, answer_workbook, unit_name
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Chase, CollaborationGroup, Due, Round
from guanweihui.round_forms import PhoneListForm
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.tables import Column, Row, Table
from guanweihui.templatetags.portal import moment
from guanweihui.text import mask_phone
from guanweihui.views.rounds import crumbs_of, due_schools, is_school, round_or_404, stage_words
from guanweihui.workflow import Refused
from members.models import Appointment

#: What a page shows of the latest arrivals.
ARRIVALS = 10
WATCHERS = DISTRICT_WIDE | {Role.GROUP}
STANDING_LOOKS = {"ON_TIME": "ok", "LATE": "warn", "MISSING": "wrong", "WAIVED": "plain"}
COLUMNS = (
    ListColumn("学校", is_name=True),
    ListColumn("协作组"),
    ListColumn("报送情况"),
    ListColumn("办理状态"),
    ListColumn("延期至"),
    ListColumn("报送时间"),
    ListColumn("联系人", is_long=True),
    ListColumn("最近催报", is_long=True),
    ListColumn("操作"),
)
PHONE_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=16),
    Column("school", "学校", width=20),
    Column("name", "联系人", width=12, align="center"),
    Column("position", "任职", width=12, align="center"),
    Column("phone", "联系电话", width=18, align="center"),
    Column("remark", "催报情况", width=24),
)


@dataclass(frozen=True)
class Contact:
    """Who is called at a school, with his whole number."""

    name: str
    position: str
    phone: str

    @property
    def masked(self) -> str:
        phone = f" {mask_phone(self.phone)}" if self.phone else ""
        return f"{self.name}（{self.position}）{phone}"


def contacts_of(request: HttpRequest, schools: list[int]) -> dict[int, list[Contact]]:
    """Give who is called at each school, the liaison first, one a position; one query.

    Who has no number is left out, unless nobody at the school has one.
    """
    found: dict[int, dict[str, Contact]] = {}
    seats = Appointment.objects.visible_to(request.user).contacts_of(schools, timezone.localdate())
    for seat in seats:
        phone = seat.phone or (seat.person.phone if seat.person else "")
        contact = Contact(seat.printed_name, seat.get_position_display(), phone)
        found.setdefault(seat.school_id, {}).setdefault(contact.position, contact)
    every = {school: list(people.values()) for school, people in found.items()}
    return {school: [one for one in people if one.phone] or people[:1] for school, people in every.items()}


# --- the board --------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a round and its 应报未报 board: counts by group, then every school that owes it."""
    round_ = round_or_404(request, pk)
    now = timezone.now()
    context: dict[str, Any] = {
        "crumbs": [*crumbs_of(), (round_.title, "")],
        "round": round_,
        "facts": facts_of(request, round_, now),
        "buttons": buttons_of(request, round_),
    }
    if round_.state == Round.State.PLANNED:
        return render(request, "guanweihui/rounds/detail.html", context)
    groups = board.tallies(
        CollaborationGroup.objects.visible_to(request.user).in_order() if not is_school(request) else [],
        Due.objects.visible_to(request.user).standing(round_).count_standings(),
    )
    chosen = BoardFilter(
        request.GET,
        queryset=Due.objects.visible_to(request.user).standing(round_),
        request=request,
        groups=[(line.key, line.name) for line in groups],
    )
    page = page_of(request, chosen.qs.for_list())
    url = reverse("round-detail", args=[pk])
    if is_school(request):
        own = [("本校填报", filing_kinds.url_of(due), "pencil-square") for due in page[:1]]
        context["buttons"] = [*own, *context["buttons"]]
    context |= {
        "page": page,
        "columns": COLUMNS,
        "rows": board_rows(request, list(page), now),
        "form": None if is_school(request) else chosen.form,
        "whole": board.total(groups) if groups else None,
        "tiles": tiles_of(groups, url),
        "table": progress(round_, groups, url) if len(groups) > 1 else None,
    }
    return answer(request, "guanweihui/rounds/detail.html", "guanweihui/rounds/_board_rows.html", context)


def tiles_of(groups: list[board.Tally], url: str) -> list[dict[str, Any]]:
    if not groups:
        return []
    return [
        {
            "label": standing.label,
            "value": count,
            "note": f"占 {share}%",
            "url": f"{url}?standing={standing.value}#board",
            "due": standing == Due.Standing.MISSING,
        }
        for standing, count, share in board.total(groups).parts()
    ]


def progress(round_: Round, groups: list[board.Tally], url: str) -> Table:
    links = {
        line.key: {
            "due": f"{url}?group={line.key}#board",
            **{one.value: f"{url}?group={line.key}&standing={one.value}#board" for one in Due.Standing},
        }
        for line in groups
    }
    return board.progress_table(round_, groups, links=links)


def board_rows(request: HttpRequest, dues: list[Due], now: datetime.datetime) -> list[ListRow]:
    contacts = contacts_of(request, [due.school_id for due in dues])
    calls = Chase.objects.visible_to(request.user).last_of(dues) if dues else {}
    roles = reach_of(request.user).roles
    return [
        ListRow(
            (
                Link(due.school.short_name, filing_kinds.url_of(due)),
                due.school.group.short_name,
                Mark(Due.Standing(due.standing).label, STANDING_LOOKS[due.standing]),  # type: ignore[attr-defined]
                board.further_words(due, now),
                moment(due.deadline_at),
                moment(due.met_at),
                "；".join(contact.masked for contact in contacts.get(due.school_id, ())) or "未登记",
                call_words(calls.get(due.pk)),
                tuple(due_links(due, roles)),
            ),
            key=str(due.pk),
            name=due.school.short_name,
        )
        for due in dues
    ]


def call_words(call: Chase | None) -> str:
    if call is None:
        return ""
    what = "，".join(filter(None, (call.get_means_display(), call.spoken_with, call.words)))
    return f"{moment(call.made_at)} {call.made_by}：{what}"


def due_links(due: Due, roles: frozenset) -> list[Link]:
    """Offer what may be decided about a due; each step goes back to the board."""
    steps = []
    if due.state in Due.UNMET and rounds.CHASERS & roles:
        steps.append(("记录催报", "due-chase"))
    if Role.DISTRICT in roles:
        if due.state in Due.UNMET:
            steps += [("延期", "due-extend"), ("免报", "due-waive")]
        elif due.state in (Due.State.WAIVED, Due.State.NIL):
            steps.append(("恢复应报", "due-restore"))
    return [Link(label, f"{reverse(route, args=[due.pk])}?back=board") for label, route in steps]


def facts_of(request: HttpRequest, round_: Round, now: datetime.datetime) -> list[Fact]:
    is_open = round_.state == Round.State.OPEN
    deadline = board.deadline_words(round_.deadline_at)
    facts = [
        Fact("报送种类", round_.get_kind_display()),
        Fact("年度", round_.year),
        Fact("开始时间", board.deadline_words(round_.opens_at)),
        Fact("截止时间", f"{deadline}，{board.urgency(round_, now)}" if is_open else deadline),
        Fact("截止规则", board.grace_words(round_)),
        Fact("统计时点", round_.as_of_on),
        Fact("应报学段", stage_words(round_)),
        Fact("审核", "先协作组，后区里" if round_.group_endorses else "区里"),
    ]
    if round_.state == Round.State.PLANNED:
        facts.append(Fact("应报学校", f"{due_schools(request, round_)} 所（按今天在办的学校）", wide=True))
    if round_.closed_at:
        facts.append(Fact("定稿时间", moment(round_.closed_at), wide=True))
    if round_.instructions:
        facts.append(Fact("填报要求", round_.instructions, wide=True))
    return facts


def buttons_of(request: HttpRequest, round_: Round) -> list[tuple[str, str, str]]:
    """Offer what the reader may do with the round now: (label, address, icon)."""
    planned, running, closed = Round.State
    offers = (
        ("开始", "round-open", "check-lg", {Role.DISTRICT}, {planned}),
        ("催报", "round-chase", "megaphone", rounds.CHASERS, {running, closed}),
        ("截止当晚", "round-evening", "clock", WATCHERS, {running}),
        ("报表", "round-tables", "table", COMMITTEE, {running, closed}),
        ("Excel填报", "round-load", "file-earmark-excel", ROUND_LOADERS, {running}),
        ("修改", "round-edit", "pencil-square", {Role.DISTRICT}, {planned, running}),
        ("定稿", "round-close", "lock", {Role.DISTRICT}, {running}),
        ("复制到下一年", "round-copy", "copy", {Role.DISTRICT}, {running, closed}),
    )
    asks = filing_kinds.get(round_.kind) is not None  # only a questionnaire has a template
    return [
        (label, url, icon)
        for label, route, icon, roles, states in offers
        if reach_of(request.user).serves(*roles)
        and round_.state in states
        and (asks or route != "round-load")
        and (url := url_or_none(route, round_.pk))
    ]


@require_safe
@posts(*COMMITTEE)
def round_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give every school that owes the round, with how it stands and when it sent, as workbook or PDF."""
    round_ = round_or_404(request, pk)
    dues = Due.objects.visible_to(request.user).standing(round_).for_list()
    table = board.completeness_table(round_, dues, reporting_unit=unit_name(request))
    return answer_table(request, table, request.GET.get("format", "xlsx"))


def answer_table(request: HttpRequest, table: Table, kind: str) -> HttpResponse:
    if kind not in ("xlsx", "pdf"):
        raise Http404
    return answer_pdf(request, table) if kind == "pdf" else answer_workbook(request, table)


# --- 催报 -------------------------------------------------------------------------------------------------


def unmet_of(request: HttpRequest, round_: Round) -> list[Due]:
    """Load the unmet dues of a round in the board's order; those of a group for the group."""
    dues = Due.objects.visible_to(request.user, roles=rounds.CHASERS).standing(round_)
    return list(dues.unmet().for_list())


@require_safe
@posts(*rounds.CHASERS)
def round_chase(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the 催报 text of each group, ready to be copied."""
    round_ = round_or_404(request, pk, rounds.CHASERS)
    now = timezone.now()
    reminders = board.reminders(round_, unmet_of(request, round_), now)
    context = {
        "crumbs": [*crumbs_of(round_), ("催报", "")],
        "round": round_,
        "reminders": reminders,
        "schools": sum(one.schools for one in reminders),
        "left": board.urgency(round_, now),
    }
    return render(request, "guanweihui/rounds/chase.html", context)


@sensitive_variables("people", "table")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(*rounds.CHASERS)
def round_phones(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the telephones of the schools that still owe the round, in the answer to a POST with its purpose.

    The page itself shows them masked; whole they stand in the printed page, the PDF or the workbook.
    """
    round_ = round_or_404(request, pk, rounds.CHASERS)
    dues = unmet_of(request, round_)
    people = contacts_of(request, [due.school_id for due in dues])
    form = PhoneListForm(request.POST or None)
    context = {
        "crumbs": [*crumbs_of(round_), ("催报", reverse("round-chase", args=[pk])), ("电话表", "")],
        "round": round_,
        "form": form,
        "pdf_fault": pdf.available(),
        "is_whole": False,
    }
    if form.is_bound and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        try:
            rounds.take_phones(
                round_,
                [due.school.short_name for due in dues],
                purpose=purpose,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            table = phone_table(round_, dues, people, unit_name(request))
            return whole_phones(request, table, request.POST.get("format", ""), context)
    context["table"] = phone_table(round_, dues, people, unit_name(request), is_masked=True)
    status = 422 if form.is_bound else 200
    return render(request, "guanweihui/rounds/phones.html", context, status=status)


def whole_phones(request: HttpRequest, table: Table, kind: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with whole numbers; nothing on the way may keep the answer."""
    if kind in ("xlsx", "pdf"):
        answer: HttpResponse = answer_table(request, table, kind)  # type: ignore[assignment]
    else:
        context |= {"table": table, "is_whole": True}
        answer = render(request, "guanweihui/rounds/phones.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def phone_table(
    round_: Round,
    dues: list[Due],
    people: dict[int, list[Contact]],
    reporting_unit: str,
    *,
    is_masked: bool = False,
) -> Table:
    rows = []
    for due in dues:
        for contact in people.get(due.school_id) or [Contact("未登记", "", "")]:
            phone = mask_phone(contact.phone) if is_masked and contact.phone else contact.phone
            place = (due.school.group.short_name, due.school.short_name)
            rows.append(Row((len(rows) + 1, *place, contact.name, contact.position, phone, "")))
    return Table(
        key="round_phones",
        title=f"{round_.title}催报电话表",
        columns=PHONE_COLUMNS,
        rows=tuple(rows),
        reporting_unit=reporting_unit,
        notes=() if is_masked else ("本表含个人联系电话，仅供本次催报使用，用后销毁。",),
        signatures=(),
    )


# --- the deadline evening ---------------------------------------------------------------------------------


@require_safe
@posts(*WATCHERS)
def round_evening(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the deadline evening; htmx asks for the inner part every half minute."""
    round_ = round_or_404(request, pk, WATCHERS)
    now = timezone.now()
    rows = Due.objects.visible_to(request.user).standing(round_)
    found = list(rows.for_list())
    lines = board.by_group(found)
    whole = board.total(lines)
    is_late = now > round_.closes_at
    shown = {
        "now": now,
        "whole": whole,
        "sent": whole.count(Due.Standing.ON_TIME) + whole.count(Due.Standing.LATE),
        "left": board.time_left(round_.closes_at if is_late else round_.deadline_at, now, with_minutes=True),
        "deadline": f"{board.deadline_words(round_.deadline_at)}，{board.grace_words(round_)}",
        "is_late": is_late,
        "missing": [
            (group, len(dues), [(due, board.further_words(due, now)) for due in dues])
            for group, dues in board.unmet_by_group(found)
        ],
        "arrivals": rows.arrivals()[:ARRIVALS],
    }
    context = {
        "crumbs": [*crumbs_of(round_), ("截止当晚", "")],
        "round": round_,
        "shown": shown,
        "may_chase": reach_of(request.user).serves(*rounds.CHASERS),
    }
    return answer(request, "guanweihui/rounds/evening.html", "guanweihui/rounds/_evening.html", context)


# --- tables -----------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def round_tables_page(request: HttpRequest, pk: int) -> HttpResponse:
    """List the tables of a round: live while it runs, as they were stored once it is closed."""
    round_ = started_or_404(request, pk)
    context = {
        "crumbs": [*crumbs_of(round_), ("报表", "")],
        "round": round_,
        "found": round_tables.of_round(request.user, round_),
        "pdf_fault": pdf.available(),
    }
    return render(request, "guanweihui/rounds/tables.html", context)


@require_safe
@posts(*COMMITTEE)
def round_table(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Show one table of a round, or give it as a workbook or a PDF."""
    round_ = started_or_404(request, pk)
    found = round_tables.of_round(request.user, round_)
    table = found.get(key)
    if table is None:
        raise Http404
    if kind := request.GET.get("format"):
        return answer_table(request, table, kind)
    context = {
        "crumbs": [*crumbs_of(round_), ("报表", reverse("round-tables", args=[pk])), (table.title, "")],
        "round": round_,
        "table": table,
        "found": found,
        "pdf_fault": pdf.available(),
    }
    return render(request, "guanweihui/rounds/table.html", context)


def started_or_404(request: HttpRequest, pk: int) -> Round:
    round_ = round_or_404(request, pk)
    if round_.state == Round.State.PLANNED:
        raise Http404
    return round_
