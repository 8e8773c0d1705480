"""Forms of people, a module a drawer."""
