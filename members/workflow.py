"""Steps on people. What a step shows or hands out is recorded with its purpose."""

import datetime
from typing import Any

from django.db import transaction

from guanweihui.audit import record
from guanweihui.scope import Role
from guanweihui.workflow import Refused
from members.models import Person

#: Who may see a person's full values: the district's staff, and the school that he belongs to.
REVEALERS = frozenset({Role.DISTRICT, Role.SCHOOL})
#: The encrypted fields, in the order of the paper form.
SENSITIVE = ("id_number", "phone", "home_address", "emergency_contact", "emergency_phone", "health")
#: A purpose shorter than this says nothing.
LEAST_PURPOSE = 4


def reveal(person: Person, *, by: Any, at: datetime.datetime, purpose: str) -> dict[str, str]:
    """Return the sensitive values of a person by field, and record who saw them for what.

    Raises Refused without a purpose, or when the person is not one that the actor may reveal.
    """
    purpose = purpose.strip()
    if len(purpose) < LEAST_PURPOSE:
        raise Refused(f"查看用途至少写 {LEAST_PURPOSE} 个字，请写明要办什么事。")
    with transaction.atomic():
        fresh = Person.objects.visible_to(by, roles=REVEALERS).filter(pk=person.pk).first()
        if fresh is None:
            raise Refused("您不能查看此人的完整信息：不在您的职责范围内。")
        values = {name: getattr(fresh, name) for name in SENSITIVE}
        seen = [name for name, value in values.items() if value]
        record("person.reveal", fresh, by=by, at=at, reason=purpose, changes={"fields": seen})
    return values
