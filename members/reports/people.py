"""Figures and tables of people."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from guanweihui.catalogue import Paper, report
from guanweihui.figures import Period, Source, figure, get
from guanweihui.reports import partial
from guanweihui.scope import Role, committee_of
from guanweihui.tables import TOTAL_LABEL, Column, Row, Table
from guanweihui.text import mask_id, mask_phone
from members.models import Person, Sex
from members.models.people import volunteering_on

REGISTER = Source(
    "register",
    lambda actor, period: Person.objects.visible_to(actor).on_register().retired_by(period.last),
    group="school__group",
)

figure(
    "retired",
    "离退休教师",
    "人",
    "离退休花名册中的人员；统计时点前已离世或时点后才退休的不计，日期不详的计入",
    REGISTER,
    route="person-list",
)
figure(
    "volunteers",
    "五老志愿者",
    "人",
    "离退休教师中登记为志愿者、统计时点前没有停止服务的人员",
    REGISTER,
    where=lambda period: Q(is_volunteer=True) & volunteering_on(period.last),
    route="person-list",
)

#: The five classes in their official order.
CLASS_NAMES = ("老干部", "老战士", "老专家", "老教师", "老模范")
#: Age bands of the yearly table: label, youngest and oldest age in full years.
BANDS = (
    ("60岁以下", 0, 59),
    ("60—64岁", 60, 64),
    ("65—69岁", 65, 69),
    ("70—74岁", 70, 74),
    ("75—79岁", 75, 79),
    ("80岁以上", 80, 150),
)
AGE_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=16),
    *(
        column
        for number, (label, _, _) in enumerate(BANDS)
        for column in (
            Column(f"band_{number}", "人数", (label,), width=8, format="int", total=True),
            Column(f"women_{number}", "其中女", (label,), width=8, format="int", total=True),
        )
    ),
    Column("unknown", "年龄不详", width=9, format="int", total=True),
    Column("sum", "人数", ("合计",), width=8, format="int", total=True),
    Column("women", "其中女", ("合计",), width=8, format="int", total=True),
    Column("average", "平均年龄", width=9, format="hours"),
)


def age_on(born_on: datetime.date, day: datetime.date) -> int:
    """Return the age in full years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def age_table(actor: Any, period: Period, groups: Sequence[Any], *, reporting_unit: str = "") -> Table:
    """表2: volunteers by age band on the cut-off date, one row a group."""
    people = get("volunteers").rows(actor, period).values_list("school__group", "sex", "born_on")
    heads: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for group, sex, born_on in people:
        heads[group].append((sex, age_on(born_on, period.last) if born_on else None))
    rows = tuple(
        Row((number, group.short_name, *age_cells(heads[group.pk])))
        for number, group in enumerate(groups, start=1)
    )
    everybody = [head for group in groups for head in heads[group.pk]]
    total = Row((None, TOTAL_LABEL, *age_cells(everybody)), kind="total")
    return Table(
        key="ages",
        title="表2　五老志愿者年龄结构",
        columns=AGE_COLUMNS,
        rows=rows,
        total=total,
        reporting_unit=reporting_unit,
        period=period.span,
        unit_line="人、岁",
        notes=("年龄按统计时点的周岁计。",),
    )


def age_cells(heads: Sequence[tuple[str, int | None]]) -> tuple:
    """Count heads, (sex, age), for AGE_COLUMNS from the first band on."""
    cells: list[int | float | None] = []
    for _, youngest, oldest in BANDS:
        inside = [sex for sex, age in heads if age is not None and youngest <= age <= oldest]
        cells += [len(inside), inside.count(Sex.FEMALE)]
    ages = [age for _, age in heads if age is not None]
    women = sum(sex == Sex.FEMALE for sex, _ in heads)
    average = round(sum(ages) / len(ages), 1) if ages else None
    return (*cells, len(heads) - len(ages), len(heads), women, average)


#: The register as a file: sensitive values masked, health and addresses left out.
REGISTER_COLUMNS = (
    Column("number", "序号", width=6, format="int"),
    Column("group", "协作组", width=16),
    Column("school", "单位", width=24),
    Column("staff_no", "教工编号", width=14, align="center"),
    Column("name", "姓名", width=10, align="center"),
    Column("sex", "性别", width=6, align="center"),
    Column("born_on", "出生年月", width=12, align="center"),
    Column("id_number", "身份证号", width=20, align="center"),
    Column("ethnicity", "民族", width=8, align="center"),
    Column("political_status", "政治面貌", width=12, align="center"),
    Column("joined_party_on", "入党时间", width=12, align="center"),
    Column("education", "文化程度", width=12, align="center"),
    Column("duty", "退休时职务", width=14),
    Column("title", "职称", width=14),
    Column("subject", "任教学科", width=12),
    Column("began_work_on", "参加工作时间", width=14, align="center"),
    Column("retirement_kind", "退休类型", width=10, align="center"),
    Column("retired_on", "退休时间", width=12, align="center"),
    Column("elder_class", "五老类别", width=10, align="center"),
    Column("is_volunteer", "志愿者", width=8, align="center"),
    Column("phone", "联系电话", width=14, align="center"),
    Column("died_on", "离世日期", width=12, format="date"),
    Column("remark", "备注", width=20),
)


@report(
    "register",
    family="名册台账",
    title="离退休教师花名册",
    purpose="统计时点的离退休人员，按协作组、学校、拼音排列；身份证号和电话已隐去。",
    roles={Role.DISTRICT, Role.SCHOOL},
    is_register=True,
)
def register_paper(actor: Any, period: Period) -> Paper:
    people = REGISTER.rows(actor, period).for_register()
    table = people_register(people, reporting_unit=committee_of(actor))
    return Paper(table.title, (table,))


def people_register(people: Iterable[Person], *, reporting_unit: str = "") -> Table:
    """One row a person in the order given; ID number and phone stand masked."""
    return Table(
        key="people",
        title="离退休教师名册",
        columns=REGISTER_COLUMNS,
        rows=tuple(Row(_register_cells(number, one)) for number, one in enumerate(people, start=1)),
        reporting_unit=reporting_unit,
        notes=("身份证号、联系电话只显示一部分；健康状况、家庭住址、紧急联系人不在本表。",),
        signatures=(),
    )


def _register_cells(number: int, person: Person) -> tuple:
    return (
        number,
        person.school.group.short_name,
        person.school.short_name,
        person.staff_no,
        person.name,
        person.sex,
        partial(person.born_on, person.birth_precision),
        mask_id(person.id_number),
        person.ethnicity,
        person.political_status,
        partial(person.joined_party_on, person.joined_party_precision),
        person.education,
        person.duty,
        person.title,
        person.subject,
        partial(person.began_work_on, person.began_work_precision),
        person.get_retirement_kind_display(),
        partial(person.retired_on, person.retired_precision),
        person.elder_class.name if person.elder_class else None,
        "是" if person.is_volunteer else "否",
        mask_phone(person.phone),
        person.died_on,
        person.remark,
    )
