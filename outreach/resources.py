"""The outreach workbook: pairs, research visits with needs, teaching events with lessons."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from guanweihui import text
from guanweihui.imports.kinds import PlannedRow, Written, kind
from guanweihui.imports.problems import Unusable
from guanweihui.imports.resources import (
    Column,
    CountWidget,
    DateWidget,
    DictionaryWidget,
    NameWidget,
    RowResource,
    TextWidget,
    snapshot,
)
from guanweihui.imports.units import plain_name
from guanweihui.imports.wishes import SheetLoader, Wish, wish
from guanweihui.scope import Role
from members.links import printed_name, relink
from outreach.lessons import missing_teachers
from outreach.models import (
    HostSchool,
    Lesson,
    Need,
    Pairing,
    Partnership,
    Programme,
    Renewal,
    ResearchVisit,
    TeachingEvent,
)

_TITLE = re.compile(r"^(.{0,30}?老校长下乡)[^(]*\((.{1,20}?)\)")
_STARTED = re.compile(r"启动[::]\s*(\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?)")
_CITY = re.compile(r"全市\s*(\d{1,4})\s*位")
_REGIONS = re.compile(r"赴([^;。\s]{1,100})")
_OWN = re.compile(r"本区\s*(\d{1,4})\s*位")
_DAYS = re.compile(
    r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:\s*[-—–~至]+\s*(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日)?"
)
_AROUND = re.compile(r"^(?:周边|附近|另外?|其他)?\s*(\d{1,3})\s*所?\s*(?:学校|校)$")
_SEPARATORS = re.compile(r"[、,;\n]+")

#: What was answered or given up keeps its words.
SETTLED = frozenset({Need.Status.MET, Need.Status.DROPPED})

printed_name(Pairing, name="principal_name", school="former_unit", person="principal", stays=True)


class PairRow(RowResource):
    """A row of 结对: one school of a pair."""

    principal = Column("principal", "老校长", NameWidget(), required=True)
    former_unit = Column("former_unit", "原单位", TextWidget(longest=100))
    assistant = Column("assistant", "助理", NameWidget())
    host = Column("host", "受援学校", TextWidget(longest=60), required=True)
    kind = Column(
        "kind",
        "学校类型",
        DictionaryWidget({one.label: one.value for one in Partnership.Kind}),
        required=True,
    )
    from_on = Column("from_on", "协议起", DateWidget())
    to_on = Column("to_on", "协议止", DateWidget())


class VisitRow(RowResource):
    """A row of 调研: one school on one day, a need in each field or none."""

    visited = Column("visited", "日期", DateWidget(), required=True)
    host = Column("host", "学校", TextWidget(longest=60), required=True)
    school_management = Column("school_management", "学校管理", TextWidget())
    staff_building = Column("staff_building", "队伍建设", TextWidget())
    school_culture = Column("school_culture", "校园文化", TextWidget())
    curriculum_reform = Column("curriculum_reform", "课程改革", TextWidget())


class LessonRow(RowResource):
    """A row of 送教: one item of a teaching event."""

    held = Column("held", "日期", DateWidget(), required=True)
    host = Column("host", "地点", TextWidget(longest=60), required=True)
    kind = Column(
        "kind", "活动", DictionaryWidget({one.label: one.value for one in Lesson.Kind}), required=True
    )
    subject = Column("subject", "学科", TextWidget(longest=20), required=True)
    local_teacher = Column("local_teacher", "本地教师", NameWidget())
    visiting_teacher = Column("visiting_teacher", "本区教师", NameWidget())
    research_officer = Column("research_officer", "教研员", NameWidget())
    attendances = Column("attendances", "参加人数", CountWidget())
    radiated = Column("radiated", "辐射学校", TextWidget())


class OutreachSheet(SheetLoader):
    """What the three sheets share: the programme and the host schools, new ones included."""

    def prepare(self) -> None:
        memo = self.context.memo
        if "hosts" not in memo:
            memo["hosts"] = {
                plain_name(one.name): one for one in HostSchool.objects.filter(district=self.district)
            }
        self.hosts: dict[str, HostSchool] = memo["hosts"]

    def programme(self) -> Programme:
        """Return the workbook's programme, else the stored one that the sheet names, else the only one."""
        if "programme" in self.context.memo:
            found: Programme = self.context.memo["programme"].row
            return found
        stored = list(Programme.objects.filter(district=self.district).for_list())
        said = "".join(self.sheet.lines)
        named = [one for one in stored if one.region in said]
        if len(named or stored) != 1:
            raise Unusable("没有认出是哪一批老校长下乡，请与结对表放在同一个工作簿中导入。")
        return (named or stored)[0]

    def host(self, column: str, name: str) -> HostSchool | None:
        """Find a host school that is known, or note the fault."""
        found = self.hosts.get(plain_name(name))
        if found is None:
            self.fault(column, "结对表中没有这所受援学校", "请核对校名，或先导入结对表。")
        return found


