"""Steps of a filing that answers a questionnaire: start, draft, submit, on behalf, what the reviewer saw."""

import dataclasses
import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Max

from guanweihui import filing_kinds, filings, uploads
from guanweihui.audit import record, record_once_an_hour
from guanweihui.changes import Change, compare
from guanweihui.filing_kinds import FilingKind
from guanweihui.filings import Outdated
from guanweihui.models import (
    Attachment,
    AuditEvent,
    Due,
    Filing,
    Look,
    QuestionnaireFiling,
    Remark,
    Round,
    Version,
)
from guanweihui.questionnaire import (
    CHECKED,
    LONGEST_WHY,
    WHY,
    Answers,
    Asked,
    Fault,
    Paragraph,
    judge,
    paragraphs,
)
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused, Step, one_step, own, take

FILLERS = frozenset({Role.SCHOOL})
#: Who may file for a school that cannot.
DEPUTIES = frozenset({Role.GROUP, Role.DISTRICT})
#: No answer is longer; what is beyond it was not typed by a person.
LONGEST = 10_000
#: The office corrects what is through; no button: a summary workbook of its own is loaded again.
CORRECT = Step(
    {Filing.Status.ACCEPTED},
    Filing.Status.ACCEPTED,
    {Role.DISTRICT},
    label="更正",
    needs_reason=True,
    name="correct",
)
WAIVED = "区里已批准本校免报，不用填报。需要填报请联系区关工委办公室。"
NIL = "本校已作零报告。需要改为填报，请联系区关工委办公室恢复应报。"
#: Where the scan of the signed print hangs; not a personal paper: group and district open it.
SCAN_FIELD = "scan"


