"""Steps of a public notice (公示) of an approved list: draft, files, post, close, replace.

Rules: N workdays with 调休; name, unit and award only; nothing personal in words or files (domain.md 3).
"""

import dataclasses
import datetime
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from awards.models import AwardList, AwardListEntry, Cycle, Objection, PublicNotice
from guanweihui import scanner, uploads, workdays
from guanweihui.audit import record
from guanweihui.models import Attachment, District, Workday
from guanweihui.names import stroke_key
from guanweihui.scope import Role
from guanweihui.tables import format_value
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take

S = PublicNotice.Status
OFFICE = frozenset({Role.DISTRICT})
STEPS = Steps(
    {
        "post": Step({S.DRAFT}, S.POSTED, OFFICE, label="发布"),
        "close": Step({S.POSTED}, S.CLOSED, OFFICE, label="办结"),
        # Amending an approved list takes this one (awards.workflow.lists).
        "replace": Step(
            {S.DRAFT, S.POSTED, S.CLOSED},
            S.REPLACED,
            {Role.DISTRICT, Role.LEADER},
            label="作废",
            needs_reason=True,
        ),
    }
)
#: What the office words of a notice; everything else follows from the list and the calendar.
FIELDS = (
    "title",
    "basis",
    "first_on",
    "workdays",
    "counts_first_day",
    "phone",
    "address",
    "postcode",
    "email",
    "contacts",
    "supervision_phone",
)
#: Where the scanner looks, with the words by which a fault is named. The two telephones may be telephones.
SCANNED = ("title", "basis", "address", "contacts", "email", "phone", "supervision_phone")
PHONES = ("phone", "supervision_phone")
#: Files of a notice: those that the public may take, and the stamped copy that stays inside.
PUBLIC_FILE, STAMPED_FILE = "notice.public.", "notice.stamped."
OLD_TAB = "这份公示在您打开之后已被修改。请在新页面中打开核对，再重新填写。"

Content = list[list[Any]]


# --- what a notice says -----------------------------------------------------------------------------------


def content_of(award_list: AwardList) -> Content:
    """Return [[award, [[name, unit], …]], …] of those to be commended: name, unit and award, nothing else.

    Collectives stand in the district's order, persons by the strokes of their names (按姓氏笔画排序).
    """
    named = AwardListEntry.objects.of(award_list).with_outcome(AwardListEntry.Outcome.AWARD)
    entries = named.for_list().defer("nomination__draft")
    found: dict[int, tuple[str, list[tuple[Any, list[str]]]]] = {}
    for entry in entries:
        nomination = entry.nomination
        category, unit = nomination.category, nomination.unit
        place = (unit.group.position, unit.position, nomination.pk)
        printed = nomination.printed_unit or unit.full_name
        if nomination.person_id is None:
            line: tuple[Any, list[str]] = ((place,), [printed, ""])
        else:
            line = ((stroke_key(nomination.nominee), place), [nomination.nominee, printed])
        found.setdefault(category.pk, (category.name, []))[1].append(line)
    return [
        [award, [cells for _, cells in sorted(lines, key=lambda one: one[0])]]
        for award, lines in found.values()
    ]


def count_of(content: Content) -> int:
    return sum(len(lines) for _, lines in content)


def period_of(notice: PublicNotice, corrections: workdays.Corrections) -> datetime.date:
    """Return the last day of the notice's period, the first day counted or not as the notice says."""
    first = notice.first_on if notice.counts_first_day else notice.first_on + workdays.ONE_DAY
    return workdays.period_end(first, notice.workdays, corrections)


def corrections_of(district: District) -> workdays.Corrections:
    return Workday.objects.in_district(district).corrections()


def missing_holidays(notice: PublicNotice, corrections: workdays.Corrections) -> str:
    """Say which years of the period have no holidays yet; empty when all have."""
    return workdays.missing_data(notice.first_on, period_of(notice, corrections), corrections)


