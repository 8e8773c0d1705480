"""Routes of the award cycle and who opens them: lists."""

from tests.awards import list_rows

WIDE = {"district", "leader", "auditor"}
ACCESS: dict[str, set[str]] = {
    **dict.fromkeys(
        (f"award-list-{w}" for w in ("list", "detail", "export", "print", "record", "pack")), WIDE
    ),
    **dict.fromkeys(
        (f"award-list-{w}" for w in ("start", "update", "decide", "promote", "rest")), {"district"}
    ),
    **dict.fromkeys((f"award-list-{w}" for w in ("minutes", "propose", "amend")), {"district"}),
    **dict.fromkeys((f"award-list-{w}" for w in ("approve", "send-back")), {"leader"}),
}
POST_ONLY = {f"award-list-{w}" for w in ("start", "update", "decide", "promote", "rest", "pack")}
ROW_OF = {
    **dict.fromkeys((name for name in ACCESS if name != "award-list-list"), "award_list"),
    "award-list-start": "award_list_cycle",
    **dict.fromkeys(("award-list-decide", "award-list-promote"), "award_list_entry"),
}


def world(cast, rows):
    """Give a draft with one nomination, in a cycle of its own."""
    cycle = list_rows.make_cycle(district=cast.home.district, year=2008)
    award_list = list_rows.make_list(cycle=cycle)
    return {
        "award_list": award_list,
        "award_list_cycle": cycle,
        "award_list_entry": list_rows.add(award_list),
    }
