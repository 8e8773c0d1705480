"""Programmes, pairs, host schools."""

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
ACCESS = {"pairing-list": READERS, "pairing-detail": READERS, "pairing-export": WIDE}
