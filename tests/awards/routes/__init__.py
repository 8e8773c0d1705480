"""What each drawer of the award cycle tells tests/test_every_url.py of its routes.

A drawer's module names `ACCESS` (route: who may open it), and where it has them `POST_ONLY`, `PUBLIC` and
`ROW_OF`, and the function `world(cast, now)` that returns rows by the names of their routes.
"""

from importlib import import_module

DRAWERS = ("cycles", "quotas", "nominations", "review", "lists", "notices", "honours", "city")
_MODULES = [import_module(f"{__name__}.{drawer}") for drawer in DRAWERS]


def _joined(name):
    found = {}
    for module in _MODULES:
        found |= getattr(module, name, {})
    return found


ACCESS, ROW_OF, PUBLIC = _joined("ACCESS"), _joined("ROW_OF"), _joined("PUBLIC")
POST_ONLY = {route for module in _MODULES for route in getattr(module, "POST_ONLY", ())}


def world(cast):
    """Return the rows of all drawers; those that read the same row make it once a test."""
    rows = {}
    for module in _MODULES:
        if hasattr(module, "world"):
            rows |= module.world(cast, rows)
    return rows
