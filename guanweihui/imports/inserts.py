"""Inserting many rows of one table at once."""

from collections.abc import Sequence

from django.db import models

AT_ONCE = 500


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows and set their keys; the caller holds the transaction."""
    model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
