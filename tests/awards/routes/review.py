"""Routes of the award cycle and who opens them: review."""

ACCESS: dict[str, set[str]] = {}
