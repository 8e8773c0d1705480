"""What the demo shows of the annual return: last year's round closed, this year's under way."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from activities.annual_return import VOLUNTEERS
from activities.models import AnnualReturn
from activities.return_known import ask_many
from guanweihui import answers, filings, rounds, workdays
from guanweihui.figures import Period
from guanweihui.models import CollaborationGroup, District, Due, Round, School
from guanweihui.questionnaire import Asked

#: So many schools of the group have sent: the first ones are through, the last one was sent back.
SCHOOLS, THROUGH = 8, 5
OPEN_DAYS, LEFT_DAYS, YEAR_DAYS = 10, 12, 365
BASIS = "学校纸质年度统计表，盖章件存区关工委办公室"
EXPLAINED = "已电话核对，以学校上报为准"
RETURNED = "表3读书活动的受教育学生人次请按每场到场学生相加，核对后再报。"
WORDS = {
    "director": "张建国",
    "liaison": "李明",
    "liaison_phone": "19900005678",
    "has_plan": "有",
    "has_summary": "有",
    "filled_by": "李明",
    "reviewed_by": "王秀兰",
    "head": "张建国",
}
#: Figures that must be filled in, where the portal knows none.
LEAST = dict.fromkeys((*VOLUNTEERS, "volunteers_women", "volunteers_party"), "0")
LEAST |= {"members_in_service": "4", "members_retired": "3"}
LEAST |= {"retirees_honoured": "0", "retirees_retired": "0"}


def seed_returns(
    district: District, group: CollaborationGroup, school: School, *, by: Any, at: datetime.datetime
) -> Round:
    """Close a round of last year and open this year's; the demo school has this year's still to do."""
    year = Period.holding(timezone.localdate(at), district.year_starts_in).year
    past = at - datetime.timedelta(days=YEAR_DAYS)
    with transaction.atomic():
        before = _open(year - 1, by=by, at=past)
        for filing in _filed(_dues(before, group), -1, by=by, at=past):
            filings.accept(filing, by=by, at=past)
        rounds.close_round(before, by=by, at=before.closes_at + datetime.timedelta(days=1))
        round_ = _open(year, by=by, at=at)
        filed = list(_filed(_dues(round_, group, but=school), 0, by=by, at=at))
        for filing in filed[:THROUGH]:
            filings.accept(filing, by=by, at=at)
        for filing in filed[SCHOOLS - 1 :]:
            filings.return_back(filing, by=by, at=at, reason=RETURNED)
    return round_


def _open(year: int, *, by: Any, at: datetime.datetime) -> Round:
    local = timezone.localtime(at)
    values = {
        "kind": Round.Kind.ANNUAL_RETURN,
        "title": f"{year}年度统计",
        "year": year,
        "opens_at": at - datetime.timedelta(days=OPEN_DAYS),
        "deadline_at": workdays.office_closes(local.date() + datetime.timedelta(days=LEFT_DAYS), {}),
        "as_of_on": local.date(),
        "group_endorses": False,
        "instructions": "按统计时点填报；平台已有的数请核对，不一致的写明原因。打印后由负责人签字盖章。",
    }
    return rounds.open_round(rounds.plan_round(values, by=by, at=at), by=by, at=at)


def _dues(round_: Round, group: CollaborationGroup, *, but: School | None = None) -> list[Due]:
    dues = Due.objects.filter(round=round_, school__group=group).exclude(school=but)
    return list(
        dues.select_related("round__district", "school__district").order_by("school__position")[:SCHOOLS]
    )


def _filed(dues: list[Due], years: int, *, by: Any, at: datetime.datetime) -> Iterable[AnnualReturn]:
    for number, (due, asked) in enumerate(zip(dues, ask_many(dues).values(), strict=True)):
        typed = _typed(asked, number, years)
        yield answers.file_on_behalf(due, typed, basis=BASIS, by=by, at=at, explained=EXPLAINED)


def _typed(asked: Asked, number: int, years: int) -> dict[str, str]:
    """Fill in a sheet: what the portal knows, and invented activity that grows a little each year."""
    held = 6 + number % 3 + years
    enrolled = sum(
        row.cells[1] for table in asked.beside if table.key == "enrolled" for row in table.rows[1:]
    )
    figures = {
        "funds": 3000 + 500 * number,
        "rules": 5,
        "meetings": 4 + number % 2,
        "party_reports": 2,
        "theme_sessions": held,
        "theme_elders": 4 * held,
        "theme_students": 150 * held,
        "talks_sessions": 2 + number % 2,
        "talks_elders": 6,
        "talks_students": 480 + 20 * number,
        "law_sessions": 1,
        "law_elders": 2,
        "law_students": 240,
        "reading_sessions": 3,
        "reading_elders": 9,
        "reading_students": 3 * (enrolled or 80 + 10 * number),
        "care_helped": 5 + number,
        "care_aid": 400 * (5 + number),
        "news_sent": 6 + number,
        "used_by_district": 4,
        "used_by_city": number % 3,
        "journals": 1,
        "media": number % 4,
    }
    known = {key: value for key, value in asked.start().items() if value}
    return {**LEAST, **WORDS, **{key: str(value) for key, value in figures.items()}, **known}
