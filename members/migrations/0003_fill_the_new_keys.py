"""Give the people stored before this release their further search keys."""

from django.db import migrations

from members.keys import NAME_KEYS, name_keys

AT_ONCE = 1000


def fill(apps, schema_editor):
    Person = apps.get_model("members", "Person")
    rows = []
    for person in Person.objects.only("pk", "name", *NAME_KEYS).iterator(chunk_size=AT_ONCE):
        for field, value in zip(NAME_KEYS, name_keys(person.name), strict=True):
            setattr(person, field, value)
        rows.append(person)
        if len(rows) == AT_ONCE:
            Person.objects.bulk_update(rows, NAME_KEYS)
            rows = []
    Person.objects.bulk_update(rows, NAME_KEYS)


class Migration(migrations.Migration):
    dependencies = [("members", "0002_people_for_life")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
