"""Routes of the award cycle and who opens them: quotas."""

from tests.awards import rows

WIDE = {"district", "leader", "auditor"}
ACCESS: dict[str, set[str]] = {
    **dict.fromkeys(("quota-board", "quota-export", "quota-print"), WIDE),
    **dict.fromkeys(("quota-group", "quota-ledger"), {*WIDE, "group"}),
    **dict.fromkeys(("quota-grant", "quota-allot"), {"district"}),
    **dict.fromkeys(("quota-schools", "quota-transfer"), {"district", "group"}),
}
ROW_OF = {
    **dict.fromkeys(("quota-board", "quota-export", "quota-print"), "quota_cycle"),
    **dict.fromkeys(("quota-group", "quota-ledger"), "quota_cycle"),
    **dict.fromkeys(("quota-grant", "quota-allot", "quota-schools", "quota-transfer"), "quota_category"),
}


def world(cast, found):
    """Give a cycle of its own with places at the district and at the home group."""
    cycle = rows.make_open_cycle(
        district=cast.home.district, year=2002, kinds=[rows.Kind.ADVANCED_COLLECTIVE]
    )
    category = rows.category_of(cycle)
    rows.give_places(category, 5)
    rows.give_places(category, 3, group=cast.home.group)
    return {"quota_cycle": cycle, "quota_category": category}
