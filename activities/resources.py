"""The enrolment summary of a reading campaign."""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from activities.enrolment_kind import KIND, ask, sheet_of
from activities.models import Campaign, Enrolment
from guanweihui import answers, filings, text
from guanweihui.imports import whole
from guanweihui.imports.kinds import PlannedRow, Written, kind
from guanweihui.imports.problems import CURE, Unusable
from guanweihui.imports.resources import (
    Column,
    CountWidget,
    NameWidget,
    PhoneWidget,
    RowResource,
    TextWidget,
)
from guanweihui.imports.units import closing, plain_name
from guanweihui.imports.wishes import SheetLoader, Wish, wish
from guanweihui.models import Due, Filing, Round, School
from guanweihui.models.filing import EDITABLE
from guanweihui.models.org import Segment, Stage
from guanweihui.questionnaire import Asked, judge
from guanweihui.scope import Role
from members.links import printed_name

printed_name(Enrolment, name="head_name", school="due__school", person="head")

_THEME = re.compile(r"[“\"「《](.{1,60}?)[”\"」》]")
SCHOOL_YEAR_STARTS_IN = 9
CLOSES_AT = datetime.time(17)


class EnrolmentRow(RowResource):
    """A row of 报名汇总: one school with its segments side by side."""

    position = Column("position", "序号", CountWidget())
    group = Column("group", "协作组", TextWidget(longest=40))
    school = Column("school", "学校", TextWidget(longest=100), required=True)
    stage = Column("stage", "学段", TextWidget(longest=20))
    classes = Column("classes", "班级数合计", CountWidget(), computed=True)
    classes_primary = Column("classes_primary", "小学班级", CountWidget())
    classes_junior = Column("classes_junior", "初中班级", CountWidget())
    classes_senior = Column("classes_senior", "高中班级", CountWidget())
    students = Column("students", "学生数合计", CountWidget(), computed=True)
    students_primary = Column("students_primary", "小学学生", CountWidget())
    students_junior = Column("students_junior", "初中学生", CountWidget())
    students_senior = Column("students_senior", "高中学生", CountWidget())
    coaches = Column("coaches", "指导教师数", CountWidget())
    head_name = Column("head_name", "负责人", NameWidget())
    head_phone = Column("head_phone", "电话", PhoneWidget(), mask=text.mask_phone)


SEGMENTS = {Segment.PRIMARY: "primary", Segment.JUNIOR: "junior", Segment.SENIOR: "senior"}
#: The column that says what an item of the enrolment asks.
COLUMN_OF = {column.attribute: label for label, column in EnrolmentRow.columns().items()}


@dataclass
class Enrolling:
    """What a row asks for: these answers of one school. `due` and `filing` are None where there is none."""

    school: School
    due: Due | None
    filing: Enrolment | None
    typed: dict[str, str]
    changes: dict[str, tuple[str, str]]

    @property
    def row(self) -> Enrolment:
        return self.filing or Enrolment()

    @property
    def is_new(self) -> bool:
        return self.filing is None or self.filing.status in EDITABLE

    @property
    def is_open(self) -> bool:
        return self.is_new or bool(self.changes)


