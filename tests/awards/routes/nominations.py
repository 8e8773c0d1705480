"""Routes of the award cycle and who opens them: nominations, the school's side."""

from tests.awards import rows

WIDE = {"district", "leader", "auditor"}
#: Of the home school, and who may file for it.
FILERS = {"district", "group", "school"}
ACCESS: dict[str, set[str]] = {
    "nomination-due": {*WIDE, "group", "school"},
    **dict.fromkeys(("nomination-new", "nomination-finish"), FILERS),
    "nomination-behalf": {"district", "group"},
    # The draft of a school is its own: nobody began it on its behalf.
    **dict.fromkeys((f"nomination-{w}" for w in ("task", "section", "save", "materials")), {"school"}),
    **dict.fromkeys((f"nomination-{w}" for w in ("material-remove", "check", "submit")), {"school"}),
    **dict.fromkeys((f"nomination-{w}" for w in ("receipt", "print", "withdraw", "discard")), {"school"}),
}
POST_ONLY = {f"nomination-{w}" for w in ("save", "material-remove", "submit", "withdraw", "discard")}
ROW_OF = {
    **dict.fromkeys((f"nomination-{w}" for w in ("due", "finish", "behalf")), "nomination_due"),
    "nomination-new": "nomination_new",
    "nomination-section": "nomination_section",
    "nomination-material-remove": "nomination_file",
    **dict.fromkeys(
        (f"nomination-{w}" for w in ("task", "save", "materials", "check", "submit", "receipt", "print")),
        "nomination_draft",
    ),
    **dict.fromkeys(("nomination-withdraw", "nomination-discard"), "nomination_draft"),
}


def world(cast, found):
    """Give a draft of the home school with a file, in a cycle of its own."""
    kind = rows.Kind.ADVANCED_COLLECTIVE
    cycle = rows.make_open_cycle(district=cast.home.district, year=2006, kinds=(kind,))
    draft = rows.make_nomination(school=cast.home.school, cycle=cycle, kind=kind, by=cast.users.school)
    file = rows.attach(draft, by=cast.users.school)
    return {
        "nomination_due": draft.due,
        "nomination_new": (draft.due_id, draft.category_id),
        "nomination_draft": draft,
        "nomination_section": (draft.pk, "facts"),
        "nomination_file": (draft.pk, file.pk),
    }
