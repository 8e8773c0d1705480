"""Routes of the award cycle and who opens them: review."""

from tests.awards import rows

WIDE = {"district", "leader", "auditor"}
COMMITTEE = {*WIDE, "group", "school", "stranger"}
REVIEWERS = {"district", "group"}
ACCESS: dict[str, set[str]] = {
    **dict.fromkeys(("nomination-list", "nomination-export"), COMMITTEE),
    "nomination-detail": {*WIDE, "group", "school"},
    "nomination-reopen": {"district"},
    **dict.fromkeys(("review-queue", "review-item", "review-decide"), REVIEWERS),
    "review-accept-many": {"district"},
    "review-mark": {"district"},
    "review-order": {"group"},
}
POST_ONLY = {"review-decide", "review-accept-many", "review-mark"}
ROW_OF = {
    **dict.fromkeys(("nomination-detail", "nomination-reopen"), "sent_nomination"),
    **dict.fromkeys(("review-item", "review-decide", "review-mark"), "sent_nomination"),
    "review-order": "nominated_category",
}


def world(cast, found):
    """Give a nomination of the home school that waits for its group, in a cycle of its own."""
    kind = rows.Kind.ADVANCED_COLLECTIVE
    cycle = rows.make_open_cycle(district=cast.home.district, year=2004, kinds=(kind,))
    nomination = rows.make_sent(school=cast.home.school, cycle=cycle, kind=kind, by=cast.users.school)
    return {"sent_nomination": nomination, "nominated_category": nomination.category}
