"""Invented rows of a reading campaign under way."""

import datetime

from django.utils import timezone

from activities.models import (
    Campaign,
    CampaignMaterial,
    CampaignStage,
    CampaignTask,
    Enrolment,
    TaskEvidence,
)
from guanweihui import answers, filings, uploads
from guanweihui.models import Due, Round
from guanweihui.scope import Role, System
from tests.factories import (
    make_campaign,
    make_enrolment,
    make_post,
    make_round,
    make_school,
    make_user,
    number,
)

WEEK = datetime.timedelta(days=7)
FILLED = {"coaches": "4", "head_name": "李明", "head_phone": "19900005678"}


def make_open_campaign(**fields) -> Campaign:
    """Make a campaign of 2019 whose enrolment closes a week from now."""
    now = timezone.now()
    round_fields = {"year": 2019, "state": Round.State.OPEN, "group_endorses": False}
    round_fields |= {"opens_at": now - WEEK, "deadline_at": now + WEEK, **fields.pop("round_fields", {})}
    fields.setdefault("district", None)
    fields["round"] = fields.get("round") or make_round(district=fields["district"], **round_fields)
    fields["district"] = fields["round"].district
    return make_campaign(**{"year": fields["round"].year, "theme": "示例主题", **fields})


def make_due(**fields) -> Due:
    """Make the due of a school in the round of a campaign under way; both are made unless given."""
    fields["school"] = fields.get("school") or make_school()
    campaign = fields.pop("campaign", None)
    if "round" not in fields:
        fields["round"] = (campaign or make_open_campaign(district=fields["school"].district)).round
    return Due.objects.create(**fields)


def school_user(school):
    """Return an account with the post of a school's coordinator."""
    return make_post(role=Role.SCHOOL, school=school).user


def file_enrolment(due: Due, typed: dict[str, str], *, by=None, at=None, accept=False) -> Enrolment:
    """File on behalf of a school as the district does; with `accept` it is through at once."""
    by, at = by or System(due.school.district), at or timezone.now()
    enrolment = answers.file_on_behalf(
        due, {**FILLED, **typed}, basis="纸质盖章件", by=by, at=at, explained="学校来电说明"
    )
    return filings.accept(enrolment, by=by, at=at) if accept else enrolment


def make_stage(**fields) -> CampaignStage:
    fields["campaign"] = fields.get("campaign") or make_open_campaign()
    days = {"from_on": datetime.date(2019, 9, 1), "to_on": datetime.date(2019, 9, 30)}
    return CampaignStage.objects.create(**{"name": f"第{next(number)}阶段", **days, **fields})


def make_task(**fields) -> CampaignTask:
    fields["campaign"] = fields.get("campaign") or make_open_campaign()
    defaults = {
        "level": CampaignTask.Level.SCHOOL,
        "title": f"任务{next(number)}",
        "deadline_at": timezone.now() + WEEK,
    }
    return CampaignTask.objects.create(**{**defaults, **fields})


def make_evidence(**fields) -> TaskEvidence:
    """Make a unit's evidence; unit: district=, group= or school=."""
    if not {"district", "group", "school"} & set(fields):
        fields["school"] = make_school()
    unit = fields.get("school") or fields.get("group") or fields.get("district")
    district = getattr(unit, "district", unit)
    fields["task"] = fields.get("task") or make_task(campaign=make_open_campaign(district=district))
    defaults = {"done_on": datetime.date(2019, 9, 20), "words": "已办", "reported_at": timezone.now()}
    return TaskEvidence.objects.create(**{**defaults, **fields})


def make_material(**fields) -> CampaignMaterial:
    campaign = fields["campaign"] = fields.get("campaign") or make_open_campaign()
    by = fields.pop("by", None) or make_user()
    fields["file"] = fields.get("file") or uploads.attach(
        campaign.district,
        field="shared.material",
        name="方案.jpg",
        content=b"\xff\xd8\xff",
        content_type=uploads.JPEG,
        by=by,
        at=timezone.now(),
    )
    return CampaignMaterial.objects.create(**{"title": "活动方案", **fields})


def make_campaign_world(*, school) -> dict[str, object]:
    """Return a school's enrolment with all that hangs on its campaign, by the names of the routes' rows."""
    enrolment = make_enrolment(school=school)
    campaign = enrolment.campaign
    return {
        "enrolment": enrolment,
        "campaign": campaign,
        "campaign_stage": make_stage(campaign=campaign),
        "campaign_task": make_task(campaign=campaign),
        "campaign_material": make_material(campaign=campaign),
    }
