"""A person's file whole: what members keep of him, and what other apps know (表彰)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanweihui.gate import posts
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import ImportedRow
from guanweihui.reports import partial
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, reach_of
from guanweihui.sheets import trail_of
from guanweihui.text import mask_id, mask_phone
from members.forms.people import PrintForm, RevealForm
from members.models import Card, Care, OutingPlace, Person, ServiceRecord, TaskCall, TeamMembership
from members.reports.people import age_on
from members.views.people import crumbs_of
from members.views.slips import state_of
from members.workflow.people import REVEALERS, STATES

HEALTH_HIDDEN, HIDDEN, NONE = "已登记（不在此显示）", "已登记", "暂无"
NO_CONSENT = "同意书未归档"
RECORD_COLUMNS = (
    ListColumn("日期", format="date", is_name=True),
    ListColumn("内容", is_long=True),
    ListColumn("地点"),
    ListColumn("组织单位"),
    ListColumn("小时", format="hours"),
    ListColumn("状态"),
)
HONOUR_COLUMNS = (
    ListColumn("奖项", is_name=True),
    ListColumn("单位（当时名称）"),
    ListColumn("发文字号"),
    ListColumn("发文日期", format="date"),
    ListColumn("证书编号"),
    ListColumn("状态"),
)
CALL_COLUMNS = (
    ListColumn("任务", is_name=True, is_long=True),
    ListColumn("邀请日期", format="date"),
    ListColumn("答复"),
)


@dataclass(frozen=True)
class Listing:
    """A list on one tab of the file."""

    caption: str
    columns: tuple[ListColumn, ...]
    rows: list[ListRow]
    page: Any
    unit: str
    empty_words: str = f"{NONE}。"


@dataclass(frozen=True)
class Tab:
    """What one tab shows: sections of facts, then at most one list."""

    sections: list[tuple[str, list[Fact]]] = field(default_factory=list)
    listing: Listing | None = None


@require_safe
@posts(*COMMITTEE)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person's file, one tab at a time, with masked values; a merged file leads to the one kept."""
    people = Person.objects.visible_to(request.user)
    person = people.for_slip().among([pk]).first()
    if person is None:
        survivor = people.survivor_of(pk)
        if survivor is None:
            raise Http404
        return redirect("person-detail", survivor.pk)
    wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    here = request.GET.get("tab", "")
    shows_changes = wide and here == "changes"
    here = here if here in TABS or shows_changes else ""
    writes = may_write(request, person)
    serves = person.is_volunteer and person.died_on is None
    context = {
        "crumbs": crumbs_of(person),
        "person": person,
        "tabs": tabs(person, here, wide=wide),
        "shows_changes": shows_changes,
        "changes": changes(request, person) if shows_changes else [],
        "tab": None if shows_changes else TABS[here][1](request, person),
        "reveal_form": RevealForm() if writes and not here else None,
        "print_form": PrintForm(auto_id="id_print_%s") if writes and not here else None,
        "shows_photo": bool(person.photo) and not here,
        "undo_urls": undo_urls(person) if writes and not here else [],
        "writes": writes,
        "serves": serves,
        # Who serves no more may still have a slip that opens: it must be possible to take it back.
        "has_slip": serves or state_of(person, timezone.now()) == "有效",
        "certificate_link": f"{reverse('service-certificate-new')}?person={person.pk}",
    }
    return render(request, "members/person_detail.html", context)


def tabs(person: Person, here: str, *, wide: bool) -> list[dict[str, Any]]:
    url = reverse("person-detail", args=[person.pk])
    shown = [(name, label) for name, (label, _) in TABS.items()]
    if wide:
        shown.append(("changes", "变更记录"))
    return [
        {"label": label, "url": f"{url}?tab={name}" if name else url, "current": name == here}
        for name, label in shown
    ]


def may_write(request: HttpRequest, person: Person) -> bool:
    """Tell whether to offer the full values and the forms: to the district, and the person's own school."""
    reach = reach_of(request.user).of(REVEALERS)
    return person.school_id in reach.ids("school") or person.district_id in reach.ids("district")


def undo_urls(person: Person) -> list[tuple[str, str]]:
    """Offer to take back each state that is noted: (words, address)."""
    return [
        (f"撤销{state.label}", reverse("person-state-undo", args=[person.pk, state.name]))
        for state in STATES.values()
        if getattr(person, state.on) is not None
    ]


# --- 基本情况 ---------------------------------------------------------------------------------------------


def basics(request: HttpRequest, person: Person) -> Tab:
    """Write the file in the sections of the paper form, sensitive values masked."""
    sections = [
        ("身份", identity(person)),
        ("工作与退休", work(person)),
        ("五老与志愿服务", elder(person)),
        ("状态", states(person)),
        ("联系与健康", contact(person)),
    ]
    return Tab([(title, facts) for title, facts in sections if facts])


