"""Dues and rounds by whom they wait for: the words that the to-do list asks in.

A base of the querysets in `filing`, which knows the models; here they are `self.model` and states by name.
"""

import datetime

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce

from guanweihui.scope import ScopedQuerySet

OPEN = "OPEN"


def _with_grace(deadline, minutes: str):
    """Add grace minutes to a deadline, in SQL."""
    # SQLite multiplies a duration by nothing but a plain integer.
    grace = Cast(F(minutes), IntegerField()) * datetime.timedelta(minutes=1)
    return deadline + ExpressionWrapper(grace, output_field=DurationField())


#: The moment after which a submit is late: Due.closes_at() and Round.closes_at in SQL.
_DUE_DEADLINE = _with_grace(Coalesce("deadline_at", "round__deadline_at"), "round__grace_minutes")
DUE_CLOSES_AT = Case(
    When(Q(reply_until__gt=_DUE_DEADLINE), then=F("reply_until")),
    default=_DUE_DEADLINE,
    output_field=DateTimeField(),
)
ROUND_CLOSES_AT = _with_grace(F("deadline_at"), "grace_minutes")


def number_of(rows):
    """Return the expression that counts what a subquery finds for the outer row."""
    counted = rows.order_by().annotate(_number=Func(F("pk"), function="COUNT")).values("_number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class WaitingDues(ScopedQuerySet):
    """Dues by the desk that they lie on. A round closed already may have some: the office reopened them."""

    def owed(self):
        """Keep what waits for the school: unmet dues of open rounds, and what came back to it from any."""
        state = self.model.State
        return self.filter(Q(state__in=self.model.UNMET, round__state=OPEN) | Q(state=state.RETURNED))

    def awaiting_group(self):
        """Keep what is sent and waits for the group's look."""
        return self.filter(state=self.model.State.SUBMITTED, round__group_endorses=True)

    def awaiting_district(self):
        """Keep what the office is to accept: endorsed, or sent where no group endorses."""
        state = self.model.State
        return self.filter(Q(state=state.ENDORSED) | Q(state=state.SUBMITTED, round__group_endorses=False))

    def of_other_kinds(self, kinds):
        """Leave out the dues of these kinds of round."""
        return self.exclude(round__kind__in=kinds)

    def endorsed(self):
        """Keep what a group has endorsed and the office has not accepted yet."""
        return self.filter(state=self.model.State.ENDORSED)

    def sent(self):
        """Keep what a school has sent: on its way or back from any round, done in open ones."""
        state = self.model.State
        on_its_way = Q(state__in=[state.SUBMITTED, state.ENDORSED, state.RETURNED])
        return self.filter(on_its_way | Q(state__in=[state.ACCEPTED, state.NIL], round__state=OPEN))

    def with_endorsing(self):
        """Tell of each due in `endorsing` whether its round passes the group: 1 or 0."""
        yes = When(round__group_endorses=True, then=1)
        return self.annotate(endorsing=Case(yes, default=0, output_field=IntegerField()))

    def owing(self):
        """Keep the dues that count for their round: all but the waived."""
        return self.exclude(state=self.model.State.WAIVED)

    def overdue(self, at: datetime.datetime):
        """Keep unmet dues of open rounds whose own deadline and grace have passed."""
        unmet = self.filter(state__in=self.model.UNMET, round__state=OPEN)
        return unmet.alias(_closes_at=DUE_CLOSES_AT).filter(_closes_at__lt=at)


class WaitingRounds(ScopedQuerySet):
    def past(self, at: datetime.datetime):
        """Keep open rounds whose deadline and grace have passed: they wait to be closed."""
        return self.filter(state=OPEN).alias(_closes_at=ROUND_CLOSES_AT).filter(_closes_at__lt=at)

    def tallied(self, **dues):
        """Count the dues of each round under the names given; the caller scopes them."""
        return self.annotate(
            **{name: number_of(rows.filter(round=OuterRef("pk"))) for name, rows in dues.items()}
        )

    def with_any(self, name: str):
        """Keep rounds where `tallied()` counted at least one under this name."""
        return self.filter(**{f"{name}__gt": 0})
