"""Research visits, needs, plans, the effect sheet."""

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
ACCESS = {"visit-list": READERS, "visit-export": WIDE}
