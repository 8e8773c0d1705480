"""What the pages of one nomination share for its readers: the form as sent, steps, checks, marks."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from awards import eligibility, sheets
from awards.beside import Beside, keys_of
from awards.forms.review import OpinionForm
from awards.models import FormField, Nomination, Opinion
from awards.workflow.nominations import MATERIAL
from awards.workflow.review import MARKED, awaits_district, awaits_group, mean_of
from guanweihui.answer_forms import masked, masked_changes
from guanweihui.answers import changed_since, content_of
from guanweihui.areas import url_or_none
from guanweihui.changes import Piece
from guanweihui.lists import Fact, Stage
from guanweihui.models import Attachment, Version
from guanweihui.questionnaire import WHY, Paragraph, paragraphs
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.templatetags.portal import moment

S = Nomination.Status
Level = Opinion.Level
#: The tag of each state: its word alone does not decide the look.
KINDS = {
    S.DRAFT: "plain",
    S.SUBMITTED: "warn",
    S.ENDORSED: "warn",
    S.ACCEPTED: "ok",
    S.RETURNED: "wrong",
    S.WITHDRAWN: "plain",
    S.DECLINED: "wrong",
    S.APPROVED: "info",
    S.RESERVE: "info",
    S.HONOURED: "honour",
}
#: From here on a school may know how its group ranked it: the list is approved.
DECIDED = frozenset({S.APPROVED, S.RESERVE, S.HONOURED})
#: An answer of so many characters takes the whole line of the paper form.
BROAD = 24
FINDING_KINDS = {
    eligibility.Verdict.OK: "ok",
    eligibility.Verdict.WARN: "warn",
    eligibility.Verdict.BLOCK: "wrong",
}


def is_own(request: HttpRequest, nomination: Nomination) -> bool:
    """Tell whether the reader is of the school that nominates; a head of a group may be of another one."""
    return nomination.unit_id in reach_of(request.user).of({Role.SCHOOL}).ids("school")


def sees_rank(request: HttpRequest, nomination: Nomination) -> bool:
    """Tell whether the reader may know the group's order: a school not before the list is approved."""
    is_above = reach_of(request.user).serves(Role.GROUP, *DISTRICT_WIDE)
    return is_above or nomination.status in DECIDED


# --- the form as it was sent ------------------------------------------------------------------------------


def _asks_open(remark: BoundField | None) -> bool:
    """Tell whether a remark's box is to stand open: something is typed in it, or wrong with it."""
    return remark is not None and bool(remark.value() or remark.errors)


@dataclass(frozen=True)
class Line:
    """One answer on the paper form; `pieces` where it differs from what the reader saw last."""

    key: str
    label: str
    words: str
    pieces: tuple[Piece, ...] = ()
    wide: bool = False
    count: int = 0
    remark: BoundField | None = None

    @property
    def asks_open(self) -> bool:
        return _asks_open(self.remark)


@dataclass(frozen=True)
class Content:
    """What was sent, at one version: `since` is the earlier one that the reader saw, None for none."""

    rows: tuple[Paragraph, ...]
    number: int
    since: Version | None
    changes: Mapping[str, tuple[Piece, ...]]
    gone: tuple[Any, ...]
    longs: frozenset[str]

    def lines(self, form: OpinionForm | None = None) -> list[Line]:
        """Lay the answers out, two short ones a line; `form` brings the field of each answer's remark."""
        found: list[Line] = []
        for one in self.rows:
            is_long = one.key in self.longs
            line = Line(
                one.key,
                one.label,
                one.words,
                self.changes.get(one.key, ()),
                wide=is_long or len(one.words) > BROAD or one.key in self.changes,
                count=len(one.words) if is_long else 0,
                remark=form.remark(one.key) if form is not None else None,
            )
            found.append(line)
        return _paired(found)

    @property
    def has_changes(self) -> bool:
        return bool(self.changes or self.gone)


def _paired(lines: Sequence[Line]) -> list[Line]:
    """Widen a short answer that has no other short one beside it."""
    found: list[Line] = []
    waits = False
    for line in lines:
        if line.wide and waits:
            found[-1] = dataclasses.replace(found[-1], wide=True)
        waits = not line.wide and not waits
        found.append(line)
    return found


def versions_of(request: HttpRequest, nomination: Nomination) -> list[Version]:
    """Return what was sent, the latest first; `is_seen` counts whether the reader looked at it."""
    versions = Version.objects.visible_to(request.user).of(nomination)
    return list(versions.annotate(is_seen=Count("looks", filter=Q(looks__reader=request.user.pk))))


