"""Query bars of the award cycle."""
