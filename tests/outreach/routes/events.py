"""Teaching events, ledgers, summaries."""

from tests.factories import make_event
from tests.outreach.rows import make_feedback

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
OFFICE = {"district"}
ACCESS = {
    **dict.fromkeys(("event-list", "event-detail", "lesson-list"), READERS),
    **dict.fromkeys(("event-export", "lesson-export"), WIDE),
    **dict.fromkeys(("event-new", "event-edit", "event-feedback"), OFFICE),
    **dict.fromkeys(("lesson-new", "lesson-edit", "lesson-remove"), OFFICE),
    **dict.fromkeys(("outreach-ledger", "outreach-ledger-export", "outreach-scheme"), WIDE),
    **dict.fromkeys(("outreach-summary", "outreach-summary-print", "outreach-summary-list"), WIDE),
    "outreach-summary-freeze": OFFICE,
}
POST_ONLY = {"outreach-summary-print", "outreach-summary-freeze"}
ROW_OF = {"lesson-new": "event"}


def world(cast, rows):
    event = make_event(programme=cast.home.pairing.programme)
    make_feedback(event)
    return {"event": event, "lesson": event.lessons.get()}