def identity(person: Person) -> list[Fact]:
    born = partial(person.born_on, person.birth_precision, prose=True)
    if person.born_on and not person.died_on:
        born += f"（{age_on(person.born_on, timezone.localdate())} 岁）"
    return [
        Fact("姓名", person.name),
        Fact("教工编号", person.staff_no),
        *([Fact("曾用名", person.former_name)] if person.former_name else []),
        Fact("性别", person.sex),
        Fact("出生年月", born),
        Fact("身份证号", mask_id(person.id_number)),
        Fact("籍贯", person.native_place),
        Fact("民族", person.ethnicity),
        Fact("政治面貌", person.political_status),
        Fact("入党时间", partial(person.joined_party_on, person.joined_party_precision, prose=True)),
        Fact("文化程度", person.education),
    ]


def work(person: Person) -> list[Fact]:
    return [
        Fact("单位", person.school.full_name, url=reverse("school-detail", args=[person.school_id])),
        Fact("协作组", person.school.group.short_name),
        Fact("职务", person.duty),
        Fact("职级", person.rank),
        Fact("职称", person.title),
        Fact("任教学科", person.subject),
        Fact("参加工作时间", partial(person.began_work_on, person.began_work_precision, prose=True)),
        Fact("退休类型", person.get_retirement_kind_display() or "在职或其他"),
        Fact("退休时间", partial(person.retired_on, person.retired_precision, prose=True)),
    ]


def elder(person: Person) -> list[Fact]:
    further = "、".join(one.name for one in person.further_classes.all())
    return [
        Fact("五老类别", person.elder_class.name if person.elder_class else ""),
        Fact("其他五老类别", further or "无"),
        Fact("志愿者", "是" if person.is_volunteer else "否"),
        Fact("登记", registration(person)),
        Fact("特长", person.speciality),
        Fact("爱好", person.hobbies),
        Fact("参加社团情况", person.associations),
        Fact("意向服务内容", person.wished_service),
        Fact("可服务时间", person.available_time),
    ]


def registration(person: Person) -> str:
    """Say how far the registration as a volunteer is; the opening load came without a consent."""
    if person.registered_on:
        return f"{partial(person.registered_on, 'day', prose=True)}登记通过"
    if person.consented_on:
        return f"{partial(person.consented_on, 'day', prose=True)}本人同意，待区里审核"
    return NO_CONSENT if person.is_volunteer else "未登记"


def states(person: Person) -> list[Fact]:
    """Give the states that are noted, each with its day."""
    place = f"，{person.moved_away_to}" if person.moved_away_to else ""
    return [
        Fact(state.label, partial(on, "day", prose=True) + (place if state.place else ""))
        for state in STATES.values()
        if (on := getattr(person, state.on)) is not None
    ]


def contact(person: Person) -> list[Fact]:
    return [
        Fact("联系电话", mask_phone(person.phone)),
        Fact("居住情况", person.living_situation),
        Fact("家庭住址", HIDDEN if person.home_address else ""),
        Fact("常住住址", HIDDEN if person.current_address else ""),
        Fact("紧急联系人", HIDDEN if person.emergency_contact else ""),
        Fact("紧急联系人电话", mask_phone(person.emergency_phone)),
        Fact("健康状况", HEALTH_HIDDEN if person.health else ""),
        Fact("疾病状况", HEALTH_HIDDEN if person.illness else ""),
        Fact("备注", person.remark, wide=True),
    ]


# --- 服务记录, 培训 ---------------------------------------------------------------------------------------


def service(request: HttpRequest, person: Person) -> Tab:
    """Show card, teams, hours and the records of service, the newest first; training stands apart."""
    records = ServiceRecord.objects.visible_to(request.user).of_person(person)
    sure, open_ = records.confirmed().tally(), records.waiting().tally()
    back = f"{hours(sure['back'])}（补录，另计）" if sure["back"] else ""
    sums = [
        Fact("服务时间（已确认）", hours(sure["service"])),
        Fact("待确认", hours(open_["service"] + open_["back"])),
        *([Fact("以前年度", back)] if back else []),
        Fact("培训学习（已确认）", hours(sure["training"])),
    ]
    sections = [("服务时间", sums), ("志愿者证与队伍", [*card(request, person), *teams(request, person)])]
    return Tab(sections, record_list(request, records.standing().service(), "服务记录"))


def hours(half_hours: int) -> str:
    return f"{half_hours / 2:.1f} 小时"


