"""Printed names: kept as written, linked to a person when exactly one of that school bears the name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from guanweihui.imports.batch import derived_links
from guanweihui.imports.resources import DERIVED
from members.models import Appointment, Person


@dataclass(frozen=True)
class PrintedName:
    """Where a model keeps a printed name, the school it is said of, and the link that follows from both.

    With `stays` a person of another school, whom somebody chose, stays linked while he bears the name and
    nobody of the school does.
    """

    model: type[models.Model]
    name: str
    school: str
    person: str
    stays: bool = False

    def rows(self) -> Any:
        return self.model._default_manager.filter(**{f"{self.school}__isnull": False})


_PRINTED: list[PrintedName] = []


def printed_name(
    model: type[models.Model], *, name: str, school: str, person: str, stays: bool = False
) -> None:
    """Register a printed name; its link is derived, so undo takes it for no edit."""
    _PRINTED.append(PrintedName(model, name, school, person, stays))
    DERIVED[model._meta.label] = DERIVED.get(model._meta.label, frozenset()) | {f"{person}_id"}


def relink(district: Any) -> None:
    """Link the printed names of a district's schools anew where the link is missing or no longer right.

    A link to somebody of that school who bears the name stays, whoever else bears it: it may be set by
    hand. A file that was merged speaks for the one that it was merged into.
    """
    for printed in _PRINTED:
        _relink(printed, printed.rows().filter(**{f"{printed.school}__district": district}))


def relink_row(row: models.Model) -> None:
    """Link the printed name of one row anew, as relink() does; for a step that has just written it."""
    for printed in _PRINTED:
        if isinstance(row, printed.model):
            _relink(printed, printed.rows().filter(pk=row.pk))


def _relink(printed: PrintedName, rows: Any) -> None:
    namesakes = (
        Person.objects.filter(school=OuterRef(f"{printed.school}_id"), name=OuterRef(printed.name))
        .annotate(file=Coalesce("merged_into", "pk"))
        .order_by()
    )
    bearer = (
        namesakes.values("name")
        .annotate(bearers=Count("file", distinct=True), only=Min("file"))
        .filter(bearers=1)
        .values("only")
    )
    stale = (
        rows.annotate(bearer=Subquery(bearer))
        .filter(~Exists(namesakes.filter(file=OuterRef(f"{printed.person}_id"))))
        .filter(Q(**{f"{printed.person}__isnull": False}) | Q(bearer__isnull=False))
        .only("pk")
    )
    if printed.stays:
        chosen = Person.objects.filter(name=OuterRef(printed.name), pk=OuterRef(f"{printed.person}_id"))
        stale = stale.exclude(Exists(chosen) & Q(bearer__isnull=True))
    found = list(stale)
    for row in found:
        setattr(row, f"{printed.person}_id", row.bearer)
    printed.model._default_manager.bulk_update(found, [printed.person], batch_size=200)


def unlink(people: Collection[int]) -> None:
    """Take the links to these people away, before an undo removes them."""
    for printed in _PRINTED:
        printed.rows().filter(**{f"{printed.person}__in": people}).update(**{printed.person: None})


printed_name(Appointment, name="printed_name", school="school", person="person")
derived_links(Person._meta.label, unlink=unlink, relink=relink)
