"""The pages of 老校长下乡, one module a drawer."""
