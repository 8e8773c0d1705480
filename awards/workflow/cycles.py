"""Steps of a cycle: plan, copy, edit, open, close. What it asks: see cycle_parts."""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from awards import cycle_calendar, presets
from awards.models import (
    Category,
    CityRecommendation,
    Cycle,
    CycleRule,
    FormField,
    Nomination,
    Quota,
    QuotaMove,
)
from awards.workflow import places
from awards.workflow.cycle_parts import CATEGORY_FIELDS, FIELD_FIELDS, OFFICE, Moved, changes_of, mark_of, put
from guanweihui import rounds, workdays
from guanweihui.audit import record
from guanweihui.models import Round, Workday
from guanweihui.scope import reach_of
from guanweihui.workflow import Refused, one_step, own

State = Cycle.State
#: Cycles follow each other at this distance.
YEARS_APART = 2
WORDS = (
    "name",
    "basis_title",
    "basis_number",
    "organiser",
    "period",
    "scope",
    "reward",
    "money_source",
    "commended_by",
    "instructions",
)
DAYS = tuple(name for name, _ in cycle_calendar.DAYS)
CYCLE_FIELDS = ("year", "base_count", "notice_workdays", "counts_first_day", *WORDS, *DAYS)
#: What may still change while nominations come in: words, and the days after the opening.
OPEN_FIELDS = (*WORDS, *(name for name in DAYS if name != "opens_at"))
#: A nomination in one of these waits for somebody's decision.
UNDECIDED = ("SUBMITTED", "ENDORSED", "ACCEPTED", "APPROVED")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def corrections_of(district_id: int) -> workdays.Corrections:
    return Workday.objects.in_district(district_id).corrections()


# --- the cycle --------------------------------------------------------------------------------------------


def plan_cycle(
    values: Mapping[str, Any], *, by: Any, at: datetime.datetime, copied_from: Cycle | None = None
) -> Cycle:
    """Set up a cycle of the actor's district with its awards, their forms and the rules; it asks nothing yet.

    `values` are CYCLE_FIELDS. With `copied_from` awards, forms and rules are those of that cycle, else the
    usual ones (awards.presets). Raises Refused for an actor who is not of a district's office, a second cycle
    of the year, and days out of order.
    """
    districts = reach_of(by).of(OFFICE).ids("district")
    if not districts:
        raise Refused("您不能办理这一步：不在您的职责范围内。")
    with one_step(Cycle, Category, FormField, CycleRule):
        before = own(copied_from, by=by, roles=OFFICE) if copied_from is not None else None
        cycle = Cycle(
            district_id=districts[0],
            state=State.PLANNED,
            copied_from=before,
            **{name: values[name] for name in CYCLE_FIELDS if name in values},
        )
        _refuse_days(cycle)
        cycle.save(force_insert=True)
        if before is not None:
            _copy_parts(before, cycle)
        if before is None or not before.categories.exists():
            _usual_parts(cycle)
        changes: dict[str, Any] = {"year": [None, cycle.year], "name": [None, cycle.name]}
        if before is not None:
            changes["copied_from"] = [None, str(before)]
        record("cycle.plan", cycle, by=by, at=at, changes=changes)
        return cycle


def _refuse_days(cycle: Cycle) -> None:
    values = {name: getattr(cycle, name) for name in CYCLE_FIELDS}
    found = [words for _, words in cycle_calendar.faults(values, corrections_of(cycle.district_id))]
    if found:
        raise Refused("\n".join(found))


def _usual_parts(cycle: Cycle) -> None:
    categories = [Category(cycle=cycle, **one.values(cycle.year)) for one in presets.AWARDS.values()]
    for category in categories:
        category.save(force_insert=True)
    FormField.objects.bulk_create(field for one in categories for field in presets.fields_for(one))
    stand = set(CycleRule.objects.of(cycle).values_list("code", flat=True))
    CycleRule.objects.bulk_create(
        CycleRule(cycle=cycle, code=code, effect=effect, value=value)
        for code, (effect, value) in presets.RULES.items()
        if code not in stand
    )


def _copy_parts(before: Cycle, cycle: Cycle) -> None:
    """Copy awards, forms and rules; what names the year in a certificate names the new one."""
    years = cycle.year - before.year
    fields: list[FormField] = []
    for one in before.categories.with_fields().order_by("position", "pk"):
        kept = {name: getattr(one, name) for name in (*CATEGORY_FIELDS, "kind")}
        kept["certificate_text"] = _years_on(one.certificate_text, years)
        category = Category.objects.create(cycle=cycle, **kept)
        asked = [
            FormField(
                category=category,
                form=field.form,
                key=field.key,
                **{name: getattr(field, name) for name in FIELD_FIELDS},
            )
            for field in one.fields.all()
        ]
        # A cycle that was loaded has names only: it takes the usual form.
        fields += asked or presets.fields_for(category)
    FormField.objects.bulk_create(fields)
    rules = {one.code: (one.effect, one.value) for one in before.rules.all()}
    CycleRule.objects.bulk_create(
        CycleRule(cycle=cycle, code=code, effect=effect, value=value)
        for code, (effect, value) in {**presets.RULES, **rules}.items()
    )


