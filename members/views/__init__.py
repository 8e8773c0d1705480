"""Pages of people, a module a drawer."""
