"""The registration round: what schools owe, a school's list, and its way up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanweihui import filings
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Due, Remark, Round
from guanweihui.reports import partial
from guanweihui.round_forms import ReasonForm
from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import moment
from guanweihui.text import mask_phone
from guanweihui.workflow import Refused
from members.areas import PEOPLE, tabs_of
from members.filters.registration import RegistrationFilter
from members.forms.registration import (
    RegistrationForm,
    ReturnForm,
    ScanForm,
    day_name,
    tick_name,
)
from members.models import Person, Registration, RegistrationLine
from members.models.registration import candidates_for, registration_dues
from members.workflow import registration as steps

COLUMNS = (
    ListColumn("学校", is_name=True, sort="school"),
    ListColumn("协作组"),
    ListColumn("登记任务", is_long=True),
    ListColumn("状态"),
    ListColumn("登记人数", format="int"),
    ListColumn("扫描件", format="int"),
    ListColumn("截止时间"),
    ListColumn("报送时间"),
)
SORTS = {"school": ("school__group__position", "school__position")}
LINE_COLUMNS = (
    ListColumn("姓名", is_name=True),
    ListColumn("五老类别"),
    ListColumn("本人同意日期", format="date"),
    ListColumn("登记表扫描件"),
    ListColumn("登记通过日期", format="date"),
    ListColumn("意见", is_long=True),
)
#: Who opens the scans: a signed form names ID number and phone.
SCAN_READERS = frozenset({Role.DISTRICT, Role.SCHOOL})
REVIEWERS = frozenset({Role.GROUP, Role.DISTRICT})


# --- what is due ------------------------------------------------------------------------------------------


@require_safe
@posts(*COMMITTEE)
def registration_list(request: HttpRequest) -> HttpResponse:
    """List what every school owes and sent, in all registration rounds."""
    dues = registration_dues(Due.objects.visible_to(request.user))
    is_wide = reach_of(request.user).serves(*DISTRICT_WIDE)
    chosen = RegistrationFilter(request.GET, queryset=dues, request=request, is_wide=is_wide)
    page = page_of(request, chosen.qs, SORTS)
    rounds_url = f"{reverse('round-list')}?kind={Round.Kind.REGISTRATION}" if is_wide else ""
    shown = ListPage(
        title="志愿者登记",
        columns=COLUMNS,
        rows=[row(due) for due in page],
        page=page,
        form=chosen.form,
        tabs=tabs_of(request, PEOPLE),
        empty_words="还没有登记任务。" if is_wide else "区里还没有布置登记任务。",
        empty_url=rounds_url,
        empty_action="登记任务" if is_wide else "",
        buttons=[("登记任务", rounds_url, "flag", "outline-primary")] if is_wide else (),
    )
    return answer_list(request, shown)


def row(due: Due) -> ListRow:
    sent = next(iter(due.registrations.all()), None)
    return ListRow(
        (
            Link(due.school.short_name, reverse("registration-due", args=[due.pk])),
            due.school.group.short_name,
            due.round.title,
            Mark(due.get_state_display()),
            sent.people if sent else None,
            sent.scans if sent else None,
            moment(due.closes_at()),
            moment(due.met_at) if due.met_at else "",
        )
    )


@require_safe
@posts(*COMMITTEE)
def registration_due(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a school's list, or show what it can do while it has none."""
    due = due_or_404(request, pk)
    registration = next(iter(due.registrations.all()), None)
    if registration is not None:
        return redirect("registration-detail", registration.pk)
    roles = reach_of(request.user).roles
    context = {
        "crumbs": [("志愿者登记", reverse("registration-list")), (due.school.short_name, "")],
        "due": due,
        "facts": due_facts(due),
        "may_fill": Role.SCHOOL in roles and due.state != Due.State.WAIVED,
        "may_nil": Role.SCHOOL in roles and due.state in Due.UNMET,
        "may_decide": Role.DISTRICT in roles and due.state in Due.UNMET,
    }
    return render(request, "members/registration_due.html", context)


def due_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Due:
    dues = Due.objects.visible_to(request.user, roles=roles)
    return get_object_or_404(registration_dues(dues), pk=pk)


def due_facts(due: Due) -> list[Fact]:
    return [
        Fact("学校", due.school.full_name),
        Fact("协作组", due.school.group.short_name),
        Fact("登记任务", due.round.title),
        Fact("截止时间", moment(due.closes_at())),
        *([Fact("说明", due.reason, wide=True)] if due.reason else []),
    ]


@require_POST
@posts(Role.SCHOOL)
def registration_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the school's list and go to it."""
    due = due_or_404(request, pk, {Role.SCHOOL})
    registration = steps.start(due, by=request.user, at=timezone.now())
    return redirect("registration-edit", registration.pk)


# --- the list of a school ---------------------------------------------------------------------------------


def registration_or_404(request: HttpRequest, pk: int, roles: Any = None) -> Registration:
    found = Registration.objects.visible_to(request.user, roles=roles).for_page()
    return get_object_or_404(found, pk=pk)


