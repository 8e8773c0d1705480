"""What filings are waiting for, from whom: the core's own share of the to-do list."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from guanweihui import filing_kinds
from guanweihui.models import Due, Round
from guanweihui.models.waiting import DUE_CLOSES_AT, ROUND_CLOSES_AT
from guanweihui.rounds import CHASERS, OFFICE
from guanweihui.scope import Role
from guanweihui.todos import Line, Todo, lines_of, offers, started

GROUP, SCHOOL = frozenset({Role.GROUP}), frozenset({Role.SCHOOL})
OFFICE_WORD, GROUP_WORD, SCHOOL_WORD = "区关工委办公室", "协作组", "本校"
#: What a reader calls a filing that lies before him.
TO_REVIEW = "待审核"


def _dues(rows: QuerySet, **columns: Any) -> QuerySet:
    """Give dues as lines: `detail` is the kind of the round."""
    return lines_of(
        rows,
        title=F("round__title"),
        origin=F("school__short_name"),
        status=F("state"),
        detail=F("round__kind"),
        closes_at=DUE_CLOSES_AT,
        **columns,
    )


def _url(line: Line) -> str:
    return filing_kinds.url_of(Due(pk=line.key, round=Round(kind=line.detail)))


def _rounds(rows: QuerySet, **columns: Any) -> QuerySet:
    """Give rounds as lines: `number` is that of the schools in question, `whole` of all that owe it."""
    return lines_of(rows, title=F("title"), began_at=F("opens_at"), closes_at=ROUND_CLOSES_AT, **columns)


# --- to do ------------------------------------------------------------------------------------------------


def _to_send(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(line.title, _url(line), Due.State(line.status).label, line.closes_at, OFFICE_WORD, SCHOOL_WORD)
        for line in lines
    ]


@offers(_to_send, roles=SCHOOL)
def filings_to_send(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What a school still owes, overdue or not, until it is sent or waived."""
    return [_dues(Due.objects.visible_to(actor, roles=SCHOOL).owed())]


def _to_review(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [Todo(line.title, _url(line), TO_REVIEW, line.closes_at, line.origin) for line in lines]


@offers(_to_review, roles=GROUP)
def filings_to_endorse(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What schools sent and their group is to look at."""
    waiting = Due.objects.visible_to(actor, roles=GROUP).awaiting_group()
    return [_dues(waiting.of_other_kinds(filing_kinds.with_own_desk()))]


@offers(_to_review, roles=OFFICE)
def filings_to_accept(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What waits for the office: endorsed, or sent where no group endorses."""
    waiting = Due.objects.visible_to(actor, roles=OFFICE).awaiting_district()
    return [_dues(waiting.of_other_kinds(filing_kinds.with_own_desk()))]


def _to_chase(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            f"{line.title}：{line.number:,} 所学校逾期未报",
            reverse("round-detail", args=[line.key]),
            "已逾期",
            line.closes_at,
            waits_for=f"{line.number:,} 所学校",
        )
        for line in lines
    ]


@offers(_to_chase, roles=CHASERS)
def schools_to_chase(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """The rounds of which schools are overdue, a line a round; a group counts its own schools."""
    late = Due.objects.visible_to(actor, roles=CHASERS).overdue(now)
    rows = Round.objects.visible_to(actor, roles=CHASERS).open().tallied(late=late).with_any("late")
    return [_rounds(rows, number=F("late"))]


def _to_close(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(f"{line.title}：已过截止时间，等待定稿", reverse("round-detail", args=[line.key]), "待办")
        for line in lines
    ]


@offers(_to_close, roles=OFFICE)
def rounds_to_close(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """Rounds past their deadline: the office closes them once all is looked at."""
    return [_rounds(Round.objects.visible_to(actor, roles=OFFICE).past(now))]


# --- set going --------------------------------------------------------------------------------------------


def _sent(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            line.title,
            _url(line),
            Due.State(line.status).label,
            line.closes_at,
            dict(Round.Kind.choices).get(line.detail, ""),
            _holder(line),
            began_at=line.began_at,
        )
        for line in lines
    ]


def _holder(line: Line) -> str:
    """Say who has a filing now; `whole` is 1 where the group endorses."""
    if line.status == Due.State.RETURNED:
        return SCHOOL_WORD
    if line.status == Due.State.SUBMITTED and line.whole:
        return GROUP_WORD
    return OFFICE_WORD if line.status in (Due.State.SUBMITTED, Due.State.ENDORSED) else ""


@started(_sent, roles=SCHOOL)
def filings_sent(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What a school sent: on its way, returned, or done while the round runs."""
    rows = Due.objects.visible_to(actor, roles=SCHOOL).sent().with_endorsing()
    return [_dues(rows, began_at=F("met_at"), whole=F("endorsing"))]


def _endorsed(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            line.title,
            _url(line),
            Due.State(line.status).label,
            line.closes_at,
            line.origin,
            OFFICE_WORD,
            line.began_at,
        )
        for line in lines
    ]


@started(_endorsed, roles=GROUP)
def filings_endorsed(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """What a group endorsed and the office has not accepted yet."""
    return [_dues(Due.objects.visible_to(actor, roles=GROUP).endorsed(), began_at=F("met_at"))]


def _running(lines: Sequence[Line], now: datetime.datetime) -> list[Todo]:
    return [
        Todo(
            line.title,
            reverse("round-detail", args=[line.key]),
            Round.State.OPEN.label,
            line.closes_at,
            f"已报 {line.whole - line.number:,} / 应报 {line.whole:,} 所",
            f"{line.number:,} 所学校" if line.number else OFFICE_WORD,
            line.began_at,
        )
        for line in lines
    ]


@started(_running, roles=OFFICE)
def rounds_running(actor: Any, now: datetime.datetime) -> list[QuerySet]:
    """The office's open rounds: how many schools have answered, of how many; a waived one owes nothing."""
    dues = Due.objects.visible_to(actor, roles=OFFICE).owing()
    rows = Round.objects.visible_to(actor, roles=OFFICE).open().tallied(unmet=dues.unmet(), owing=dues)
    return [_rounds(rows, number=F("unmet"), whole=F("owing"))]
