"""Steps of a programme: plan it, change it."""

import datetime
from collections.abc import Mapping
from typing import Any

from guanweihui.audit import record
from guanweihui.workflow import Refused, one_step, own
from outreach.models import Programme
from outreach.workflow.rows import OFFICE, changed, district_of, for_trail

FIELDS = (
    "name",
    "region",
    "started_on",
    "ends_on",
    "agreement_no",
    "agreed_on",
    "city_principals",
    "city_regions",
    "own_principals",
    "follows",
    "note",
)


def plan_programme(values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Programme:
    """Set up a batch of the programme; `values` are FIELDS.

    Raises Refused for a name taken, days out of order, more principals of our own than the city has, and a
    batch to follow that begins later.
    """
    with one_step(Programme):
        programme = Programme(
            district=district_of(by), **{name: values[name] for name in FIELDS if name in values}
        )
        _refuse(programme, by)
        programme.save(force_insert=True)
        changes = {"name": [None, programme.name], "started_on": [None, programme.started_on]}
        record("programme.plan", programme, by=by, at=at, changes=changes)
        return programme


def edit_programme(
    programme: Programme, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime
) -> Programme:
    """Change a programme. Raises Moved for an old tab, and Refused as plan_programme() does."""
    with one_step(Programme):
        fresh: Programme = own(programme, by=by, roles=OFFICE)
        changes = changed(fresh, values, FIELDS, mark)
        _refuse(fresh, by)
        fresh.save(update_fields=list(changes))
        record("programme.edit", fresh, by=by, at=at, changes=for_trail(changes))
        return fresh


def _refuse(programme: Programme, by: Any) -> None:
    city, ours = programme.city_principals, programme.own_principals
    if city is not None and ours is not None and ours > city:
        raise Refused(f"本区校长 {ours} 人，多于全市的 {city} 人。请核对“全市校长数”和“本区校长数”。")
    before = programme.follows
    if before is None:
        return
    own(before, by=by, roles=OFFICE)
    if before.started_on >= programme.started_on:
        raise Refused(
            f"接续的项目“{before}”{before.started_on:%Y-%m-%d}启动，应早于本项目的启动日期。请核对两个日期。"
        )
