"""Pages of the award cycle, one drawer each."""
