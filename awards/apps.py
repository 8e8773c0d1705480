"""The app's entry in Django's registry."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "awards"
    verbose_name = "评选表彰"
    default_auto_field = "django.db.models.BigAutoField"
