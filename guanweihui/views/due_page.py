"""What the pages of one due share: who reaches it, its facts, how far it is, when it closes."""

import dataclasses
import datetime
from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from guanweihui import filing_kinds, filings
from guanweihui.filing_kinds import FilingKind
from guanweihui.lists import Fact, Stage
from guanweihui.models import Attachment, Due, Filing, QuestionnaireFiling, Remark, Round
from guanweihui.questionnaire import WHY
from guanweihui.scope import COMMITTEE, Role, reach_of
from guanweihui.templatetags.portal import deadline, moment
from guanweihui.todos import AMBER, RED

FILER = frozenset({Role.SCHOOL})
REVIEWERS = frozenset({Role.GROUP, Role.DISTRICT})


def due_or_404(request: HttpRequest, pk: int, roles: Collection[str] = COMMITTEE) -> Due:
    dues = Due.objects.visible_to(request.user, roles=roles).for_list()
    return get_object_or_404(dues, pk=pk)


def asked_due(request: HttpRequest, pk: int, roles: Collection[str] = COMMITTEE) -> tuple[Due, FilingKind]:
    """Return a due of a kind that answers a questionnaire."""
    due = due_or_404(request, pk, roles)
    kind = filing_kinds.get(due.round.kind)
    if kind is None:
        raise Http404
    return due, kind


def filing_or_404(
    request: HttpRequest, pk: int, roles: Collection[str] = COMMITTEE
) -> tuple[Due, FilingKind, QuestionnaireFiling]:
    """Return a due with the filing that was begun for it."""
    due, kind = asked_due(request, pk, roles)
    filing = kind.filing_of(due)
    if filing is None:
        raise Http404
    filing.due = due
    return due, kind, filing


