"""Teaching events, ledgers, summaries."""

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
ACCESS = {"event-list": READERS, "event-export": WIDE}