@kind(
    "campaign",
    label="主题读书活动报名汇总",
    order=30,
    columns=EnrolmentRow.columns(),
    required=("学校", "班级数合计", "学生数合计"),
    roles=(Role.DISTRICT, Role.GROUP),
    example_lines=(
        "“示例主题”主题读书教育活动报名汇总表",
        "填报单位：区教育关工委办公室  填报日期：2026年1月10日",
    ),
    fills_rounds=True,
)
class CampaignEnrolment(SheetLoader):
    """Files each row for its school, with the workbook as the basis, into the campaign that the title names.

    A round under way takes the rows of the schools that owe it: the office's are accepted, a group's are
    endorsed where the round asks for it. A campaign of the past is made with a round that closed on the
    sheet's 填报日期 at 17:00; a later file corrects it. A school that filed in the portal itself is refused.
    """

    resource = EnrolmentRow
    model = Enrolment
    label = "学校"

    def prepare(self) -> None:
        theme = _THEME.search(self.title)
        day = self.reported_on()
        if theme is None:
            raise Unusable("标题中没有活动主题，请写成“××××”主题读书教育活动报名汇总表。")
        if day is None:
            raise Unusable("表头上方没有填报日期，请写成“填报日期：2019年1月10日”。")
        if self.context.round is not None and day > timezone.localdate(self.context.at):
            raise Unusable("填报日期晚于今天，请核对填报日期。")
        self.day = day
        self.deadline = timezone.make_aware(datetime.datetime.combine(day, CLOSES_AT))
        self.basis = f"报名汇总表（{self._filename()}）"[:200]
        campaign = self._campaign(theme.group(1))
        self.first = [] if campaign is not None and not _is_past(campaign) else self._past(campaign, theme[1])
        if campaign is not None and not self.first:
            self.round = campaign.round
        self._load_what_stands()

    def _filename(self) -> str:
        return self.context.workbook.filename if self.context.workbook else ""

    def _campaign(self, theme: str) -> Campaign | None:
        """Return the campaign meant: of the round loaded into, else of the title. Raises Unusable."""
        round_ = self.context.round
        campaigns = Campaign.objects.filter(district=self.district).select_related("round__district")
        if round_ is None:
            year = _school_year(self.day)
            campaign = campaigns.filter(year=year, theme=theme).first()
        else:
            campaign = campaigns.filter(round=round_).first()
            if campaign is None or campaign.theme != theme:
                raise Unusable(f"标题写的主题是“{theme}”，不是“{round_.title}”的主题。请核对文件。")
        state = campaign.round.state if campaign is not None else Round.State.CLOSED
        if state == Round.State.PLANNED:
            raise Unusable("这次报名还没有开始，请先开始报送任务。")
        if state != Round.State.OPEN and self.context.group is not None:
            raise Unusable("这次报名已经定稿，协作组不能再导入。需要补报请联系区关工委办公室。")
        return campaign  # type: ignore[no-any-return]

    def _past(self, campaign: Campaign | None, theme: str) -> list[Wish]:
        """Want a campaign of the past and its closed round, or the round's dates as this file has them."""
        year = _school_year(self.day)
        round_ = wish(
            campaign.round if campaign else None,
            Round,
            {
                "district": self.district,
                "kind": Round.Kind.ENROLMENT,
                "year": year,
                "title": f"“{theme}”主题读书活动报名",
                "group_endorses": False,
                "state": Round.State.CLOSED,
                "opens_at": timezone.make_aware(datetime.datetime(year, SCHOOL_YEAR_STARTS_IN, 1)),
            },
            deadline_at=self.deadline,
            as_of_on=self.day,
        )
        key = {"district": self.district, "year": year, "theme": theme}
        self.round = round_.row
        return [round_, wish(campaign, Campaign, key, round=round_.row)]

    def _load_what_stands(self) -> None:
        dues = Due.objects.none()
        if self.round.pk:
            dues = Due.objects.of_round(self.round).select_related("school__group")
        if self.context.group is not None:
            dues = dues.in_group(self.context.group)
        self.dues = {due.school_id: due for due in dues}
        for due in self.dues.values():
            due.round = self.round
        filed = Enrolment.objects.filter(due__in=self.dues.values()).prefetch_related("lines")
        self.filed = {one.due_id: one for one in filed.select_related("due")}

    # --- one school ---

    def judge(self, values: dict[str, Any]) -> Sequence[Any]:
        school = self.school("学校", values["school"])
        if school is None:
            return []
        self.only_once("学校", school.pk)
        self._agree_with_register(school, values)
        counts = dict(self._counts(school, values))
        for name, label in (("classes", "班级数合计"), ("students", "学生数合计")):
            self._check_sum(
                values, name, label, sum(counts.get(f"{name}_{one}", 0) for one in SEGMENTS.values())
            )
        due = self.dues.get(school.pk)
        filing = self.filed.get(due.pk) if due is not None else None
        if due is None and not self._may_come_new(school):
            return []
        if filing is None and (closed := closing(school, self.day)):
            self.fault("学校", closed, "请核对学校；由承接学校报名的，请改填承接学校。")
        old = stands(filing)
        typed = {key: value for key, value in self._typed(school, counts, values, old).items() if value}
        wanted = Enrolling(school, due, filing, typed, _differing(school, old, typed) if filing else {})
        self._refuse_own(wanted)
        if not any(not problem.is_warning for problem in self.planned.problems):
            self._refuse_gaps(wanted)
        return [wanted]

    def _may_come_new(self, school: School) -> bool:
        """Tell whether a school without a due may get one, and note the fault when it may not."""
        if self.context.group is not None and school.group_id != self.context.group.pk:
            self.fault("学校", "不是本协作组的学校", "请核对学校，或删去这一行。")
            return False
        if not self.first:
            self.fault("学校", "这所学校不在本次应报名单中", "请核对学校，或删去这一行。")
        return bool(self.first)

    def _typed(
        self, school: School, counts: dict[str, int], values: dict[str, Any], old: dict[str, str]
    ) -> dict[str, str]:
        """Return the answers: a segment that the row leaves out takes no part, other blanks say nothing."""
        typed = {
            f"{what}_{SEGMENTS[segment]}": str(counts.get(f"{what}_{SEGMENTS[segment]}", 0))
            for segment in school.segments()
            for what in ("classes", "students")
        }
        for name in ("coaches", "head_name", "head_phone"):
            typed[name] = old.get(name, "") if values.get(name) is None else str(values[name])
        return typed

    def _refuse_own(self, wanted: Enrolling) -> None:
        """Refuse to write over what a school filed in the portal, and over what is on its way."""
        filing, due = wanted.filing, wanted.due
        if due is not None and due.state in (Due.State.WAIVED, Due.State.NIL):
            cure = "请核对；确实要报名的，请先恢复应报。"
            self.fault("学校", f"该校现在是“{due.get_state_display()}”", cure)
        if filing is None:
            return
        if filing.status in EDITABLE:
            is_blank = filing.status == Filing.Status.DRAFT and filing.typed == ask(filing.due).start()
        else:
            is_office = self.context.group is None
            is_ours = bool(filing.basis) and filing.status == Filing.Status.ACCEPTED and is_office
            is_blank = not wanted.changes or is_ours
        if not is_blank:
            self.fault(
                "学校",
                f"该校已在平台上填报，现在是“{filing.get_status_display()}”",
                "请在平台上审核这份报名，并删去这一行。",
            )

    def _refuse_gaps(self, wanted: Enrolling) -> None:
        """Note what a filing of this school would be refused for."""
        _, faults = judge(Asked(sheet_of(wanted.school.stage)), wanted.typed)
        for fault in faults:
            if fault.is_hard:
                self.fault(COLUMN_OF.get(fault.key, self.label), fault.words.rstrip("。"), CURE)

    def _counts(self, school: School, values: dict[str, Any]) -> Iterable[tuple[str, int]]:
        """Yield the numbers of each segment that the row fills in, by item; note what cannot be."""
        for segment, name in SEGMENTS.items():
            classes, students = values.get(f"classes_{name}"), values.get(f"students_{name}")
            if classes is None and students is None:
                continue
            classes, students = classes or 0, students or 0
            label = segment.label
            if (classes or students) and segment not in school.segments():
                self.fault(
                    f"{label}班级", f"{school.get_stage_display()}没有{label}学段", "请核对填在哪个学段。"
                )
            elif students and not classes:
                self.fault(f"{label}班级", f"有{label}学生 {students} 人，没有班级数", "请补填班级数。")
            elif students < classes:
                self.fault(
                    f"{label}学生", f"学生数 {students} 少于班级数 {classes}", "请核对两个数是否填反。"
                )
            yield f"classes_{name}", classes
            yield f"students_{name}", students

    def _check_sum(self, values: dict[str, Any], name: str, label: str, total: int) -> None:
        said = values.get(name)
        if said is not None and said != total:
            self.fault(label, f"各学段相加是 {total}", "请核对合计和各学段的数。")

    def _agree_with_register(self, school: School, values: dict[str, Any]) -> None:
        group = values.get("group")
        if group and plain_name(group) != plain_name(school.group.full_name):
            self.warn("协作组", f"学校名录中是“{school.group}”")
        stage = values.get("stage")
        if stage and stage != Stage(school.stage).label:
            self.warn("学段", f"学校名录中是“{school.get_stage_display()}”")

    # --- writing ---

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        """Take the steps of each row; a row that changes nothing may still carry the round's new dates."""
        number = rows[0].number
        for one in self.first:
            if one.is_open:
                one.save()
                yield Written(self.sheet.name, number, one.row, one.before)
        wanted = [(row.number, one) for row in rows for one in row.payload if one.is_open]
        before = whole.snapshots((one.filing, one.due) for _, one in wanted if one.due is not None)
        dues = self._make_dues([one for _, one in wanted])
        self.asked = KIND.ask_many(dues)
        for number, one in wanted:
            said = before.get(one.due.pk) or whole.nothing()
            yield Written(self.sheet.name, number, self._file(one), said, is_new=one.filing is None)

    def _make_dues(self, wanted: Sequence[Enrolling]) -> list[Due]:
        """Give each school that has none a due in the round of the past."""
        new = [one for one in wanted if one.due is None]
        made = Due.objects.bulk_create(Due(round=self.round, school=one.school) for one in new)
        for one, due in zip(new, made, strict=True):
            one.due = due
        return [one.due for one in wanted if one.due is not None]

    def _file(self, wanted: Enrolling) -> Any:
        by, at, due, basis = self.context.by, self.context.at, wanted.due, self.basis
        assert due is not None
        said = {"basis": basis, "explained": basis, "asked": self.asked[due.pk], "by": by, "at": at}
        if not wanted.is_new:
            return answers.correct(due, wanted.typed, **said)
        filing: Any = answers.file_on_behalf(due, wanted.typed, sent_at=min(self.deadline, at), **said)
        if self.context.group is not None:
            return filings.endorse(filing, by=by, at=at) if self.round.group_endorses else filing
        return filing if self.round.group_endorses else filings.accept(filing, by=by, at=at)


