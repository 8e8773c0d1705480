"""Rows and values for the tests of research, needs and plans."""

import datetime
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from guanweihui.models import AuditEvent
from outreach.models import Assessment, Need, Plan, PlanItem
from outreach.workflow.needs import assess
from tests.outreach.rows import make_item, make_plan

NOW = timezone.make_aware(datetime.datetime(2019, 6, 3, 9, 30))
TODAY = NOW.date()
VISITED = datetime.date(2018, 11, 12)
PAPER = {
    "rating": Assessment.Rating.BETTER,
    "words": "老师听课有收获",
    "assessor_name": "李主任",
    "assessed_on": datetime.date(2019, 5, 20),
}


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return out.getvalue()


def scan_file() -> dict:
    """Return a cleaned scan as a step takes it."""
    return {"name": "评价单.jpg", "content": picture(), "content_type": "image/jpeg"}


def upload(name="评价单.jpg"):
    """Return a scan as a browser sends it."""
    return SimpleUploadedFile(name, picture(), content_type="image/jpeg")


def assess_on_paper(need: Need, *, by, **values) -> Assessment:
    values = {**PAPER, "assessed_on": max(need.visit.visited_on, VISITED), **values}
    return assess(need, values, scan=scan_file(), by=by, at=NOW)


def lines(row) -> list[str]:
    """Return the actions in the trail of a row, oldest first."""
    return list(AuditEvent.objects.of(row).order_by("pk").values_list("action", flat=True))


def item_values(**values) -> dict:
    defaults = {
        "year_no": 1,
        "title": "听课指导",
        "mode": PlanItem.Mode.TOGETHER,
        "field": Need.Field.CURRICULUM_REFORM,
        "host_school": None,
        "measure": PlanItem.Measure.LESSONS_OBSERVED,
        "indicator": "",
        "target": 8,
        "owner": "周校长",
        "due_on": datetime.date(2019, 6, 30),
        "needs": [],
    }
    return {**defaults, **values}


def make_draft(programme, *, items=1, **fields) -> Plan:
    """Make a draft that lacks nothing."""
    plan = make_plan(programme=programme, status=Plan.Status.DRAFT, **fields)
    for _ in range(items):
        make_item(plan=plan)
    return plan