def shifted(cycle: Cycle) -> dict[str, Any]:
    """Return the values for the next cycle: the same words, years and days two years on, on working days."""
    values = {name: getattr(cycle, name) for name in CYCLE_FIELDS}
    for name in ("name", "period", "scope", "instructions"):
        values[name] = _years_on(values[name], YEARS_APART)
    if values["name"] == cycle.name:
        values["name"] = f"{cycle.year + YEARS_APART}年度{cycle.name}"[:60]
    values["year"] = cycle.year + YEARS_APART
    values |= cycle_calendar.moved(cycle, YEARS_APART, corrections_of(cycle.district_id))
    return values


def _years_on(words: str, years: int) -> str:
    """Write every year in the words so many years later."""
    return YEAR.sub(lambda found: str(int(found[0]) + years), words)


def edit_cycle(
    cycle: Cycle,
    values: Mapping[str, Any],
    *,
    version: int,
    by: Any,
    at: datetime.datetime,
    reason: str = "",
) -> Cycle:
    """Change a cycle: all of it while it is planned; words and the days to come while it is open.

    Another deadline or other instructions of an open cycle go to its round too, which writes its own line and
    asks the reason. Raises Moved for an old tab; Refused for a closed cycle, days out of order, a second
    cycle of the year, and when nothing changes.
    """
    with one_step(Cycle, Round):
        fresh = own(cycle, by=by, roles=OFFICE)
        if fresh.state == State.CLOSED:
            raise Refused(f"“{fresh}”已经结束，不能再改。")
        names = CYCLE_FIELDS if fresh.state == State.PLANNED else OPEN_FIELDS
        asked = {name: values[name] for name in names if name in values}
        if fresh.round is not None:
            # The round's own page may have moved the deadline since.
            fresh.deadline_at = fresh.round.deadline_at
        if version != fresh.version:
            raise Moved(fresh, asked, mark_of(fresh))
        changes = changes_of(fresh, asked)
        if not changes:
            raise Refused("没有任何改动。")
        put(fresh, changes)
        if not changes.keys().isdisjoint({*DAYS, "notice_workdays", "counts_first_day"}):
            _refuse_days(fresh)
        if fresh.round is not None:
            _tell_round(fresh, fresh.round, changes, by=by, at=at, reason=reason)
        fresh.version += 1
        fresh.save(update_fields=[*changes, "version"])
        record("cycle.edit", fresh, by=by, at=at, reason=reason, changes=changes)
        return fresh


def _tell_round(
    cycle: Cycle,
    round_: Round,
    changes: Mapping[str, list[Any]],
    *,
    by: Any,
    at: datetime.datetime,
    reason: str,
) -> None:
    """Let the round of an open cycle say what the cycle says: name, deadline, instructions."""
    told = {name: changes[name][1] for name in ("deadline_at", "instructions") if name in changes}
    if "name" in changes and round_.title == f"{changes['name'][0]}推荐":
        told["title"] = round_title(cycle)
    if told:
        rounds.edit_round(round_, told, by=by, at=at, reason=reason)


# --- opening and closing ----------------------------------------------------------------------------------


def missing_of(
    cycle: Cycle,
    *,
    at: datetime.datetime,
    categories: Sequence[Category] | None = None,
    rules: Sequence[CycleRule] | None = None,
) -> list[str]:
    """Return what a planned cycle still lacks before it can be opened, one sentence each.

    Awards with their fields, and rules, are read unless the caller has them already.
    """
    found = []
    if not cycle.basis_title or not cycle.basis_number:
        found.append("没有填写设立依据和依据文号。")
    if cycle.deadline_at is None:
        found.append("没有填写申报截止时间。")
    elif cycle.deadline_at <= at:
        found.append("申报截止时间已经过了，请先修改。")
    if categories is None:
        categories = list(cycle.categories.with_fields().order_by("position", "pk"))
    if not categories:
        found.append("还没有奖项。")
    effects = {one.code: one.effect for one in (cycle.rules.all() if rules is None else rules)}
    for code in set(CycleRule.Code.values) - effects.keys():
        found.append(f"没有规定“{CycleRule.Code(code).label}”怎样处理。")
    for category in categories:
        found += _missing_of_category(category, effects)
    return found


