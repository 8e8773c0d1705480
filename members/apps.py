"""The app's entry in Django's registry."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "人员"
    default_auto_field = "django.db.models.BigAutoField"
