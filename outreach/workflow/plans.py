"""Steps of the three-year plan: drafted, put before a leader, approved, revised.

Who proposed a plan does not approve it. An approved plan is frozen: a change is the next revision. Its tasks
have their steps in outreach.workflow.plans_items.
"""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, one_step, own, take
from outreach.models import YEARS, Plan, PlanGoal, PlanItem, Programme
from outreach.workflow.needs import OFFICE, OldPage, digest_of

LEADER = frozenset({Role.LEADER})
S = Plan.Status
STEPS = Steps(
    {
        "propose": Step({S.DRAFT}, S.PROPOSED, OFFICE, label="提请审定"),
        "approve": Step({S.PROPOSED}, S.APPROVED, LEADER, label="审定"),
        "send_back": Step({S.PROPOSED}, S.DRAFT, LEADER, label="退回", needs_reason=True),
        "supersede": Step({S.APPROVED}, S.SUPERSEDED, LEADER, label="替换"),
    }
)
#: The words of a plan; its goals are apart, by year.
PLAN_FIELDS = ("title", "basis")
#: What a revision copies of a task beside its needs.
ITEM_FIELDS = (
    "year_no",
    "position",
    "title",
    "mode",
    "field",
    "host_school",
    "measure",
    "indicator",
    "target",
    "owner",
    "due_on",
)
FROZEN = "“{plan}”已审定，不能再改。需要调整的，请点“修订方案”，写明原因，另立下一版。"
ON_ITS_WAY = "“{plan}”已提请审定，现在不能改。要改的，请领导先退回。"
OLD = "“{plan}”已被后一版替换，只能查看。"
CHANGED = "方案在您打开之后被别人改过，本次没有保存。您填写的内容仍在下面，请另开一页对照后再保存。"


def drafted(plan: Plan, *, by: Any) -> Plan:
    """Lock a plan that may still be edited; the caller's transaction.

    Raises Refused for every other state, saying that a change is a numbered revision.
    """
    fresh = own(plan, by=by, roles=OFFICE)
    said = {S.APPROVED: FROZEN, S.PROPOSED: ON_ITS_WAY, S.SUPERSEDED: OLD}
    if fresh.status != S.DRAFT:
        raise Refused(said[S(fresh.status)].format(plan=fresh))
    return fresh


def start_plan(programme: Programme, values: Mapping[str, Any], *, by: Any, at: datetime.datetime) -> Plan:
    """Begin a programme's plan as its first revision; `values` are PLAN_FIELDS and goals (text by year).

    Raises Refused when the programme has a plan already.
    """
    with one_step(Plan, PlanGoal):
        fresh = own(programme, by=by, roles=OFFICE)
        if (stands := Plan.objects.of(fresh).first()) is not None:
            raise Refused(f"“{fresh}”已有方案“{stands}”，请在那一份上修改或修订。")
        plan = Plan.objects.create(programme=fresh, **{name: values[name] for name in PLAN_FIELDS})
        _put_goals(plan, values.get("goals", {}))
        record("plan.start", plan, by=by, at=at, changes={"title": [None, plan.title]})
        return plan


def edit_plan(plan: Plan, values: Mapping[str, Any], *, mark: str, by: Any, at: datetime.datetime) -> Plan:
    """Change title, basis and goals of a draft; `mark` is mark_of() as the page showed it.

    Raises OldPage for an old one, Refused for every other plan and when nothing changes.
    """
    with one_step(Plan, PlanGoal):
        fresh = drafted(plan, by=by)
        if mark != (now := mark_of(fresh)):
            raise OldPage(CHANGED, now)
        changes: dict[str, Any] = {
            name: [getattr(fresh, name), values[name]]
            for name in PLAN_FIELDS
            if getattr(fresh, name) != values[name]
        }
        for name, (_, new) in changes.items():
            setattr(fresh, name, new)
        if goals := _put_goals(fresh, values.get("goals", {})):
            changes["year_goals"] = "；".join(goals)
        if not changes:
            raise Refused("没有任何改动。")
        fresh.save(update_fields=list(PLAN_FIELDS))
        record("plan.edit", fresh, by=by, at=at, changes=changes)
        return fresh


def _put_goals(plan: Plan, goals: Mapping[int, str]) -> list[str]:
    """Write the goals of the years; return those that changed, in words."""
    stand = {goal.year_no: goal for goal in PlanGoal.objects.of(plan)}
    changed = []
    for year_no, text in sorted(goals.items()):
        goal = stand.get(year_no) or PlanGoal(plan=plan, year_no=year_no)
        if goal.text == text:
            continue
        changed.append(f"第{year_no}年：{text or '（空）'}")
        goal.text = text
        if text:
            goal.save()
        elif goal.pk:
            goal.delete()
    return changed