@kind(
    "outreach_pairs",
    label="老校长下乡结对表",
    order=50,
    columns=PairRow.columns(),
    required=("老校长", "受援学校", "学校类型"),
    roles=(Role.DISTRICT,),
    example_lines=(
        "第一批老校长下乡结对情况（受援地区）",
        "启动：2026年1月5日",
    ),
)
class Pairs(OutreachSheet):
    """Loads the programme from the lines above the head, and a pair's schools one a row.

    An agreement that was ended early is left alone; a row is compared with those that stand.
    """

    resource = PairRow
    model = Partnership
    label = "受援学校"

    def prepare(self) -> None:
        super().prepare()
        programme = self._programme()
        self.first = [programme]
        self.context.memo["programme"] = programme
        self.batch = programme.row
        stored = Pairing.objects.filter(programme=self.batch) if self.batch.pk else []
        self.pairings = {one.principal_name: one for one in stored}
        partners = Partnership.objects.filter(pairing__programme=self.batch) if self.batch.pk else []
        self.partners = {(one.pairing_id, one.kind): one for one in partners if one.ended_on is None}
        self.ended = {self._terms(one): one for one in partners if one.ended_on is not None}
        self.renewed = set(
            Renewal.objects.filter(partnership__in=partners).values_list("partnership", flat=True)
        )

    @staticmethod
    def _terms(one: Partnership) -> tuple[Any, ...]:
        return (one.pairing_id, one.kind, one.host_school_id, one.from_on, one.to_on)

    def _programme(self) -> Wish:
        said = text.fold_width(" ".join(self.sheet.lines))
        title, started = _TITLE.search(text.fold_width(self.title)), _STARTED.search(said)
        if title is None or started is None:
            raise Unusable(
                "表头上方要有标题和启动日期，例如“第二批老校长下乡结对情况（承德）”“启动：2018年10月22日”。"
            )
        region = title.group(2)
        name = f"{title.group(1)}（{region}）"
        city, regions, own = _CITY.search(said), _REGIONS.search(said), _OWN.search(said)
        self.own = int(own.group(1)) if own else None
        return wish(
            Programme.objects.filter(district=self.district, name=name).first(),
            Programme,
            {"district": self.district, "name": name},
            region=region,
            started_on=text.parse_date(started.group(1)).on,
            city_principals=int(city.group(1)) if city else None,
            city_regions=regions.group(1) if regions else None,
            own_principals=self.own,
        )

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        from_on, to_on = values.get("from_on"), values.get("to_on")
        if from_on and to_on and to_on.on < from_on.on:
            self.fault("协议止", "早于协议起", "请核对协议的起止日期。")
        pairing = self._pairing(values)
        if not self.only_once("学校类型", (values["principal"], values["kind"])) or pairing is None:
            return []
        host = self._host(values["host"])
        days = {"from_on": from_on.on if from_on else None, "to_on": to_on.on if to_on else None}
        asked = Partnership(pairing=pairing.row, kind=values["kind"], host_school=host.row, **days)
        if host.row.pk and self._terms(asked) in self.ended:
            # The paper from before an early end: that agreement stands as it was ended.
            return [host, pairing]
        key = {"pairing": pairing.row, "kind": values["kind"]}
        stored = self.partners.get((pairing.row.pk, values["kind"])) if pairing.row.pk else None
        if stored is not None and stored.pk in self.renewed and stored.host_school_id == host.row.pk:
            # The paper from before a renewal: what was prolonged since stays so.
            days["to_on"] = stored.to_on
        return [host, pairing, wish(stored, Partnership, key, host_school=host.row, **days)]

    def _pairing(self, values: dict[str, Any]) -> Wish | None:
        name = values["principal"]
        unit = None
        if values.get("former_unit") and (unit := self.school("原单位", values["former_unit"])) is None:
            return None
        found = self.pairings.get(name)
        one = wish(
            found,
            Pairing,
            {"programme": self.batch, "principal_name": name},
            former_unit=unit,
            assistant_name=values.get("assistant"),
        )
        if found is None:
            one.row.position = len(self.pairings) + 1
            self.pairings[name] = one.row
        return one

    def _host(self, name: str) -> Wish:
        plain = plain_name(name)
        if plain not in self.hosts:
            self.hosts[plain] = HostSchool(district=self.district, name=name, region=self.batch.region)
        return Wish(self.hosts[plain])

    def after(self) -> None:
        relink(self.district)


