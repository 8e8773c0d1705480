"""A small kind of filing for the tests of the engine, and rows of it in any state."""

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from activities.models import Enrolment, EnrolmentLine
from guanweihui import answers, filing_kinds, filings
from guanweihui.filing_kinds import FilingKind
from guanweihui.models import Due, Filing, Round
from guanweihui.models.org import Segment
from guanweihui.questionnaire import (
    Asked,
    BaseTable,
    Fault,
    Item,
    Known,
    Line,
    Questionnaire,
    Sum,
)
from guanweihui.tables import Column
from tests import factories


def fewer_students(found):
    classes, students = found.get("classes"), found.get("students")
    if isinstance(classes, int) and isinstance(students, int) and students < classes:
        yield Fault("students", f"“学生数” {students} 少于班级数 {classes}。请核对。")


COUNTS = BaseTable(
    key="counts",
    title="表一 班级和学生",
    columns=(Column("one", "小学", format="int"), Column("two", "初中", format="int"), Column("all", "合计")),
    lines=(
        Line(
            "班级数",
            (
                Item("classes", "班级数", required=True),
                Item("classes_junior", "初中班级数"),
                Sum("classes_all", "班级数合计", ("classes", "classes_junior")),
            ),
        ),
        Line("学生数", (Item("students", "学生数"), None, None)),
    ),
    unit_line="个、人",
)
REST = BaseTable(
    key="rest",
    title="表二 其他",
    columns=(
        Column("cost", "经费", format="money"),
        Column("head", "负责人"),
        Column("phone", "电话"),
        Column("month", "月份"),
        Column("way", "形式"),
        Column("story", "做法"),
    ),
    lines=(
        Line(
            "本校",
            (
                Item("cost", "经费", format="money", unit="元"),
                Item("head", "负责人", format="text", longest=20),
                Item("phone", "负责人电话", format="phone"),
                Item("held", "举办月份", format="month"),
                Item("way", "活动形式", format="choice", choices=("集中", "分班")),
                Item("story", "主要做法", format="long", longest=500),
            ),
        ),
    ),
)
SHEET = Questionnaire("probe", "读书活动报名表", 1, (COUNTS, REST), (fewer_students,))
#: A complete and faultless set of answers.
GOOD = {"classes": "3", "students": "90", "head": "李明", "phone": "19900005678"}


def ask(due):
    return Asked(SHEET)


def ask_more(due):
    """Ask with a known value and figures of last year."""
    known = {"students": Known(90, "学籍数据", "/schools/")}
    return Asked(SHEET, known=known, last={"classes": 4, "cost": Decimal("100.00")})


def make(due):
    return Enrolment(due=due, campaign=factories.make_campaign(round=due.round))


def keep(filing, found):
    filing.coaches, filing.head_name = found["classes"] or 0, found["head"] or ""
    filing.save(update_fields=["coaches", "head_name"])
    EnrolmentLine.objects.filter(enrolment=filing).delete()
    EnrolmentLine.objects.create(
        enrolment=filing,
        segment=Segment.PRIMARY,
        classes=found["classes"] or 0,
        students=found["students"] or 0,
    )


KIND = FilingKind("enrolment", Enrolment, ask, make, keep, lambda actor, round_: [])
KIND_THAT_KNOWS = FilingKind("enrolment", Enrolment, ask_more, make, keep, lambda actor, round_: [])


@pytest.fixture
def probe(monkeypatch):
    """Let the rounds of enrolment ask this small questionnaire."""
    monkeypatch.setitem(filing_kinds._KINDS, "enrolment", KIND)
    return KIND


@pytest.fixture
def knowing(monkeypatch):
    """Let the rounds of enrolment ask it with what the portal knows."""
    monkeypatch.setitem(filing_kinds._KINDS, "enrolment", KIND_THAT_KNOWS)
    return KIND_THAT_KNOWS


def make_open_round(**fields):
    """Make an open round whose deadline is a week from now."""
    now, week = timezone.now(), datetime.timedelta(days=7)
    defaults = {"state": Round.State.OPEN, "opens_at": now - week, "deadline_at": now + week}
    return factories.make_round(**{**defaults, **fields})


def make_due(cast, *, school=None, **fields):
    """Make the due of the home school in an open round, unless others are given."""
    fields["round"] = fields.get("round") or make_open_round()
    return Due.objects.create(school=school or cast.home.school, **fields)


def make_draft(cast, typed=GOOD, *, due=None):
    """Give the home school its draft, holding what was typed."""
    due = due or make_due(cast)
    filing = answers.start(due, by=cast.users.school, at=timezone.now())
    filing.typed = dict(typed)
    filing.save(update_fields=["draft"])
    return filing


def make_sent(cast, typed=GOOD, *, due=None, status=Filing.Status.SUBMITTED):
    """Give the home school's filing as it was sent, and on the way up to `status`."""
    filing = make_draft(cast, typed, due=due)
    filing = answers.submit(filing, version=filing.version, by=cast.users.school, at=timezone.now())
    if status in (Filing.Status.ENDORSED, Filing.Status.ACCEPTED) and filing.due.round.group_endorses:
        filing = filings.endorse(filing, by=cast.users.group, at=timezone.now())
    if status == Filing.Status.ACCEPTED:
        filing = filings.accept(filing, by=cast.users.district, at=timezone.now())
    return filing


def make_sent_elsewhere(cast, due, typed=GOOD):
    """Put a sent filing into a due of any school, without its steps."""
    filing = make(due)
    filing.typed = dict(typed)
    filing.status, filing.submitted_at = Filing.Status.SUBMITTED, timezone.now()
    filing.save()
    with transaction.atomic():
        filing.settle(at=timezone.now())
    return filing


def make_due_world(filing):
    """Return the rows of the due's own routes: the due of a filing that was sent once."""
    answers.keep_version(filing, by=None, at=timezone.now())
    return {"sent": filing.due}