def card(request: HttpRequest, person: Person) -> list[Fact]:
    found = Card.objects.visible_to(request.user).of_person(person).first()
    if found is None:
        return [Fact("志愿者证", "未发证")]
    issued = partial(found.issued_on, "day", prose=True)
    again = f"，补发 {found.reissues} 次" if found.reissues else ""
    return [Fact("志愿者证", f"{found.number}（{found.get_status_display()}，{issued}发证{again}）")]


def teams(request: HttpRequest, person: Person) -> list[Fact]:
    memberships = TeamMembership.objects.visible_to(request.user).of_person(person).for_roster()
    facts = [
        Fact(
            one.team.name,
            f"{one.get_office_display()}，{one.from_on} 起{f'，{one.to_on} 止' if one.to_on else ''}",
        )
        for one in memberships
    ]
    return facts or [Fact("所在队伍", NONE)]


def record_list(request: HttpRequest, records: Any, caption: str) -> Listing:
    page = page_of(request, records.for_list())
    rows = [
        ListRow(
            (
                one.served_on,
                one.content,
                one.place,
                str(one.school or one.team or "区关工委"),
                one.half_hours / 2,
                Mark(one.get_status_display()),
            )
        )
        for one in page
    ]
    return Listing(caption, RECORD_COLUMNS, rows, page, "条")


def training(request: HttpRequest, person: Person) -> Tab:
    """Show outings and the records of training."""
    places = OutingPlace.objects.visible_to(request.user).of_person(person)
    facts = [
        Fact(
            str(one.outing),
            f"{one.outing.held_on}，{one.outing.place}（{'已参加' if one.attended else '报名'}）",
        )
        for one in places
    ]
    records = ServiceRecord.objects.visible_to(request.user).of_person(person)
    sections = [("参观体验", facts or [Fact("参观体验", NONE)])]
    return Tab(sections, record_list(request, records.standing().training(), "培训记录"))


# --- 表彰, 评价 -------------------------------------------------------------------------------------------


def honours(request: HttpRequest, person: Person) -> Tab:
    """Show the seats he held and the honours he was given, whatever unit he belonged to then."""
    # Reached through the person, who passed his reach: an honour of an earlier school is part of his file.
    page = page_of(request, person.honours.for_list())
    wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    rows = []
    for one in page:
        url = reverse("honour-detail", args=[one.pk]) if wide or one.unit_id == person.school_id else ""
        name = Link(one.category.name, url) if url else one.category.name
        state = Mark("已作废", "void") if one.voided_on else Mark("有效", "ok")
        decision = one.decision
        cells = (name, one.printed_unit, decision.doc_number, decision.decided_on, one.certificate_no, state)
        rows.append(ListRow(cells))
    seats = [
        Fact(str(seat.unit), f"{seat.get_position_display()}，{term(seat)}")
        for seat in person.appointments.for_list()
    ]
    sections = [("关工委任职", seats or [Fact("关工委任职", NONE)])]
    return Tab(sections, Listing("表彰", HONOUR_COLUMNS, rows, page, "项"))


def term(seat: Any) -> str:
    begin = seat.from_on or "起始日期不详"
    return f"{begin} 至 {seat.to_on or '今'}"


def evaluation(request: HttpRequest, person: Person) -> Tab:
    """Show what says how he serves: tasks asked and answered, corrections, care received."""
    calls = TaskCall.objects.visible_to(request.user).of_person(person)
    cares = Care.objects.visible_to(request.user).of_person(person)
    answers = [one.answer for one in calls]
    corrections = [one.resolved_at is not None for one in person.corrections.for_list()]
    given = [one.given_on for one in cares]
    facts = [
        Fact(
            "任务邀请",
            f"{len(answers)} 次，同意 {answers.count(TaskCall.Answer.YES)} 次" if answers else NONE,
        ),
        Fact("有误反馈", f"{len(corrections)} 条，已处理 {sum(corrections)} 条" if corrections else NONE),
        Fact("慰问", f"{len(given)} 次，最近一次 {given[0]}" if given else NONE),
        Fact("评价投诉", NONE),
    ]
    page = page_of(request, calls)
    rows = [ListRow((one.task, one.asked_on, Mark(one.get_answer_display(), "plain"))) for one in page]
    return Tab([("评价情况", facts)], Listing("任务邀请", CALL_COLUMNS, rows, page, "次"))


#: The tabs by their name in the address; the first one is the file itself.
TABS: dict[str, tuple[str, Callable[[HttpRequest, Person], Tab]]] = {
    "": ("基本情况", basics),
    "service": ("服务记录", service),
    "training": ("培训", training),
    "honours": ("表彰", honours),
    "evaluation": ("评价", evaluation),
}


# --- 变更记录 ---------------------------------------------------------------------------------------------


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