def _missing_of_category(category: Category, effects: Mapping[str, str]) -> list[str]:
    found = []
    if not category.places:
        found.append(f"“{category}”没有填写表彰名额。")
    asked = [one for one in category.fields.all() if one.form == FormField.Form.DISTRICT]
    if not any(one.section == FormField.Section.DEEDS for one in asked):
        found.append(f"“{category}”的区推荐表还没有主要事迹栏目。")
    keys = {one.key for one in asked}
    for code, key in presets.KEY_OF_RULE.items():
        checks = effects.get(code) not in (None, CycleRule.Effect.OFF)
        if checks and not category.is_collective and key not in keys:
            rule = CycleRule.Code(code).label
            found.append(f"“{rule}”要检查，但“{category}”的区推荐表没有供它核对的栏目。")
    return found


def open_cycle(cycle: Cycle, *, by: Any, at: datetime.datetime) -> Cycle:
    """Open a planned cycle: its round asks every school, and the district's places are granted.

    The round's planning and opening leave their own lines. Raises Refused, with everything at once, for what
    is missing, and as plan_round() and open_round() do.
    """
    with one_step(Cycle, Round, Quota):
        fresh = own(cycle, by=by, roles=OFFICE)
        if fresh.state != State.PLANNED:
            raise Refused(f"“{fresh}”{fresh.get_state_display()}，不能再开始。")
        if lacks := missing_of(fresh, at=at):
            raise Refused("\n".join(["还不能开始：", *lacks]))
        round_ = rounds.plan_round(_asked(fresh, at), by=by, at=at)
        fresh.round = rounds.open_round(round_, by=by, at=at)
        fresh.state, fresh.opens_at, fresh.version = State.OPEN, at, fresh.version + 1
        fresh.save(update_fields=["round", "state", "opens_at", "version"])
        awards = fresh.categories.order_by("position", "pk")
        granted = [f"{one} {_grant(one, by=by, at=at)}" for one in awards]
        changes = {"state": [State.PLANNED.label, State.OPEN.label], "places": "，".join(granted)}
        record("cycle.open", fresh, by=by, at=at, changes=changes)
        return fresh


def round_title(cycle: Cycle) -> str:
    """Name the round that collects a cycle's nominations."""
    return f"{cycle.name}推荐"


def _asked(cycle: Cycle, at: datetime.datetime) -> dict[str, Any]:
    return {
        "kind": Round.Kind.NOMINATION,
        "title": round_title(cycle),
        "year": cycle.year,
        "opens_at": at,
        "deadline_at": cycle.deadline_at,
        "group_endorses": any(cycle.categories.values_list("passes_group", flat=True)),
        "instructions": cycle.instructions,
    }


def _grant(category: Category, *, by: Any, at: datetime.datetime) -> int:
    """Grant the district what the award may propose, less what was granted before; returns how many."""
    stand = sum(Quota.objects.of(category).values_list("places", flat=True))
    reserve = Quota.objects.of(category).of_district().first()
    reserve = places.lock(reserve or Quota.objects.create(category=category))
    number = category.proposals - stand
    if number > 0:
        reason = f"{category.cycle}核定推荐名额"
        places.change(reserve, QuotaMove.Kind.GRANT, places=number, reason=reason, by=by, at=at)
    return max(number, 0)


def undecided_of(cycle: Cycle) -> list[str]:
    """Return what of a cycle still waits for a decision, one sentence each."""
    found = []
    if cycle.round is not None and cycle.round.state != Round.State.CLOSED:
        found.append("推荐的报送任务还没有定稿，请先在报送任务页面定稿。")
    waiting = Nomination.objects.of_cycle(cycle).in_states(UNDECIDED).count()
    if waiting:
        found.append(f"还有 {waiting} 份推荐没有结论（待审核、待评审，或待发表彰决定）。")
    city = CityRecommendation.objects.of(cycle).in_states(
        [CityRecommendation.Status.CHOSEN, CityRecommendation.Status.SENT]
    )
    if number := city.count():
        found.append(f"还有 {number} 份市级推荐没有结果。")
    return found


def close_cycle(cycle: Cycle, *, by: Any, at: datetime.datetime) -> Cycle:
    """Close an open cycle whose round is closed and in which nothing waits for a decision."""
    with one_step(Cycle):
        fresh = own(cycle, by=by, roles=OFFICE)
        if fresh.state != State.OPEN:
            raise Refused(f"“{fresh}”{fresh.get_state_display()}，不能结束。")
        if waits := undecided_of(fresh):
            raise Refused("\n".join(["还不能结束：", *waits]))
        fresh.state, fresh.version = State.CLOSED, fresh.version + 1
        fresh.save(update_fields=["state", "version"])
        changes = {"state": [State.OPEN.label, State.CLOSED.label]}
        record("cycle.close", fresh, by=by, at=at, changes=changes)
        return fresh