class Unready(Refused):
    """A filing that may not be sent yet; `faults` say where and why, in the order of the items."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(fault.words for fault in faults))
        self.faults = list(faults)


def start(due: Due, *, by: Any, at: datetime.datetime) -> QuestionnaireFiling:
    """Give a school its draft for a round, with what the portal knows filled in, or the one that it has.

    Raises Refused for another school, a round not open, and a school waived.
    """
    kind = kind_of(due)
    with one_step(kind.model, Due):
        fresh = own(due, by=by, roles=FILLERS)
        found = kind.filing_of(fresh)
        if found is not None:
            return found
        _refuse_closed(fresh, at)
        filing = _begin(kind, fresh)
        record(f"{filing._meta.model_name}.start", filing, by=by, at=at)
        return filing


def save_draft(
    filing: QuestionnaireFiling,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Any,
    at: datetime.datetime,
    asked: Asked | None = None,
    roles: Collection[str] = FILLERS,
) -> QuestionnaireFiling:
    """Write what was typed as it is, gaps and mistakes too; the same text again writes nothing.

    `version` is that of the filing when the page was opened. Raises Outdated, with who saved what, when it
    was saved by somebody since; Refused when it is on its way, or waived. `asked` is the questionnaire, when
    the caller has it at hand: autosave comes every few seconds. `roles` may write.
    """
    with one_step(type(filing)):
        fresh = editable(filing, by, roles)
        wanted = _known_keys(asked or kind_of(fresh.due).ask(fresh.due), typed)
        if wanted == fresh.typed:
            return fresh
        if fresh.version != version:
            raise Outdated(fresh)
        fresh.typed = wanted
        fresh.version += 1
        fresh.saved_at, fresh.saved_by = at, by
        fresh.save(update_fields=["draft", "version", "saved_at", "saved_by"])
        # Autosave comes every few seconds: one line a person, filing and hour tells who worked on it when.
        record_once_an_hour(f"{fresh._meta.model_name}.save", fresh, by=by, at=at)
        return fresh


def submit(
    filing: QuestionnaireFiling, *, version: int, by: Any, at: datetime.datetime
) -> QuestionnaireFiling:
    """Send the saved draft up.

    Raises Unready with every fault at once; Refused when late, or for an old tab.
    """
    filings.refuse_when_late(filing.due, at=at)
    kind = kind_of(filing.due)
    answers, faults = judge(kind.ask(filing.due), filing.typed)
    if faults:
        raise Unready(faults)

    def ready(row: Any) -> str | None:
        if row.version != version or row.typed != filing.typed:
            return "这份材料在您打开之后被保存过，本次没有提交。请核对后再提交。"
        # Locked, so that a waiver or a 零报告 of this moment is seen.
        return settled_words(Due.objects.select_for_update().get(pk=row.due_id))

    step = dataclasses.replace(filings.STEPS["submit"], when=ready)
    writes = {"submitted_at": at, "submitted_by": by}
    return take(step, filing, by=by, at=at, writes=writes, then=_sent(kind, answers, by=by, at=at))


def was_sent(filing: QuestionnaireFiling, typed: Mapping[str, str], *, asked: Asked) -> bool:
    """Tell whether exactly this went up already: a submit that is repeated is the one submit."""
    return not filing.is_editable and _known_keys(asked, typed) == filing.typed


def file_on_behalf(
    due: Due,
    typed: Mapping[str, str],
    *,
    basis: str,
    by: Any,
    at: datetime.datetime,
    asked_by: str = "",
    sent_at: datetime.datetime | None = None,
    explained: str = "",
    version: int | None = None,
    scan: Mapping[str, Any] | None = None,
    asked: Asked | None = None,
) -> QuestionnaireFiling:
    """Fill in and send for a school that cannot, in one step; both names stand in the trail.

    `basis` names the scan, the call or the workbook, `asked_by` who of the school asked for it. `sent_at` is
    when the paper came, if before `at`: it decides whether the school is late. `explained` answers the soft
    checks that have no reason of their own. `version` is that of the school's draft when the page was
    opened, `scan` the name, content and content_type of the paper, `asked` the questionnaire, when the caller
    has it at hand. Raises Unready, Outdated, and Refused for a round that is closed to all but the district.
    """
    if not basis.strip():
        raise Refused("代报须写明依据，例如纸质盖章件或电话记录。")
    if sent_at is not None and sent_at > at:
        raise Refused("纸质材料送达时间不能晚于现在，请核对。")
    kind = kind_of(due)
    found = kind.filing_of(due)
    with one_step(kind.model, Due):
        # First the filing, then its due: the order in which every step locks them.
        if found is not None:
            found = own(found, by=by, roles=DEPUTIES)
        fresh = own(due, by=by, roles=DEPUTIES)
        _refuse_for_deputy(fresh, by)
        filing = found or kind.filing_of(fresh)
        if filing is not None and (found is None or version not in (None, filing.version)):
            raise Outdated(filing)
        asked = asked or kind.ask(fresh)
        filing = filing or _begin(kind, fresh, asked)
        filing.typed = _known_keys(asked, typed)
        answers = _judged(asked, filing, explained)
        writes = {
            "draft": filing.draft,
            "version": filing.version + 1,
            "saved_at": at,
            "saved_by": _account(by),
            "submitted_at": sent_at or at,
            "submitted_by": _account(by),
            "basis": basis[:200],
        }
        step = filings.STEPS["file_on_behalf"]
        reason = f"受{asked_by}委托；依据：{basis}" if asked_by else f"依据：{basis}"
        then = _sent(kind, answers, by=by, at=at, scan=scan, asked=asked)
        return take(step, filing, by=by, at=at, reason=reason, writes=writes, then=then, settled_at=sent_at)


def correct(
    due: Due,
    typed: Mapping[str, str],
    *,
    basis: str,
    by: Any,
    at: datetime.datetime,
    explained: str = "",
    asked: Asked | None = None,
) -> QuestionnaireFiling:
    """Write other answers into an accepted filing, as a workbook of the office's says; it stays accepted.

    Reopening it instead would call the school and give it time anew, for a round of years ago too. Raises
    Unready, and Refused for what is not accepted.
    """
    kind = kind_of(due)
    found = kind.filing_of(due)
    if found is None:
        raise Refused("该校没有报送，不能更正。")
    with one_step(kind.model, Due):
        filing = own(found, by=by, roles=CORRECT.roles)
        asked = asked or kind.ask(filing.due)
        filing.typed = _known_keys(asked, typed)
        answers = _judged(asked, filing, explained)
        writes = {
            "draft": filing.draft,
            "version": filing.version + 1,
            "saved_at": at,
            "saved_by": _account(by),
            "basis": basis[:200],
        }
        then = _sent(kind, answers, by=by, at=at, asked=asked)
        return take(CORRECT, filing, by=by, at=at, reason=f"依据：{basis}", writes=writes, then=then)


def _refuse_for_deputy(due: Due, by: Any) -> None:
    if due.state == Due.State.WAIVED:
        raise Refused("该校已免报，不能代报。需要代报请先恢复应报。")
    if due.state == Due.State.NIL:
        raise Refused("该校已作零报告，不能代报。需要代报请先恢复应报。")
    if due.round.state != Round.State.OPEN and not _may_add_later(due, by):
        raise Refused(f"这次报送{due.round.get_state_display()}，不能代报。")


def _judged(asked: Asked, filing: QuestionnaireFiling, explained: str) -> Answers:
    """Return the answers of a filing about to be sent; `explained` is written under every open soft check."""
    answers, faults = judge(asked, filing.typed)
    if explained:
        filing.typed |= {WHY + fault.code: explained for fault in faults if not fault.is_hard}
        faults = [fault for fault in faults if fault.is_hard]
    if faults:
        raise Unready(faults)
    return answers


def _sent(
    kind: FilingKind,
    answers: Answers,
    *,
    by: Any,
    at: datetime.datetime,
    scan: Mapping[str, Any] | None = None,
    asked: Asked | None = None,
) -> Callable[[Any], None]:
    """Return what a filing that goes up does beside its status."""

    def then(row: Any) -> None:
        kind.keep(row, answers)
        keep_version(row, by=by, at=at, asked=asked)
        Remark.objects.open_for(row).update(resolved_at=at)
        if scan is not None:
            _put_scan(row, scan, by=by, at=at)

    return then


def attach_scan(
    filing: QuestionnaireFiling,
    *,
    name: str,
    content: bytes,
    content_type: str,
    by: Any,
    at: datetime.datetime,
) -> Attachment:
    """Keep the scan of the signed and sealed print; an earlier one is replaced.

    Raises Refused once the filing is accepted: what was reviewed stays as it was.
    """
    with one_step(Attachment):
        fresh = own(filing, by=by, roles=FILLERS | DEPUTIES)
        if fresh.status == Filing.Status.ACCEPTED:
            raise Refused("这份材料已通过，扫描件不能再换。需要更换请联系区关工委办公室重新打开。")
        scan = {"name": name, "content": content, "content_type": content_type}
        attachment = _put_scan(fresh, scan, by=by, at=at)
        record(f"{fresh._meta.model_name}.attach_scan", fresh, by=by, at=at)
        return attachment


def _put_scan(filing: Any, scan: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Attachment:
    """Put the new scan in the place of the old; the caller's transaction."""
    for old in Attachment.objects.scans_of(filing):
        uploads.remove(old)
    return uploads.attach(filing.due, filing=filing, field=SCAN_FIELD, **scan, by=by, at=at)


