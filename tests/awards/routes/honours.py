"""Routes of the award cycle and who opens them: honours."""

from tests import factories
from tests.awards import honour_rows

WIDE = {"district", "leader", "auditor"}
ACCESS = {
    "decision-new": {"district"},
    "decision-detail": WIDE,
    "honour-void": {"district"},
    "honour-reissue": {"district"},
    "honour-certificate": {"district"},
    "honour-certificates": {"district"},
    "honour-statistics": {*WIDE, "group"},
}
POST_ONLY = {"honour-certificate", "honour-certificates"}
PUBLIC = {"verify-by-hand": 200}
ROW_OF = {"decision-new": "decided_cycle", "honour-certificates": "decision"}


def world(cast, rows):
    """Give the decision of a loaded cycle, and a cycle whose list waits for its decision."""
    honour = factories.make_honour(unit=cast.home.school)
    ready = honour_rows.make_ready_list(district=cast.home.district, year=2014)
    return {"decision": honour.decision, "decided_cycle": ready.cycle}
