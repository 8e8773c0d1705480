"""Routes of the award cycle and who opens them: notices."""

ACCESS: dict[str, set[str]] = {}
