"""Routes of the award cycle and who opens them: lists."""

ACCESS: dict[str, set[str]] = {}