def mark_of(plan: Plan) -> str:
    """Return what a plan's own page says now: a page sends it back, so that an old tab overwrites nothing."""
    goals = PlanGoal.objects.of(plan).values_list("year_no", "text")
    return digest_of([*(getattr(plan, name) for name in PLAN_FIELDS), *goals])


# --- approval -------------------------------------------------------------------------------------------


def faults_of(plan: Plan) -> list[str]:
    """Return everything that keeps a draft from being proposed, a Chinese sentence each."""
    goals = set(PlanGoal.objects.of(plan).values_list("year_no", flat=True))
    found = [f"第{year_no}年还没有填写年度目标。" for year_no in range(1, YEARS + 1) if year_no not in goals]
    years = set(PlanItem.objects.of(plan).values_list("year_no", flat=True))
    if not years:
        found.append("还没有任务，请先新增任务。")
    return found


def propose(plan: Plan, *, by: Any, at: datetime.datetime) -> Plan:
    """Put a draft before a leader. Raises Refused with everything that it still lacks."""

    def ready(row: Plan) -> str | None:
        faults = faults_of(row)
        return "\n".join(["还不能提请审定：", *faults]) if faults else None

    step = dataclasses.replace(STEPS["propose"], when=ready)
    return take(step, plan, by=by, at=at, writes={"proposed_by": by if getattr(by, "pk", None) else None})


def approve(plan: Plan, *, by: Any, at: datetime.datetime) -> Plan:
    """Approve a proposed plan; the one in force is superseded in the same transaction, with its own line.

    Trips and teaching events of a task follow to its copy. Raises Refused for whoever proposed it.
    """

    def ready(row: Plan) -> str | None:
        if row.proposed_by_id is not None and row.proposed_by_id == by.pk:
            return "提请人不能审定自己提请的方案，请由另一位领导审定。"
        return None

    with one_step(Plan):
        fresh = own(plan, by=by, roles=LEADER)
        if fresh.status == S.PROPOSED:
            # First the old one: no two plans of a programme are in force, not even for a moment.
            for old in Plan.objects.of(fresh.programme).in_force():
                take(STEPS["supersede"], old, by=by, at=at, reason=f"由第{fresh.revision}版替换")
        step = dataclasses.replace(STEPS["approve"], when=ready)
        writes = {"approved_by": by, "approved_at": at}
        return take(step, fresh, by=by, at=at, writes=writes, then=_bring_actions)


def _bring_actions(plan: Plan) -> None:
    """Link what was done for a task to its copy in the revision that is now in force.

    At the approval and not before: until then trips and events are entered for the old revision.
    """
    for item in plan.items.exclude(origin=None).select_related("origin"):
        origin: Any = item.origin
        item.trips.add(*origin.trips.all())
        item.events.add(*origin.events.all())


def send_back(plan: Plan, *, reason: str, by: Any, at: datetime.datetime) -> Plan:
    """Give a proposed plan back to the office, with the reason; it may be edited again."""
    return take(STEPS["send_back"], plan, by=by, at=at, reason=reason)


def revise(plan: Plan, *, reason: str, by: Any, at: datetime.datetime) -> Plan:
    """Begin the next revision of the plan in force: goals, tasks and their needs are copied into a draft.

    The plan in force stays so until the revision is approved. Raises Refused for any other plan, without a
    reason, and while a revision is in the making.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("请写明修订原因，再办理。")
    with one_step(Plan, PlanGoal, PlanItem):
        old = own(plan, by=by, roles=OFFICE)
        if old.status != S.APPROVED:
            raise Refused(
                f"“{old}”{old.get_status_display()}，不能修订：只有已审定、正在执行的方案才要修订。"
            )
        if (draft := Plan.objects.of(old.programme).in_the_making().first()) is not None:
            raise Refused(f"“{draft}”{draft.get_status_display()}，请先办完那一份，再修订。")
        fresh = Plan.objects.create(
            programme=old.programme,
            revision=old.revision + 1,
            title=old.title,
            basis=old.basis,
            reason=reason,
        )
        PlanGoal.objects.bulk_create(
            PlanGoal(plan=fresh, year_no=goal.year_no, text=goal.text) for goal in PlanGoal.objects.of(old)
        )
        for item in PlanItem.objects.of(old).for_list():
            copy = PlanItem.objects.create(
                plan=fresh, origin=item, **{name: getattr(item, name) for name in ITEM_FIELDS}
            )
            copy.needs.set(item.needs.all())
        record(
            "plan.revise",
            fresh,
            by=by,
            at=at,
            reason=reason,
            changes={"revision": [old.revision, fresh.revision]},
        )
        return fresh
