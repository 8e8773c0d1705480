"""Give enrolments from before questionnaires the draft that their lines would have come from.

A filing without one would be opened again as an empty form.
"""

import json

from django.db import migrations

SHORT = {"PRIMARY": "primary", "JUNIOR": "junior", "SENIOR": "senior"}


def fill(apps, schema_editor):
    enrolments = apps.get_model("activities", "Enrolment").objects.filter(draft="")
    for enrolment in enrolments.prefetch_related("lines").iterator(chunk_size=500):
        typed = {"coaches": str(enrolment.coaches)}
        typed |= {name: value for name in ("head_name", "head_phone") if (value := getattr(enrolment, name))}
        for line in enrolment.lines.all():
            name = SHORT[line.segment]
            typed |= {f"classes_{name}": str(line.classes), f"students_{name}": str(line.students)}
        enrolment.draft = json.dumps(typed, ensure_ascii=False)
        enrolment.save(update_fields=["draft"])


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_campaigns_and_returns")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