@require_safe
@posts(*COMMITTEE)
def registration_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a school's list with its scans, remarks and the steps open to the reader."""
    registration = registration_or_404(request, pk)
    due, roles = registration.due, reach_of(request.user).roles
    open_steps = {step.name for step in filings.STEPS.open_for(registration, roles)}
    if roles.isdisjoint({Role.DISTRICT}) and not due.round.group_endorses:
        open_steps.discard("return_back")
    context = {
        "crumbs": [("志愿者登记", reverse("registration-list")), (due.school.short_name, "")],
        "registration": registration,
        "school": due.school,
        "status": due.get_state_display(),
        "facts": facts(registration),
        "columns": LINE_COLUMNS,
        "rows": line_rows(request, registration),
        "returned_for": returned_for(registration),
        "can": dict.fromkeys(open_steps, True),
        "may_edit": Role.SCHOOL in roles and registration.is_editable,
        "may_nil": Role.SCHOOL in roles and due.state in Due.UNMET,
        "may_decide": Role.DISTRICT in roles and due.state in Due.UNMET,
        "trail": trail_of(request.user, registration),
    }
    return render(request, "members/registration_detail.html", context)


def facts(registration: Registration) -> list[Fact]:
    return [
        *due_facts(registration.due),
        Fact("填报人", registration.filled_by),
        Fact("联系电话", mask_phone(registration.phone) if registration.phone else ""),
        Fact("登记表原件存放说明", registration.paper_place or "无", wide=True),
        Fact("提交时间", moment(registration.submitted_at) if registration.submitted_at else ""),
        Fact("提交人", str(registration.submitted_by or "")),
    ]


def line_rows(request: HttpRequest, registration: Registration) -> list[ListRow]:
    opens_scans = reach_of(request.user).serves(*SCAN_READERS)
    remarks = open_remarks(request, registration)
    rows = []
    for line in RegistrationLine.objects.visible_to(request.user).of(registration).for_table():
        scan: Any = "未上传"
        if line.scan is not None:
            url = reverse("attachment-file", args=[line.scan.pk])
            scan = Link("查看扫描件", url) if opens_scans else "已上传"
        rows.append(
            ListRow(
                (
                    Link(line.person.name, reverse("person-detail", args=[line.person_id])),
                    line.person.elder_class.name if line.person.elder_class else "",
                    line.consented_on or "未填写",
                    scan,
                    line.person.registered_on,
                    remarks.get(line.pk, ""),
                )
            )
        )
    return rows


def open_remarks(request: HttpRequest, registration: Registration) -> dict[int, str]:
    """Give what reviewers say of single people and is not settled yet, by line."""
    found: dict[int, str] = {}
    for remark in Remark.objects.visible_to(request.user).open_for(registration):
        kind, _, key = remark.field.partition(".")
        if kind == "line" and key.isdecimal():
            found[int(key)] = remark.text
    return found


def returned_for(registration: Registration) -> str:
    """Say why the list came back, as the trail has it."""
    if registration.status != registration.Status.RETURNED:
        return ""
    return steps.last_reason(registration)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.SCHOOL)
