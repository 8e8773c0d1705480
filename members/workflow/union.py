"""What a merge does to fields and rows, written down so that it can be taken back exactly.

The union, field by field: what is blank in the file that stays is taken from the other one; a volunteer in
one is a volunteer, and one who goes on in either goes on; the earlier day of consent and registration
holds; both lists of classes are joined; a name that differs is kept as the former name.
Row by row: everything that hangs on the other file follows, whichever app it belongs to. Exceptions:

- a card: each file may have one. The staying file keeps its own, the other card stays where it is, is
  voided, and still resolves by its number;
- a paper slip: likewise; the other slip's link is revoked;
- a current membership of one team, a place on one outing, an expected guest of one sheet: one row is kept
  with the union of both, the other is set aside whole;
- hours on one sheet, or overlapping in time: the confirmed record stands, the other is struck;
- verdicts on pairs and earlier merges stay with the file they speak of;
- what a constraint forbids besides (one award twice, one registration twice) stays and is named.

Taken back, a row follows its link alone: whatever was written in it since, a card or an hour of the other
person is his. Only a slip issued anew stays. A field somebody wrote since stays as it is, and is named.
"""

import datetime
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from guanweihui.imports.resources import digest_of, snapshot
from guanweihui.workflow import Refused
from members.keys import KEYS, fill_keys
from members.lately import NOTED
from members.models import (
    Card,
    CardEvent,
    OutingPlace,
    Person,
    ServiceRecord,
    ServiceSheet,
    Slip,
    TeamMembership,
)

#: A day and how precise it is are one answer.
PRECISIONS = {
    "born_on": "birth_precision",
    "joined_party_on": "joined_party_precision",
    "began_work_on": "began_work_precision",
    "retired_on": "retired_precision",
}
EARLIEST = frozenset({"consented_on", "registered_on"})
ONE_DAY = datetime.timedelta(days=1)
#: Fields that are the file's own, follow from others, or are judged apart.
OWN = frozenset(
    {"id", "district", "school", "name", "version", "merged_into", "slip_link", "photo", "stopped_on"}
    | {*KEYS, *NOTED, *PRECISIONS.values()}
)
#: Links that speak of a file as it was.
STAYING = frozenset(
    {
        "members.DistinctPair.first",
        "members.DistinctPair.second",
        "members.Merge.survivor",
        "members.Merge.merged",
        "members.Person_further_classes.person",
    }
)


class Ledger:
    """What one merge changed: fields of rows, rows moved, set aside, made; and what stayed behind."""

    def __init__(self) -> None:
        self.changes: list[list[Any]] = []
        self.moved: list[list[Any]] = []
        self.aside: list[list[Any]] = []
        self.made: list[list[Any]] = []
        self.classes: list[int] = []
        self.stays: list[str] = []

    def sealed(self) -> str:
        kept = ("changes", "aside", "made", "classes", "stays")
        return json.dumps({name: getattr(self, name) for name in kept}, ensure_ascii=False)

    def change(self, row: Any, **values: Any) -> None:
        """Write fields of a row, by attribute name, and keep what they held."""
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in changed.items():
            self.changes.append([row._meta.label, row.pk, name, plain(getattr(row, name)), plain(value)])
            setattr(row, name, value)
        if isinstance(row, Person):
            fill_keys(row)
            changed |= dict.fromkeys(KEYS)
        if changed:
            row.save(update_fields=list(changed))

    def make(self, row: Any) -> None:
        row.save(force_insert=True)
        self.made.append([row._meta.label, row.pk])

    def set_aside(self, row: Any) -> None:
        """Take a row away whole; undo puts it back under its old key."""
        self.aside.append([row._meta.label, snapshot(row)])
        row.delete()

    def changed_fields(self, person: Person) -> list[str]:
        return [
            name for label, pk, name, *_ in self.changes if (label, pk) == (person._meta.label, person.pk)
        ]


