"""The app's entry in Django's registry."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "主题活动"
    default_auto_field = "django.db.models.BigAutoField"
