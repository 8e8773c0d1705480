"""What detail pages share: 办理记录 of the row shown."""

from typing import Any

from django.db import models

from guanweihui import actions
from guanweihui.models import AuditEvent
from guanweihui.scope import DISTRICT_WIDE, reach_of


def trail_of(actor: Any, row: models.Model) -> list[dict[str, Any]] | None:
    """Return the trail of a row for the page's 办理记录, oldest first; None for who may not read it."""
    if not reach_of(actor).serves(*DISTRICT_WIDE):
        return None
    return [
        {
            "at": event.at,
            "by": event.actor_label,
            "action": actions.action_word(event.action),
            "words": event.reason,
        }
        for event in AuditEvent.objects.visible_to(actor).of(row)
    ]
