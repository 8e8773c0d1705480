"""Transfers between schools: the list, asking, the request, its answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from guanweihui.form_page import answer_form
from guanweihui.forms import PortalForm
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused
from members.areas import PEOPLE, WRITERS, tabs_of
from members.filters.merging import TransferFilter
from members.forms.merging import AskForm, RefuseForm
from members.models import Transfer
from members.workflow import transfers
from members.workflow.transfers import ASKERS, HOLDERS, NotRegistered, OwnAlready

COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("现在学校"),
    ListColumn("转入学校"),
    ListColumn("理由", is_long=True),
    ListColumn("申请时间", format="date"),
    ListColumn("状态", align="center"),
)
KINDS = {"ASKED": "warn", "GRANTED": "ok", "REFUSED": "wrong", "WITHDRAWN": "plain"}


@require_safe
@posts(*WRITERS)
def transfer_list(request: HttpRequest) -> HttpResponse:
    """List the requests of and to the reader's schools, the latest first."""
    found = Transfer.objects.visible_to(request.user, roles=HOLDERS)
    chosen = TransferFilter(request.GET, queryset=found, request=request)
    page = page_of(request, chosen.qs.for_list())
    tabs = tabs_of(request, PEOPLE)
    asks = reach_of(request.user).serves(*ASKERS)
    if asks:
        tabs = [*tabs, {"label": "申请转入", "url": reverse("transfer-new"), "current": False}]
    shown = ListPage(
        title="转校申请",
        columns=COLUMNS,
        rows=[row(transfer) for transfer in page],
        page=page,
        form=chosen.form,
        tabs=tabs,
        empty_words="还没有转校申请。登记时发现此人已在别的学校登记的，由现在的学校申请转入。",
        empty_url=reverse("transfer-new") if asks else "",
        empty_action="申请转入" if asks else "",
    )
    return answer_list(request, shown)


def row(transfer: Transfer) -> ListRow:
    cells = (
        Link(transfer.typed_name, reverse("transfer-detail", args=[transfer.pk])),
        transfer.from_school.short_name,
        transfer.to_school.short_name,
        transfer.reason,
        timezone.localdate(transfer.asked_at),
        Mark(transfer.get_status_display(), KINDS[transfer.status]),
    )
    return ListRow(cells, key=str(transfer.pk), name=transfer.typed_name)


@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.SCHOOL)
def transfer_new(request: HttpRequest) -> HttpResponse:
    """Ask for a person of another school; the number is read from a POST only and shown nowhere."""
    form = AskForm(posted(request), user=request.user)
    is_unknown = False
    if form.is_valid():
        try:
            transfer = transfers.ask(**form.cleaned_data, by=request.user, at=timezone.now())
        except OwnAlready as found:
            messages.info(request, str(found))
            return redirect("person-detail", found.person.pk)
        except Refused as refusal:
            is_unknown = isinstance(refusal, NotRegistered)
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"此人登记在{transfer.from_school.short_name}，已向该校提出申请。")
            return redirect("transfer-detail", transfer.pk)
    context = {
        "crumbs": [("转校申请", reverse("transfer-list")), ("申请转入", "")],
        "form": form,
        "register_url": _url("person-new") if is_unknown else "",
        "back_url": reverse("transfer-list"),
    }
    return render(request, "members/transfer_new.html", context, status=422 if form.is_bound else 200)


def posted(request: HttpRequest) -> Any:
    """Return what a POST brings, be it nothing, and None for a GET."""
    return request.POST if request.method == "POST" else None


