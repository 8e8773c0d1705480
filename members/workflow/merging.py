"""Steps on two files that may be one person: merge, take a merge back, find them to be two."""

import datetime
import json
from typing import Any

from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, one_step, own
from members.keys import fill_keys
from members.lately import note_calls, note_services
from members.models import DistinctPair, Merge, Person
from members.workflow.union import Ledger, take_apart, unite

#: Two files stand in one district, so its staff decides.
MERGERS = frozenset({Role.DISTRICT})


def survivor_of(person: Person) -> Person:
    """Return the file that stands for this one: itself, or the one it was merged into.

    A merge points earlier merged files to the new survivor, so one look is enough.
    """
    return person.merged_into or person


def merge(survivor: Person, merged: Person, *, by: Any, at: datetime.datetime, reason: str) -> Merge:
    """Merge a file into another one and keep what is needed to take it back; see union.py for the rules.

    Raises Refused without a reason, for files of two districts, two ID numbers, an open transfer of the
    merged file, and a file that is merged already.
    """
    reason = _reason(reason)
    if survivor.pk == merged.pk:
        raise Refused("请选择两份不同的档案。")
    with one_step(Merge, Person):
        survivor, merged = _both(survivor, merged, by=by)
        _refuse_two_people(survivor, merged)
        ledger = Ledger()
        # First: a merged file's ID and staff number are free for the other one.
        merged.merged_into, merged.version = survivor, merged.version + 1
        merged.save(update_fields=["merged_into", "version"])
        unite(ledger, survivor, merged, by=by, at=at, reason=reason)
        _note_both(survivor, merged)
        survivor.version += 1
        survivor.save(update_fields=["version"])
        row = Merge.objects.create(
            district_id=survivor.district_id,
            survivor=survivor,
            merged=merged,
            reason=reason,
            filled=ledger.sealed(),
            moved=ledger.moved,
            merged_by=by if getattr(by, "pk", None) else None,
            merged_at=at,
        )
        changes = {
            "merged": merged.pk,
            "fields": [_field(name) for name in ledger.changed_fields(survivor)],
            "rows": len(ledger.moved),
            "stays": len(ledger.stays),
        }
        record("person.merge", survivor, by=by, at=at, reason=reason, changes=changes)
    return row


def stayed_behind(row: Merge) -> list[str]:
    """Return the labels of rows that could not follow and still hang on the merged file."""
    return list(json.loads(row.filled)["stays"])


def unmerge(row: Merge, *, by: Any, at: datetime.datetime, reason: str) -> list[str]:
    """Take a merge back; return what stays with the surviving file, or comes back otherwise than it was.

    Raises Refused after Merge.UNDO, twice, and while a later merge of the same files stands.
    """
    reason = _reason(reason)
    with one_step(Merge, Person):
        fresh = own(row, by=by, roles=MERGERS)
        survivor, merged = _locked([fresh.survivor_id, fresh.merged_id])
        _refuse_unmerge(fresh, survivor, at)
        said = take_apart(json.loads(fresh.filled), fresh.moved, survivor, merged)
        # The survivor first: what it gives back must be free for the other file.
        for person in _locked([survivor.pk, merged.pk]):
            person.version += 1
            if person.pk == merged.pk:
                person.merged_into = None
            fill_keys(person).save()
        _note_both(survivor, merged)
        fresh.undone_at = at
        fresh.save(update_fields=["undone_at"])
        changes = {"merged": merged.pk, "rows": len(fresh.moved), "kept": len(said)}
        record("person.unmerge", survivor, by=by, at=at, reason=reason, changes=changes)
    return said


def find_distinct(
    first: Person, second: Person, *, by: Any, at: datetime.datetime, reason: str
) -> DistinctPair:
    """Write down that two files are two persons; the pair is not offered again."""
    reason = _reason(reason)
    if first.pk == second.pk:
        raise Refused("请选择两份不同的档案。")
    with one_step(DistinctPair):
        first, second = sorted(_both(first, second, by=by), key=lambda person: person.pk)
        pair = DistinctPair.objects.create(
            district_id=first.district_id,
            first=first,
            second=second,
            reason=reason,
            decided_by=by if getattr(by, "pk", None) else None,
            decided_at=at,
        )
        record("distinctpair.add", pair, by=by, at=at, reason=reason)
    return pair


def _reason(reason: str) -> str:
    if not (reason := reason.strip()):
        raise Refused("请写明依据，例如已与本人电话核实。")
    return reason


def _locked(keys: list[int]) -> list[Person]:
    """Lock files in the order of their keys, whichever comes first in the step; return them as asked."""
    found = {one.pk: one for one in Person.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in keys]


def _both(first: Person, second: Person, *, by: Any) -> tuple[Person, Person]:
    """Lock two living files that the actor may decide about, and return them fresh."""
    one, two = _locked([first.pk, second.pk])
    living = Person.objects.visible_to(by, roles=MERGERS).filter(pk__in=[one.pk, two.pk])
    if living.count() != 2:
        raise Refused("不能办理：其中一份档案已经并入别的档案，或不在您的职责范围内。请刷新页面后再看。")
    if one.district_id != two.district_id:
        raise Refused("两份档案不在同一个区，不能合并。")
    return one, two


def _refuse_two_people(survivor: Person, merged: Person) -> None:
    if survivor.id_index and merged.id_index and survivor.id_index != merged.id_index:
        raise Refused(
            "两份档案的身份证号不同，不能合并。确是同一人的，请先在填错的那份档案里清空身份证号，再来合并。"
        )
    if merged.transfers.waiting().exists():
        raise Refused("要并入的档案有待确认的转校申请。请先同意、不同意或撤回这份申请，再来合并。")


def _refuse_unmerge(row: Merge, survivor: Person, at: datetime.datetime) -> None:
    if row.undone_at is not None:
        raise Refused("这次合并已经撤销过了。")
    if not row.can_undo(at):
        raise Refused(f"合并超过 {Merge.UNDO.days} 天，不能再撤销。")
    later = Merge.objects.later_than(row)
    if survivor.merged_into_id is not None or later.exists():
        raise Refused("这份档案后来又合并过。请先撤销后来的那一次，再撤销这一次。")


def _note_both(survivor: Person, merged: Person) -> None:
    note_services([survivor.pk, merged.pk])
    note_calls([survivor.pk, merged.pk])


def _field(attname: str) -> str:
    return Person._meta.get_field(attname).name
