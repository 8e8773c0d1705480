"""Invented rows of an award cycle under way, each brought where it stands by the cycle's own steps."""

import datetime

from django.utils import timezone

from awards import sheets
from awards.models import Category, Cycle, FormField, Nomination, Quota, QuotaMove
from awards.workflow import nominations as steps
from guanweihui import uploads
from guanweihui.models import Due, Round
from guanweihui.scope import Role, System
from tests.factories import make_district, make_person, make_post, make_round, make_school, make_user, number

WEEK = datetime.timedelta(days=7)
SCAN = b"%PDF-1.4 scan"
Kind = Category.Kind
OPINION = "情况属实，同意推荐。"
#: What a small form asks: enough for every rule of a form to show.
FIELDS = (
    ("1_FACTS", "unit_name", "单位全称", "text", True, 0, 100, "unit.full_name"),
    ("1_FACTS", "rank_level", "干部级别", "choice", False, 0, 20, ""),
    ("1_FACTS", "front_line", "是否一线人员", "choice", False, 0, 10, ""),
    ("2_DEEDS", "deeds", "主要事迹", "long", True, 10, 2000, ""),
    ("2_DEEDS", "abstract", "事迹摘要", "long", True, 0, 300, ""),
    ("3_MATERIALS", "stamped", "盖章推荐表", "scan", True, 0, 50, ""),
)
CHOICES = {"rank_level": ["处级", "科级", "其他"], "front_line": ["是", "否"]}


def make_open_cycle(*, district=None, kinds=tuple(Kind), places=3, **fields) -> Cycle:
    """Make a cycle of 2020 under way, its round open until a week from now; categories with small forms.

    Nothing is allotted yet, and no school owes it: see give_places() and make_due().
    """
    now = timezone.now()
    district = district or make_district()
    fields.setdefault("year", 2020)
    round_ = fields.pop("round", None) or make_round(
        district=district,
        kind=Round.Kind.NOMINATION,
        title=f"{fields['year']}年度评选推荐",
        year=fields["year"],
        state=Round.State.OPEN,
        opens_at=now - WEEK,
        deadline_at=now + WEEK,
    )
    defaults = {"name": f"{fields['year']}年度先进评选", "state": Cycle.State.OPEN}
    times = {"opens_at": round_.opens_at, "deadline_at": round_.deadline_at}
    cycle = Cycle.objects.create(**{**defaults, **times, "district": district, "round": round_, **fields})
    for place, kind in enumerate(kinds, start=1):
        make_form(cycle=cycle, kind=kind, position=place, places=places)
    return cycle


def make_form(*, cycle, kind=Kind.ADVANCED_COLLECTIVE, **fields) -> Category:
    """Make a category of a cycle with the small form."""
    kind = Kind(kind)
    category = Category.objects.create(**{"cycle": cycle, "kind": kind, "name": kind.label, **fields})
    FormField.objects.bulk_create(
        FormField(
            category=category,
            section=section,
            position=place,
            key=key,
            label=label,
            format=form,
            is_required=required,
            least=least,
            longest=longest,
            source=source,
            choices=CHOICES.get(key, []),
        )
        for place, (section, key, label, form, required, least, longest, source) in enumerate(FIELDS)
    )
    return category


def give_places(category, places=3, *, group=None, school=None) -> Quota:
    """Allot places to a group, a school or (neither) the district, with their line in the ledger."""
    quota = Quota.objects.create(category=category, group=group, school=school, places=places)
    if places:
        QuotaMove.objects.create(
            quota=quota,
            kind=QuotaMove.Kind.GRANT,
            places=places,
            reason="核定名额",
            moved_at=timezone.now(),
        )
    return quota


def make_due(*, cycle=None, school=None) -> Due:
    """Make what a school owes a cycle under way; both are made unless given."""
    school = school or make_school()
    cycle = cycle or make_open_cycle(district=school.district)
    return Due.objects.get_or_create(round=cycle.round, school=school)[0]


def category_of(cycle, kind=Kind.ADVANCED_COLLECTIVE) -> Category:
    return cycle.categories.get(kind=kind)


