"""The app's entry in Django's registry."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = "老校长下乡"
    default_auto_field = "django.db.models.BigAutoField"