def content_at(
    nomination: Nomination,
    fields: Sequence[FormField],
    versions: Sequence[Version],
    number: int | None = None,
    *,
    is_draft: bool = False,
    compared: bool = False,
) -> Content | None:
    """Return the answers of a version, the latest unless named, telephones masked; None for no such one.

    `is_draft` reads what the school is writing now; `compared` marks what changed since the reader looked.
    """
    phones = keys_of(fields, FormField.Format.PHONE)
    longs = keys_of(fields, FormField.Format.LONG) | {sheets.OPINION}
    since, changes = None, []
    if is_draft:
        sheet = sheets.sheet_of(nomination.category, fields, FormField.Form.DISTRICT)
        rows, shown = paragraphs(sheet, nomination.typed), 0
    else:
        version = next((one for one in versions if number in (None, one.number)), None)
        if version is None:
            return None
        rows, shown = content_of(version), version.number
        seen = [one.number for one in versions if one.is_seen]  # type: ignore[attr-defined]
        if compared and (found := changed_since(versions, seen)) is not None:
            since, changes = found[0], masked_changes(found[1], phones)
    keys = {one.key for one in rows}
    return Content(
        rows=tuple(masked(rows, phones)),
        number=shown,
        since=since,
        changes={one.key: one.pieces for one in changes if one.key in keys},
        gone=tuple(one for one in changes if one.key not in keys),
        longs=longs | {one.key for one in rows if one.key.startswith(WHY)},
    )


@dataclass(frozen=True)
class Material:
    """One thing to attach with its files, and the field of a remark on it."""

    label: str
    files: tuple[Attachment, ...]
    remark: BoundField | None = None

    @property
    def asks_open(self) -> bool:
        return _asks_open(self.remark)


def materials_of(fields: Sequence[FormField]) -> list[Paragraph]:
    """Return what is to be attached, as things that a remark can be about."""
    of_files = [one for one in fields if one.section == FormField.Section.MATERIALS]
    return [Paragraph(MATERIAL + one.key, one.label, "") for one in of_files]


def files_of(found: Beside, form: OpinionForm | None = None) -> list[Material]:
    """Return each material that is asked, with its files; whatever else hangs on it comes last."""
    held: dict[str, list[Attachment]] = {}
    for one in found.files:
        held.setdefault(one.field, []).append(one)
    asked = [
        Material(one.label, tuple(held.pop(one.key, ())), form.remark(one.key) if form else None)
        for one in materials_of(found.fields)
    ]
    rest = tuple(one for some in held.values() for one in some)
    return [*asked, Material("其他附件", rest)] if rest else asked


# --- what stands beside it --------------------------------------------------------------------------------


def facts_of(request: HttpRequest, nomination: Nomination) -> list[Fact]:
    """Return the head of the paper form: who, for what, from where, on whose place."""
    person, unit = nomination.person, nomination.unit
    rank = nomination.rank if sees_rank(request, nomination) else None
    sent = f"{moment(nomination.submitted_at)}　{nomination.submitted_by or ''}".strip()
    found = [
        Fact("奖项", nomination.category.name),
        Fact("人选" if person is not None else "集体", nomination.nominee, url=_url_of(nomination)),
        Fact("推荐单位", unit.full_name, url=reverse("school-detail", args=[unit.pk])),
        Fact("协作组", unit.group.full_name),
        Fact("名额占用", _place_words(nomination)),
        Fact("提交", sent if nomination.submitted_at else "未提交"),
    ]
    if rank is not None:
        found.append(Fact("协作组排序", f"第 {rank} 名"))
    if nomination.reserve_place is not None:
        found.append(Fact("递补顺序", f"第 {nomination.reserve_place} 名"))
    if nomination.basis:
        found.append(Fact("代报依据", nomination.basis, wide=True))
    return found


def _place_words(nomination: Nomination) -> str:
    """Write whose place it takes, with the balance; the unit and its group are at hand."""
    place, unit = nomination.quota, nomination.unit
    if place is None:
        return "不占名额"
    near = {unit.pk: unit} if place.school_id else {unit.group_id: unit.group}
    held = near.get(place.school_id or place.group_id) or place.school or place.group or "区"
    return f"{held} {place.used} / {place.places}"


