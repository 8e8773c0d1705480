"""Papers of people: the 登记表 of one, the 汇总表 of a school's volunteers."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from guanweihui.catalogue import Paper, report
from guanweihui.documents.forms import Box, Pair, PaperForm
from guanweihui.figures import Period
from guanweihui.reports import partial
from guanweihui.scope import Role, committee_of
from guanweihui.tables import Column, Row, Table
from guanweihui.text import mask_id, mask_phone
from members.models import Appointment, Person, TeamMembership
from members.reports.people import age_on

FORM_TITLE = "关工委“五老”志愿者登记表"
SUMMARY_TITLE = "关工委“五老”志愿者汇总表"
CONSENT = "本人自愿登记为“五老”志愿者，就近就便、量力而行参加关心下一代工作，同意为此保存以上信息。"
ON_FILE = "（已登记）"
#: 汇总表 as the offices fill it in (domain.md 1).
SUMMARY_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("school", "单位", width=22),
    Column("name", "姓名", width=10, align="center"),
    Column("sex", "性别", width=6, align="center"),
    Column("born_on", "出生年月", width=12, align="center"),
    Column("age", "年龄", width=6, format="int"),
    Column("political_status", "政治面貌", width=12, align="center"),
    Column("duty", "原职务/职称", width=18),
    Column("elder_class", "五老类别", width=12, align="center"),
    Column("team", "所在队伍", width=16),
    Column("speciality", "特长", width=16),
    Column("phone", "联系电话", width=14, align="center"),
    Column("remark", "备注", width=16),
)


def registration_form(
    person: Person,
    *,
    teams: Iterable[TeamMembership],
    seats: Iterable[Appointment],
    sealed: Mapping[str, str] | None = None,
    photo: bytes = b"",
) -> PaperForm:
    """Write the paper form of a person in its own order (domain.md 1).

    `sealed` are the full values by field; without them ID number and phones stand masked, and of the rest
    only that it is on file.
    """
    shown = dict(sealed) if sealed is not None else _masked(person)
    team_words = "、".join(one.team.name for one in teams)
    seat_words = "、".join(f"{seat.unit}{seat.get_position_display()}" for seat in seats)
    classes = [*([person.elder_class] if person.elder_class else []), *person.further_classes.all()]
    moved = f"{person.moved_away_to} {partial(person.moved_away_on, 'day')}" if person.moved_away_on else "否"
    lines = (
        (Pair("姓名", person.name), Pair("曾用名", person.former_name)),
        (Pair("性别", person.sex), Pair("出生日期", partial(person.born_on, person.birth_precision))),
        (Pair("身份证号", shown["id_number"], 3),),
        (Pair("籍贯", person.native_place), Pair("民族", person.ethnicity)),
        (
            Pair("政治面貌", person.political_status),
            Pair("入党时间", partial(person.joined_party_on, person.joined_party_precision)),
            Pair("文化程度", person.education),
        ),
        (Pair("联系电话", shown["phone"]), Pair("家庭住址", shown["home_address"], 3)),
        (Pair("居住情况", person.living_situation), Pair("常住住址", shown["current_address"], 3)),
        (Pair("紧急联系人", shown["emergency_contact"]), Pair("紧急联系人电话", shown["emergency_phone"], 3)),
        (
            Pair("参加工作时间", partial(person.began_work_on, person.began_work_precision)),
            Pair("退休类型", person.get_retirement_kind_display() or "在职"),
            Pair("退休时间", partial(person.retired_on, person.retired_precision)),
        ),
        (Pair("退休时单位", person.school.full_name, 3), Pair("退休时职务", person.duty)),
        (Pair("职级", person.rank), Pair("职称", person.title), Pair("任教学科", person.subject)),
        (Pair("健康状况", shown["health"]), Pair("疾病状况", shown["illness"], 3)),
        (
            Pair("特长", person.speciality),
            Pair("爱好", person.hobbies),
            Pair("社团情况", person.associations),
        ),
        (Pair("异地安置", moved), Pair("关工委任职", seat_words, 3)),
        (Pair("五老类别", "、".join(one.name for one in classes)), Pair("所在队伍", team_words, 3)),
        (Pair("意向服务", person.wished_service, 3), Pair("可服务时间", person.available_time)),
    )
    return PaperForm(
        title=FORM_TITLE,
        unit=person.school.full_name,
        lines=lines,
        photo=photo,
        sign_label="本人签字",
        sign_words=CONSENT,
        boxes=(Box("学校意见"), Box("区教育关工委意见")),
        note="一式两份，学校、区教育关工委各存一份",
    )


def _masked(person: Person) -> dict[str, str]:
    shown = {
        name: ON_FILE if getattr(person, name) else ""
        for name in ("home_address", "current_address", "emergency_contact", "health", "illness")
    }
    phones = {name: mask_phone(getattr(person, name)) for name in ("phone", "emergency_phone")}
    return {"id_number": mask_id(person.id_number), **phones, **shown}


def summary_table(
    people: Iterable[Person],
    memberships: Iterable[TeamMembership],
    *,
    day: datetime.date,
    reporting_unit: str,
    filled_by: str = "",
    contact: str = "",
    phones: Mapping[int, str] | None = None,
) -> Table:
    """汇总表: one row a volunteer in the order given, with the head block of the paper form.

    Phones stand masked, save those that `phones` gives in full.
    """
    teams: dict[int, list[str]] = defaultdict(list)
    for one in memberships:
        teams[one.person_id].append(one.team.name)
    full = phones or {}
    rows = tuple(
        Row(_summary_cells(number, one, "、".join(teams[one.pk]), full.get(one.pk), day))
        for number, one in enumerate(people, start=1)
    )
    return Table(
        key="summary",
        title=SUMMARY_TITLE,
        columns=SUMMARY_COLUMNS,
        rows=rows,
        reporting_unit=reporting_unit,
        head=(
            f"填报单位（盖章）：{reporting_unit}",
            f"填报人：{filled_by or '　　　　'}　联系电话：{contact or '　　　　　　'}",
            f"填报日期：{day.year}年{day.month}月{day.day}日",
        ),
        notes=() if phones else ("联系电话只显示一部分。",),
        signatures=(),
    )


def _summary_cells(
    number: int, person: Person, team: str, phone: str | None, day: datetime.date
) -> tuple[Any, ...]:
    return (
        number,
        person.school.short_name,
        person.name,
        person.sex,
        partial(person.born_on, person.birth_precision),
        age_on(person.born_on, day) if person.born_on else None,
        person.political_status,
        "/".join(filter(None, (person.duty, person.title))),
        person.elder_class.name if person.elder_class else None,
        team,
        person.speciality,
        mask_phone(person.phone) if phone is None else phone,
        person.remark,
    )


@report(
    "volunteers",
    family="名册台账",
    title=SUMMARY_TITLE,
    purpose="统计时点在服务的五老志愿者，按协作组、学校、拼音排列；联系电话已隐去。",
    roles={Role.DISTRICT, Role.GROUP, Role.SCHOOL},
    is_register=True,
)
def summary_paper(actor: Any, period: Period) -> Paper:
    people = list(Person.objects.visible_to(actor).volunteers_on(period.last).for_summary())
    memberships = TeamMembership.objects.visible_to(actor).serving(period.last).for_roster()
    table = summary_table(people, memberships, day=period.last, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))