def keep_version(
    filing: QuestionnaireFiling, *, by: Any, at: datetime.datetime, asked: Asked | None = None
) -> Version:
    """Store the filing as it is sent; the caller's transaction."""
    sheet = (asked or kind_of(filing.due).ask(filing.due)).questionnaire
    rows = [[one.key, one.label, one.words] for one in paragraphs(sheet, filing.typed)]
    number = Version.objects.of(filing).aggregate(last=Max("number"))["last"] or 0
    return Version.objects.create(
        due_id=filing.due_id,
        filing_type=filing._meta.label,
        filing_id=filing.pk,
        number=number + 1,
        content=json.dumps(rows, ensure_ascii=False),
        taken_at=at,
        taken_by=_account(by),
    )


def look(filing: QuestionnaireFiling, *, by: Any, at: datetime.datetime) -> Version | None:
    """Note that a reviewer has the version sent last before him; once a version and reader.

    Returns that version, None while nothing was sent.
    """
    with one_step(Look):
        seen = type(filing)._default_manager.visible_to(by, roles=DEPUTIES).filter(pk=filing.pk)
        version = Version.objects.of(filing).first()
        if version is None or not seen.exists():
            return version
        _, is_new = Look.objects.get_or_create(version=version, reader=by, defaults={"looked_at": at})
        if is_new:
            record(
                f"{filing._meta.model_name}.look", filing, by=by, at=at, changes={"version": version.number}
            )
        return version


