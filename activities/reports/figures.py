"""Figures of the reading campaign: schools, classes and students are three counts of the same lines."""

from collections.abc import Sequence

from django.db.models import Q

from activities.models import EnrolmentLine
from guanweihui.documents import charts
from guanweihui.figures import GroupValues, Source, counted, figure, summed
from guanweihui.models.org import SECONDARY, Segment

ENROLLED = Source(
    "enrolled",
    lambda actor, period: EnrolmentLine.objects.visible_to(actor).counted().within(period.first, period.last),
    group="enrolment__due__school__group",
)
IS_SECONDARY = Q(segment__in=sorted(SECONDARY))
IS_PRIMARY = Q(segment=Segment.PRIMARY)

figure(
    "campaign.schools",
    "参加学校",
    "所",
    "至少有一个班报名的学校，按学校去重",
    ENROLLED,
    counted("enrolment__due__school"),
    route="enrolment-list",
)
figure(
    "campaign.classes",
    "参加班级",
    "个",
    "各学段班级数之和",
    ENROLLED,
    summed("classes"),
    route="enrolment-list",
)
figure(
    "campaign.classes.primary",
    "其中小学班级",
    "个",
    "小学学段的班级数之和",
    ENROLLED,
    summed("classes"),
    where=IS_PRIMARY,
    route="enrolment-list",
)
figure(
    "campaign.classes.secondary",
    "其中中学班级",
    "个",
    "初中、高中学段的班级数之和，按班级所在学段而不按学校类型",
    ENROLLED,
    summed("classes"),
    where=IS_SECONDARY,
    route="enrolment-list",
)
figure(
    "campaign.students",
    "参加学生",
    "人",
    "各学段学生数之和",
    ENROLLED,
    summed("students"),
    route="enrolment-list",
)
figure(
    "campaign.students.primary",
    "其中小学学生",
    "人",
    "小学学段的学生数之和",
    ENROLLED,
    summed("students"),
    where=IS_PRIMARY,
    route="enrolment-list",
)
figure(
    "campaign.students.secondary",
    "其中中学学生",
    "人",
    "初中、高中学段的学生数之和",
    ENROLLED,
    summed("students"),
    where=IS_SECONDARY,
    route="enrolment-list",
)


def classes_chart(groups: Sequence[GroupValues]) -> str:
    """Draw the classes of the campaign by group, primary and secondary stacked (SVG)."""
    series = {
        label: [group.values[f"campaign.classes.{part}"] for group in groups]
        for label, part in (("小学", "primary"), ("中学", "secondary"))
    }
    labels = [group.name.removesuffix("协作组") for group in groups]
    return charts.stacked_bar("各协作组参加主题读书活动班级数", labels, series, unit="个")
