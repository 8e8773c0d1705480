"""The page of one list: its facts and counts, and the entries by category with their live buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from awards.eligibility import Verdict, check_many
from awards.forms.lists import BUTTONS, DecideForm, PackForm
from awards.models import AwardList, AwardListEntry, Category, PanelMark
from awards.reports.lists import nominee_name, outcome_words, people_of
from awards.workflow import list_counts as counts
from awards.workflow.lists import STEPS
from guanweihui.areas import url_or_none
from guanweihui.lists import Fact, Mark
from guanweihui.models import Attachment
from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from guanweihui.sheets import trail_of
from guanweihui.templatetags.portal import moment

S, Outcome = AwardList.Status, AwardListEntry.Outcome
OFFICE = frozenset({Role.DISTRICT})
KINDS = {S.DRAFT: "info", S.PROPOSED: "warn", S.APPROVED: "ok", S.REPLACED: "void"}
OUTCOME_KINDS = {
    Outcome.OPEN: "plain",
    Outcome.AWARD: "ok",
    Outcome.RESERVE: "warn",
    Outcome.DECLINE: "wrong",
}


def lists_of(request: HttpRequest, roles: Any = None) -> Any:
    return AwardList.objects.visible_to(request.user, roles=roles)


def list_or_404(request: HttpRequest, pk: int, roles: Any = DISTRICT_WIDE) -> AwardList:
    return get_object_or_404(lists_of(request, roles).for_page().with_scan(), pk=pk)


def url_of(award_list: AwardList) -> str:
    return reverse("award-list-detail", args=[award_list.pk])


def crumbs_of(award_list: AwardList | None = None) -> list[tuple[str, str]]:
    crumbs = [("拟表彰名单", reverse("award-list-list"))]
    return [*crumbs, (str(award_list), url_of(award_list))] if award_list is not None else crumbs


def tallies_of(request: HttpRequest, award_list: AwardList) -> list[counts.Tally]:
    """Return the list by category, as the reader sees it."""
    categories = Category.objects.visible_to(request.user, roles=DISTRICT_WIDE).of(award_list.cycle)
    entries = list(
        AwardListEntry.objects.visible_to(request.user, roles=DISTRICT_WIDE)
        .of(award_list)
        .for_list()
        .with_marks(PanelMark.objects.visible_to(request.user))
        .without_texts()
    )
    for entry in entries:
        entry.award_list = award_list
    return counts.tally(categories, entries)


@dataclass(frozen=True)
class Asks:
    """What stands in the boxes of one decision: DecideForm, drawn by hand, for a list has it 154 times."""

    seen: str
    note: str
    reserve_place: int | str


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it; what it `asks` may be decided, `fault` says what was refused."""

    entry: AwardListEntry
    number: int
    nominee: str
    url: str
    group: str
    checks: Sequence[tuple[Mark, str]]
    mean: str
    mark: Mark
    asks: Asks | None = None
    buttons: Sequence[tuple[str, str, bool]] = ()
    promote_url: str = ""
    fault: str = ""
    is_moved: bool = False


@dataclass(frozen=True)
class Refusal:
    """A decision that was refused: on which entry, what was sent, and why."""

    entry: int
    form: DecideForm
    fault: str


@dataclass(frozen=True)
class Beside:
    """What stands beside the entries of a list, read once for all of them."""

    findings: Mapping[int, Sequence[Any]]
    may_decide: bool
    is_amended: bool


def beside_of(request: HttpRequest, award_list: AwardList, tallies: Sequence[counts.Tally]) -> Beside:
    nominations = [entry.nomination for one in tallies for entry in one.entries]
    for nomination in nominations:
        nomination.cycle = award_list.cycle
    may_decide = award_list.status == S.DRAFT and reach_of(request.user).serves(*OFFICE)
    return Beside(
        findings=check_many(nominations, on=timezone.localdate()),
        may_decide=may_decide,
        is_amended=award_list.number > 1,
    )


def line_of(
    entry: AwardListEntry,
    number: int,
    beside: Beside,
    *,
    refused: Refusal | None = None,
    is_moved: bool = False,
) -> Line:
    """Show one entry; `is_moved` when it stands in an answer only because it moved."""
    nomination = entry.nomination
    refused = refused if refused is not None and refused.entry == entry.pk else None
    rank = f"第 {nomination.rank} 名" if nomination.rank else "未排序"
    mean, count = entry.mark_mean, entry.mark_count
    return Line(
        entry=entry,
        number=number,
        nominee=nominee_name(entry),
        url=url_or_none("nomination-detail", nomination.pk),
        group=f"{nomination.unit.group.short_name}　{rank}",
        checks=_checks(beside.findings.get(nomination.pk, ())),
        mean=f"{mean:.1f}（{count} 人）" if mean is not None else f"{count} 条评语" if count else "",
        mark=Mark(outcome_words(entry), OUTCOME_KINDS[Outcome(entry.outcome)]),
        asks=_asks(entry, refused) if beside.may_decide else None,
        buttons=_buttons(entry, beside) if beside.may_decide else (),
        promote_url=reverse("award-list-promote", args=[entry.pk]) if beside.is_amended else "",
        fault=refused.fault if refused is not None else "",
        is_moved=is_moved,
    )


