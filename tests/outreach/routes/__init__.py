"""What each drawer of 老校长下乡 tells tests/test_every_url.py of its routes.

A drawer's module names `ACCESS` (route: who may open it), and where it has them `POST_ONLY` and `ROW_OF`,
and the function `world(cast, rows)` that returns rows by the names of their routes.
"""

from importlib import import_module

DRAWERS = ("pairs", "research", "trips", "events")
_MODULES = [import_module(f"{__name__}.{drawer}") for drawer in DRAWERS]


def _joined(name):
    found = {}
    for module in _MODULES:
        found |= getattr(module, name, {})
    return found


ACCESS, ROW_OF = _joined("ACCESS"), _joined("ROW_OF")
POST_ONLY = {route for module in _MODULES for route in getattr(module, "POST_ONLY", ())}


def world(cast):
    """Return the rows of all drawers; those that read the same row make it once a test."""
    rows = {"pairing": cast.home.pairing, "host": cast.home.host}
    for module in _MODULES:
        if hasattr(module, "world"):
            rows |= module.world(cast, rows)
    return rows
