"""Public notices for the office: the list, one notice with all that belongs to it, its steps, its papers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from awards import notice_papers
from awards.areas import AWARDS
from awards.forms.notices import CheckedForm, FileForm, NoticeForm, PostForm
from awards.models import AwardList, Objection, PublicNotice
from awards.workflow import notices as steps
from guanweihui.areas import tabs_of, url_or_none
from guanweihui.form_page import answer_form
from guanweihui.gate import posts
from guanweihui.list_page import ListPage, answer_file, answer_list
from guanweihui.lists import Fact, Link, ListColumn, ListRow, Mark, page_of
from guanweihui.models import Attachment
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.tables import format_value
from guanweihui.templatetags.portal import moment

S = PublicNotice.Status
OFFICE = (Role.DISTRICT,)
FORM_METHODS = ["GET", "HEAD", "POST"]
KINDS = {S.DRAFT: "plain", S.POSTED: "info", S.CLOSED: "ok", S.REPLACED: "void"}
OBJECTION_KINDS = {"OPEN": "warn", "UPHELD": "wrong", "REJECTED": "ok"}
COLUMNS = (
    ListColumn("标题", is_name=True, is_long=True),
    ListColumn("开始日期", format="date"),
    ListColumn("截止日期", format="date"),
    ListColumn("工作日", format="int"),
    ListColumn("异议（件）", format="int"),
    ListColumn("状态"),
)
FILE_COLUMNS = (
    ListColumn("文件", is_name=True, is_long=True),
    ListColumn("用途"),
    ListColumn("上传时间"),
    ListColumn("操作"),
)
OBJECTION_COLUMNS = (
    ListColumn("收到日期", format="date"),
    ListColumn("形式"),
    ListColumn("针对", is_name=True, is_long=True),
    ListColumn("结果"),
)


@require_safe
@posts(*DISTRICT_WIDE)
def notice_list(request: HttpRequest) -> HttpResponse:
    """List the notices, newest first; an approved list that waits for its notice stands as a button."""
    page = page_of(request, PublicNotice.objects.visible_to(request.user).with_objections().for_list())
    waiting = AwardList.objects.visible_to(request.user, roles=OFFICE).approved().without_notice().for_list()
    shown = ListPage(
        title="公示",
        columns=COLUMNS,
        rows=[row(notice) for notice in page],
        page=page,
        tabs=tabs_of(request, AWARDS),
        unit="次",
        empty_words="还没有公示。名单经领导审定后，在这里拟稿、发布。",
        empty_url=url_or_none("award-list-list"),
        empty_action="查看名单",
        buttons=[
            (f"公示{one.cycle.name}名单", reverse("notice-new", args=[one.pk]), "megaphone", "primary")
            for one in waiting
        ],
    )
    return answer_list(request, shown)


def row(notice: PublicNotice) -> ListRow:
    cells = (
        Link(notice.title, url_of(notice)),
        notice.first_on,
        notice.last_on,
        notice.workdays,
        notice.objection_count,  # type: ignore[attr-defined]  # counted by with_objections()
        mark_of(notice),
    )
    return ListRow(cells)


def mark_of(notice: PublicNotice) -> Mark:
    if notice.status == S.POSTED and notice.ends_at <= timezone.now():  # type: ignore[operator]
        return Mark("期满待办结", "warn")
    return Mark(notice.get_status_display(), KINDS[notice.status])


def url_of(notice: PublicNotice) -> str:
    return reverse("notice-detail", args=[notice.pk])


def notice_or_404(request: HttpRequest, pk: int, roles: Any = OFFICE) -> PublicNotice:
    return get_object_or_404(PublicNotice.objects.visible_to(request.user, roles=roles).for_page(), pk=pk)


def crumbs_of(notice: PublicNotice | None = None) -> list[tuple[str, str]]:
    crumbs = [("公示", reverse("notice-list"))]
    return [*crumbs, (notice.title, url_of(notice))] if notice else crumbs


# --- one notice -------------------------------------------------------------------------------------------


@require_safe
@posts(*DISTRICT_WIDE)
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a notice as the public reads it, with its files, objections and what is to be done next."""
    now = timezone.now()
    notice = notice_or_404(request, pk, DISTRICT_WIDE)
    is_office = reach_of(request.user).serves(*OFFICE)
    content, last_on, missing = as_it_stands(notice)
    objections = list(Objection.objects.visible_to(request.user).holding_up(notice).for_list())
    context = {
        "crumbs": [*crumbs_of(), (notice.title, "")],
        "notice": notice,
        "mark": mark_of(notice),
        "facts": facts_of(request, notice, last_on),
        "text": text_of(notice, content, last_on),
        "is_office": is_office,
        "is_draft": notice.status == S.DRAFT,
        "is_posted": notice.status == S.POSTED,
        "is_closed": notice.status == S.CLOSED,
        "is_replaced": notice.status == S.REPLACED,
        "missing": missing,
        # Files are looked through when they are uploaded, and once more at posting.
        "personal": steps.faults_of(notice, content) if notice.status == S.DRAFT else [],
        "why_not_close": steps.why_not_close(notice, objections, now) if notice.status == S.POSTED else "",
        **upheld_words(notice, objections),
        "successor": successor_of(request, notice),
        "file_columns": FILE_COLUMNS,
        "files": [file_row(notice, file, is_office) for file in files_of(request, notice)],
        "objection_columns": OBJECTION_COLUMNS,
        "objections": [objection_row(one) for one in objections],
        "trail": trail_of(request.user, notice),
    }
    return render(request, "awards/notice_detail.html", context)


