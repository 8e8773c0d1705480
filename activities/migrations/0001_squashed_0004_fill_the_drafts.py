"""Make the tables of activities and returns at once.

For an empty database; one that has rows went through the steps that this one replaces.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanweihui.crypto


class Migration(migrations.Migration):
    replaces = [
        ("activities", "0001_initial"),
        ("activities", "0002_initial"),
        ("activities", "0003_campaigns_and_returns"),
        ("activities", "0004_fill_the_drafts"),
    ]

    initial = True

    dependencies = [
        ("guanweihui", "0001_squashed_0008_receiving_schools_and_their_files"),
        ("members", "0001_squashed_0008_fill_the_last_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("theme", models.CharField(max_length=60, verbose_name="主题")),
                ("year", models.PositiveSmallIntegerField(verbose_name="学年")),
                ("organiser", models.CharField(blank=True, max_length=60, verbose_name="主办单位")),
                ("series", models.CharField(blank=True, max_length=60, verbose_name="系列")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign",
                        to="guanweihui.round",
                        verbose_name="报名报送",
                    ),
                ),
                ("requirements", models.TextField(blank=True, verbose_name="活动要求")),
            ],
            options={
                "verbose_name": "主题读书活动",
                "verbose_name_plural": "主题读书活动",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "year", "theme"),
                        name="one_campaign_a_theme_and_year",
                        violation_error_message="本学年已有同一主题的活动。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnualReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草稿"),
                            ("SUBMITTED", "已提交"),
                            ("ENDORSED", "协作组已审"),
                            ("ACCEPTED", "已通过"),
                            ("RETURNED", "已退回"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                ("submitted_at", models.DateTimeField(editable=False, null=True, verbose_name="提交时间")),
                (
                    "basis",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="代报依据"),
                ),
                (
                    "draft",
                    guanweihui.crypto.EncryptedTextField(blank=True, editable=False, verbose_name="草稿"),
                ),
                ("saved_at", models.DateTimeField(editable=False, null=True, verbose_name="保存时间")),
                (
                    "due",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保存人",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度统计报送",
                "verbose_name_plural": "年度统计报送",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "WITHDRAWN"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="annualreturn_sent_has_a_time",
                        violation_error_message="已提交的材料须有提交时间。",
                    ),
                    models.UniqueConstraint(
                        fields=("due",),
                        name="one_annual_return_a_due",
                        violation_error_message="本校已有一份年度统计。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草稿"),
                            ("SUBMITTED", "已提交"),
                            ("ENDORSED", "协作组已审"),
                            ("ACCEPTED", "已通过"),
                            ("RETURNED", "已退回"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                ("submitted_at", models.DateTimeField(editable=False, null=True, verbose_name="提交时间")),
                (
                    "basis",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="代报依据"),
                ),
                ("coaches", models.PositiveIntegerField(default=0, verbose_name="指导教师数")),
                ("head_name", models.CharField(blank=True, max_length=50, verbose_name="负责人")),
                ("head_phone", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="负责人电话")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="activities.campaign",
                        verbose_name="活动",
                    ),
                ),
                (
                    "due",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_enrolments",
                        to="members.person",
                        verbose_name="负责人（人员）",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "draft",
                    guanweihui.crypto.EncryptedTextField(blank=True, editable=False, verbose_name="草稿"),
                ),
                ("saved_at", models.DateTimeField(editable=False, null=True, verbose_name="保存时间")),
                (
                    "saved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="保存人",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动报名",
                "verbose_name_plural": "活动报名",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "WITHDRAWN"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="enrolment_sent_has_a_time",
                        violation_error_message="已提交的材料须有提交时间。",
                    ),
                    models.UniqueConstraint(
                        fields=("due",),
                        name="one_enrolment_a_due",
                        violation_error_message="本校已有一份报名表。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignMaterial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="materials",
                        to="activities.campaign",
                        verbose_name="活动",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.attachment",
                        verbose_name="文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动材料",
                "verbose_name_plural": "活动材料",
            },
        ),
        migrations.CreateModel(
            name="CampaignStage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="阶段")),
                ("from_on", models.DateField(verbose_name="开始日期")),
                ("to_on", models.DateField(verbose_name="结束日期")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to="activities.campaign",
                        verbose_name="活动",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动阶段",
                "verbose_name_plural": "活动阶段",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gte", models.F("from_on"))),
                        name="campaign_stage_ends_after_it_begins",
                        violation_error_message="结束日期不能早于开始日期。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("SCHOOL", "学校"), ("GROUP", "协作组"), ("DISTRICT", "区")],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                ("title", models.CharField(max_length=60, verbose_name="任务")),
                ("requirements", models.TextField(blank=True, verbose_name="要求")),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        help_text="如：活动照片、评选名单。",
                        max_length=100,
                        verbose_name="佐证材料",
                    ),
                ),
                ("deadline_at", models.DateTimeField(verbose_name="截止时间")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="activities.campaign",
                        verbose_name="活动",
                    ),
                ),
            ],
            options={
                "verbose_name": "活动任务",
                "verbose_name_plural": "活动任务",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "level", "title"),
                        name="one_campaign_task_a_level_and_title",
                        violation_error_message="这一层级已有同名的任务。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=40, verbose_name="填报项")),
                (
                    "number",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="数"
                    ),
                ),
                ("words", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="文字")),
                (
                    "annual_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="activities.annualreturn",
                        verbose_name="年度统计报送",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度统计数据",
                "verbose_name_plural": "年度统计数据",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("annual_return", "item"),
                        name="one_answer_an_item",
                        violation_error_message="同一填报项只能有一个数。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", None), ("number__gte", 0), _connector="OR"),
                        name="no_figure_of_a_return_is_negative",
                        violation_error_message="数不能小于0。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", None), ("words", ""), _connector="OR"),
                        name="an_answer_is_a_figure_or_words",
                        violation_error_message="一项只能填数或文字。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolmentLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "segment",
                    models.CharField(
                        choices=[("PRIMARY", "小学"), ("JUNIOR", "初中"), ("SENIOR", "高中")],
                        max_length=10,
                        verbose_name="学段",
                    ),
                ),
                ("classes", models.PositiveIntegerField(verbose_name="班级数")),
                ("students", models.PositiveIntegerField(verbose_name="学生数")),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="activities.enrolment",
                        verbose_name="报名",
                    ),
                ),
            ],
            options={
                "verbose_name": "报名明细",
                "verbose_name_plural": "报名明细",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "segment"),
                        name="one_line_a_segment",
                        violation_error_message="同一学段只能填一行。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("students__gte", models.F("classes"))),
                        name="no_fewer_students_than_classes",
                        violation_error_message="学生数不能少于班级数。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("classes__gte", 1), ("students", 0), _connector="OR"),
                        name="students_stand_in_classes",
                        violation_error_message="有学生的学段须有班级。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("done_on", models.DateField(verbose_name="完成日期")),
                ("words", models.TextField(verbose_name="完成情况")),
                ("reported_at", models.DateTimeField(verbose_name="上报时间")),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.attachment",
                        verbose_name="佐证材料",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="guanweihui.collaborationgroup",
                        verbose_name="协作组",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="guanweihui.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_rows",
                        to="activities.campaigntask",
                        verbose_name="任务",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务佐证",
                "verbose_name_plural": "任务佐证",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("district__isnull", False), ("group", None), ("school", None)),
                            models.Q(("district", None), ("group__isnull", False), ("school", None)),
                            models.Q(("district", None), ("group", None), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="taskevidence_is_at_exactly_one_unit",
                        violation_error_message="区、协作组、学校三者须选且只选一个。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("district__isnull", False)),
                        fields=("task", "district"),
                        name="one_evidence_a_task_and_district",
                        violation_error_message="这项任务已经上报过，请修改原来的一份。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("group__isnull", False)),
                        fields=("task", "group"),
                        name="one_evidence_a_task_and_group",
                        violation_error_message="这项任务已经上报过，请修改原来的一份。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school__isnull", False)),
                        fields=("task", "school"),
                        name="one_evidence_a_task_and_school",
                        violation_error_message="这项任务已经上报过，请修改原来的一份。",
                    ),
                ],
            },
        ),
    ]
