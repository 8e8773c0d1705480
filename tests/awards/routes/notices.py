"""Routes of the award cycle and who opens them: notices."""

from tests.awards import notice_rows

WIDE = {"district", "leader", "auditor"}
ACCESS: dict[str, set[str]] = {
    **dict.fromkeys(("notice-list", "notice-detail", "notice-print", "notice-outcome"), WIDE),
    **dict.fromkeys((f"notice-{w}" for w in ("new", "edit", "post", "close", "file-add")), {"district"}),
    "notice-file-remove": {"district"},
    "objection-detail": WIDE,
    **dict.fromkeys(("objection-new", "objection-decide", "objection-phone"), {"district"}),
}
POST_ONLY = {"objection-phone"}
#: A token that nobody gave out is no page.
PUBLIC = {"public-notice-list": 200, "public-notice": 404, "public-notice-file": 404}
ROW_OF = {
    "notice-new": "notice_list",
    "notice-file-remove": "notice_file",
    "objection-new": "notice",
    "public-notice": "notice_token",
    "public-notice-file": "notice_token_file",
}


def world(cast, rows):
    """Give a closed notice of the district with a file and an objection to it."""
    notice = notice_rows.make_closed()
    file = notice_rows.make_stamped(notice, by=cast.users.district)
    objection = notice_rows.bare_objection(notice, by=cast.users.district)
    token = "0" * 32
    return {
        "notice": notice,
        "notice_list": notice.award_list,
        "notice_file": (notice.pk, file.pk),
        "objection": objection,
        "notice_token": (token,),
        "notice_token_file": (token, 1),
    }