@kind(
    "outreach_visits",
    label="老校长下乡调研记录",
    order=51,
    columns=VisitRow.columns(),
    required=("日期", "学校", "学校管理", "队伍建设", "校园文化", "课程改革"),
    roles=(Role.DISTRICT,),
    example_lines=("2026年1月赴受援地区调研记录",),
)
class Visits(OutreachSheet):
    """Loads research visits by school and day; a blank need means that none was found."""

    resource = VisitRow
    model = ResearchVisit
    label = "学校"

    def prepare(self) -> None:
        super().prepare()
        self.batch = self.programme()
        visits = ResearchVisit.objects.filter(programme=self.batch) if self.batch.pk else []
        self.visits = {(one.host_school_id, one.visited_on): one for one in visits}
        needs = Need.objects.filter(visit__programme=self.batch).order_by("pk") if self.batch.pk else []
        self.needs: dict[tuple[int, str], list[Need]] = defaultdict(list)
        for need in needs:
            self.needs[need.visit_id, need.field].append(need)

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        day = values["visited"].on
        host = self.host("学校", values["host"])
        if host is None or not self.only_once("学校", (id(host), day)):
            return []
        if day < self.batch.started_on:
            self.fault("日期", f"早于项目启动日期（{self.batch.started_on}）", "请核对调研日期。")
        stored = self.visits.get((host.pk, day)) if host.pk else None
        visit = wish(stored, ResearchVisit, {"host_school": host, "visited_on": day, "programme": self.batch})
        needs = [self._need(visit.row, field, values.get(field.value.lower())) for field in Need.Field]
        return [visit, *needs]

    def _need(self, visit: ResearchVisit, field: Need.Field, said: str | None) -> Wish | None:
        if not said:
            return None
        known = self.needs.get((visit.pk, field.value), []) if visit.pk else []
        same = [need for need in known if need.text == said]
        stored = next(iter(same or [need for need in known if need.status not in SETTLED]), None)
        if stored is None and known:
            self.fault(
                field.label,
                f"这一领域的需求{known[0].get_status_display()}，不能再用导入改写",
                f"请把这一格改回“{known[0].text}”；新的需求请在这次调研的页面上增加。",
            )
            return None
        one = wish(stored, Need, {"visit": visit, "field": field.value}, text=said)
        one.changes = dict.fromkeys([field.label], one.changes["需求"]) if one.changes else {}
        return one


