"""The pages of commendation as tabs of one area; a route that does not exist has no tab."""

from guanweihui.scope import COMMITTEE, DISTRICT_WIDE, Role

AWARDS = (
    ("评选周期", "cycle-list", COMMITTEE),
    ("推荐", "nomination-list", COMMITTEE),
    ("审核", "review-queue", {Role.DISTRICT, Role.GROUP}),
    ("名单", "award-list-list", DISTRICT_WIDE),
    ("公示", "notice-list", DISTRICT_WIDE),
    ("市级推荐", "city-list", DISTRICT_WIDE),
    ("表彰名册", "honour-list", COMMITTEE),
    ("一票否决", "veto-list", {Role.DISTRICT}),
)
