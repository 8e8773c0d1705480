import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0002_the_whole_programme"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="planprogress",
            name="strike_reason",
            field=models.CharField(blank=True, editable=False, max_length=500, verbose_name="作废理由"),
        ),
        migrations.AddField(
            model_name="planprogress",
            name="struck_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="作废时间"),
        ),
        migrations.AddField(
            model_name="planprogress",
            name="struck_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="作废人",
            ),
        ),
        migrations.AddConstraint(
            model_name="planprogress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("struck_at", None), models.Q(("strike_reason", ""), _negated=True), _connector="OR"
                ),
                name="a_struck_report_has_its_reason",
                violation_error_message="作废填报的进展要写明理由。",
            ),
        ),
    ]
