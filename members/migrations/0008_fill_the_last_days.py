"""Note on every file when its person served last and was asked last."""

from django.db import migrations
from django.db.models import Max, OuterRef, Subquery


def fill(apps, schema_editor):
    Person, ServiceRecord, TaskCall = (
        apps.get_model("members", name) for name in ("Person", "ServiceRecord", "TaskCall")
    )
    counted = ServiceRecord.objects.filter(status="CONFIRMED", kind="SERVICE")
    Person.objects.filter(service_records__in=counted).update(last_served_on=latest(counted, "served_on"))
    calls = TaskCall.objects.all()
    Person.objects.filter(task_calls__in=calls).update(last_asked_on=latest(calls, "asked_on"))


def latest(rows, day):
    mine = rows.filter(person=OuterRef("pk")).order_by().values("person")
    return Subquery(mine.annotate(latest=Max(day)).values("latest"))


class Migration(migrations.Migration):
    dependencies = [("members", "0007_last_service_on_the_file")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