def defaults_of(award_list: AwardList, *, on: datetime.date) -> dict[str, Any]:
    """Return what a new notice says unless it is changed: from the cycle, the last notice, the calendar."""
    cycle = award_list.cycle
    corrections = corrections_of(cycle.district)
    earlier = PublicNotice.objects.of(cycle).count()
    before = PublicNotice.objects.of_district(cycle.district_id).newest()
    again = f"（第{earlier + 1}次）" if earlier else ""
    return {
        "title": f"关于{cycle.name}拟表彰名单的公示{again}"[:100],
        "basis": basis_of(cycle),
        "first_on": workdays.next_workday(max(filter(None, (on, cycle.posts_on))), corrections),
        "workdays": cycle.notice_workdays,
        "counts_first_day": cycle.counts_first_day,
        "phone": before.phone if before else cycle.district.contact[:60],
        **{
            name: getattr(before, name) if before else ""
            for name in ("address", "postcode", "email", "contacts", "supervision_phone")
        },
    }


def basis_of(cycle: Cycle) -> str:
    number = f"（{cycle.basis_number}）" if cycle.basis_number else ""
    according = f"根据《{cycle.basis_title}》{number}，" if cycle.basis_title else ""
    return (
        f"{according}经学校推荐、协作组审核、区级复核和评审会研究，"
        f"确定了{cycle.name}拟表彰名单。现予以公示，接受监督。"
    )


# --- the office's part ------------------------------------------------------------------------------------


def draft_notice(
    award_list: AwardList, values: Mapping[str, Any], *, by: Any, at: datetime.datetime
) -> PublicNotice:
    """Begin the notice of an approved list; `values` are those of FIELDS.

    Raises Refused for a list that is not approved or has its notice already, and for days gone by.
    """
    with one_step(PublicNotice):
        fresh = own(award_list, by=by, roles=OFFICE)
        if fresh.status != AwardList.Status.APPROVED:
            raise Refused(f"这份名单“{fresh.get_status_display()}”，经领导审定后才能公示。")
        number = PublicNotice.objects.of(fresh.cycle).count() + 1
        notice = PublicNotice(
            award_list=fresh,
            number=number,
            token=secrets.token_urlsafe(24),
            **{name: values[name] for name in FIELDS},
        )
        _refuse_days(notice, at)
        notice.save(force_insert=True)
        record("publicnotice.draft", notice, by=by, at=at, changes={"first_on": [None, notice.first_on]})
        return notice


