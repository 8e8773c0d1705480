"""Invented rounds and dues, the clock they are judged by, and what their pages say."""

import datetime
import html
import io
import re

import openpyxl
from django.utils import timezone

from guanweihui.models import Due, Round
from guanweihui.tables import Column, Row, Table
from tests.factories import make_round, make_school

#: A Monday; the rounds of these tests close on it at 17:00.
DEADLINE = timezone.make_aware(datetime.datetime(2018, 11, 12, 17))
HOUR, SECOND = datetime.timedelta(hours=1), datetime.timedelta(seconds=1)
BEFORE, AFTER = DEADLINE - HOUR, DEADLINE + HOUR


def moment(*parts: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(*parts))


def make_open_round(**fields) -> Round:
    """Make an open round of the registration that closes at DEADLINE."""
    defaults = {
        "kind": Round.Kind.REGISTRATION,
        "title": "2018年五老志愿者登记",
        "state": Round.State.OPEN,
        "opens_at": DEADLINE - 14 * 24 * HOUR,
        "deadline_at": DEADLINE,
        "group_endorses": False,
    }
    return make_round(**{**defaults, **fields})


def make_due(round_: Round, school=None, state="WAITING", **fields) -> Due:
    """Make a school's due; one that was met or decided comes with what such a due has."""
    if state in ("NIL", "WAIVED"):
        fields.setdefault("reason", "停办")
    return Due.objects.create(round=round_, school=school or make_school(), state=state, **fields)


def planned(**given) -> dict:
    """Return what plan_round() takes."""
    return {
        "kind": Round.Kind.REGISTRATION,
        "title": "2018年五老志愿者登记",
        "year": 2018,
        "opens_at": DEADLINE - 14 * 24 * HOUR,
        "deadline_at": DEADLINE,
        "grace_minutes": 0,
        "as_of_on": datetime.date(2018, 10, 31),
        "group_endorses": True,
        "stages": [],
        "instructions": "",
        **given,
    }


def census(actor, round_: Round) -> list[Table]:
    """The one table of a made-up kind: the schools that the actor sees, by the name they bear now."""
    dues = Due.objects.visible_to(actor).of_round(round_).select_related("school").order_by("pk")
    rows = tuple(Row((due.school.short_name, due.get_state_display())) for due in dues)
    return [Table("census", "学校清单", (Column("school", "学校"), Column("state", "状态")), rows)]


def words(answer) -> str:
    return answer.content.decode()


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", words(answer))))


def sheet_of(answer) -> list[tuple]:
    content = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
