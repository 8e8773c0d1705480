"""The app's entry in Django's registry."""

from django.apps import AppConfig


class GuanweihuiConfig(AppConfig):
    name = "guanweihui"
    verbose_name = "关心下一代"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Let each app register its figures, reports and kinds of workbook, and the system checks."""
        from django.utils.module_loading import autodiscover_modules

        from guanweihui import filing_todos, start  # noqa: F401  # registers to-dos and the system checks

        autodiscover_modules(
            "reports",
            "resources",
            "statistics",
            "report_job",
            "todos",
            "checks",
            "elder_papers",
            "filing_kinds",
        )
