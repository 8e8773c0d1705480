"""Routes of the award cycle and who opens them: cycles, awards, forms, rules, vetoes."""

import datetime

from awards.models import Veto
from tests.awards.cycle_rows import plan

COMMITTEE = {"district", "leader", "auditor", "group", "school", "stranger"}
ACCESS = {
    **dict.fromkeys(("cycle-list", "cycle-detail", "category-form"), COMMITTEE),
    **dict.fromkeys((f"cycle-{w}" for w in ("new", "edit", "copy", "open", "close", "rules")), {"district"}),
    **dict.fromkeys((f"category-{w}" for w in ("new", "edit", "remove")), {"district"}),
    **dict.fromkeys((f"field-{w}" for w in ("new", "edit", "remove")), {"district"}),
    **dict.fromkeys((f"veto-{w}" for w in ("list", "new", "lift")), {"district"}),
}
ROW_OF: dict[str, str] = {
    **dict.fromkeys(
        (f"cycle-{w}" for w in ("detail", "edit", "copy", "open", "close", "rules")), "cycle_row"
    ),
    "category-new": "cycle_row",
    **dict.fromkeys((f"category-{w}" for w in ("form", "edit", "remove")), "category_row"),
    "field-new": "category_row",
    **dict.fromkeys((f"field-{w}" for w in ("edit", "remove")), "field_row"),
    "veto-lift": "veto_row",
}


def world(cast, rows):
    """Return a planned cycle with an award, a field of its form, and a veto."""
    cycle = plan(by=cast.users.district, year=2030)
    category = cycle.categories.order_by("position").first()
    veto = Veto.objects.create(
        district=cast.home.district,
        school=cast.home.school,
        reason="评选材料不实",
        from_on=datetime.date(2018, 1, 1),
        set_by=cast.users.district,
        set_at=datetime.datetime(2018, 1, 1, tzinfo=datetime.UTC),
    )
    return {
        "cycle_row": cycle,
        "category_row": category,
        "field_row": category.fields.order_by("pk").first(),
        "veto_row": veto,
    }
