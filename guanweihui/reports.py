"""Figures of the hierarchy."""

from guanweihui.figures import Source, figure
from guanweihui.models import CollaborationGroup, School

GROUPS = Source(
    "groups",
    lambda actor, period: CollaborationGroup.objects.visible_to(actor).open_on(period.last),
    group="pk",
)
SCHOOLS = Source(
    "schools", lambda actor, period: School.objects.visible_to(actor).open_on(period.last), group="group"
)

figure("groups", "协作组", "个", "统计时点存在的协作组", GROUPS, route="group-list")
figure("schools", "学校", "所", "统计时点存在的学校", SCHOOLS, route="school-list")
