"""Pages of the reading campaign."""
