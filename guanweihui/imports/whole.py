"""A filing that a load wrote is taken back as a whole: with its due, its lines or answers, its versions.

Half of it would be worse than none: an enrolment that went on keeps its lines, and a due never stands
without its filing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from guanweihui import crypto
from guanweihui.imports.resources import DERIVED, _plain, _stored
from guanweihui.models import Due, ImportedRow, QuestionnaireFiling, Remark, Version

#: What stands before a load that makes both a due and its filing.
NOTHING: dict[str, Any] = {"filing": None, "due": None, "parts": [], "version": 0, "remarks": []}


def nothing() -> str:
    return _written(NOTHING)


def is_whole(model: type[models.Model]) -> bool:
    return issubclass(model, QuestionnaireFiling)


def snapshots(pairs: Iterable[tuple[Any, Due]]) -> dict[int, str]:
    """Write each filing (None where none is made yet) and its due as they stand before a load, by due key.

    The filings are of one model. Costs as many queries for a thousand as for one.
    """
    pairs = list(pairs)
    filings = {filing.pk: filing for filing, _ in pairs if filing is not None}
    if not filings:
        return {due.pk: _written(NOTHING | {"due": _stored(due)}) for _, due in pairs}
    model = type(next(iter(filings.values())))
    parts, numbers = _parts(model, list(filings)), _numbers(model, list(filings))
    remarks = _open_remarks(model, list(filings))
    found = {}
    for filing, due in pairs:
        said = NOTHING | {"due": _stored(due)}
        if filing is not None:
            said |= {"filing": _stored(filing), "parts": parts.get(filing.pk, [])}
            said |= {"version": numbers.get(filing.pk, 0), "remarks": remarks.get(filing.pk, [])}
        found[due.pk] = _written(said)
    return found


def digests(rows: Sequence[Any]) -> dict[tuple[str, int], str]:
    """Return a keyed digest of each filing as it stands with what belongs to it, by (label, key)."""
    found = {}
    for model in {type(row) for row in rows}:
        keys = [row.pk for row in rows if type(row) is model]
        parts, numbers = _parts(model, keys), _numbers(model, keys)
        fresh: dict[int, Any] = model._default_manager.select_related("due").in_bulk(keys)
        for key, row in fresh.items():
            said = [_without_derived(row), _stored(row.due), parts.get(key, []), numbers.get(key, 0)]
            found[row._meta.label, key] = crypto.blind_index(_written(said), kind="row")
    return found


def take_back(model: type[models.Model], lines: Sequence[ImportedRow]) -> Iterator[str]:
    """Undo the loads of these filings; yield the labels of those that stay as they were edited or used."""
    keys = [line.object_id for line in lines]
    dues = model._default_manager.filter(pk__in=keys).values("due")
    # Locked, so that nobody takes a step between the look at it and its going.
    found: dict[int, Any] = model._default_manager.select_for_update().in_bulk(keys)
    held = {due.pk: due for due in Due.objects.select_for_update().filter(pk__in=dues)}
    now = digests(list(found.values()))
    for line in lines:
        if (row := found.get(line.object_id)) is None:
            continue
        is_untouched = now.get((line.object_type, row.pk)) == line.after_digest
        if not (is_untouched and _went_back(row, held[row.due_id], json.loads(line.before))):
            yield str(row.due)


def _went_back(filing: Any, due: Due, before: Mapping[str, Any]) -> bool:
    """Put a filing back to what it was, in a savepoint; tell whether the database allowed it."""
    try:
        with transaction.atomic():
            _go_back(filing, due, before)
    except (models.ProtectedError, IntegrityError):
        return False
    return True


def _go_back(filing: Any, due: Due, before: Mapping[str, Any]) -> None:
    # A version that a reviewer has read is protected by his look: then everything stays.
    Version.objects.of(filing).filter(number__gt=before["version"]).delete()
    for relation in _relations(type(filing)):
        getattr(filing, relation.get_accessor_name()).all().delete()
    Remark.objects.filter(pk__in=before["remarks"]).update(resolved_at=None)
    if before["filing"] is None:
        filing.delete()
    else:
        _restore(filing, before["filing"])
        for relation in _relations(type(filing)):
            label = relation.related_model._meta.label
            for part in before["parts"]:
                if part["label"] == label:
                    _restore(relation.related_model(), part["values"])
    if before["due"] is None:
        due.delete()
    else:
        _restore(due, before["due"])


def _restore(row: models.Model, values: Mapping[str, Any]) -> None:
    derived = DERIVED.get(row._meta.label, frozenset()) if row.pk else frozenset()
    for name in values.keys() - derived:
        field: Any = row._meta.get_field(name)
        setattr(row, field.attname, field.to_python(values[name]))
    row.save()


def _relations(model: type[models.Model]) -> list[Any]:
    """Return the relations to the lines or answers that belong to a filing and to nothing else."""
    return [one for one in model._meta.related_objects if one.one_to_many]


def _parts(model: type[models.Model], keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for relation in _relations(model):
        name = relation.field.attname
        rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": keys})
        for row in rows.order_by("pk"):
            label = row._meta.label
            found.setdefault(getattr(row, name), []).append({"label": label, "values": _stored(row)})
    return {key: sorted(parts, key=_written) for key, parts in found.items()}


def _numbers(model: type[models.Model], keys: Sequence[int]) -> dict[int, int]:
    """Return the number of the latest version of each filing."""
    rows = Version.objects.filter(filing_type=model._meta.label, filing_id__in=keys).order_by()
    return dict(rows.values_list("filing_id").annotate(models.Max("number")))


def _open_remarks(model: type[models.Model], keys: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = Remark.objects.filter(filing_type=model._meta.label, filing_id__in=keys, resolved_at=None)
    for key, pk in rows.order_by("pk").values_list("filing_id", "pk"):
        found.setdefault(key, []).append(pk)
    return found


def _without_derived(row: models.Model) -> dict[str, Any]:
    derived = DERIVED.get(row._meta.label, frozenset())
    return {name: value for name, value in _stored(row).items() if name not in derived}


def _written(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, sort_keys=True)
