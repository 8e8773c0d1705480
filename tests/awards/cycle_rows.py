"""Invented cycles for tests of their steps and pages: planned by the step, complete enough to open."""

import datetime
from zoneinfo import ZoneInfo

from awards.workflow import cycles as steps
from guanweihui.scope import Role
from tests.factories import make_district, make_post

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: The morning on which the cycles of the tests are planned and opened: Monday, 2 March 2020.
AT = datetime.datetime(2020, 3, 2, 9, tzinfo=SHANGHAI)
DEADLINE = datetime.datetime(2020, 4, 30, 17, tzinfo=SHANGHAI)


def day(month: int, of_month: int, year: int = 2020) -> datetime.date:
    return datetime.date(year, month, of_month)


#: A calendar in order; the notice of five workdays from 28 September ends on Saturday, 10 October (调休).
VALUES = {
    "name": "2020年度关心下一代工作先进评选",
    "year": 2020,
    "basis_title": "关于开展先进集体和先进个人评选的通知",
    "basis_number": "示例教关〔2020〕3号",
    "organiser": "示例区教育系统关心下一代工作委员会",
    "period": "2018年1月至2019年12月",
    "money_source": "区教工委专项经费",
    "opens_at": AT,
    "deadline_at": DEADLINE,
    "endorse_by_on": day(5, 15),
    "review_by_on": day(5, 29),
    "meets_on": day(6, 12),
    "posts_on": day(9, 28),
    "decides_on": day(10, 20),
    "commends_on": day(12, 4),
    "notice_workdays": 5,
    "counts_first_day": True,
}


def plan(*, by=None, at=AT, copied_from=None, **values):
    """Plan a cycle of 2020 with the four awards, their forms and rules, by a member of the office."""
    by = by or office()
    whole = {**VALUES, **values}
    if whole["year"] != VALUES["year"] and "name" not in values:
        whole["name"] = f"{whole['year']}年度关心下一代工作先进评选"
    return steps.plan_cycle(whole, by=by, at=at, copied_from=copied_from)


def office():
    """Return an account of the district's office."""
    return make_post(role=Role.DISTRICT, district=make_district()).user
