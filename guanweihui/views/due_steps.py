"""What is decided about one school's due: extended, waived, restored, nil, chased."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guanweihui import board, filing_kinds, rounds
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.lists import Fact
from guanweihui.models import Chase, Due
from guanweihui.round_forms import ChaseForm, ExtendForm, ReasonForm
from guanweihui.scope import Role
from guanweihui.views.due_page import due_or_404
from guanweihui.views.round_board import call_words, contacts_of
from guanweihui.views.rounds import OFFICE, crumbs_of

FORM = ["GET", "HEAD", "POST"]
#: Earlier calls that the page of a call shows.
CALLS = 5


def answer_step(
    request: HttpRequest,
    due: Due,
    form: Any,
    step: Callable[[dict[str, Any]], Any],
    *,
    action: str,
    words: str,
    done: str,
    facts: Any = (),
) -> HttpResponse:
    """Show the step's form; afterwards go back to where it was offered: the board, or the due itself."""
    from_board = request.GET.get("back") == "board"
    back = reverse("round-detail", args=[due.round_id]) if from_board else filing_kinds.url_of(due)
    school = due.school.short_name
    return answer_form(
        request,
        form,
        step,
        title=f"{school}：{action}",
        action=action,
        words=words,
        facts=facts,
        back_url=back,
        crumbs=crumbs_of(due.round),
        done=f"{school}{done}",
    )


@require_http_methods(FORM)
@posts(Role.DISTRICT)
def due_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one school a later deadline."""
    due = due_or_404(request, pk, OFFICE)
    return answer_step(
        request,
        due,
        ExtendForm(request.POST or None),
        lambda data: rounds.extend(
            due, until=data["until"], reason=data["reason"], by=request.user, at=timezone.now()
        ),
        action="延期",
        words=f"{due.round.quoted}本校现在的截止时间是"
        f"{board.deadline_words(due.deadline_at or due.round.deadline_at)}，{board.grace_words(due.round)}。",
        done="已延期。",
    )


@require_http_methods(FORM)
@posts(Role.DISTRICT)
def due_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Free one school from the round."""
    due = due_or_404(request, pk, OFFICE)
    return answer_step(
        request,
        due,
        ReasonForm(request.POST or None),
        lambda data: rounds.waive(due, reason=data["reason"], by=request.user, at=timezone.now()),
        action="免报",
        words=f"免报后，本校不用再报送{due.round.quoted}，已填的草稿保留。需要时可以恢复应报。",
        done="已免报。",
    )


@require_http_methods(FORM)
@posts(Role.DISTRICT)
def due_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a school owe the round again."""
    due = due_or_404(request, pk, OFFICE)
    return answer_step(
        request,
        due,
        ReasonForm(request.POST or None),
        lambda data: rounds.restore(due, reason=data["reason"], by=request.user, at=timezone.now()),
        action="恢复应报",
        words=f"恢复后，本校仍须报送{due.round.quoted}；原来的说明是：{due.reason or '无'}。",
        done="已恢复应报。",
    )


@require_http_methods(FORM)
@posts(Role.SCHOOL)
def due_nil(request: HttpRequest, pk: int) -> HttpResponse:
    """Report that the school has nothing to send."""
    due = due_or_404(request, pk, {Role.SCHOOL})
    return answer_step(
        request,
        due,
        ReasonForm(request.POST or None),
        lambda data: rounds.report_nil(due, reason=data["reason"], by=request.user, at=timezone.now()),
        action="零报告",
        words=f"本校没有内容可报时，用零报告答复{due.round.quoted}。零报告算已报送，请写明理由。",
        done="已作零报告。",
    )


@require_http_methods(FORM)
@posts(*rounds.CHASERS)
def due_chase(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a school was reminded; earlier calls stand above the form."""
    due = due_or_404(request, pk, rounds.CHASERS)
    people = contacts_of(request, [due.school_id]).get(due.school_id, [])
    calls = Chase.objects.visible_to(request.user).of_due(due)[:CALLS]
    return answer_step(
        request,
        due,
        ChaseForm(request.POST or None),
        lambda data: rounds.chase(due, data, by=request.user, at=timezone.now()),
        action="记录催报",
        words="",
        facts=[
            Fact("报送任务", due.round.title),
            Fact("截止时间", board.deadline_words(due.deadline_at or due.round.deadline_at)),
            Fact("联系人", "；".join(one.masked for one in people) or "未登记", wide=True),
            Fact("以前催报", "\n".join(call_words(call) for call in calls) or "没有", wide=True),
        ],
        done="的催报已记录。",
    )
