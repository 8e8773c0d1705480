"""A batch may be loaded into a round, by a group as well; it remembers what its preview showed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guanweihui", "0004_filings_engine")]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="group",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="guanweihui.collaborationgroup",
                verbose_name="限本协作组",
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="round",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="guanweihui.round",
                verbose_name="报送任务",
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="shown_digest",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=64, verbose_name="核对内容摘要"
            ),
            preserve_default=False,
        ),
    ]
