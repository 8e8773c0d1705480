"""The core of every workflow: a table of steps, and the one way to take one.

A step locks the row, checks the fresh state, the actor and his reach, writes, and records one audit
line, all in one transaction. Nothing else writes `status`.
"""

import dataclasses
import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from guanweihui.audit import record

Row = TypeVar("Row", bound=models.Model)
#: Said when the database refuses a write and no constraint has a sentence for it.
CLASH = "同一份材料刚被别人改动过，本次没有保存。请刷新页面后再试。"


class Refused(Exception):
    """A step that may not be taken now. The message is for the user: what, why, how to mend."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One edge of a workflow.

    `when(row)` answers None, or the Chinese sentence why the step is not open for this row.
    """

    from_states: Collection[str]
    to_state: str
    roles: Collection[str]
    when: Callable[[Any], str | None] | None = None
    label: str = ""
    needs_reason: bool = False
    name: str = ""

    def open_for(self, row: Any, roles: Collection[str]) -> bool:
        """Tell whether a button may be shown; `take()` has the last word."""
        return (
            row.status in self.from_states
            and not set(roles).isdisjoint(self.roles)
            and (self.when is None or self.when(row) is None)
        )


class Steps(dict[str, Step]):
    """The steps of one workflow by name; each step knows its own name."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        super().__init__({name: dataclasses.replace(step, name=name) for name, step in steps.items()})

    def open_for(self, row: Any, roles: Collection[str]) -> list[Step]:
        return [step for step in self.values() if step.open_for(row, roles)]


def own(row: Row, *, by: Any, roles: Collection[str]) -> Row:
    """Lock a row that the actor may act on in one of `roles`, and return it fresh; the caller's transaction.

    Raises Refused when it is outside his reach.
    """
    manager: Any = type(row)._default_manager
    found = manager.visible_to(by, roles=roles).filter(pk=row.pk).values("pk")
    fresh = manager.select_for_update().filter(pk__in=found).first()
    if fresh is None:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    return fresh


@contextmanager
def one_step(*written: type[models.Model]) -> Iterator[None]:
    """Hold a step's one transaction; what a constraint of the models written refuses becomes Refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        said = (explain(error, model) for model in written)
        raise Refused(next(filter(None, said), CLASH)) from error


def take(
    step: Step,
    row: Row,
    *,
    by: Any,
    at: datetime.datetime,
    reason: str = "",
    writes: Mapping[str, Any] | None = None,
    then: Callable[[Row], Any] | None = None,
    settled_at: datetime.datetime | None = None,
) -> Row:
    """Take a step on a row and return the fresh row.

    `writes` are further fields of the row; `then(row)` does the rest of the step's work. `settled_at` is when
    the matter itself came, if it was before the step. Raises Refused
    when the row is outside the actor's reach in the step's roles, its fresh state is none of
    `from_states`, a required reason is missing, or the database refuses the write.
    """
    if step.needs_reason and not reason.strip():
        raise Refused("请写明理由，再办理。")
    try:
        with transaction.atomic():
            fresh = _locked(step, row, by)
            before = fresh.status  # type: ignore[attr-defined]
            values = {"status": step.to_state, **(writes or {})}
            for name, value in values.items():
                setattr(fresh, name, value)
            fresh.save(update_fields=list(values))
            if then is not None:
                then(fresh)
            if hasattr(fresh, "settle"):
                fresh.settle(at=settled_at or at)
            record(
                f"{fresh._meta.model_name}.{step.name}",
                fresh,
                by=by,
                at=at,
                reason=reason,
                changes={"status": [before, step.to_state]},
            )
            return fresh
    except IntegrityError as error:
        raise Refused(explain(error, type(row)) or CLASH) from error


def _locked(step: Step, row: Row, by: Any) -> Row:
    fresh: Any = own(row, by=by, roles=step.roles)
    if fresh.status not in step.from_states:
        raise Refused(
            f"这份材料现在是“{fresh.get_status_display()}”，不能{step.label or '办理这一步'}。"
            "请刷新页面后再看。"
        )
    if step.when is not None and (why := step.when(fresh)) is not None:
        raise Refused(why)
    return fresh


def explain(error: IntegrityError, model: type[models.Model]) -> str | None:
    """Turn a constraint's refusal into the sentence written for it; None when it is none of the model's.

    Both engines name a constraint differently.
    """
    text = str(error)
    for constraint in model._meta.constraints:
        fields = getattr(constraint, "fields", ())
        names = [model._meta.get_field(name).column for name in fields]  # type: ignore[union-attr]
        columns = ", ".join(f"{model._meta.db_table}.{column}" for column in names)
        if constraint.name in text or (columns and text.endswith(columns)):
            return str(constraint.get_violation_error_message())
    return None
