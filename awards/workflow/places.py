"""Taking a place of the quota and giving it back: parts of a nomination's steps, in their transaction."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from awards.models import Category, Nomination, Quota, QuotaMove
from guanweihui.models import School
from guanweihui.workflow import Refused

Kind = QuotaMove.Kind
LONGEST_REASON = 200


def quota_of(category: Category, school: School) -> Quota | None:
    """Return the row that a school spends from: its own where it has one, else its group's."""
    return spent_from(list(Quota.objects.of(category).for_school(school)))


def spent_from(rows: Iterable[Quota]) -> Quota | None:
    """Return which of a school's rows of one category it spends from; None without a row.

    An own row whose places were all taken back is none any more: the school shares its group's again.
    """
    found = sorted(rows, key=lambda row: (row.school_id is None, row.pk))
    return next((row for row in found if row.school_id is None or row.places), None)


def spent_by_category(rows: Iterable[Quota]) -> dict[int, Quota | None]:
    """Return the row that a school spends from, by category; `rows` are its own and its group's."""
    found: dict[int, list[Quota]] = defaultdict(list)
    for row in rows:
        found[row.category_id].append(row)
    return {category: spent_from(several) for category, several in found.items()}


def spend_place(nomination: Nomination, *, by: Any, at: datetime.datetime) -> Quota:
    """Take one place for a nomination that goes up.

    Raises Refused, with the balance, when no place is left or none was allotted.
    """
    found = quota_of(nomination.category, nomination.unit)
    if found is None:
        raise Refused(
            f"“{nomination.category}”还没有给本校或本协作组下达名额，请联系协作组或区关工委办公室。"
        )
    row = lock(found)
    if row.left < 1:
        raise Refused(
            f"“{nomination.category}”名额 {row.places} 个，已用 {row.used} 个，没有空余，本次没有提交。"
            "请先撤回本奖项的另一份推荐，或请协作组、区关工委办公室调剂名额。"
        )
    change(row, Kind.SPEND, used=1, reason="提交推荐", nomination=nomination, by=by, at=at)
    nomination.quota = row
    nomination.save(update_fields=["quota"])
    return row


def free_place(nomination: Nomination, *, reason: str, by: Any, at: datetime.datetime) -> None:
    """Give the place of a nomination back that comes out of the running; nothing where it has none.

    The caller has set `quota` to None with the new status already; the ledger tells which row it was.
    """
    held = held_by(nomination)
    if held is None:
        return
    change(lock(held), Kind.FREE, used=-1, reason=reason, nomination=nomination, by=by, at=at)


def held_by(nomination: Nomination) -> Quota | None:
    """Return the row whose place a nomination takes by the ledger; None when it takes none."""
    last = (
        QuotaMove.objects.filter(nomination=nomination, kind__in=[Kind.SPEND, Kind.FREE])
        .select_related("quota")
        .order_by("-pk")
        .first()
    )
    return last.quota if last is not None and last.kind == Kind.SPEND else None


def lock(row: Quota) -> Quota:
    """Return the row fresh and locked; the caller's transaction."""
    return Quota.objects.select_for_update().get(pk=row.pk)


def change(
    row: Quota,
    kind: str,
    *,
    places: int = 0,
    used: int = 0,
    reason: str,
    by: Any,
    at: datetime.datetime,
    nomination: Nomination | None = None,
) -> QuotaMove:
    """Write one line of the ledger and the balance that it gives; the row is locked by the caller."""
    row.places += places
    row.used += used
    row.save(update_fields=["places", "used"])
    return QuotaMove.objects.create(
        quota=row,
        kind=kind,
        places=places,
        used=used,
        nomination=nomination,
        reason=reason[:LONGEST_REASON],
        moved_by=by if getattr(by, "pk", None) else None,
        moved_at=at,
    )
