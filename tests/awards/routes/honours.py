"""Routes of the award cycle and who opens them: honours."""

ACCESS: dict[str, set[str]] = {}
