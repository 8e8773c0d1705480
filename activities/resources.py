"""The enrolment summary of a reading campaign."""

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from activities.models import Campaign, Enrolment, EnrolmentLine
from guanweihui import text
from guanweihui.imports.kinds import kind
from guanweihui.imports.problems import Unusable
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
from guanweihui.models.org import Segment, Stage
from guanweihui.scope import Role
from members.links import printed_name, relink

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


@kind(
    "campaign",
    label="主题读书活动报名汇总",
    order=30,
    columns=EnrolmentRow.columns(),
    required=("学校", "班级数合计", "学生数合计"),
    roles=(Role.DISTRICT,),
    example_lines=(
        "“示例主题”主题读书教育活动报名汇总表",
        "填报单位：区教育关工委办公室  填报日期：2026年1月10日",
    ),
)
class CampaignEnrolment(SheetLoader):
    """Loads one accepted enrolment a school into the campaign that the title names.

    The round closes on the sheet's 填报日期 at 17:00; a school that filed in the portal itself is refused.
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
        year = day.year if day.month >= SCHOOL_YEAR_STARTS_IN else day.year - 1
        self.day = day
        self.deadline = timezone.make_aware(datetime.datetime.combine(day, CLOSES_AT))
        stored = Campaign.objects.filter(district=self.district, year=year, theme=theme.group(1))
        campaign = stored.select_related("round").first()
        round_ = self._round(campaign, theme.group(1), year, day)
        campaign_wish = wish(
            campaign,
            Campaign,
            {"district": self.district, "year": year, "theme": theme.group(1)},
            round=round_.row,
        )
        self.first = [round_, campaign_wish]
        self.round, self.campaign = round_.row, campaign_wish.row
        dues = Due.objects.filter(round=self.round) if self.round.pk else []
        self.dues = {due.school_id: due for due in dues}
        filed = Enrolment.objects.filter(campaign=campaign).select_related("due") if campaign else []
        self.filed = {one.due.school_id: one for one in filed}
        lines = EnrolmentLine.objects.filter(enrolment__campaign=campaign) if campaign else []
        self.lines = {(one.enrolment_id, one.segment): one for one in lines}

    def _round(self, campaign: Campaign | None, theme: str, year: int, day: datetime.date) -> Wish:
        opens = timezone.make_aware(datetime.datetime(year, SCHOOL_YEAR_STARTS_IN, 1))
        return wish(
            campaign.round if campaign else None,
            Round,
            {
                "district": self.district,
                "kind": Round.Kind.ENROLMENT,
                "year": year,
                "title": f"“{theme}”主题读书活动报名",
                "group_endorses": False,
                "state": Round.State.CLOSED,
                "opens_at": opens,
            },
            deadline_at=self.deadline,
            as_of_on=day,
        )

    # --- one school ---

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        school = self.school("学校", values["school"])
        if school is None:
            return []
        self.only_once("学校", school.pk)
        self._agree_with_register(school, values)
        counts = list(self._counts(school, values))
        self._check_sum(values, "classes", "班级数合计", sum(classes for _, classes, _ in counts))
        self._check_sum(values, "students", "学生数合计", sum(students for _, _, students in counts))
        filed = self.filed.get(school.pk)
        if filed is None and (closed := closing(school, self.day)):
            self.fault("学校", closed, "请核对学校；由承接学校报名的，请改填承接学校。")
        if filed is not None and filed.status != Filing.Status.ACCEPTED:
            self.fault(
                "学校",
                f"该校已在平台上填报，现在是“{filed.get_status_display()}”",
                "请在平台上审核这份报名，并删去这一行。",
            )
            return []
        due = wish(
            self.dues.get(school.pk),
            Due,
            {"round": self.round, "school": school, "met_at": self.deadline},
            state=Due.State.ACCEPTED,
        )
        enrolment = self._enrolment(filed, due.row, values)
        return [due, enrolment, *(self._line(enrolment.row, *count) for count in counts)]

    def _enrolment(self, filed: Enrolment | None, due: Due, values: dict[str, Any]) -> Wish:
        accepted_as_loaded = {
            "campaign": self.campaign,
            "due": due,
            "status": Filing.Status.ACCEPTED,
            "submitted_at": self.deadline,
            "basis": f"报名汇总表（{self.context.workbook.filename}）"[:200],
        }
        return wish(
            filed,
            Enrolment,
            accepted_as_loaded,
            coaches=values.get("coaches"),
            head_name=values.get("head_name"),
            head_phone=values.get("head_phone"),
        )

    def _line(self, enrolment: Enrolment, segment: str, classes: int, students: int) -> Wish:
        stored = self.lines.get((enrolment.pk, segment)) if enrolment.pk else None
        key = {"enrolment": enrolment, "segment": segment}
        one = wish(stored, EnrolmentLine, key, classes=classes, students=students)
        one.changes = {f"{Segment(segment).label}{said}": value for said, value in one.changes.items()}
        return one

    def _counts(self, school: School, values: dict[str, Any]) -> Iterable[tuple[str, int, int]]:
        """Yield segment, classes, students for each segment that the row fills in."""
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
            yield segment.value, classes, students

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

    def after(self) -> None:
        relink(self.district)
