"""The school list: what the district, its groups, its schools and their heads are loaded from."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from guanweihui import text
from guanweihui.audit import record
from guanweihui.imports.kinds import PlannedRow, kind
from guanweihui.imports.problems import Unusable
from guanweihui.imports.reader import TableRows
from guanweihui.imports.resources import (
    Column,
    CountWidget,
    DateWidget,
    DictionaryWidget,
    NameWidget,
    NumberWidget,
    PhoneWidget,
    RowResource,
    TextWidget,
    precision,
)
from guanweihui.imports.units import closing, plain_name
from guanweihui.imports.wishes import SheetLoader, Wish, wish
from guanweihui.models import CollaborationGroup, District, School, UnitName
from guanweihui.models.org import Stage
from guanweihui.round_trip import loading  # noqa: F401  # registers the workbook of a round
from guanweihui.scope import Role
from members.links import relink
from members.models import Appointment, ElderClass

ELDER_CLASSES = ("老干部", "老战士", "老专家", "老教师", "老模范")
_DISTRICT = re.compile(r"^(.{1,20}?)(?:教育系统|教委|教育局|教育关工委)")
_SEPARATORS = re.compile(r"[、,，;；\n]+")
SERVICE = {"在职": "IN_SERVICE", "退休": "RETIRED"}


class SchoolRow(RowResource):
    """A row of 学校名录."""

    position = Column("position", "序号", CountWidget())
    code = Column("code", "学校代码", NumberWidget(longest=20), required=True)
    full_name = Column("full_name", "学校全称", TextWidget(longest=100), required=True)
    short_name = Column("short_name", "简称", TextWidget(longest=40))
    former = Column("former", "曾用名", TextWidget())
    stage = Column("stage", "学段", DictionaryWidget({one.label: one.value for one in Stage}), required=True)
    group = Column("group", "协作组", TextWidget(longest=40), required=True)
    director = Column("director", "关工委主任", NameWidget())
    director_duty = Column("director_duty", "主任职务", TextWidget(longest=50))
    deputy = Column("deputy", "常务副主任", NameWidget())
    deputy_service = Column("deputy_service", "常务副主任身份", DictionaryWidget(SERVICE))
    liaison = Column("liaison", "联络员", NameWidget())
    liaison_phone = Column("liaison_phone", "联络员电话", PhoneWidget(), mask=text.mask_phone)
    set_up = Column("set_up", "成立时间", DateWidget())


@kind(
    "schools",
    label="学校名录",
    order=10,
    columns=SchoolRow.columns(),
    required=("学校代码", "学校全称", "学段", "协作组"),
    roles=(Role.DISTRICT,),
)
class SchoolList(SheetLoader):
    """Loads schools by their code; blank cells say nothing.

    A head that differs from the serving one ends the old term on the day before the sheet's 填报日期.
    In an empty database the district comes from the title.
    """

    resource = SchoolRow
    model = School
    label = "学校全称"

    def plan(self, table: TableRows) -> list[PlannedRow]:
        if self.district is None:
            self.district = _district_in(self.title, self.context.district_name)
            self.context.found = lambda: found_district(self.district, by=self.context.by, at=self.context.at)
        else:
            self._refuse_foreign()
        self.prepare()
        return self.judge_all(table)

    def _refuse_foreign(self) -> None:
        """Refuse a list whose title names another district; `--district` overrules a name nobody bears."""
        found = _DISTRICT.match(self.title)
        if found is None:
            return
        said = plain_name(found.group(1))
        aliases = UnitName.objects.filter(district=self.district).values_list("name", flat=True)
        if said.endswith(
            tuple(map(plain_name, (self.district.full_name, self.district.short_name, *aliases)))
        ):
            return
        others = District.objects.exclude(pk=self.district.pk)
        if not self.context.district_name or others.filter(full_name=said).exists():
            raise Unusable(
                f"标题写的是“{found.group(1)}”，而现在导入的是“{self.district}”。请核对文件；"
                "确实是本区的名录，请改正标题；要建立另一个区的，请在命令行导入时用 --district 写明区名。"
            )

    def prepare(self) -> None:
        self.since = self.reported_on() or self.context.at.date()
        pk = self.district.pk
        schools = School.objects.filter(district=pk).select_related("group") if pk else []
        self.by_code = {school.code: school for school in schools}
        self.by_name = {plain_name(school.full_name): school for school in schools}
        self._prepare_groups()
        names = UnitName.objects.filter(school__district=pk) if pk else []
        self.names = {(name.school_id, plain_name(name.name)) for name in names}
        serving = Appointment.objects.filter(school__district=pk, to_on=None) if pk else []
        self.serving = {(one.school_id, one.position): one for one in serving}

    def _prepare_groups(self) -> None:
        """Know the groups by every name; a full name wins, one that several bear finds none."""
        pk = self.district.pk
        stored = list(CollaborationGroup.objects.filter(district=pk)) if pk else []
        aliases = UnitName.objects.filter(group__district=pk) if pk else []
        by_key = {group.pk: group for group in stored}
        bearers: dict[str, set[int]] = {}
        for name, key in (
            *((group.short_name, group.pk) for group in stored),
            *((alias.name, alias.group_id) for alias in aliases),
        ):
            bearers.setdefault(plain_name(name), set()).add(key)
        self.groups = {name: by_key[min(keys)] for name, keys in bearers.items() if len(keys) == 1}
        self.groups |= {plain_name(group.full_name): group for group in stored}
        self.stored_groups, self.new_groups = len(stored), 0

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        self.only_once("学校代码", values["code"])
        self.only_once("学校全称", plain_name(values["full_name"]))
        school = self.by_code.get(values["code"])
        namesake = self.by_name.get(plain_name(values["full_name"]))
        if namesake is not None and namesake is not school:
            self.fault("学校全称", f"这个全称已登记在学校代码 {namesake.code} 下", "请核对学校代码和全称。")
        group = self._group(values["group"])
        old_name = school.full_name if school else ""
        one = wish(
            school,
            School,
            {"district": self.district, "code": values["code"]},
            full_name=values["full_name"],
            short_name=values.get("short_name") or (None if school else values["full_name"][:40]),
            group=group.row,
            stage=values["stage"],
            position=values.get("position"),
            committee_set_up_on=values["set_up"].on if values.get("set_up") else None,
            committee_set_up_precision=precision(values.get("set_up")) or None,
        )
        former = [name.strip()[:100] for name in _SEPARATORS.split(values.get("former") or "")]
        if old_name and old_name != values["full_name"]:
            former.append(old_name)
        # Twice in one cell is once.
        distinct = {plain_name(name): name for name in reversed(former) if name}
        names = [self._former(one.row, name) for name in reversed(distinct.values())]
        return [group, one, *names, *self._heads(one.row, values)]

    def _group(self, name: str) -> Wish:
        """Find the group, or make it: new ones stand in the order of their appearance."""
        plain = plain_name(name)
        if plain not in self.groups:
            self.new_groups += 1
            place = self.stored_groups + self.new_groups
            self.groups[plain] = CollaborationGroup(
                district=self.district, full_name=plain, short_name=plain, position=place
            )
            if self.stored_groups:
                self.warn("协作组", f"将新建协作组“{plain}”")
        return Wish(self.groups[plain])

    def _former(self, school: School, name: str) -> Wish | None:
        if (school.pk, plain_name(name)) in self.names:
            return None
        return Wish(UnitName(school=school, name=name, kind=UnitName.Kind.FORMER))

    def _heads(self, school: School, values: dict[str, Any]) -> list[Wish]:
        position = Appointment.Position
        return [
            *self._head(school, position.DIRECTOR, values.get("director"), duty=values.get("director_duty")),
            *self._head(
                school, position.EXECUTIVE_DEPUTY, values.get("deputy"), service=values.get("deputy_service")
            ),
            *self._head(school, position.LIAISON, values.get("liaison"), phone=values.get("liaison_phone")),
        ]

    def _head(
        self, school: School, position: Appointment.Position, name: str | None, **more: Any
    ) -> list[Wish]:
        """Want a head: the serving one as he is, or the end of his term and a new one."""
        if not name:
            return []
        serving = self.serving.get((school.pk, position)) if school.pk else None
        if serving is None or serving.printed_name != name:
            self._refuse_closed(school, position)
        key = {"school": school, "position": position}
        if serving is None:
            return [wish(None, Appointment, {**key, "printed_name": name}, **more)]
        if serving.printed_name == name or serving.from_on == self.since:
            same = wish(serving, Appointment, key, printed_name=name, **more)
            same.changes = {f"{position.label}{said}": value for said, value in same.changes.items()}
            return [same]
        if serving.from_on and serving.from_on > self.since:
            self.warn(position.label, f"现任{serving.printed_name}的任期晚于本表的填报日期，未作改动")
            return []
        ended = wish(serving, Appointment, key, to_on=self.since - datetime.timedelta(days=1))
        ended.changes = {position.label: (serving.printed_name, name)}
        return [ended, wish(None, Appointment, {**key, "printed_name": name, "from_on": self.since}, **more)]

    def _refuse_closed(self, school: School, position: Appointment.Position) -> None:
        if closed := closing(school, self.since):
            column = "关工委主任" if position == Appointment.Position.DIRECTOR else position.label
            self.fault(column, closed, "已撤销的学校不再登记新的任职，请核对。")

    def after(self) -> None:
        relink(self.district)


def _district_in(title: str, name: str) -> District:
    """Make the district that a title names, not saved yet; `name` is the one given by the user, if any."""
    found = _DISTRICT.match(title)
    if not name and found is None:
        raise Unusable("标题中没有写明是哪个区（例如“××区教育系统基层关工委名录”），请补上标题后再导入。")
    return new_district(name or found.group(1))  # type: ignore[union-attr]


def new_district(name: str) -> District:
    """Return a district of this name, not saved yet."""
    return District(full_name=name, short_name=name, committee_name=f"{name}教育系统关心下一代工作委员会")


def found_district(district: District, *, by: Any, at: datetime.datetime) -> District:
    """Store a new district with its dictionary of 五老 classes in the official order, and one audit line."""
    with transaction.atomic():
        district.save()
        ElderClass.objects.bulk_create(
            ElderClass(district=district, name=name, position=place)
            for place, name in enumerate(ELDER_CLASSES, 1)
        )
        record("district.add", district, by=by, at=at, district=district)
    return district
