"""What the steps of programmes, pairs and host schools share: old tabs, changes, links."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from guanweihui.gate import issue_link
from guanweihui.models import AccessLink, District
from guanweihui.scope import Role, reach_of
from guanweihui.workflow import Refused

OFFICE = frozenset({Role.DISTRICT})
#: What the trail keeps of a sealed value.
CHANGED = "已修改"


class Moved(Refused):
    """Somebody changed the row since the page was opened; `mark` is that of what stands now."""

    def __init__(self, row: models.Model, values: Mapping[str, Any], mark: str) -> None:
        self.mark = mark
        now = [
            f"“{row._meta.get_field(name).verbose_name}”现在是“{said(getattr(row, name))}”"  # type: ignore[union-attr]
            for name in values
            if getattr(row, name) != values[name] and not name.endswith("phone")
        ]
        other = f"（{'，'.join(now)}）" if now else ""
        super().__init__(
            f"这份资料在您打开之后被别人改过{other}，本次没有保存。您填写的内容仍在下面，请对照后再保存。"
        )


def said(value: Any) -> str:
    """Write a value as a page shows it."""
    return str(value) if value not in (None, "") else "空"


def mark_of(row: models.Model | None, names: Iterable[str]) -> str:
    """Return a mark of what a row says now: a page sends it back, so that an old tab overwrites nothing."""
    values = [str(getattr(row, row._meta.get_field(name).attname)) for name in names] if row else []  # type: ignore[union-attr]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def changed(
    row: models.Model, values: Mapping[str, Any], names: Iterable[str], mark: str
) -> dict[str, list[Any]]:
    """Return what differs, field to [before, after], and put it into the row.

    Raises Moved when the page was opened before somebody else's change, Refused when nothing differs.
    """
    names = list(names)
    asked = {name: values[name] for name in names if name in values}
    if mark != (now := mark_of(row, names)):
        raise Moved(row, asked, now)
    found = {name: [getattr(row, name), new] for name, new in asked.items() if getattr(row, name) != new}
    if not found:
        raise Refused("没有任何改动。")
    for name, (_, new) in found.items():
        setattr(row, name, new)
    return found


def for_trail(changes: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Write changes for the trail: rows by their names, sealed values only as changed."""
    return {
        name: CHANGED
        if name.endswith("phone")
        else [str(one) if isinstance(one, models.Model) else one for one in pair]
        for name, pair in changes.items()
    }


def district_of(by: Any) -> District:
    """Return the district for which the actor's office writes. Raises Refused for everybody else."""
    ids = reach_of(by).of(OFFICE).ids("district")
    found = District.objects.visible_to(by, roles=OFFICE).filter(pk__in=ids).order_by("pk").first()
    if found is None:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    return found


def give_link(
    row: Any, *, role: str, holder_name: str, district: District, days: int, by: Any, at: datetime.datetime
) -> tuple[AccessLink, str]:
    """Give a row a new access link and end the one before it; the token is shown once and stored nowhere."""
    end_link(row, at)
    link, token = issue_link(district=district, role=role, holder_name=holder_name, by=by, at=at, days=days)
    row.access_link = link
    row.save(update_fields=["access_link"])
    return link, token


def end_link(row: Any, at: datetime.datetime) -> bool:
    """Close a row's link; tell whether it was open. The line of the step that does it tells of it."""
    links = AccessLink.objects.filter(pk=row.access_link_id, revoked_at=None)
    return links.update(revoked_at=at) == 1