def edit_notice(
    notice: PublicNotice, values: Mapping[str, Any], *, version: int, by: Any, at: datetime.datetime
) -> PublicNotice:
    """Change the words or days of a notice that is not posted yet. Raises Refused for an old tab."""
    with one_step(PublicNotice):
        fresh = _draft(notice, version, by)
        changes = {
            name: [getattr(fresh, name), values[name]]
            for name in FIELDS
            if getattr(fresh, name) != values[name]
        }
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        _refuse_days(fresh, at)
        fresh.version += 1
        fresh.save(update_fields=[*changes, "version"])
        record("publicnotice.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def _draft(notice: PublicNotice, version: int, by: Any) -> PublicNotice:
    """Lock a notice that may still be changed."""
    fresh: PublicNotice = own(notice, by=by, roles=OFFICE)
    if fresh.status != S.DRAFT:
        raise Refused(
            f"这份公示“{fresh.get_status_display()}”，内容不能再改。名单有误的，请修改名单后重新公示。"
        )
    if fresh.version != version:
        raise Refused(OLD_TAB)
    return fresh


def _refuse_days(notice: PublicNotice, at: datetime.datetime) -> None:
    if notice.first_on < timezone.localdate(at):
        day = format_value(notice.first_on, prose=True)
        raise Refused(f"公示开始日期{day}早于今天，公示期从发布当日起算。请改为今天或以后的日期。")


# --- files ------------------------------------------------------------------------------------------------


def add_file(
    notice: PublicNotice, file: Mapping[str, Any], *, is_public: bool, by: Any, at: datetime.datetime
) -> Attachment:
    """Hang a file on a notice: one for the public before posting, or the stamped copy, which stays inside.

    `file` has name, content and content_type, cleaned by uploads.clean_scan(). Raises Refused for a public
    one with a personal number in it, or that cannot be looked through.
    """
    if is_public:
        faults = scan_attachment(notice, file["name"], file["content"], file["content_type"])
        refuse_found(faults, "这个文件")
    with one_step(PublicNotice):
        fresh = _draft(notice, notice.version, by) if is_public else own(notice, by=by, roles=OFFICE)
        if fresh.status == S.REPLACED:
            raise Refused("这份公示已作废，不能再上传文件。")
        field = f"{PUBLIC_FILE if is_public else STAMPED_FILE}{fresh.pk}"
        stored = uploads.attach(fresh.award_list.cycle.district, field=field, by=by, at=at, **file)
        _count_on(fresh)
        changes = {"file": [None, stored.original_name], "is_public": is_public}
        record("publicnotice.add_file", fresh, by=by, at=at, changes=changes)
        return stored


def remove_file(notice: PublicNotice, file: Attachment, *, by: Any, at: datetime.datetime) -> None:
    """Take a file of a notice away again; what was published with it stays."""
    with one_step(PublicNotice):
        fresh = own(notice, by=by, roles=OFFICE)
        if file.field not in (f"{PUBLIC_FILE}{fresh.pk}", f"{STAMPED_FILE}{fresh.pk}"):
            raise Refused("这个文件不属于这份公示。")
        if file.field.startswith(PUBLIC_FILE) and fresh.status != S.DRAFT:
            raise Refused("公示已经发布，附件不能再撤换。内容有误的，请修改名单后重新公示。")
        if fresh.status in (S.CLOSED, S.REPLACED):
            raise Refused(f"这份公示“{fresh.get_status_display()}”，盖章件须留存，不能删除。")
        _count_on(fresh)
        record("publicnotice.remove_file", fresh, by=by, at=at, changes={"file": [file.original_name, None]})
        uploads.remove(file)


def public_files(notice: PublicNotice) -> Any:
    """Return the files that the public may take with a notice, oldest first."""
    return Attachment.objects.beside(f"{PUBLIC_FILE}{notice.pk}")


def _count_on(notice: PublicNotice) -> None:
    notice.version += 1
    notice.save(update_fields=["version"])


# --- what must not be made public -------------------------------------------------------------------------


def faults_of(notice: PublicNotice, content: Content, files: Iterable[Attachment] = ()) -> list[str]:
    """Return every place of a notice where something personal stands, as sentences; empty when clean."""
    faults = []
    for name in SCANNED:
        label = PublicNotice._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        allowed = _own_phones(notice)
        found = scanner.find_personal(getattr(notice, name), allowed=allowed)
        faults += [f"“{label}”{one}" for one in found]
    for award, lines in content:
        for place, cells in enumerate(lines, start=1):
            faults += [f"“{award}”名单第 {place} 人{one}" for one in scanner.find_personal("　".join(cells))]
    for file in files:
        faults += scan_attachment(notice, file.original_name, uploads.read(file), file.content_type)
    return faults


def scan_attachment(notice: PublicNotice, name: str, content: bytes, content_type: str) -> list[str]:
    """Return what of a file keeps it from the public, as sentences."""
    try:
        found = scanner.scan_file(content, content_type, allowed=_own_phones(notice))
    except scanner.Unscannable as fault:
        return [f"附件“{name}”：{fault}".rstrip("。")]
    found += scanner.find_personal(name)
    return [f"附件“{name}”{one}" for one in found]


def _own_phones(notice: PublicNotice) -> list[str]:
    return [getattr(notice, name) for name in PHONES]


def refuse_found(faults: Sequence[str], what: str) -> None:
    """Raise Refused when there are faults, each in a line."""
    if faults:
        words = f"{what}不能公开，请改正后再办理："
        raise Refused("\n".join([words, *(f"{one}。" for one in faults)]))


# --- posting and the end ----------------------------------------------------------------------------------


def post_notice(
    notice: PublicNotice, *, version: int, checked_days: bool = False, by: Any, at: datetime.datetime
) -> PublicNotice:
    """Freeze the content and make it public from the first day on until the last one's close of office.

    Raises Refused when something personal is found (with every place), for a first day gone by, for a list
    without anybody to commend, and for a year without holiday data unless `checked_days` says that the
    office looked the days up.
    """
    content = content_of(notice.award_list)
    # Reading files takes seconds, so it comes before the row is locked; the version holds what was read.
    files = public_files(notice)
    refuse_found(faults_of(notice, content, files), "公示")
    corrections = corrections_of(notice.award_list.cycle.district)
    last_on = period_of(notice, corrections)
    starts = timezone.make_aware(datetime.datetime.combine(notice.first_on, datetime.time.min))
    step = dataclasses.replace(STEPS["post"], when=_may_post(content, version, checked_days, corrections, at))
    writes = {
        "content": content,
        "last_on": last_on,
        "ends_at": workdays.office_closes(last_on, corrections),
        "posted_at": max(at, starts),
        "posted_by": by if getattr(by, "pk", None) else None,
    }
    return take(step, notice, by=by, at=at, writes=writes)


def _may_post(
    content: Content,
    version: int,
    checked_days: bool,
    corrections: workdays.Corrections,
    at: datetime.datetime,
) -> Callable[[PublicNotice], str | None]:
    def when(row: PublicNotice) -> str | None:
        if row.version != version:
            return OLD_TAB
        if row.award_list.status != AwardList.Status.APPROVED:
            return f"名单“{row.award_list.get_status_display()}”，经领导审定后才能公示。"
        if not content:
            return "名单中没有拟表彰的单位和个人，不用公示。"
        if (missing := missing_holidays(row, corrections)) and not checked_days:
            return f"{missing}。请先录入放假和调休安排，或核对截止日期后勾选“已核对”。"
        _refuse_days(row, at)
        return None

    return when


def close_notice(notice: PublicNotice, *, by: Any, at: datetime.datetime) -> PublicNotice:
    """End a notice whose period is over and whose objections are decided; the decision may follow.

    Raises Refused before the end, while an objection by name or seal is open, and after one was upheld.
    """

    def when(row: PublicNotice) -> str | None:
        return why_not_close(row, Objection.objects.holding_up(row), at)

    step = dataclasses.replace(STEPS["close"], when=when)
    writes = {"closed_at": at, "closed_by": by if getattr(by, "pk", None) else None}
    return take(step, notice, by=by, at=at, writes=writes)


def why_not_close(notice: PublicNotice, objections: Iterable[Objection], at: datetime.datetime) -> str | None:
    """Say what keeps a posted notice from its end, None when nothing does.

    `objections` are those that hold it up: amending the list does not settle what is open of an earlier one.
    """
    if notice.ends_at is not None and at < notice.ends_at:
        ends = timezone.localtime(notice.ends_at)
        return f"公示期到{format_value(ends.date(), prose=True)}{ends:%H:%M}，期满以后才能办结。"
    objections = list(objections)
    if waiting := [one for one in objections if one.is_blocking]:
        return f"还有 {len(waiting)} 件实名或单位异议没有办结，请先核查并作出结论。"
    if any(one.status == Objection.Status.UPHELD for one in objections):
        return "有异议成立，请先修改名单，再重新公示；这一次公示随之作废。"
    return None


def replace_notice(notice: PublicNotice, *, by: Any, at: datetime.datetime, reason: str) -> PublicNotice:
    """Void a notice because its list was amended; the public page is gone at once.

    The caller's transaction may hold it: amending the list takes this step.
    """
    return take(STEPS["replace"], notice, by=by, at=at, reason=reason)
