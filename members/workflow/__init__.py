"""Steps on people: one function, one transaction, one audit line each. A module a drawer."""
