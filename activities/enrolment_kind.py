"""The enrolment (主题活动报名) as a kind of filing: what is asked, and what becomes of the answers."""

import datetime
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.models import Campaign, Enrolment, EnrolmentLine
from activities.reports.rounds import RULES, round_tables
from guanweihui.filing_kinds import FilingKind, register
from guanweihui.models import Due, Round
from guanweihui.models.org import SECONDARY, Segment, Stage
from guanweihui.questionnaire import (
    Answers,
    Asked,
    BaseTable,
    Check,
    Fault,
    Item,
    Known,
    Line,
    Questionnaire,
    Sum,
    Value,
)
from guanweihui.tables import Column
from guanweihui.workflow import Refused
from members.links import relink_row
from members.models import Appointment

#: Grows with every change of the items; a template of another edition is refused.
EDITION = 1
#: How a segment is called in the keys of the items.
SHORT = {Segment.PRIMARY: "primary", Segment.JUNIOR: "junior", Segment.SENIOR: "senior"}
COUNTS = (("classes", "班级数"), ("students", "学生数"))


@cache
def sheet_of(stage: str) -> Questionnaire:
    """Return the questionnaire of a school of this stage: it may use the segments of its stage only."""
    segments = Stage(stage).segments
    return Questionnaire(
        name="enrolment",
        title="主题读书教育活动报名表",
        edition=EDITION,
        tables=(_counts(segments), CONTACT),
        checks=tuple(_agree(segment) for segment in segments),
    )


def _counts(segments: Sequence[Segment]) -> BaseTable:
    """Draw classes and students, one line a segment; totals are shown, never typed."""
    lines = [
        Line(
            segment.label,
            tuple(
                Item(f"{what}_{SHORT[segment]}", f"{segment.label}{label}", required=True)
                for what, label in COUNTS
            ),
        )
        for segment in segments
    ]
    lines.append(Line("合计", tuple(_sum(what, f"{label}合计", segments) for what, label in COUNTS)))
    secondary = [segment for segment in segments if segment in SECONDARY]
    if secondary:
        sums = (_sum(what, f"{label}其中中学", secondary, "_secondary") for what, label in COUNTS)
        lines.append(Line("其中中学", tuple(sums)))
    return BaseTable(
        key="counts",
        title="参加班级和学生",
        columns=tuple(Column(what, label, width=12, format="int") for what, label in COUNTS),
        lines=tuple(lines),
        unit_line="个、人",
        notes=("没有参加的学段填0。合计、其中中学由系统相加。",),
    )


def _sum(what: str, label: str, segments: Sequence[Segment], ending: str = "") -> Sum:
    return Sum(f"{what}{ending}", label, tuple(f"{what}_{SHORT[segment]}" for segment in segments))


CONTACT = BaseTable(
    key="contact",
    title="指导教师和负责人",
    columns=(
        Column("coaches", "指导教师数", width=12, format="int"),
        Column("head_name", "负责人", width=14),
        Column("head_phone", "联系电话", width=16),
    ),
    lines=(
        Line(
            "本校",
            (
                Item("coaches", "指导教师数", required=True, unit="人"),
                Item("head_name", "负责人", format="text", required=True),
                Item("head_phone", "联系电话", format="phone", help="负责人的电话，区里和协作组联系用。"),
            ),
        ),
    ),
)


def _agree(segment: Segment) -> Check:
    """Return the hard checks of one segment: classes and students stand and fall together."""
    label, name = segment.label, SHORT[segment]

    def check(answers: Answers) -> Iterator[Fault]:
        classes, students = answers.get(f"classes_{name}"), answers.get(f"students_{name}")
        if not isinstance(classes, int) or not isinstance(students, int):
            return  # an answer that is missing is asked for on its own
        if students and not classes:
            words = f"有{label}学生 {students:,} 人，“{label}班级数”却是 0。请补填班级数。"
            yield Fault(f"classes_{name}", words)
        elif classes and not students:
            words = f"有{label}班级 {classes:,} 个，“{label}学生数”却是 0。请补填学生数。"
            yield Fault(f"students_{name}", words)
        elif students < classes:
            words = f"“{label}学生数” {students:,} 少于班级数 {classes:,}。请核对两个数是否填反。"
            yield Fault(f"students_{name}", words)

    return check


def ask(due: Due) -> Asked:
    """Return the questionnaire of a due's school, with its head of that day and its answers of last time."""
    return ask_many([due])[due.pk]


def ask_many(dues: Sequence[Due]) -> dict[int, Asked]:
    """Return what each of these dues of one round is asked, by its key, in three queries for any number."""
    if not dues:
        return {}
    known, last = _known(dues), _last(dues)
    return {
        due.pk: Asked(
            sheet_of(due.school.stage), known=known.get(due.school_id, {}), last=last.get(due.school_id, {})
        )
        for due in dues
    }


def as_of(round_: Round) -> datetime.date:
    """Return the day that a round asks about: its as-of date, else the day of its deadline."""
    return round_.as_of_on or timezone.localdate(round_.deadline_at)


def _known(dues: Sequence[Due]) -> dict[int, dict[str, Known]]:
    """Return who heads each school on the round's day, by school; of several the latest."""
    day = as_of(dues[0].round)
    heads = Appointment.objects.serving(day).in_position(Appointment.Position.DIRECTOR)
    found: dict[int, dict[str, Known]] = {}
    for school, name in heads.names_at([due.school_id for due in dues]):
        url = reverse("committee-detail", args=["school", school])
        source = f"关工委任职：{day:%Y-%m-%d} 的主任"
        found.setdefault(school, {"head_name": Known(name, source, url)})
    return found


def _last(dues: Sequence[Due]) -> dict[int, dict[str, Value]]:
    """Return what each school enrolled in the round before, by school: what was accepted only."""
    found = {}
    for before in Enrolment.objects.of_round_before(dues).for_table():
        last: dict[str, Value] = {"coaches": before.coaches, "head_name": before.head_name}
        for line in before.lines.all():
            name = SHORT[Segment(line.segment)]
            last |= {f"classes_{name}": line.classes, f"students_{name}": line.students}
        found[before.due.school_id] = last
    return found


def make(due: Due) -> Enrolment:
    """Return an unsaved enrolment in the campaign that the due's round collects for."""
    campaign = Campaign.objects.of_round(due.round).first()
    if campaign is None:
        raise Refused("这项报名任务没有对应的主题读书活动，请联系区关工委办公室先建立活动。")
    return Enrolment(due=due, campaign=campaign)


def keep(enrolment: Enrolment, answers: Answers) -> None:
    """Write the answers into columns and lines; the caller's transaction. Zeros are answers and get lines."""
    enrolment.coaches = int(answers.get("coaches") or 0)
    enrolment.head_name = str(answers.get("head_name") or "")
    enrolment.head_phone = str(answers.get("head_phone") or "")
    enrolment.save(update_fields=["coaches", "head_name", "head_phone"])
    enrolment.lines.all().delete()
    EnrolmentLine.objects.bulk_create(_lines(enrolment, answers))
    relink_row(enrolment)


def _lines(enrolment: Enrolment, answers: Answers) -> Iterator[EnrolmentLine]:
    for segment, name in SHORT.items():
        counts = {what: answers.get(f"{what}_{name}") for what, _ in COUNTS}
        if None not in counts.values():
            yield EnrolmentLine(enrolment=enrolment, segment=segment, **counts)


def tables(actor: Any, round_: Round) -> Sequence[Any]:
    return round_tables(actor, round_)


KIND = register(FilingKind("enrolment", Enrolment, ask, make, keep, tables, RULES, many=ask_many))
