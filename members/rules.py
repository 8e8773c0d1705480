"""The service rules of a district on a day."""

import datetime

from guanweihui.models import District
from members.models import ServiceRule


def rule_on(district: District, day: datetime.date) -> ServiceRule:
    """Return the rule in force, or an unsaved one with the defaults when none has begun by `day`."""
    rules = ServiceRule._default_manager.filter(district=district).in_force(day)
    return rules.first() or ServiceRule(district=district, from_on=day)