def user_of(unit, role=Role.SCHOOL):
    """Return an account that holds a post at a unit: a school's coordinator unless another role is named."""
    place = {Role.SCHOOL: "school", Role.GROUP: "group"}.get(role, "district")
    return make_post(role=role, **{place: unit}).user


def make_nomination(*, school=None, cycle=None, kind=Kind.ADVANCED_COLLECTIVE, person=None, by=None):
    """Make a draft with every box filled and its scan attached; ready to be sent."""
    school = school or (person.school if person is not None else make_school())
    cycle = cycle or make_open_cycle(district=school.district)
    category = category_of(cycle, kind)
    if not category.is_collective and person is None:
        person = make_person(school=school, retirement_kind="RETIRED" if "RETIRED" in kind else "")
    by, now = by or user_of(school), timezone.now()
    nomination = steps.start(make_due(cycle=cycle, school=school), category, person, by=by, at=now)
    return fill(nomination, by=by)


def fill(nomination, *, by=None, **typed) -> Nomination:
    """Fill every box of the small form and attach the scan; `typed` overrides."""
    by, now = by or user_of(nomination.unit), timezone.now()
    values = {
        "unit_name": nomination.unit.full_name,
        "deeds": "组织五老进校园宣讲，成效明显。" * 3,
        "abstract": "宣讲成效明显。",
        sheets.OPINION: OPINION,
        sheets.SIGNED_BY: "党支部书记李明",
        sheets.SIGNED_ON: "2020-03-02",
        **typed,
    }
    nomination = steps.save_section(nomination, values, version=nomination.version, by=by, at=now)
    attach(nomination, by=by)
    return nomination


def attach(nomination, *, key="stamped", by=None):
    """Hang a file under one of a nomination's materials."""
    return uploads.attach(
        nomination.due,
        filing=nomination,
        field=steps.MATERIAL + key,
        name="盖章推荐表.pdf",
        content=SCAN,
        content_type=uploads.PDF,
        by=by or make_user(),
        at=timezone.now(),
    )


def make_sent(**fields) -> Nomination:
    """Make a nomination that its school has sent; its group gets places where it has none."""
    nomination = make_nomination(**fields)
    return send(nomination)


def send(nomination, *, by=None) -> Nomination:
    category, group = nomination.category, nomination.unit.group
    if not Quota.objects.of(category).for_school(nomination.unit).exists():
        give_places(category, 9, group=group)
    by = by or user_of(nomination.unit)
    return steps.submit(nomination, version=nomination.version, by=by, at=timezone.now())


def make_endorsed(**fields) -> Nomination:
    """Make a nomination that its group has endorsed."""
    return endorse(make_sent(**fields))


def endorse(nomination) -> Nomination:
    by, now = user_of(nomination.unit.group, Role.GROUP), timezone.now()
    return steps.endorse(
        nomination, text="同意推荐。", signed_by="周组长", signed_on=timezone.localdate(now), by=by, at=now
    )


def make_accepted(**fields) -> Nomination:
    """Make a nomination that passed the district's review."""
    return accept(make_endorsed(**fields))


def accept(nomination) -> Nomination:
    office = System(nomination.unit.district)
    return steps.accept(nomination, text="复核通过。", by=office, at=timezone.now())


def bare(status, *, cycle, kind=Kind.ADVANCED_COLLECTIVE, **fields) -> Nomination:
    """Write a nomination straight into a state, without its steps: for the lists and for many rows."""
    school = fields.pop("unit", None) or make_school(district=cycle.district)
    defaults = {
        "due": make_due(cycle=cycle, school=school),
        "cycle": cycle,
        "category": category_of(cycle, kind),
        "unit": school,
        "printed_unit": school.full_name,
        "status": status,
        "submitted_at": None if status in ("DRAFT", "WITHDRAWN") else timezone.now(),
    }
    if kind != Kind.ADVANCED_COLLECTIVE and "person" not in fields:
        fields["person"] = make_person(school=school, name=f"王{next(number)}")
    if fields.get("person") is not None:
        defaults["printed_name"] = fields["person"].name
    return Nomination.objects.create(**{**defaults, **fields})
