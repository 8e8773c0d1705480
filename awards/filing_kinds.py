"""The kind of filing of this app, registered by being imported."""

from awards.workflow import nominations  # noqa: F401
