"""Routes of the award cycle and who opens them: nominations."""

ACCESS: dict[str, set[str]] = {}
