"""What reviewing asks beside a nomination's own steps: a verdict on what was read, batches, panel marks."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone

from awards import eligibility
from awards.eligibility import Finding
from awards.models import Nomination, Opinion, PanelMark
from awards.workflow import nominations as steps
from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own

S = Nomination.Status
Verdict = Opinion.Verdict
REVIEWERS = frozenset({Role.GROUP, Role.DISTRICT})
#: What an opinion says where its reviewer agrees and writes nothing of his own.
GROUP_AGREES, DISTRICT_AGREES = "同意推荐。", "复核通过，同意推荐。"
#: While it is judged: the panel marks what is sent, until a list decides on it.
MARKED = frozenset({S.SUBMITTED, S.ENDORSED, S.ACCEPTED})
#: States in which the checks still matter; a winner would fail by his own honour.
CHECKED = frozenset({S.SUBMITTED, S.ENDORSED, S.ACCEPTED, S.RETURNED})


def awaits_group(nomination: Nomination) -> bool:
    """Tell whether it is the group's turn, else the district's; the category is at hand."""
    return nomination.status == S.SUBMITTED and nomination.category.passes_group


def awaits_district(nomination: Nomination) -> bool:
    """Tell whether the office is to review it: endorsed, or sent where no group endorses."""
    is_sent = nomination.status == S.SUBMITTED and not nomination.category.passes_group
    return is_sent or nomination.status == S.ENDORSED


def status_word(nomination: Nomination) -> str:
    """Return the state in words; what no group endorses waits for the district at once."""
    return str(S.ENDORSED.label if awaits_district(nomination) else nomination.get_status_display())


def decide(
    nomination: Nomination,
    verdict: str,
    *,
    version: int,
    text: str = "",
    signed_by: str = "",
    signed_on: datetime.date | None = None,
    remarks: Mapping[str, str] | None = None,
    by: Any,
    at: datetime.datetime,
) -> Nomination:
    """Take the step that a verdict is for the level whose turn it is.

    `version` is that of the nomination when its page was opened; `remarks` by field go with a return, the
    signature with a group's agreement. Raises Refused when it does not wait for the actor any more, or was
    sent anew since.
    """
    with one_step(Nomination, Opinion):
        fresh = own(nomination, by=by, roles=REVIEWERS)
        if not Nomination.objects.waiting_for(by).filter(pk=fresh.pk).exists():
            raise Refused(f"这份推荐现在是“{status_word(fresh)}”，已不在您的待审核之列。请打开下一件。")
        if fresh.version != version:
            raise Refused(
                "学校在您打开之后修改并重新提交过，本次没有办理。您写的意见还在，请看过新的内容再提交。"
            )
        if verdict == Verdict.RETURN:
            return steps.return_back(fresh, reason=text, remarks=remarks, by=by, at=at)
        if verdict == Verdict.DECLINE:
            return steps.decline(fresh, reason=text, by=by, at=at)
        if awaits_group(fresh):
            return steps.endorse(
                fresh,
                text=text.strip() or GROUP_AGREES,
                signed_by=signed_by,
                signed_on=signed_on or timezone.localdate(at),
                by=by,
                at=at,
            )
        return steps.accept(fresh, text=text.strip() or DISTRICT_AGREES, by=by, at=at)


def findings_of(nominations: Iterable[Nomination], *, on: datetime.date) -> dict[int, Sequence[Finding]]:
    """Judge nominations of any cycles, by key; the queries grow with the cycles, not with them."""
    found: dict[int, Sequence[Finding]] = {}
    ordered = sorted(nominations, key=lambda one: one.cycle_id)
    for _, some in groupby(ordered, key=lambda one: one.cycle_id):
        found.update(eligibility.check_many(list(some), on=on))
    return found


def accept_many(
    nominations: Sequence[Nomination], *, by: Any, at: datetime.datetime
) -> tuple[list[Nomination], list[str]]:
    """Pass nominations in the district's review, the step for each; one with an open check has to be read.

    Returns those that passed, and of every other its name with the reason.
    """
    findings = findings_of(nominations, on=timezone.localdate(at))
    passed, left = [], []
    for one in nominations:
        looked_at = [found.label for found in findings[one.pk] if eligibility.is_open([found])]
        if looked_at:
            left.append(f"{one.nominee}（检查“{'、'.join(looked_at)}”待看，请逐件审核）")
            continue
        try:
            passed.append(steps.accept(one, text=DISTRICT_AGREES, by=by, at=at))
        except Refused as refusal:
            left.append(f"{one.nominee}（{str(refusal).rstrip('。')}）")
    return passed, left


# --- the panel --------------------------------------------------------------------------------------------


def mark(
    nomination: Nomination,
    panellist: str,
    points: Decimal | None,
    note: str,
    *,
    by: Any,
    at: datetime.datetime,
) -> PanelMark:
    """Write what a panellist thinks of a nomination, in place of what he thought before.

    Raises Refused without points and words, for points outside 0 to 100, and once a list decided on it.
    """
    who, words = panellist.strip(), note.strip()
    if not who:
        raise Refused("请写明评审人姓名。")
    if getattr(by, "pk", None) is None:
        raise Refused("录入评审意见须用自己的账号登录后办理。")
    with one_step(PanelMark):
        fresh = _judged(nomination, by)
        old = PanelMark.objects.of(fresh).filter(panellist=who).first()
        found = PanelMark.objects.update_or_create(
            nomination=fresh,
            panellist=who[:50],
            defaults={"points": points, "note": words[:300], "entered_by": by, "entered_at": at},
        )[0]
        changes = {"panellist": who, "points": [old and old.points, points]}
        record("nomination.mark", fresh, by=by, at=at, changes=changes)
        return found


def unmark(panel_mark: PanelMark, *, by: Any, at: datetime.datetime) -> None:
    """Take a mark away that was entered by mistake; the trail keeps it."""
    with one_step(PanelMark):
        fresh = _judged(panel_mark.nomination, by)
        gone = own(panel_mark, by=by, roles={Role.DISTRICT})
        changes = {"panellist": gone.panellist, "points": [gone.points, None], "note": [gone.note, ""]}
        gone.delete()
        record("nomination.unmark", fresh, by=by, at=at, changes=changes)


def _judged(nomination: Nomination, by: Any) -> Nomination:
    """Lock a nomination that the panel may still mark; the caller's transaction."""
    fresh = own(nomination, by=by, roles={Role.DISTRICT})
    if fresh.status not in MARKED:
        raise Refused(f"这份推荐现在是“{fresh.get_status_display()}”，评审意见不能再改。")
    return fresh


def mean_of(marks: Iterable[PanelMark]) -> Decimal | None:
    """Return the mean of the points given, to two places; None while nobody gave any."""
    points = [one.points for one in marks if one.points is not None]
    if not points:
        return None
    return (sum(points, Decimal()) / len(points)).quantize(Decimal("0.01"))
