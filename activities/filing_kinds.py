"""The kinds of filing of this app, registered by being imported."""

from activities import enrolment_kind, return_filing  # noqa: F401
