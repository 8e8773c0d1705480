"""Figures, tables and prints of commendation; importing the package registers them all."""

from . import honours  # noqa: F401
