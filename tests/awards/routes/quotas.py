"""Routes of the award cycle and who opens them: quotas."""

ACCESS: dict[str, set[str]] = {}
