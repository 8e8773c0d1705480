"""Writing, sealing and checking the trail (models/audit.py holds the tables)."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from guanweihui.models.audit import AuditEvent, AuditSeal
from guanweihui.models.org import District
from guanweihui.scope import LinkHolder, Origin

#: Events sealed in one transaction; keeps a write phase on SQLite short.
SEAL_AT_ONCE = 2000


def record(
    action: str,
    row: models.Model | None = None,
    *,
    by: Any,
    at: datetime.datetime,
    district: District | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write the one audit line of a step, in the step's own transaction.

    `action` is "<model>.<step>"; `changes` maps field to [before, after] with sensitive values masked.
    """
    origin = getattr(by, "origin", None) or Origin()
    event = AuditEvent(
        district=district or _district_of(row),
        at=at,
        actor_id=getattr(by, "pk", None),
        link=by.link if isinstance(by, LinkHolder) else None,
        actor_label=str(by)[:100],
        action=action,
        object_type=row._meta.label if row is not None else "",
        object_id=str(row.pk) if row is not None else "",
        object_label=str(row)[:200] if row is not None else "",
        reason=reason,
        changes=json.loads(json.dumps(changes or {}, default=str, ensure_ascii=False)),
        address=origin.address,
        request_id=origin.request_id,
    )
    event.digest = content_digest(event)
    event.save(force_insert=True)
    return event


def record_once_an_hour(
    action: str, row: models.Model, *, by: Any, at: datetime.datetime
) -> AuditEvent | None:
    """Write the line of a step that repeats itself, such as autosave: one a person, row, action and hour.

    Returns None when this hour has its line already.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    said = AuditEvent.objects.of(row).filter(
        action=action, at__gte=hour, at__lte=at, actor_label=str(by)[:100]
    )
    if said.filter(actor_id=getattr(by, "pk", None)).exists():
        return None
    return record(action, row, by=by, at=at)


def content_digest(event: AuditEvent) -> str:
    """Return the SHA-256 of the line's content in one fixed writing."""
    content = [
        event.district_id,
        event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.link_id,
        event.actor_label,
        event.action,
        event.object_type,
        event.object_id,
        event.object_label,
        event.reason,
        event.changes,
        event.address,
        event.request_id,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_all() -> int:
    """Append every unsealed event to its district's chain; return how many. The worker's, each minute."""
    sealed = 0
    while batch := _seal_some():
        sealed += batch
    return sealed


def _seal_some() -> int:
    with transaction.atomic():
        # One sealer at a time: on PostgreSQL the last seal of a chain is locked, SQLite writes one by one.
        events = list(AuditEvent.objects.unsealed()[:SEAL_AT_ONCE])
        tails: dict[int, tuple[int, str]] = {}
        seals = []
        for event in events:
            chain = event.district_id or 0
            if chain not in tails:
                tails[chain] = _tail(chain)
            position, previous = tails[chain]
            digest = link_digest(previous, event.digest)
            tails[chain] = (position + 1, digest)
            seals.append(AuditSeal(event=event, chain=chain, position=position + 1, digest=digest))
        AuditSeal.objects.bulk_create(seals)
        return len(seals)


def _tail(chain: int) -> tuple[int, str]:
    last = AuditSeal.objects.select_for_update().filter(chain=chain).order_by("-position").first()
    return (last.position, last.digest) if last else (0, "")


def link_digest(previous: str, digest: str) -> str:
    return hashlib.sha256(f"{previous}:{digest}".encode()).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    chain: int
    position: int
    event_id: int
    what: str


def verify() -> Iterator[Break]:
    """Yield the first break of each chain, and every unsealed line whose content was changed."""
    for chain in AuditSeal.objects.order_by("chain").values_list("chain", flat=True).distinct():
        if found := _first_break(chain):
            yield found
    for event in AuditEvent.objects.unsealed().iterator(chunk_size=SEAL_AT_ONCE):
        if content_digest(event) != event.digest:
            yield Break(event.district_id or 0, 0, event.pk, "内容与摘要不符")


def _first_break(chain: int) -> Break | None:
    previous = ""
    seals = AuditSeal.objects.filter(chain=chain).select_related("event").order_by("position")
    for expected, seal in enumerate(seals.iterator(chunk_size=SEAL_AT_ONCE), start=1):
        if seal.position != expected:
            return Break(chain, expected, seal.event_id, "缺少记录")
        if content_digest(seal.event) != seal.event.digest:
            return Break(chain, seal.position, seal.event_id, "内容与摘要不符")
        if link_digest(previous, seal.event.digest) != seal.digest:
            return Break(chain, seal.position, seal.event_id, "与前一条不衔接")
        previous = seal.digest
    return None


def _district_of(row: models.Model | None) -> District | None:
    """Find the district a row hangs on: itself, its own, or its unit's."""
    if row is None or isinstance(row, District):
        return row
    if getattr(row, "district_id", None):
        return row.district  # type: ignore[attr-defined]
    for name in (
        "school",
        "group",
        "due",
        "round",
        "batch",
        "event",
        "programme",
        "pairing",
        "visit",
        "plan",
        "unit",
        "team",
        "card",
        "outing",
        "cycle",
        "category",
        "award_list",
        "notice",
        "quota",
    ):
        if (parent := getattr(row, name, None)) is not None:
            return _district_of(parent)
    return None