def as_it_stands(notice: PublicNotice) -> tuple[list, Any, str]:
    """Return content and last day, frozen or of a draft as they would be, and what the calendar lacks."""
    if notice.status != S.DRAFT:
        return notice.content, notice.last_on, ""
    corrections = steps.corrections_of(notice.award_list.cycle.district)
    last_on = steps.period_of(notice, corrections)
    return steps.content_of(notice.award_list), last_on, steps.missing_holidays(notice, corrections)


def text_of(notice: PublicNotice, content: list, last_on: Any) -> dict[str, Any]:
    """Return what templates/awards/notice_text.html shows: the same inside and in public."""
    return {
        "title": notice.title,
        "organ": notice.award_list.cycle.district.committee_name,
        "day": notice.first_on,
        "basis": [one for one in notice.basis.splitlines() if one.strip()],
        "period": notice_papers.period_words(notice, last_on) if last_on else "",
        "how": notice_papers.how_to_object(notice),
        "persons": any(unit for _, lines in content for _, unit in lines),
        "awards": [
            (award, len(lines), any(unit for _, unit in lines), lines) for award, lines in content if lines
        ],
    }


def facts_of(request: HttpRequest, notice: PublicNotice, last_on: Any) -> list[Fact]:
    award_list = notice.award_list
    public = reverse("public-notice", args=[notice.token])
    is_public = notice.status == S.POSTED and notice.posted_at <= timezone.now() < notice.ends_at  # type: ignore
    first, last = (format_value(day, prose=True) for day in (notice.first_on, last_on))
    facts = [
        Fact("名单", str(award_list), url=url_or_none("award-list-detail", award_list.pk)),
        Fact("工作日", f"{notice.workdays} 个，{'含' if notice.counts_first_day else '不含'}公示当日"),
        Fact("公示时间", f"{first}至{last}17:00" if last_on else first, wide=True),
    ]
    if is_public:
        facts.append(Fact("公开网址", request.build_absolute_uri(public), url=public, wide=True))
    if notice.posted_at is not None:
        facts.append(Fact("发布", f"{notice.posted_by or '系统'}　{moment(notice.posted_at)}", wide=True))
    if notice.closed_at is not None:
        facts.append(Fact("办结", f"{notice.closed_by or '系统'}　{moment(notice.closed_at)}", wide=True))
    return facts


def upheld_words(notice: PublicNotice, objections: list[Objection]) -> dict[str, Any]:
    """Say that the list is to be amended, where an objection to a standing notice was upheld."""
    upheld = sum(one.status == Objection.Status.UPHELD for one in objections)
    if not upheld or notice.status == S.REPLACED:
        return {"upheld": 0, "amend_url": ""}
    return {"upheld": upheld, "amend_url": url_or_none("award-list-amend", notice.award_list_id)}


def successor_of(request: HttpRequest, notice: PublicNotice) -> PublicNotice | None:
    """Return the notice that stands in place of a void one, None while there is none."""
    if notice.status != S.REPLACED:
        return None
    cycle = notice.award_list.cycle
    return PublicNotice.objects.visible_to(request.user).of(cycle).standing().for_list().first()


def files_of(request: HttpRequest, notice: PublicNotice) -> list[Attachment]:
    visible = Attachment.objects.visible_to(request.user)
    return [
        file
        for field in (steps.PUBLIC_FILE, steps.STAMPED_FILE)
        for file in visible.beside(f"{field}{notice.pk}")
    ]


def file_row(notice: PublicNotice, file: Attachment, is_office: bool) -> ListRow:
    is_public = file.field.startswith(steps.PUBLIC_FILE)
    may_go = is_office and notice.status in ({S.DRAFT} if is_public else {S.DRAFT, S.POSTED})
    remove = Link("删除", reverse("notice-file-remove", args=[notice.pk, file.pk])) if may_go else ""
    cells = (
        Link(file.original_name, reverse("attachment-file", args=[file.pk])),
        "公开附件" if is_public else "盖章件（内部）",
        moment(file.added_at),
        remove,
    )
    return ListRow(cells)


def objection_row(objection: Objection) -> ListRow:
    meant = objection.nomination.nominee if objection.nomination else "整个名单"
    cells = (
        objection.received_on,
        objection.get_kind_display(),
        Link(meant, reverse("objection-detail", args=[objection.pk])),
        Mark(objection.get_status_display(), OBJECTION_KINDS[objection.status]),
    )
    return ListRow(cells)


