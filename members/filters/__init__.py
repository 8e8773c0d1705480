"""Query bars of people, a module a drawer."""