def _is_past(campaign: Campaign) -> bool:
    """Tell a campaign that only a workbook tells of from one whose enrolment ran in the portal."""
    return campaign.round.state == Round.State.CLOSED and campaign.round.closed_at is None


def _school_year(day: datetime.date) -> int:
    return day.year if day.month >= SCHOOL_YEAR_STARTS_IN else day.year - 1


def stands(enrolment: Enrolment | None) -> dict[str, str]:
    """Return the answers that an enrolment holds, as they would be typed; none for one not sent."""
    if enrolment is None or enrolment.status in EDITABLE:
        return {}
    found = {
        "coaches": str(enrolment.coaches),
        "head_name": enrolment.head_name,
        "head_phone": enrolment.head_phone,
    }
    for line in enrolment.lines.all():
        name = SEGMENTS[Segment(line.segment)]
        found |= {f"classes_{name}": str(line.classes), f"students_{name}": str(line.students)}
    return found


def _differing(school: School, old: dict[str, str], typed: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return label → (old, new) as the preview shows it. A segment without a line counts as 0."""
    changes = {}
    for item in sheet_of(school.stage).items():
        before, now = old.get(item.key, "0" if item.is_figure else ""), typed.get(item.key, "")
        if before != now:
            is_phone = item.format == "phone"
            masked = [text.mask_phone(one) if is_phone and one else one for one in (before, now)]
            changes[item.label] = (masked[0], masked[1])
    return changes
