"""Research visits, needs, plans, the effect sheet."""

from guanweihui.models import Attachment
from outreach.models import Need, PlanItem, PlanProgress
from tests.factories import make_visit
from tests.outreach.research_rows import assess_on_paper
from tests.outreach.rows import DAY, make_item, make_need, make_plan

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
OFFICE = {"district"}
ACCESS = {
    **dict.fromkeys(("visit-list", "visit-detail", "need-list", "need-detail"), READERS),
    **dict.fromkeys(("plan-list", "plan-detail", "effect-sheet"), READERS),
    **dict.fromkeys(("visit-export", "need-export", "effect-export", "need-scan", "plan-print"), WIDE),
    **dict.fromkeys(("visit-new", "visit-edit"), OFFICE),
    **dict.fromkeys((f"need-{w}" for w in ("edit", "drop", "reopen", "assess")), OFFICE),
    **dict.fromkeys((f"plan-{w}" for w in ("new", "edit", "propose", "revise")), OFFICE),
    **dict.fromkeys((f"plan-item-{w}" for w in ("new", "edit", "remove", "progress")), OFFICE),
    "plan-progress-strike": OFFICE,
    **dict.fromkeys(("plan-approve", "plan-return"), {"leader"}),
    "hosting-assess": {"host"},
}
ROW_OF = {
    "plan-new": "programme",
    **dict.fromkeys((f"plan-item-{w}" for w in ("edit", "remove", "progress")), "plan_item"),
    "plan-progress-strike": "plan_progress",
    "need-scan": "need_scan",
    "hosting-assess": "need",
}


def world(cast, rows):
    """Return one row for each route of this drawer that names one, all at the home pair and its host."""
    programme = cast.home.pairing.programme
    visit = make_visit(host_school=cast.home.host, programme=programme, needs=())
    need = make_need(visit=visit, status=Need.Status.UNDER_WAY)
    plan = make_plan(programme=programme)
    item = make_item(plan=plan, measure=PlanItem.Measure.REPORTED, indicator="新建制度（项）")
    return {
        "visit": visit,
        "need": need,
        "need_scan": scan_of(need, cast),
        "plan": plan,
        "plan_item": item,
        "plan_progress": PlanProgress.objects.create(item=item, reported_on=DAY, done=2),
    }


def scan_of(need, cast):
    """Give a need the sealed paper of an assessment; return the arguments of its route."""
    assess_on_paper(need, by=cast.users.district)
    return (need.pk, Attachment.objects.order_by("-pk").first().pk)
