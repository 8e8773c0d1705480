"""Trips, the principal's page, the host school's pages."""

WIDE = {"district", "leader", "auditor"}
READERS = {*WIDE, "outreach"}
ACCESS: dict = {}