def registration_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the school fill in its list; saving keeps gaps, submitting names them all."""
    registration = registration_or_404(request, pk, {Role.SCHOOL})
    if not registration.is_editable:
        messages.info(request, f"这份名单{registration.get_status_display()}，现在只能查看。")
        return redirect("registration-detail", pk)
    now = timezone.now()
    people = Person.objects.visible_to(request.user, roles={Role.SCHOOL})
    people = candidates_for(people, registration.due, timezone.localdate(now))
    if request.method != "POST":
        form = RegistrationForm(people=people, initial=initial_of(registration))
        return edit_page(request, registration, form)
    form = RegistrationForm(request.POST, people=people)
    if not form.is_valid():
        return edit_page(request, registration, form, status=422)
    values = form.cleaned_data
    try:
        saved = steps.save_draft(registration, values, version=values["version"], by=request.user, at=now)
        if "submit" not in request.POST:
            messages.success(request, f"草稿已保存，名单上{len(values['consents'])}人。")
            return redirect("registration-edit", pk)
        registration = saved
        steps.submit(registration, version=saved.version, by=request.user, at=now)
    except Refused as refusal:
        return edit_page(request, *kept(registration, form, refusal), status=422)
    messages.success(request, "名单已提交。")
    return redirect("registration-detail", pk)


def kept(
    registration: Registration, form: RegistrationForm, refusal: Refused
) -> tuple[Registration, RegistrationForm]:
    """Keep what was typed under the version that stands now, so that it can be saved after a look."""
    registration.refresh_from_db(fields=["version", "status"])
    form.data = form.data.copy()
    form.data["version"] = registration.version
    form.add_error(None, str(refusal).split("\n"))
    return registration, form


def initial_of(registration: Registration) -> dict[str, Any]:
    initial: dict[str, Any] = {
        name: getattr(registration, name) for name in ("version", "filled_by", "phone", "paper_place")
    }
    for person, day in registration.lines.values_list("person", "consented_on"):
        initial |= {tick_name(person): True, day_name(person): day}
    return initial


def edit_page(
    request: HttpRequest, registration: Registration, form: RegistrationForm, *, status: int = 200
) -> HttpResponse:
    lines = RegistrationLine.objects.visible_to(request.user).of(registration).for_table()
    by_person = {line.person_id: line for line in lines}
    remarks = open_remarks(request, registration)
    listed = {line.person_id: remarks.get(line.pk, "") for line in by_person.values()}
    detail = reverse("registration-detail", args=[registration.pk])
    context = {
        "crumbs": [
            ("志愿者登记", reverse("registration-list")),
            (registration.due.school.short_name, detail),
            ("填报", ""),
        ],
        "registration": registration,
        "due": registration.due,
        "form": form,
        "people": [
            {
                "person": person,
                "born": partial(person.born_on, person.birth_precision),
                "tick": tick,
                "day": day,
                "line": by_person.get(person.pk),
                "remark": listed.get(person.pk, ""),
            }
            for person, tick, day in form.people_fields()
        ],
        "missing": [] if form.is_bound else steps.faults_of(registration, at=timezone.now()),
        "returned_for": returned_for(registration),
        "detail_url": detail,
        "new_url": url_or_nothing("person-new"),
        "closes": moment(registration.due.closes_at()),
    }
    return render(request, "members/registration_edit.html", context, status=status)


def url_or_nothing(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.SCHOOL)
def registration_scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the scan of one person's signed form."""
    lines = RegistrationLine.objects.visible_to(request.user, roles={Role.SCHOOL}).for_table()
    line = get_object_or_404(lines, pk=pk)
    return answer_form(
        request,
        ScanForm(request.POST or None, request.FILES or None),
        lambda values: steps.attach_scan(line, **values["file"], by=request.user, at=timezone.now()),
        title=f"{line.person.name}的登记表扫描件",
        action="上传",
        words="已有扫描件的，新文件会替换原来的文件。" if line.scan_id else "",
        back_url=reverse("registration-edit", args=[line.registration_id]),
        crumbs=[("志愿者登记", reverse("registration-list"))],
        done="扫描件已保存。",
    )


# --- its way up -------------------------------------------------------------------------------------------


@require_POST
@posts(Role.SCHOOL)
def registration_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the list back before anybody looked at it."""
    registration = registration_or_404(request, pk, {Role.SCHOOL})
    filings.withdraw(registration, by=request.user, at=timezone.now())
    messages.success(request, "名单已撤回，可以修改后再提交。")
    return redirect("registration-detail", pk)


@require_POST
@posts(Role.GROUP)
def registration_endorse(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the group pass the list on to the district."""
    registration = registration_or_404(request, pk, {Role.GROUP})
    filings.endorse(registration, by=request.user, at=timezone.now())
    messages.success(request, "已审核同意，名单已转区里审核。")
    return redirect("registration-detail", pk)


@require_POST
@posts(Role.DISTRICT)
def registration_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the list; its people are registered from today on."""
    registration = registration_or_404(request, pk, {Role.DISTRICT})
    steps.accept_registration(registration, by=request.user, at=timezone.now())
    messages.success(request, "名单已通过，名单上的人员已登记为志愿者。")
    return redirect("registration-detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@posts(*REVIEWERS)
def registration_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the list back with a reason, and remarks on single people."""
    registration = registration_or_404(request, pk, REVIEWERS)
    lines = RegistrationLine.objects.visible_to(request.user, roles=REVIEWERS)
    form = ReturnForm(request.POST or None, lines=lines.of(registration).for_table())

    def step(values: dict[str, Any]) -> Registration:
        remarks = form.remarks(values)
        return steps.return_back(
            registration, reason=values["reason"], remarks=remarks, by=request.user, at=timezone.now()
        )

    return answer_form(
        request,
        form,
        step,
        title=f"退回{registration.due.school.short_name}的名单",
        action="退回",
        words="个别人员有问题的，请在其姓名后写明意见，学校会在名单上看到。",
        back_url=reverse("registration-detail", args=[pk]),
        crumbs=[("志愿者登记", reverse("registration-list"))],
        done="已退回学校。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@posts(Role.DISTRICT)
def registration_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an accepted list again for the school to correct."""
    registration = registration_or_404(request, pk, {Role.DISTRICT})
    return answer_form(
        request,
        ReasonForm(request.POST or None),
        lambda values: filings.reopen(
            registration, reason=values["reason"], by=request.user, at=timezone.now()
        ),
        title=f"重新打开{registration.due.school.short_name}的名单",
        action="重新打开",
        words="重新打开后名单回到学校修改；已登记人员的同意日期和登记日期保留。",
        back_url=reverse("registration-detail", args=[pk]),
        crumbs=[("志愿者登记", reverse("registration-list"))],
        done="已重新打开，等待学校修改。",
    )
