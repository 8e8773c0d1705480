"""Routes of the award cycle and who opens them: city."""

ACCESS: dict[str, set[str]] = {}