def address(route: str, *args: Any) -> str:
    """Return where a route leads, empty where this installation has none."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def crumbs_of(due: Due, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """Return 当前位置 down to the school."""
    found = [
        ("报送任务", address("round-list")),
        (due.round.title, address("round-detail", due.round_id)),
        (due.school.short_name, reverse("due-detail", args=[due.pk]) if more else ""),
    ]
    return [*found, *more]


def left_of(due: Due, now: datetime.datetime) -> tuple[str, str]:
    """Say how long the school has, and how urgent that is (empty, warn, wrong)."""
    left = due.closes_at() - now
    if left < datetime.timedelta():
        return "已过截止时间", "wrong"
    if left.days:
        hours = left.seconds // 3600
        words = f"还剩 {left.days} 天" + (f" {hours} 小时" if hours else "")
    else:
        words = f"还剩 {left.seconds // 3600} 小时 {left.seconds % 3600 // 60} 分"
    return words, "wrong" if left <= RED else "warn" if left <= AMBER else ""


def deadline_words(due: Due, now: datetime.datetime) -> str:
    """Write the deadline, its grace and the time left in one line."""
    words = deadline(due.deadline_at or due.round.deadline_at)
    if due.deadline_at:
        words += "（本校已延期）"
    if due.reply_until and due.state == Due.State.RETURNED:
        words += f"，退回后改报截止{deadline(due.reply_until)}"
    if due.round.grace_minutes:
        words += f"，截止后宽限 {due.round.grace_minutes} 分钟"
    if due.state in Due.UNMET and due.round.state == Round.State.OPEN:
        words += f"，{left_of(due, now)[0]}"
    return words


def facts_of(due: Due, filing: Any, now: datetime.datetime) -> list[Fact]:
    """Return what stands above the answers, as on the paper form."""
    found = [
        Fact("学校", due.school.full_name),
        Fact("协作组", due.school.group.short_name),
        Fact("报送任务", due.round.title, url=address("round-detail", due.round_id)),
        Fact("截止时间", deadline_words(due, now)),
    ]
    if due.round.as_of_on:
        found.append(Fact("统计时点", due.round.as_of_on))
    if filing is not None and filing.submitted_at:
        sent = f"{moment(filing.submitted_at)}　{filing.submitted_by or ''}".strip()
        found.append(Fact("提交", sent))
    if len(found) % 2:  # a line of the paper form has two pairs
        found.append(dataclasses.replace(found.pop(), wide=True))
    if due.round.instructions:
        found.append(Fact("填报要求", due.round.instructions, wide=True))
    if due.reason:
        found.append(Fact(f"{due.get_state_display()}说明", due.reason, wide=True))
    if filing is not None and filing.basis:
        found.append(Fact("代报依据", filing.basis, wide=True))
    return found


def stages_of(due: Due, filing: Any) -> list[Stage]:
    """Return the step line: the school, the group where it endorses, the district."""
    if due.state in (Due.State.NIL, Due.State.WAIVED):
        return []
    status = filing.status if filing is not None else None
    sent = ""
    if filing is not None and filing.submitted_at and not filing.is_editable:
        sent = f"{moment(filing.submitted_at)} {filing.submitted_by or ''}".strip()
    endorses = due.round.group_endorses
    here = {
        Filing.Status.SUBMITTED: 1,
        Filing.Status.ENDORSED: 2 if endorses else 1,
        Filing.Status.ACCEPTED: 3,
    }.get(status, 0)
    labels = ["学校填报", *(["协作组审核"] if endorses else []), "区里审核"]
    return [
        Stage(
            label,
            "done" if place < here else "current" if place == here else "todo",
            sent if place == 0 else "",
        )
        for place, label in enumerate(labels)
    ]


def open_steps(request: HttpRequest, due: Due, filing: Any) -> set[str]:
    """Return the names of the steps that a button may offer; the step itself has the last word."""
    if filing is None:
        return set()
    roles = reach_of(request.user).roles
    found = {step.name for step in filings.STEPS.open_for(filing, roles)}
    if Role.DISTRICT not in roles and not due.round.group_endorses:
        found.discard("return_back")
    if timezone.now() > due.closes_at():
        found.discard("withdraw")
    return found


def remarks_of(request: HttpRequest, filing: Any) -> dict[str, list[str]]:
    """Return what reviewers say of single items and is not settled yet."""
    found: dict[str, list[str]] = {}
    if filing is not None:
        for remark in Remark.objects.visible_to(request.user).open_for(filing):
            found.setdefault(remark.field, []).append(remark.text)
    return found


def scan_of(request: HttpRequest, filing: Any) -> Attachment | None:
    """Return the scan of the signed print."""
    if filing is None:
        return None
    return Attachment.objects.visible_to(request.user).scans_of(filing).last()


def may_file_for(request: HttpRequest, due: Due, filing: Any) -> bool:
    """Tell whether the reader may file for the school."""
    roles = reach_of(request.user).roles
    if roles.isdisjoint(REVIEWERS) or due.state not in Due.UNMET:
        return False
    if filing is not None and not filing.is_editable:
        return False
    is_open = due.round.state == Round.State.OPEN
    return is_open or (due.round.state == Round.State.CLOSED and Role.DISTRICT in roles)


def waiting(request: HttpRequest, due: Due) -> Any:
    """Return the dues of a round that wait for the reader, by deadline."""
    is_office = reach_of(request.user).serves(Role.DISTRICT)
    states = [Due.State.SUBMITTED, Due.State.ENDORSED] if is_office else [Due.State.SUBMITTED]
    dues = Due.objects.visible_to(request.user, roles=REVIEWERS).of_round(due.round)
    return dues.waiting_in(states, past_group=is_office).in_queue()


def with_reasons(request: HttpRequest, kind: FilingKind, due: Due) -> set[int]:
    """Return the dues of a round whose filing explains a soft check: somebody has to read it."""
    filings_ = kind.model._default_manager.visible_to(request.user, roles=REVIEWERS).of_round(due.round)
    sent = filings_.on_its_way()
    return {one.due_id for one in sent if any(name.startswith(WHY) for name in one.typed)}