@kind(
    "outreach_events",
    label="送教下校活动安排",
    order=52,
    columns=LessonRow.columns(),
    required=("日期", "地点", "活动", "学科"),
    title_words=("送教",),
    roles=(Role.DISTRICT,),
    example_lines=(
        "送教下校活动安排",
        "2026年1月5日-7日",
    ),
)
class Events(OutreachSheet):
    """Loads one teaching event with its lessons; its days stand above the head."""

    resource = LessonRow
    model = Lesson
    label = "地点"
    teachers: ClassVar = ("local_teacher", "visiting_teacher", "research_officer")

    def prepare(self) -> None:
        super().prepare()
        self.batch = self.programme()
        from_on, to_on = self._days()
        name = re.sub(r"(?:安排|情况)?表?$", "", self.title.strip()) or "送教活动"
        key = {"programme": self.batch, "name": name[:60], "from_on": from_on}
        stored = TeachingEvent.objects.filter(**key).first() if self.batch.pk else None
        event = wish(stored, TeachingEvent, key, to_on=to_on)
        self.event, self.first = event.row, [event]
        if stored and Lesson.objects.of(stored).filter(held_on__gt=to_on).exists():
            raise Unusable(
                "表头上方的活动日期比已登记的送教项目早结束。请核对日期，或先在平台上修改那些项目。"
            )
        lessons = Lesson.objects.filter(event=stored).prefetch_related("radiated") if stored else []
        self.lessons = {(one.held_on, one.host_school_id, one.kind, one.subject): one for one in lessons}
        self.radiated: dict[int, list[HostSchool]] = {}

    def _days(self) -> tuple[datetime.date, datetime.date]:
        found = _DAYS.search(text.fold_width(" ".join(self.sheet.lines)))
        if found is None:
            raise Unusable("表头上方没有活动日期，请写成“2019年4月11日-13日”。")
        year, month, day, to_year, to_month, to_day = found.groups()
        from_on = text.parse_date(f"{year}-{month}-{day}").on
        if to_day is None:
            return from_on, from_on
        return from_on, text.parse_date(f"{to_year or year}-{to_month or month}-{to_day}").on

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        day = values["held"].on
        host = self.host("地点", values["host"])
        if host is None:
            return []
        self.only_once("活动", (id(host), day, values["kind"], values["subject"]))
        if not self.event.from_on <= day <= self.event.to_on:
            self.fault("日期", "不在标题写明的活动日期之内", "请改正这一行的日期，或改正表头上方的活动日期。")
        if host.closed_on and host.closed_on <= day:
            self.fault("地点", f"这所学校已于{host.closed_on}停办", "请核对日期和校名。")
        named, unnamed = self._radiated(values.get("radiated") or "")
        lesson = wish(
            self.lessons.get((day, host.pk, values["kind"], values["subject"])),
            Lesson,
            {
                "event": self.event,
                "held_on": day,
                "host_school": host,
                "kind": values["kind"],
                "subject": values["subject"],
            },
            attendances=values.get("attendances"),
            radiated_unnamed=unnamed,
            **{name: values.get(name) for name in self.teachers},
        )
        self._check_teachers(lesson.row)
        self._note_radiated(lesson, named)
        return [*(Wish(one) for one in named), lesson]

    def _check_teachers(self, lesson: Any) -> None:
        """Note who is missing; a name that is stored already need not stand in the row again."""
        for column, message in missing_teachers(lesson):
            self.fault(column, message, "请在这一行补上姓名，再重新导入。")

    def _radiated(self, said: str) -> tuple[list[HostSchool], int | None]:
        """Read “下板城镇初级中学、周边5校”: the schools named, and the number of the others."""
        named, unnamed = [], 0
        for part in filter(None, (one.strip() for one in _SEPARATORS.split(text.fold_width(said)))):
            if around := _AROUND.match(part):
                unnamed += int(around.group(1))
                continue
            plain = plain_name(part)[:60]
            if plain not in self.hosts:
                self.hosts[plain] = HostSchool(
                    district=self.district, name=part[:60], region=self.batch.region
                )
            named.append(self.hosts[plain])
        return named, unnamed if said else None

    def _note_radiated(self, lesson: Wish, named: list[HostSchool]) -> None:
        """Keep the named schools for writing; they are a change when one of them is not linked yet."""
        linked = [] if lesson.is_new else list(lesson.row.radiated.all())
        missing = [one for one in named if one not in linked]
        if not missing:
            return
        self.radiated[id(lesson.row)] = missing
        if not lesson.is_new:
            lesson.before = lesson.before or snapshot(lesson.row)
            lesson.names = lesson.names or ["radiated_unnamed"]
            lesson.changes["辐射学校"] = (
                "、".join(map(str, linked)),
                "、".join(map(str, [*linked, *missing])),
            )

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        for written in super().write(rows):
            if missing := self.radiated.get(id(written.row)):
                written.row.radiated.add(*missing)
            yield written
