"""What the lists of 老校长下乡 share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from guanweihui.scope import DISTRICT_WIDE, Role, reach_of
from outreach.workflow.rows import Moved


def how_to_begin(request: HttpRequest, what: str) -> dict[str, str]:
    """Say what to do while there is nothing at all."""
    if not reach_of(request.user).serves(Role.DISTRICT):
        return {"empty_words": f"还没有{what}。"}
    words = f"还没有{what}。请导入老校长下乡工作簿。"
    return {"empty_words": words, "empty_url": reverse("import-new"), "empty_action": "导入工作簿"}


def export_for(request: HttpRequest, route: str) -> str:
    """Offer a workbook to district roles; a principal reads and prints the page."""
    return route if reach_of(request.user).serves(*DISTRICT_WIDE) else ""


def writes(request: HttpRequest) -> bool:
    """Tell whether to offer what the office alone may do."""
    return reach_of(request.user).serves(Role.DISTRICT)


def keeping(form: Any, step: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Take a step; when somebody was faster, what was typed stays, under the mark of now."""

    def taken(data: dict[str, Any]) -> Any:
        try:
            return step(data)
        except Moved as moved:
            form.data = form.data.copy()
            form.data["mark"] = moved.mark
            raise

    return taken