def _url(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


@require_safe
@posts(*WRITERS)
def transfer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request. Who asks sees what he typed himself; who holds the file is led to it."""
    transfer = _fetch(request, Transfer.objects.visible_to(request.user, roles=HOLDERS), pk)
    open_steps = {step.name for step in transfers.STEPS.open_for(transfer, HOLDERS)}
    decides = set() if not _holds(request, transfer) else open_steps & {"grant", "refuse"}
    asked = Transfer.objects.visible_to(request.user, roles=HOLDERS).asked_by_schools_of(request.user)
    takes_back = "withdraw" in open_steps and transfer in asked
    context = {
        "crumbs": [("转校申请", reverse("transfer-list")), (transfer.typed_name, "")],
        "transfer": transfer,
        "kind": KINDS[transfer.status],
        "facts": facts(transfer, leads_to_file=_reads_file(request, transfer)),
        "may_grant": "grant" in decides,
        "may_refuse": "refuse" in decides,
        "may_withdraw": takes_back,
        "moved_on": transfers.still_there(transfer) if transfer.status == Transfer.Status.ASKED else "",
    }
    return render(request, "members/transfer_detail.html", context)


def _fetch(request: HttpRequest, found: Any, pk: int) -> Transfer:
    return get_object_or_404(found.for_list(), pk=pk)


def _holds(request: HttpRequest, transfer: Transfer) -> bool:
    reach = reach_of(request.user).of(HOLDERS)
    return transfer.from_school_id in reach.ids("school") or transfer.district_id in reach.ids("district")


def _reads_file(request: HttpRequest, transfer: Transfer) -> bool:
    """Tell whether the reader may open the file: it stands at his school, or in his district."""
    reach = reach_of(request.user).of(HOLDERS)
    person = transfer.person
    return person.merged_into_id is None and (
        person.school_id in reach.ids("school") or transfer.district_id in reach.ids("district")
    )


def facts(transfer: Transfer, *, leads_to_file: bool) -> list[Fact]:
    file = reverse("person-detail", args=[transfer.person_id]) if leads_to_file else ""
    shown = [
        Fact("申请时填写的姓名", transfer.typed_name),
        Fact("申请时间", timezone.localtime(transfer.asked_at).strftime("%Y-%m-%d %H:%M")),
        Fact("现在学校", transfer.from_school.full_name),
        Fact("转入学校", transfer.to_school.full_name),
        Fact("申请人", transfer.asked_by),
        Fact("理由", transfer.reason, wide=True),
    ]
    if leads_to_file:
        shown.insert(1, Fact("登记的姓名", transfer.person.name, url=file))
    if transfer.decided_at:
        shown.append(Fact("答复时间", timezone.localtime(transfer.decided_at).strftime("%Y-%m-%d %H:%M")))
    if transfer.answer:
        shown.append(Fact("答复", transfer.answer, wide=True))
    return shown


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def transfer_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the person go, as the school that holds the file or as its district."""
    found = Transfer.objects.visible_to(request.user, roles=HOLDERS).decided_by(request.user)
    transfer = _fetch(request, found, pk)
    return answer_form(
        request,
        PortalForm(posted(request)),
        lambda _: transfers.grant(transfer, by=request.user, at=timezone.now()),
        title="同意转出",
        action="同意转出",
        words=f"同意后，此人的档案连同全部记录转到{transfer.to_school.short_name}，本校不再能办理。",
        facts=facts(transfer, leads_to_file=_reads_file(request, transfer)),
        **_around(transfer, "已同意转出，档案已转到对方学校。", leave=True),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*WRITERS)
def transfer_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer that the person stays."""
    found = Transfer.objects.visible_to(request.user, roles=HOLDERS).decided_by(request.user)
    transfer = _fetch(request, found, pk)
    return answer_form(
        request,
        RefuseForm(posted(request)),
        lambda data: transfers.refuse(transfer, **data, by=request.user, at=timezone.now()),
        title="不同意转出",
        action="不同意",
        danger=True,
        **_around(transfer, "已答复不同意。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.SCHOOL)
def transfer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the own school's request back."""
    found = Transfer.objects.visible_to(request.user, roles=ASKERS).asked_by_schools_of(request.user)
    transfer = _fetch(request, found, pk)
    return answer_form(
        request,
        PortalForm(posted(request)),
        lambda _: transfers.withdraw(transfer, by=request.user, at=timezone.now()),
        title="撤回申请",
        action="撤回",
        danger=True,
        words="撤回后，对方学校不再看到待办；需要时可以重新申请。",
        **_around(transfer, "已撤回申请。"),
    )


def _around(transfer: Transfer, done: str, *, leave: bool = False) -> dict[str, Any]:
    """Return what the three answers share; who let somebody go is led back to the list."""
    here = reverse("transfer-detail", args=[transfer.pk])
    return {
        "back_url": here,
        "then": reverse("transfer-list") if leave else here,
        "done": done,
        "crumbs": [("转校申请", reverse("transfer-list")), (transfer.typed_name, here)],
    }