def _checks(findings: Sequence[Any]) -> list[tuple[Mark, str]]:
    kinds = {Verdict.WARN: "warn", Verdict.BLOCK: "wrong"}
    return [
        (Mark(one.label, kinds[one.verdict]), one.words) for one in findings if one.verdict is not Verdict.OK
    ]


def _asks(entry: AwardListEntry, refused: Refusal | None) -> Asks:
    """Return the boxes of an entry; one that was refused keeps its text but shows what stands now."""
    seen = counts.seen_of(entry)
    if refused is not None:
        typed = refused.form.data
        return Asks(seen, typed.get("note", ""), typed.get("reserve_place", ""))
    return Asks(seen, entry.note, entry.reserve_place or "")


def _buttons(entry: AwardListEntry, beside: Beside) -> list[tuple[str, str, bool]]:
    """Return (value, words, is what stands); an entry that nobody decided cannot be taken back."""
    return [
        (value, words, value == entry.outcome)
        for value, words in BUTTONS
        if value != Outcome.OPEN or entry.outcome != Outcome.OPEN
    ]


def lines_of(tallied: counts.Tally, beside: Beside, refused: Refusal | None = None) -> list[Line]:
    return [
        line_of(entry, number, beside, refused=refused)
        for number, entry in enumerate(tallied.entries, start=1)
    ]


def facts_of(award_list: AwardList) -> list[Fact]:
    """Return what stands above the entries, as on the paper form."""
    people = people_of(award_list.attendees)
    facts = [
        Fact("评选周期", award_list.cycle.name, url=url_or_none("cycle-detail", award_list.cycle_id)),
        Fact("评审会日期", award_list.met_on),
        Fact("地点", award_list.place),
        Fact("主持人", award_list.chair),
        Fact("参会人员", "、".join(people), wide=True),
        Fact("会议记录", award_list.minutes, wide=True),
    ]
    if award_list.proposed_at:
        said = f"{moment(award_list.proposed_at)}　{award_list.proposed_by or ''}".strip()
        facts.append(Fact("提请审定", said))
    if award_list.approved_at:
        said = f"{moment(award_list.approved_at)}　{award_list.approved_by or ''}".strip()
        facts.append(Fact("领导审定", said))
    return facts


def context_of(
    request: HttpRequest,
    award_list: AwardList,
    *,
    pack: PackForm | None = None,
    refused: Refusal | None = None,
) -> dict[str, Any]:
    """Return everything that the page of a list shows."""
    tallies = tallies_of(request, award_list)
    beside = beside_of(request, award_list, tallies)
    reach = reach_of(request.user)
    is_office = reach.serves(*OFFICE)
    categories = [one.category for one in tallies]
    files = Attachment.objects.visible_to(request.user).openable_by(request.user)
    return {
        "crumbs": [*crumbs_of(), (str(award_list), "")],
        "award_list": award_list,
        "mark": Mark(award_list.get_status_display(), KINDS[S(award_list.status)]),
        "facts": facts_of(award_list),
        "sections": [(one, lines_of(one, beside, refused)) for one in tallies],
        "totals": totals_of(tallies),
        "may_decide": beside.may_decide,
        "steps": {step.name for step in STEPS.open_for(award_list, reach.roles)},
        "is_office": is_office,
        "pack": pack or PackForm(categories=categories),
        "scans": files.beside(counts.minutes_field(award_list)) if award_list.has_scan else (),
        "notice_url": url_or_none("notice-new", award_list.pk) if award_list.status == S.APPROVED else "",
        "trail": trail_of(request.user, award_list),
    }


def categories_of(request: HttpRequest, award_list: AwardList) -> Any:
    return Category.objects.visible_to(request.user, roles=DISTRICT_WIDE).of(award_list.cycle)


def totals_of(tallies: Sequence[counts.Tally]) -> dict[str, int]:
    return {
        "proposed": sum(one.proposed for one in tallies),
        "awards": sum(one.awards for one in tallies),
        "places": sum(one.category.places for one in tallies),
        "undecided": sum(one.undecided for one in tallies),
    }