def changed_since_look(filing: QuestionnaireFiling, reader: Any) -> tuple[Version, list[Change]] | None:
    """Compare what was sent last with the version before it that the reader saw.

    Returns that earlier version and the paragraphs that differ; None when he saw none before.
    """
    versions = Version.objects.of(filing)
    seen = set(versions.looked_at_by(reader).values_list("number", flat=True))
    return changed_since(list(versions), seen)


def changed_since(versions: Sequence[Version], seen: Collection[int]) -> tuple[Version, list[Change]] | None:
    """Do as changed_since_look() does, with the versions at hand (the latest first) and the numbers seen."""
    earlier = next((one for one in versions[1:] if one.number in seen), None)
    return (earlier, compare(content_of(earlier), content_of(versions[0]))) if earlier is not None else None


def last_reason(filing: QuestionnaireFiling) -> str:
    """Return why the filing came back last, as the trail has it; empty when it never did."""
    name = filing._meta.model_name
    actions = (f"{name}.return_back", f"{name}.reopen")
    event = AuditEvent.objects.of(filing).filter(action__in=actions).last()
    return event.reason if event else ""


def content_of(version: Version) -> list[Paragraph]:
    return [Paragraph(*row) for row in json.loads(version.content)]


def kind_of(due: Due) -> FilingKind:
    """Return the kind of a due's round. Raises Refused for a kind that answers no questionnaire."""
    kind = filing_kinds.get(due.round.kind)
    if kind is None:
        raise Refused("这项报送任务在自己的页面上填报。")
    return kind


def _begin(kind: FilingKind, due: Due, asked: Asked | None = None) -> QuestionnaireFiling:
    filing = kind.make(due)
    filing.typed = (asked or kind.ask(due)).start()
    filing.save(force_insert=True)
    if due.state == Due.State.WAITING:
        due.state = Due.State.DRAFT
        due.save(update_fields=["state"])
    return filing


def _refuse_closed(due: Due, at: datetime.datetime) -> None:
    # A school with an extension of its own may fill in after the others' tables were stored.
    is_closed = due.round.state == Round.State.CLOSED
    is_extended = is_closed and due.deadline_at is not None and at <= due.closes_at()
    if due.round.state != Round.State.OPEN and not is_extended:
        raise Refused(f"这次报送{due.round.get_state_display()}，现在不能填报。")
    if why := settled_words(due):
        raise Refused(why)


def settled_words(due: Due) -> str | None:
    """Say why a school need not fill in any more; None while it is to."""
    if due.state == Due.State.WAIVED:
        return WAIVED
    return NIL if due.state == Due.State.NIL else None


def _account(by: Any) -> Any:
    """Return the account of an actor; the system and the holder of a link have none."""
    return by if getattr(by, "pk", None) else None


def _may_add_later(due: Due, by: Any) -> bool:
    """Tell whether a closed round may still be added to: the office does, with the basis in the trail."""
    return due.round.state == Round.State.CLOSED and reach_of(by).serves(Role.DISTRICT)


def editable(filing: QuestionnaireFiling, by: Any, roles: Collection[str] = FILLERS) -> Any:
    """Lock a filing that the actor may still change, and return it fresh; the caller's transaction."""
    fresh: Any = own(filing, by=by, roles=roles)
    if not fresh.is_editable:
        raise Refused(f"这份材料现在是“{fresh.get_status_display()}”，不能修改。请刷新页面后再看。")
    if why := settled_words(fresh.due):
        raise Refused(why)
    return fresh


def _known_keys(asked: Asked, typed: Mapping[str, str]) -> dict[str, str]:
    """Keep what answers an item, gives a reason or ticks a table; nothing else of a request is stored."""
    sheet = asked.questionnaire
    keys = {item.key for item in sheet.items()}
    ticks = {CHECKED + table.key for table in sheet.tables}
    kept = {}
    for key, value in typed.items():
        # A reason belongs to a check of one item: "why_<code>_<item>".
        if key.startswith(WHY) and key.removeprefix(WHY).partition("_")[2] in keys:
            kept[key] = value[:LONGEST_WHY]
        elif key in keys:
            # Browsers and scripts end lines differently; the same text is the same text.
            kept[key] = value.replace("\r\n", "\n")[:LONGEST]
        elif key in ticks:
            kept[key] = value[:1]
    return {key: value for key, value in kept.items() if value}