# --- steps ------------------------------------------------------------------------------------------------


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the notice of an approved list."""
    lists = AwardList.objects.visible_to(request.user, roles=OFFICE).for_page()
    award_list = get_object_or_404(lists, pk=pk)
    initial = steps.defaults_of(award_list, on=timezone.localdate())
    form = NoticeForm(request.POST or None, initial=initial)
    return answer_form(
        request,
        form,
        lambda _: steps.draft_notice(award_list, form.values(), by=request.user, at=timezone.now()),
        title="拟公示稿",
        action="保存",
        words="保存后先核对预览，再发布。公示只公开姓名、单位和奖项。",
        back_url=reverse("notice-list"),
        crumbs=crumbs_of(),
        facts=[Fact("名单", str(award_list), wide=True)],
        done="已保存公示稿，请核对后发布。",
        then=url_of,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a notice that is not posted yet."""
    notice = notice_or_404(request, pk)
    form = NoticeForm(request.POST or None, instance=notice)
    version = form["version"].value()

    def step(data: dict[str, Any]) -> PublicNotice:
        seen = data["version"] if data["version"] is not None else -1
        return steps.edit_notice(notice, form.values(), version=seen, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="修改公示稿",
        action="保存",
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        done="已保存。",
        words="" if str(version) == str(notice.version) else steps.OLD_TAB,
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, naming what becomes public and until when, then post."""
    notice = notice_or_404(request, pk)
    content, last_on, missing = as_it_stands(notice)
    period = notice_papers.period_words(notice, last_on).removeprefix("公示时间：")
    form = PostForm(request.POST or None, asks_days=bool(missing), initial={"version": notice.version})

    def step(data: dict[str, Any]) -> PublicNotice:
        return steps.post_notice(
            notice,
            version=data["version"],
            checked_days=data.get("checked_days", False),
            by=request.user,
            at=timezone.now(),
        )

    return answer_form(
        request,
        form,
        step,
        title="发布公示",
        action="发布",
        words=f"{missing}。" if missing else "发布后不用登录就能看到，内容和附件不能再改；期满自动下架。",
        danger=bool(missing),
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        facts=[
            Fact("公开内容", f"{len(content)} 个奖项，共 {steps.count_of(content)} 个单位和个人", wide=True),
            Fact("公示时间", period, wide=True),
        ],
        done=lambda one: f"已发布，公示至{format_value(one.last_on, prose=True)}17:00。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a notice whose period is over and whose objections are decided."""
    notice = notice_or_404(request, pk)
    return answer_form(
        request,
        CheckedForm(request.POST or None),
        lambda _: steps.close_notice(notice, by=request.user, at=timezone.now()),
        title="办结公示",
        action="办结",
        words="办结后可以出具公示结果，并登记表彰决定；不能再登记异议。",
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        done="公示已办结，可以打印公示结果。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a public attachment, looked through before it is kept, or the stamped copy."""
    notice = notice_or_404(request, pk)
    form = FileForm(request.POST or None, request.FILES or None, is_draft=notice.status == S.DRAFT)

    def step(data: dict[str, Any]) -> Attachment:
        is_public = data["kind"] == FileForm.PUBLIC
        return steps.add_file(notice, data["file"], is_public=is_public, by=request.user, at=timezone.now())

    return answer_form(
        request,
        form,
        step,
        title="上传文件",
        action="上传",
        words="公开附件会先检查：有身份证号、电话、银行卡号的，或检查不了文字的，不能上传。",
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        done="已上传。",
    )


@require_http_methods(FORM_METHODS)
@posts(*OFFICE)
def notice_file_remove(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Ask once more, then take a file away."""
    notice = notice_or_404(request, pk)
    found = next((one for one in files_of(request, notice) if one.pk == file), None)
    chosen = found or get_object_or_404(Attachment.objects.none(), pk=file)
    return answer_form(
        request,
        CheckedForm(request.POST or None),
        lambda _: steps.remove_file(notice, chosen, by=request.user, at=timezone.now()),
        title="删除文件",
        action="删除",
        words=f"删除“{chosen.original_name}”后不能恢复。",
        danger=True,
        back_url=url_of(notice),
        crumbs=crumbs_of(notice),
        done="已删除。",
    )


# --- papers -----------------------------------------------------------------------------------------------


@require_safe
@posts(*DISTRICT_WIDE)
def notice_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Print the notice in official layout."""
    notice = notice_or_404(request, pk, DISTRICT_WIDE)
    content, last_on, _ = as_it_stands(notice)
    last_on = last_on or steps.period_of(notice, steps.corrections_of(notice.award_list.cycle.district))
    return answer_file(notice_papers.notice_pdf(notice, content, last_on), f"{notice.title}.pdf")


@require_safe
@posts(*DISTRICT_WIDE)
def notice_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Print how the notice ended: 公示无异议, or the explanation where objections were decided."""
    notice = notice_or_404(request, pk, DISTRICT_WIDE)
    objections = list(Objection.objects.visible_to(request.user).of(notice).for_list())
    tally = notice_papers.tally_of(objections)
    title = notice_papers.outcome_title(notice, tally).replace("\n", "")
    return answer_file(notice_papers.outcome_pdf(notice, tally), f"{title}.pdf")
