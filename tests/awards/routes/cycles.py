"""Routes of the award cycle and who opens them: cycles."""

ACCESS: dict[str, set[str]] = {}
