"""Invented rows of teams."""

import datetime

from members.models import Team, TeamMembership, TeamPlan
from tests.factories import make_district, make_person, number, position


def make_team(**fields) -> Team:
    n = next(number)
    fields["district"] = fields.get("district") or make_district()
    return Team.objects.create(**{"name": f"第{n}志愿队", "position": position(n), **fields})


def make_membership(**fields) -> TeamMembership:
    fields["person"] = fields.get("person") or make_person()
    fields["team"] = fields.get("team") or make_team(district=fields["person"].district)
    return TeamMembership.objects.create(**{"from_on": datetime.date(2017, 9, 1), **fields})


def make_plan(**fields) -> TeamPlan:
    fields["team"] = fields.get("team") or make_team()
    return TeamPlan.objects.create(**{"year": 2018, "plan": "每学期集体备课一次。", **fields})