def _url_of(nomination: Nomination) -> str:
    return reverse("person-detail", args=[nomination.person_id]) if nomination.person_id else ""


def stages_of(nomination: Nomination, opinions: Sequence[Opinion]) -> list[Stage]:
    """Return the step line: 学校申报, 协作组审核 where it endorses, 区级复核, 公示, 表彰."""
    by_level = {one.level: one for one in opinions}
    passes = nomination.category.passes_group
    labels = ["学校申报", *(["协作组审核"] if passes else []), "区级复核", "公示", "表彰"]
    district = labels.index("区级复核")
    here = {
        S.SUBMITTED: 1,
        S.ENDORSED: district,
        S.ACCEPTED: district + 1,
        S.APPROVED: district + 1,
        S.RESERVE: district + 1,
        S.HONOURED: len(labels),
    }.get(S(nomination.status), 0)
    if nomination.status == S.DECLINED:
        own = by_level.get(Level.DISTRICT)
        here = district if own is not None or not passes else 1
    notes = {0: _note(nomination.submitted_at, nomination.submitted_by) if here else ""}
    for place, level in ((1, Level.GROUP), (district, Level.DISTRICT)):
        given = by_level.get(level)
        if given is not None and place < here and (place != 1 or passes or level == Level.DISTRICT):
            notes[place] = _note(given.given_at, given.signed_by)
    return [
        Stage(label, "done" if n < here else "current" if n == here else "todo", notes.get(n, ""))
        for n, label in enumerate(labels)
    ]


def _note(at: datetime.datetime | None, who: Any) -> str:
    return f"{timezone.localtime(at):%m-%d} {who or ''}".strip() if at is not None else ""


def checks_of(request: HttpRequest, findings: Sequence[eligibility.Finding]) -> list[dict[str, Any]]:
    """Return the findings as the page shows them, each with its proof where the reader may open it."""
    return [
        {
            "label": one.label,
            "word": str(one.verdict),
            "kind": FINDING_KINDS[one.verdict],
            "words": one.words,
            "url": one.url,
        }
        for one in eligibility.seen_by(findings, request.user)
    ]


def given_opinions(opinions: Sequence[Opinion]) -> list[Opinion]:
    """Keep what was said above the unit, whose own opinion stands in its form."""
    return [one for one in opinions if one.level != Level.UNIT]


def marks_of(request: HttpRequest, nomination: Nomination, found: Beside, form: Any = None) -> dict[str, Any]:
    """Return the panel's marks for readers of the whole district, and the form for who enters them."""
    reach = reach_of(request.user)
    if not reach.serves(*DISTRICT_WIDE):
        return {}
    may_mark = reach.serves(Role.DISTRICT) and nomination.status in MARKED
    marks = found.marks
    return {
        "shows_marks": bool(marks) or may_mark,
        "mark_url": reverse("review-mark", args=[nomination.pk]),
        "marks": marks,
        "mean": mean_of(marks),
        "mark_form": form if may_mark else None,
    }


def doings_of(versions: Sequence[Version], opinions: Sequence[Opinion]) -> list[dict[str, Any]]:
    """Tell in short what was done, for readers of the queue: sent when and by whom, and each opinion."""
    sent = [
        {"at": one.taken_at, "by": one.taken_by or "平台", "action": f"第 {one.number} 次提交", "words": ""}
        for one in versions
    ]
    said = [
        {
            "at": one.given_at,
            "by": one.signed_by,
            "action": f"{one.get_level_display()}：{one.get_verdict_display()}",
            "words": one.text,
        }
        for one in given_opinions(opinions)
    ]
    return sorted([*sent, *said], key=lambda event: event["at"])


def ways_of(request: HttpRequest, nomination: Nomination) -> dict[str, str]:
    """Return where the page's buttons lead; an empty address is no button."""
    roles, key = reach_of(request.user).roles, nomination.pk
    waits = (awaits_group(nomination) and Role.GROUP in roles) or (
        awaits_district(nomination) and Role.DISTRICT in roles
    )
    reopens = nomination.status == S.ACCEPTED and Role.DISTRICT in roles
    fills = nomination.is_editable and is_own(request, nomination)
    return {
        "review_url": reverse("review-item", args=[key]) if waits else "",
        "reopen_url": reverse("nomination-reopen", args=[key]) if reopens else "",
        "task_url": url_or_none("nomination-task", key) if fills else "",
        "print_url": url_or_none("nomination-print", key),
    }
