"""Make the tables of the core at once, and let the database itself refuse changes of the trail.

For an empty database; one that has rows went through the steps that this one replaces.
"""

import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import guanweihui.crypto
import guanweihui.models.accounts
from guanweihui import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def lift(apps, schema_editor):
    triggers.lift(schema_editor.connection)


class Migration(migrations.Migration):
    replaces = [
        ("guanweihui", "0001_initial"),
        ("guanweihui", "0002_append_only_trail"),
        ("guanweihui", "0003_registration_rounds_and_slips"),
        ("guanweihui", "0004_filings_engine"),
        ("guanweihui", "0005_batches_of_a_round"),
        ("guanweihui", "0006_time_to_answer_a_return"),
        ("guanweihui", "0007_nominations_are_filings"),
        ("guanweihui", "0008_receiving_schools_and_their_files"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "账号",
                "verbose_name_plural": "账号",
            },
            managers=[
                ("objects", guanweihui.models.accounts.UserAccounts()),
            ],
        ),
        migrations.CreateModel(
            name="District",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("full_name", models.CharField(max_length=100, verbose_name="全称")),
                ("short_name", models.CharField(max_length=40, verbose_name="简称")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="设立日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("committee_name", models.CharField(max_length=100, verbose_name="关工委全称")),
                (
                    "year_starts_in",
                    models.PositiveSmallIntegerField(
                        default=9,
                        help_text="9 表示按学年统计（9月1日至次年8月31日），1 表示按自然年。",
                        verbose_name="统计年度起始月",
                    ),
                ),
                ("contact", models.CharField(blank=True, max_length=100, verbose_name="联系方式")),
                ("key_probe", models.TextField(default=guanweihui.crypto.probe, editable=False)),
            ],
            options={
                "verbose_name": "区",
                "verbose_name_plural": "区",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on", None),
                            ("opened_on", None),
                            ("closed_on__gte", models.F("opened_on")),
                            _connector="OR",
                        ),
                        name="district_closes_after_it_opens",
                        violation_error_message="撤销日期不能早于设立日期。",
                    ),
                    models.UniqueConstraint(
                        fields=("full_name",),
                        name="one_district_a_name",
                        violation_error_message="已有同名的区。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year_starts_in__gte", 1), ("year_starts_in__lte", 12)),
                        name="district_year_starts_in_a_month",
                        violation_error_message="起始月应在 1—12 之间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("DISTRICT", "区关工委工作人员"),
                            ("LEADER", "区关工委领导"),
                            ("AUDITOR", "审计员"),
                            ("GROUP", "协作组长"),
                            ("SCHOOL", "学校联络员"),
                            ("JUDGE", "评委"),
                            ("OUTREACH", "下乡校长"),
                            ("HOST", "受援学校"),
                            ("VOLUNTEER", "志愿者"),
                        ],
                        max_length=10,
                        verbose_name="用途",
                    ),
                ),
                ("holder_name", models.CharField(max_length=50, verbose_name="持有人")),
                (
                    "token_digest",
                    models.CharField(editable=False, max_length=64, unique=True, verbose_name="令牌摘要"),
                ),
                ("created_at", models.DateTimeField(verbose_name="发放时间")),
                ("expires_at", models.DateTimeField(verbose_name="有效期至")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发放人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_links",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "访问链接",
                "verbose_name_plural": "访问链接",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["OUTREACH", "HOST", "JUDGE", "VOLUNTEER"])),
                        name="links_are_for_outsiders",
                        violation_error_message="只有下乡校长、受援学校、外请评委和志愿者使用链接。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CollaborationGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("full_name", models.CharField(max_length=100, verbose_name="全称")),
                ("short_name", models.CharField(max_length=40, verbose_name="简称")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="设立日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "协作组",
                "verbose_name_plural": "协作组",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on", None),
                            ("opened_on", None),
                            ("closed_on__gte", models.F("opened_on")),
                            _connector="OR",
                        ),
                        name="collaborationgroup_closes_after_it_opens",
                        violation_error_message="撤销日期不能早于设立日期。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "full_name"),
                        name="one_group_a_name_in_a_district",
                        violation_error_message="本区已有同名的协作组。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("label", models.CharField(max_length=120, verbose_name="名称")),
                ("params", models.JSONField(default=dict, verbose_name="参数")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("QUEUED", "排队中"),
                            ("RUNNING", "进行中"),
                            ("DONE", "已完成"),
                            ("FAILED", "失败"),
                            ("CANCELLED", "已取消"),
                        ],
                        default="QUEUED",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总数")),
                ("message", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="次数")),
                ("task_id", models.CharField(blank=True, max_length=64, verbose_name="任务号")),
                ("heartbeat_at", models.DateTimeField(null=True, verbose_name="心跳")),
                ("created_at", models.DateTimeField(verbose_name="提交时间")),
                ("started_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("result_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("result_path", models.CharField(blank=True, max_length=200, verbose_name="存放位置")),
                ("result_size", models.PositiveBigIntegerField(default=0, verbose_name="大小（字节）")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="保留至")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "后台任务",
                "verbose_name_plural": "后台任务",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("total", 0), ("done__lte", models.F("total")), _connector="OR"),
                        name="job_does_not_pass_its_total",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enrolment", "主题活动报名"),
                            ("registration", "五老志愿者登记"),
                            ("annual_return", "年度统计"),
                            ("nomination", "评选推荐"),
                        ],
                        max_length=40,
                        verbose_name="报送种类",
                    ),
                ),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        help_text="学年填起始年份，如2018表示2018—2019学年。", verbose_name="年度"
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="开始时间")),
                ("deadline_at", models.DateTimeField(verbose_name="截止时间")),
                ("grace_minutes", models.PositiveSmallIntegerField(default=0, verbose_name="宽限（分钟）")),
                ("as_of_on", models.DateField(blank=True, null=True, verbose_name="统计时点")),
                ("group_endorses", models.BooleanField(default=True, verbose_name="须协作组审核")),
                (
                    "state",
                    models.CharField(
                        choices=[("PLANNED", "待开始"), ("OPEN", "报送中"), ("CLOSED", "已截止")],
                        default="PLANNED",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="定稿时间"),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.round",
                        verbose_name="照此复制",
                    ),
                ),
                ("instructions", models.TextField(blank=True, verbose_name="填报要求")),
                ("stages", models.JSONField(blank=True, default=list, verbose_name="应报学段")),
            ],
            options={
                "verbose_name": "报送任务",
                "verbose_name_plural": "报送任务",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "kind", "year", "title"),
                        name="one_round_a_kind_year_and_title",
                        violation_error_message="本区本年度已有同名的报送任务。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deadline_at__gt", models.F("opens_at"))),
                        name="round_ends_after_it_opens",
                        violation_error_message="截止时间要晚于开始时间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Workday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="是工作日")),
                ("note", models.CharField(max_length=100, verbose_name="依据")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workdays",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作日调整",
                "verbose_name_plural": "工作日调整",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "day"),
                        name="one_correction_a_day",
                        violation_error_message="这一天已有调整。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("slip", "输入服务码"),
                            ("verify", "查验证件"),
                            ("verify_number", "输入证书编号"),
                        ],
                        max_length=30,
                        verbose_name="事项",
                    ),
                ),
                ("key_digest", models.CharField(max_length=64, verbose_name="来源摘要")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "尝试次数",
                "verbose_name_plural": "尝试次数",
                "indexes": [
                    models.Index(fields=["kind", "key_digest", "at"], name="attempts_of_a_key"),
                    models.Index(fields=["kind", "at"], name="attempts_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="时间")),
                ("actor_label", models.CharField(max_length=100, verbose_name="办理人")),
                ("action", models.CharField(max_length=60, verbose_name="动作")),
                ("object_type", models.CharField(blank=True, max_length=60, verbose_name="对象类别")),
                ("object_id", models.CharField(blank=True, max_length=40, verbose_name="对象编号")),
                ("object_label", models.CharField(blank=True, max_length=200, verbose_name="对象")),
                ("reason", models.TextField(blank=True, verbose_name="事由")),
                ("changes", models.JSONField(default=dict, verbose_name="变更")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="来源地址")),
                ("request_id", models.CharField(blank=True, max_length=40, verbose_name="请求号")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.accesslink",
                        verbose_name="访问链接",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "操作记录",
                "verbose_name_plural": "操作记录",
                "indexes": [models.Index(fields=["object_type", "object_id"], name="audit_of_one_object")],
            },
        ),
        migrations.CreateModel(
            name="FrozenTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=40, verbose_name="报表")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("key", models.CharField(max_length=40, verbose_name="表号")),
                ("content", models.JSONField(verbose_name="内容")),
                ("frozen_at", models.DateTimeField(verbose_name="封存时间")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frozen_tables",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="封存人",
                    ),
                ),
                ("as_of_on", models.DateField(blank=True, null=True, verbose_name="统计时点")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frozen_tables",
                        to="guanweihui.round",
                        verbose_name="报送任务",
                    ),
                ),
                ("rules", models.TextField(blank=True, verbose_name="口径")),
            ],
            options={
                "verbose_name": "封存报表",
                "verbose_name_plural": "封存报表",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("round", None)),
                        fields=("district", "report", "year", "key"),
                        name="one_frozen_table_a_report_and_year",
                        violation_error_message="本年度的这张表已封存。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("round__isnull", False)),
                        fields=("round", "key"),
                        name="one_frozen_table_a_round_and_key",
                        violation_error_message="这次报送的这张表已封存。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="School",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("full_name", models.CharField(max_length=100, verbose_name="全称")),
                ("short_name", models.CharField(max_length=40, verbose_name="简称")),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="设立日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("code", models.CharField(max_length=20, verbose_name="学校代码")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("PRIMARY", "小学"),
                            ("JUNIOR", "初中"),
                            ("SENIOR", "高中"),
                            ("NINE_YEAR", "九年一贯制"),
                            ("FULL_SECONDARY", "完全中学"),
                        ],
                        max_length=20,
                        verbose_name="学段",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="顺序")),
                (
                    "committee_set_up_on",
                    models.DateField(blank=True, null=True, verbose_name="关工委成立时间"),
                ),
                (
                    "committee_set_up_precision",
                    models.CharField(
                        blank=True,
                        choices=[("day", "日"), ("month", "月"), ("year", "年")],
                        max_length=5,
                        verbose_name="成立时间精度",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schools",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schools",
                        to="guanweihui.collaborationgroup",
                        verbose_name="协作组",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校",
                "verbose_name_plural": "学校",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on", None),
                            ("opened_on", None),
                            ("closed_on__gte", models.F("opened_on")),
                            _connector="OR",
                        ),
                        name="school_closes_after_it_opens",
                        violation_error_message="撤销日期不能早于设立日期。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "code"),
                        name="one_school_a_code",
                        violation_error_message="学校代码与本区另一所学校重复。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "full_name"),
                        name="one_school_a_full_name",
                        violation_error_message="本区已有同名的学校。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("deadline_at", models.DateTimeField(blank=True, null=True, verbose_name="延期至")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "未报"),
                            ("DRAFT", "填报中"),
                            ("SUBMITTED", "已报"),
                            ("ENDORSED", "协作组已审"),
                            ("RETURNED", "已退回"),
                            ("ACCEPTED", "已通过"),
                            ("NIL", "零报告"),
                            ("WAIVED", "免报"),
                        ],
                        default="WAITING",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, help_text="零报告、免报或延期的理由。", verbose_name="说明"),
                ),
                ("met_at", models.DateTimeField(blank=True, null=True, verbose_name="报送时间")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dues",
                        to="guanweihui.round",
                        verbose_name="报送任务",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dues",
                        to="guanweihui.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "reply_until",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="改报截止"),
                ),
            ],
            options={
                "verbose_name": "应报",
                "verbose_name_plural": "应报",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("round", "school"),
                        name="one_due_a_school_and_round",
                        violation_error_message="该校已在应报名单中。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["NIL", "WAIVED"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="nil_and_waived_give_a_reason",
                        violation_error_message="零报告和免报须写明理由。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kinds", models.CharField(max_length=200, verbose_name="内容")),
                ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                (
                    "stored_name",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="存放名"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("PREVIEWED", "待确认"), ("CONFIRMED", "已导入"), ("UNDONE", "已撤销")],
                        default="PREVIEWED",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("new_count", models.PositiveIntegerField(default=0, verbose_name="新增")),
                ("changed_count", models.PositiveIntegerField(default=0, verbose_name="更新")),
                ("unchanged_count", models.PositiveIntegerField(default=0, verbose_name="不变")),
                ("wrong_count", models.PositiveIntegerField(default=0, verbose_name="错误")),
                ("created_at", models.DateTimeField(verbose_name="上传时间")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="导入时间")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_batches",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.school",
                        verbose_name="限本校",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.collaborationgroup",
                        verbose_name="限本协作组",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.round",
                        verbose_name="报送任务",
                    ),
                ),
                (
                    "shown_digest",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="核对内容摘要"),
                ),
            ],
            options={
                "verbose_name": "导入批次",
                "verbose_name_plural": "导入批次",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "PREVIEWED"), ("confirmed_at__isnull", False), _connector="OR"
                        ),
                        name="confirmed_batch_has_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("DISTRICT", "区关工委工作人员"),
                            ("LEADER", "区关工委领导"),
                            ("AUDITOR", "审计员"),
                            ("GROUP", "协作组长"),
                            ("SCHOOL", "学校联络员"),
                            ("JUDGE", "评委"),
                            ("OUTREACH", "下乡校长"),
                            ("HOST", "受援学校"),
                            ("VOLUNTEER", "志愿者"),
                        ],
                        max_length=10,
                        verbose_name="角色",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="起")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="止")),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
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
            ],
            options={
                "verbose_name": "岗位",
                "verbose_name_plural": "岗位",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("district__isnull", False), ("group", None), ("school", None)),
                            models.Q(("district", None), ("group__isnull", False), ("school", None)),
                            models.Q(("district", None), ("group", None), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="post_is_at_exactly_one_unit",
                        violation_error_message="区、协作组、学校三者须选且只选一个。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("district__isnull", False),
                                ("role__in", ["DISTRICT", "LEADER", "AUDITOR", "JUDGE"]),
                            ),
                            models.Q(("group__isnull", False), ("role", "GROUP")),
                            models.Q(("role", "SCHOOL"), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="post_stands_at_the_unit_of_its_role",
                        violation_error_message="岗位与单位不符：区级角色选区，协作组长选协作组，学校联络员选学校。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="post_ends_after_it_begins",
                        violation_error_message="止期不能早于起期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("succeeded_on", models.DateField(verbose_name="日期")),
                (
                    "kind",
                    models.CharField(
                        choices=[("MERGED", "合并"), ("SPLIT", "分立"), ("RENAMED", "更名")],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("is_chief", models.BooleanField(default=True, verbose_name="主要承接")),
                (
                    "predecessor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successions",
                        to="guanweihui.school",
                        verbose_name="原学校",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inheritances",
                        to="guanweihui.school",
                        verbose_name="承接学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校沿革",
                "verbose_name_plural": "学校沿革",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_chief", True)),
                        fields=("predecessor",),
                        name="one_chief_successor_a_school",
                        violation_error_message="一所学校只能有一个主要承接学校。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("predecessor", models.F("successor")), _negated=True),
                        name="no_school_succeeds_itself",
                        violation_error_message="承接学校不能是原学校自己。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("FORMER", "曾用名"), ("ALIAS", "别名")], max_length=10, verbose_name="种类"
                    ),
                ),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="用到")),
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
            ],
            options={
                "verbose_name": "曾用名与别名",
                "verbose_name_plural": "曾用名与别名",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("district__isnull", False), ("group", None), ("school", None)),
                            models.Q(("district", None), ("group__isnull", False), ("school", None)),
                            models.Q(("district", None), ("group", None), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="unitname_is_at_exactly_one_unit",
                        violation_error_message="区、协作组、学校三者须选且只选一个。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "name"),
                        name="one_district_bears_a_name_once",
                        violation_error_message="这个名称已登记。",
                    ),
                    models.UniqueConstraint(
                        fields=("group", "name"),
                        name="one_group_bears_a_name_once",
                        violation_error_message="这个名称已登记。",
                    ),
                    models.UniqueConstraint(
                        fields=("school", "name"),
                        name="one_school_bears_a_name_once",
                        violation_error_message="这个名称已登记。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="guanweihui.auditevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "记录封存",
                "verbose_name_plural": "记录封存",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "position"), name="one_seal_a_place_in_the_chain"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("filing_type", models.CharField(blank=True, max_length=60, verbose_name="材料类别")),
                ("filing_id", models.BigIntegerField(blank=True, null=True, verbose_name="材料编号")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="栏目")),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                (
                    "stored_name",
                    models.CharField(editable=False, max_length=64, unique=True, verbose_name="存放名"),
                ),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveBigIntegerField(verbose_name="大小（字节）")),
                ("digest", models.CharField(max_length=64, verbose_name="摘要")),
                ("added_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "due",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="guanweihui.collaborationgroup",
                        verbose_name="协作组",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="guanweihui.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "added_link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.accesslink",
                        verbose_name="上传人的链接",
                    ),
                ),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("district__isnull", True),
                                ("due__isnull", False),
                                ("group__isnull", True),
                                ("school__isnull", True),
                            ),
                            models.Q(
                                ("district__isnull", False),
                                ("due__isnull", True),
                                ("group__isnull", True),
                                ("school__isnull", True),
                            ),
                            models.Q(
                                ("district__isnull", True),
                                ("due__isnull", True),
                                ("group__isnull", False),
                                ("school__isnull", True),
                            ),
                            models.Q(
                                ("district__isnull", True),
                                ("due__isnull", True),
                                ("group__isnull", True),
                                ("school__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="attachment_hangs_on_one_place",
                        violation_error_message="附件须属于一项应报，或区、协作组、学校中的一个。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("added_by__isnull", False), ("added_link__isnull", True)),
                            models.Q(("added_by__isnull", True), ("added_link__isnull", False)),
                            _connector="OR",
                        ),
                        name="attachment_was_added_by_somebody",
                        violation_error_message="附件要有上传人：账号或链接。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sheet", models.CharField(max_length=100, verbose_name="工作表")),
                ("number", models.PositiveIntegerField(verbose_name="行号")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("NEW", "新增"), ("CHANGED", "更新")], max_length=10, verbose_name="结果"
                    ),
                ),
                ("object_type", models.CharField(max_length=60, verbose_name="对象类别")),
                ("object_id", models.BigIntegerField(verbose_name="对象编号")),
                ("before", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="原值")),
                ("after_digest", models.CharField(max_length=64, verbose_name="写入值摘要")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="guanweihui.importbatch",
                        verbose_name="批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入行",
                "verbose_name_plural": "导入行",
                "indexes": [
                    models.Index(fields=["object_type", "object_id"], name="imported_rows_of_an_object")
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("filing_type", models.CharField(max_length=60, verbose_name="材料类别")),
                ("filing_id", models.BigIntegerField(verbose_name="材料编号")),
                ("field", models.CharField(blank=True, max_length=60, verbose_name="栏目")),
                ("text", models.TextField(verbose_name="意见")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="解决时间")),
                (
                    "due",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
            ],
            options={
                "verbose_name": "退回意见",
                "verbose_name_plural": "退回意见",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="remark_says_something",
                        violation_error_message="请写明意见。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Chase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[("PHONE", "电话"), ("MESSAGE", "微信或短信"), ("VISIT", "当面")],
                        default="PHONE",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("spoken_with", models.CharField(blank=True, max_length=50, verbose_name="联系人")),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="答复")),
                ("made_at", models.DateTimeField(verbose_name="时间")),
                (
                    "due",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chases",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
            ],
            options={
                "verbose_name": "催报记录",
                "verbose_name_plural": "催报记录",
                "indexes": [models.Index(fields=["due", "-made_at"], name="chases_of_a_due")],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("filing_type", models.CharField(max_length=60, verbose_name="材料类别")),
                ("filing_id", models.BigIntegerField(verbose_name="材料编号")),
                ("number", models.PositiveIntegerField(verbose_name="第几次提交")),
                ("content", guanweihui.crypto.EncryptedTextField(editable=False, verbose_name="内容")),
                ("taken_at", models.DateTimeField(verbose_name="提交时间")),
                (
                    "due",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="guanweihui.due",
                        verbose_name="应报",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "提交版本",
                "verbose_name_plural": "提交版本",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("filing_type", "filing_id", "number"),
                        name="one_version_a_number",
                        violation_error_message="这一版已经提交过。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("looked_at", models.DateTimeField(verbose_name="首次查看时间")),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="guanweihui.version",
                        verbose_name="提交版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "查看记录",
                "verbose_name_plural": "查看记录",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "reader"),
                        name="one_look_a_version_and_reader",
                        violation_error_message="已经看过这一版。",
                    )
                ],
            },
        ),
        migrations.RunPython(install, lift),
    ]