def plain(value: Any) -> Any:
    """Write a stored value as JSON can hold it; one moment has one writing."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)


def unite(
    ledger: Ledger, survivor: Person, merged: Person, *, by: Any, at: datetime.datetime, reason: str
) -> None:
    """Bring everything of the merged file to the one that stays; the caller holds both locks.

    Raises Refused when the file to stay holds a voided card and the other one a valid card.
    """
    _unite_cards(ledger, survivor, merged, by=by, at=at, reason=reason)
    _unite_slips(ledger, survivor, merged, at=at)
    if merged.photo and not survivor.photo:
        # A picture is one file: it goes along, so that no one deletes it under the other.
        photo = merged.photo
        ledger.change(merged, photo="")
        ledger.change(survivor, photo=photo)
    ledger.change(survivor, **filled(survivor, merged))
    _unite_classes(ledger, survivor, merged)
    _unite_memberships(ledger, survivor, merged)
    _unite_places(ledger, survivor, merged)
    _unite_hours(ledger, survivor, merged)
    _unite_expected(ledger, survivor, merged)
    for link in links():
        _move(ledger, link, survivor, merged)


def filled(survivor: Person, merged: Person) -> dict[str, Any]:
    """Return what the staying file takes over from the other one, by attribute name."""
    values: dict[str, Any] = {}
    for field in Person._meta.concrete_fields:
        if field.name in OWN:
            continue
        mine, theirs = getattr(survivor, field.attname), getattr(merged, field.attname)
        if theirs in (None, "", False):
            continue
        if mine in (None, "", False) or (field.name in EARLIEST and theirs < mine):
            values[field.attname] = theirs
            if precise := PRECISIONS.get(field.name):
                values[precise] = getattr(merged, precise)
    if any(one.is_volunteer and one.stopped_on is None for one in (survivor, merged)):
        # He goes on, so an old day of stopping, in whichever file, no longer holds.
        values["stopped_on"] = None
    elif survivor.stopped_on is None and merged.stopped_on:
        # Blank says "goes on" in a volunteer's file, and nothing in another's.
        values["stopped_on"] = merged.stopped_on
    tells_nothing = ("", survivor.name)
    if not survivor.former_name and merged.former_name in tells_nothing and merged.name != survivor.name:
        # Whoever knows him by the merged file's name must still find him.
        values["former_name"] = merged.name
    return values


def _unite_cards(ledger, survivor, merged, *, by, at, reason) -> None:
    mine, theirs = (Card.objects.of_person(one).first() for one in (survivor, merged))
    if mine is None or theirs is None or theirs.status != Card.Status.VALID:
        return
    if mine.status != Card.Status.VALID:
        raise Refused(
            f"要保留的档案的志愿者证（{mine.number}）已注销，另一份的证（{theirs.number}）有效。"
            "请改选持有效证的那份作为保留的档案。"
        )
    why = f"档案合并：{reason}"[:200]
    ledger.change(theirs, status=Card.Status.VOID, voided_on=timezone.localdate(at), void_reason=why)
    user = by if getattr(by, "pk", None) else None
    ledger.make(CardEvent(card=theirs, kind=CardEvent.Kind.VOID, happened_at=at, made_by=user, reason=why))


def _unite_slips(ledger, survivor, merged, *, at) -> None:
    link = merged.slip_link
    if link is None:
        return
    if survivor.slip_link_id is None and not Slip.objects.of_person(survivor).exists():
        ledger.change(merged, slip_link_id=None)
        ledger.change(survivor, slip_link_id=link.pk)
    elif link.revoked_at is None:
        ledger.change(link, revoked_at=at)


def _unite_classes(ledger, survivor, merged) -> None:
    have = {one.pk for one in survivor.further_classes.all()}
    theirs = {one.pk for one in merged.further_classes.all()} | {merged.elder_class_id}
    ledger.classes = sorted(theirs - have - {survivor.elder_class_id, None})
    survivor.further_classes.add(*ledger.classes)


def _unite_memberships(ledger, survivor, merged) -> None:
    mine = {one.team_id: one for one in TeamMembership.objects.of_person(survivor) if one.to_on is None}
    for theirs in TeamMembership.objects.of_person(merged).order_by("pk"):
        kept = mine.get(theirs.team_id)
        if kept is None or theirs.to_on is not None:
            continue
        # Set aside first: a team has one head.
        ledger.set_aside(theirs)
        ledger.change(kept, from_on=min(kept.from_on, theirs.from_on), office=min(kept.office, theirs.office))


def _unite_places(ledger, survivor, merged) -> None:
    mine = {one.outing_id: one for one in OutingPlace.objects.filter(person=survivor)}
    for theirs in OutingPlace.objects.filter(person=merged).order_by("pk"):
        kept = mine.get(theirs.outing_id)
        if kept is None:
            continue
        papers = ("health_stated_on", "family_signed_on", "family_member", "emergency_contact")
        values = {name: getattr(kept, name) or getattr(theirs, name) for name in (*papers, "emergency_phone")}
        attended = kept.attended or theirs.attended
        values["attended"] = attended
        values["is_insured"] = kept.is_insured or theirs.is_insured
        # One statement against it is enough, unless he was there.
        values["is_fit"] = attended or (kept.is_fit and theirs.is_fit)
        ledger.set_aside(theirs)
        ledger.change(kept, **values)


def _unite_hours(ledger, survivor, merged) -> None:
    mine = list(ServiceRecord.objects.of_person(survivor).standing().order_by("pk"))
    for theirs in ServiceRecord.objects.of_person(merged).standing().order_by("pk"):
        for other in [one for one in mine if _is_the_same_time(one, theirs)]:
            confirmed = ServiceRecord.Status.CONFIRMED
            if theirs.status == confirmed and other.status != confirmed:
                mine.remove(other)
                ledger.change(other, status=ServiceRecord.Status.STRUCK)
            else:
                ledger.change(theirs, status=ServiceRecord.Status.STRUCK)
                break


def _is_the_same_time(one: ServiceRecord, other: ServiceRecord) -> bool:
    if one.sheet_id is not None and one.sheet_id == other.sheet_id:
        return True
    if one.served_on != other.served_on or one.starts_at is None or other.starts_at is None:
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _unite_expected(ledger, survivor, merged) -> None:
    through = ServiceSheet.expected.through
    mine = through._base_manager.filter(person=survivor).values("servicesheet")
    for theirs in through._base_manager.filter(person=merged, servicesheet__in=mine).order_by("pk"):
        ledger.set_aside(theirs)


def links() -> Iterator[models.ForeignKey]:
    """Yield every link that any model has to a person and that follows him, hidden ones too."""
    for back in Person._meta.get_fields(include_hidden=True):
        if not back.auto_created or back.concrete or back.many_to_many:
            continue
        if f"{back.field.model._meta.label}.{back.field.name}" not in STAYING:
            yield back.field


def _move(ledger: Ledger, link: models.ForeignKey, survivor: Person, merged: Person) -> None:
    rows = list(link.model._base_manager.filter(**{link.name: merged}).order_by("pk"))
    if not rows:
        return
    if not _point(link, [row.pk for row in rows], survivor.pk):
        # One of them may not: find out which.
        stay = [row for row in rows if not _point(link, [row.pk], survivor.pk)]
        ledger.stays += [f"{row._meta.verbose_name}：{row}" for row in stay]
        rows = [row for row in rows if row not in stay]
    for row in rows:
        setattr(row, link.attname, survivor.pk)
        ledger.moved.append([row._meta.label, row.pk, link.attname, digest_of(row)])


def _point(link: models.ForeignKey, keys: list[int], person: int) -> bool:
    """Point rows to a person; tell whether the database allowed it."""
    try:
        with transaction.atomic():
            link.model._base_manager.filter(pk__in=keys).update(**{link.attname: person})
    except IntegrityError:
        return False
    return True


def take_apart(
    written: dict[str, Any], moved: list[list[Any]], survivor: Person, merged: Person
) -> list[str]:
    """Undo what a ledger wrote; return what stays, or comes back otherwise than it was, each by its name."""
    said: list[str] = []
    kept: set[tuple[str, int]] = set()
    for label, pk, attname, digest in reversed(moved):
        model = apps.get_model(label)
        row = model._base_manager.select_for_update().filter(pk=pk).first()
        link: Any = model._meta.get_field(attname)
        # The link alone decides whose it is: a card printed since the merge is still the other person's.
        is_here = row is not None and getattr(row, attname) == survivor.pk
        if isinstance(row, Slip) and digest_of(row) != digest:
            # Issued anew, it opens the file it was issued for, and stands beside that file's link.
            is_here = False
        if not is_here or not _point(link, [pk], merged.pk):
            kept.add((label, pk))
            said.append(f"{model._meta.verbose_name}：{row or pk}")
    for (label, pk), run in groupby(reversed(written["changes"]), key=lambda change: tuple(change[:2])):
        if (label, pk) not in kept:
            said += _put_back(label, pk, [change[2:] for change in run])
    for label, pk in reversed(written["made"]):
        apps.get_model(label)._base_manager.filter(pk=pk).delete()
    for label, stored in written["aside"]:
        said += _bring_back(label, stored)
    survivor.further_classes.remove(*written["classes"])
    return said


def _put_back(label: str, pk: int, changes: list[list[Any]]) -> list[str]:
    """Put the values of one row back, all at once; return the names of those that somebody wrote since.

    What somebody wrote back himself needs no word.
    """
    model = apps.get_model(label)
    row = model._base_manager.filter(pk=pk).first()
    untouched = {
        name: before
        for name, before, after in changes
        if row is not None and plain(getattr(row, name)) == after
    }
    values = {name: _read(model, name, before) for name, before in untouched.items()}
    try:
        with transaction.atomic():
            if values:
                model._base_manager.filter(pk=pk).update(**values)
    except IntegrityError:
        # The old values no longer go with what was written since.
        values = {}
    left = [(name, before) for name, before, _ in changes if name not in values]
    return [
        _name_of(label, name) for name, before in left if row is None or plain(getattr(row, name)) != before
    ]


def _bring_back(label: str, stored: str) -> list[str]:
    """Make a row anew as it was set aside; say how a membership had to differ from what it was."""
    model = apps.get_model(label)
    many = {field.name for field in model._meta.many_to_many}
    values = {name: value for name, value in json.loads(stored).items() if name not in many}
    row = model(**{name: _read(model, name, value) for name, value in values.items()})
    if isinstance(row, TeamMembership):
        return _rejoin(row)
    row.save(force_insert=True)
    return []


def _rejoin(row: TeamMembership) -> list[str]:
    """Let a membership back into a team that may have ended, or filled its seat, since the merge."""
    said: list[str] = []
    ended_on = row.team.dissolved_on
    if row.to_on is None and ended_on is not None:
        # As for all who were in it: the day before is the last one.
        row.to_on = max(ended_on - ONE_DAY, row.from_on)
        said.append(f"队伍成员：{row}，队伍已于 {ended_on} 撤销，退出日期记为 {row.to_on}")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        office = row.get_office_display()
        row.office = TeamMembership.Office.MEMBER
        row.save(force_insert=True)
        said.append(f"队伍成员：{row}，{office}一职已由他人担任，恢复为队员；需要时请在队伍页面改任")
    return said


def _read(model: type[models.Model], name: str, value: Any) -> Any:
    field: Any = model._meta.get_field(name)
    return field.to_python(value)


def _name_of(label: str, name: str) -> str:
    model = apps.get_model(label)
    field: Any = model._meta.get_field(name)
    said = str(field.verbose_name)
    return said if model is Person else f"{model._meta.verbose_name}的{said}"
