"""Make the tables of the outreach programme at once.

For an empty database; one that has rows went through the steps that this one replaces.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanweihui.crypto


class Migration(migrations.Migration):
    replaces = [
        ("outreach", "0001_initial"),
        ("outreach", "0002_the_whole_programme"),
        ("outreach", "0003_reports_may_be_struck"),
    ]

    initial = True

    dependencies = [
        ("guanweihui", "0001_squashed_0008_receiving_schools_and_their_files"),
        ("members", "0001_squashed_0008_fill_the_last_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostSchool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="校名")),
                ("region", models.CharField(max_length=40, verbose_name="地区")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="host_schools",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "access_link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="host_schools",
                        to="guanweihui.accesslink",
                        verbose_name="确认链接",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=100, verbose_name="地址")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="停办日期")),
                ("closed_reason", models.CharField(blank=True, max_length=200, verbose_name="停办说明")),
                ("contact_name", models.CharField(blank=True, max_length=50, verbose_name="联系人")),
                ("contact_phone", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="联系电话")),
                ("contact_post", models.CharField(blank=True, max_length=40, verbose_name="联系人职务")),
            ],
            options={
                "verbose_name": "受援学校",
                "verbose_name_plural": "受援学校",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "name"),
                        name="one_host_school_a_name",
                        violation_error_message="已有同名受援学校。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("region", models.CharField(max_length=40, verbose_name="受援地区")),
                ("started_on", models.DateField(verbose_name="启动日期")),
                (
                    "city_principals",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="全市校长数"),
                ),
                ("city_regions", models.CharField(blank=True, max_length=100, verbose_name="全市受援地区")),
                (
                    "own_principals",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="本区校长数"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programmes",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                ("agreed_on", models.DateField(blank=True, null=True, verbose_name="协议签订日期")),
                ("agreement_no", models.CharField(blank=True, max_length=60, verbose_name="协议编号")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="outreach.programme",
                        verbose_name="接续的项目",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
            ],
            options={
                "verbose_name": "下乡项目",
                "verbose_name_plural": "下乡项目",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "name"),
                        name="one_programme_a_name",
                        violation_error_message="已有同名项目。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="programme_ends_after_it_begins",
                        violation_error_message="结束日期不能早于启动日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("principal_name", models.CharField(max_length=50, verbose_name="老校长")),
                ("assistant_name", models.CharField(blank=True, max_length=50, verbose_name="助理")),
                (
                    "access_link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to="guanweihui.accesslink",
                        verbose_name="访问链接",
                    ),
                ),
                (
                    "assistant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assisted_pairings",
                        to="members.person",
                        verbose_name="助理（人员）",
                    ),
                ),
                (
                    "former_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_principals",
                        to="guanweihui.school",
                        verbose_name="原单位",
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to="members.person",
                        verbose_name="老校长（人员）",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairings",
                        to="outreach.programme",
                        verbose_name="项目",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=20, verbose_name="学科")),
            ],
            options={
                "verbose_name": "结对",
                "verbose_name_plural": "结对",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "principal_name"),
                        name="one_pairing_a_principal",
                        violation_error_message="这位老校长在本项目中已有结对。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResearchVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("visited_on", models.DateField(verbose_name="日期")),
                (
                    "host_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="outreach.hostschool",
                        verbose_name="受援学校",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="outreach.programme",
                        verbose_name="项目",
                    ),
                ),
                ("method", models.CharField(blank=True, max_length=100, verbose_name="调研方式")),
                ("seen", models.TextField(blank=True, max_length=2000, verbose_name="调研所见")),
                ("team", models.CharField(blank=True, max_length=200, verbose_name="调研人员")),
            ],
            options={
                "verbose_name": "调研",
                "verbose_name_plural": "调研",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("host_school", "visited_on"),
                        name="one_visit_a_school_and_day",
                        violation_error_message="这所学校当天已有调研记录。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HostProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="学年（起始年）")),
                ("teachers", models.PositiveIntegerField(verbose_name="教职工数")),
                ("pupils", models.PositiveIntegerField(verbose_name="学生数")),
                ("classes", models.PositiveIntegerField(default=0, verbose_name="班级数")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "host_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="profiles",
                        to="outreach.hostschool",
                        verbose_name="受援学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "受援学校年度概况",
                "verbose_name_plural": "受援学校年度概况",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("host_school", "year"),
                        name="one_profile_a_school_and_year",
                        violation_error_message="这所学校本学年的概况已登记。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="修订号")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="修订原因")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "起草中"),
                            ("PROPOSED", "待审定"),
                            ("APPROVED", "已审定"),
                            ("SUPERSEDED", "已被修订"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("approved_at", models.DateTimeField(editable=False, null=True, verbose_name="审定时间")),
                (
                    "approved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审定人",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="outreach.programme",
                        verbose_name="项目",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "三年工作方案",
                "verbose_name_plural": "三年工作方案",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "revision"),
                        name="one_plan_a_revision",
                        violation_error_message="这个修订号已有方案。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "APPROVED")),
                        fields=("programme",),
                        name="one_plan_in_force_a_programme",
                        violation_error_message="本项目已有审定的方案。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "PROPOSED"])),
                        fields=("programme",),
                        name="one_plan_in_the_making_a_programme",
                        violation_error_message="本项目已有一份起草中的方案，请先办完那一份。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revision", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="a_revision_has_its_reason",
                        violation_error_message="修订方案要写明原因。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Partnership",
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
                        choices=[("PARTNER_HIGH", "优质高中"), ("PARTNER_RURAL_JUNIOR", "农村初中")],
                        max_length=24,
                        verbose_name="学校类型",
                    ),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="协议起")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="协议止")),
                (
                    "host_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partnerships",
                        to="outreach.hostschool",
                        verbose_name="受援学校",
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partnerships",
                        to="outreach.pairing",
                        verbose_name="结对",
                    ),
                ),
                ("agreement_no", models.CharField(blank=True, max_length=60, verbose_name="协议编号")),
                ("end_reason", models.CharField(blank=True, max_length=200, verbose_name="终止原因")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="提前终止日期")),
            ],
            options={
                "verbose_name": "结对学校",
                "verbose_name_plural": "结对学校",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None),
                            ("from_on", None),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="partnership_ends_after_it_begins",
                        violation_error_message="协议止期不能早于起期。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("pairing", "kind"),
                        name="one_school_of_a_kind_a_pair",
                        violation_error_message="一个结对只能有一所优质高中和一所农村初中。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), models.Q(("end_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="an_early_end_has_its_reason",
                        violation_error_message="提前终止协议要写明原因。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("SCHOOL_MANAGEMENT", "学校管理"),
                            ("STAFF_BUILDING", "队伍建设"),
                            ("SCHOOL_CULTURE", "校园文化"),
                            ("CURRICULUM_REFORM", "课程改革"),
                        ],
                        max_length=20,
                        verbose_name="领域",
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="需求")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needs",
                        to="outreach.researchvisit",
                        verbose_name="调研",
                    ),
                ),
                ("owner", models.CharField(blank=True, max_length=50, verbose_name="责任人")),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "高"), (2, "中"), (3, "低")], default=2, verbose_name="优先级"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "待安排"),
                            ("UNDER_WAY", "推进中"),
                            ("MET", "已解决"),
                            ("DROPPED", "不再办理"),
                        ],
                        default="OPEN",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
            ],
            options={
                "verbose_name": "需求",
                "verbose_name_plural": "需求",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visit", "field", "text"),
                        name="one_need_once_a_visit",
                        violation_error_message="这条需求已登记。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanGoal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year_no", models.PositiveSmallIntegerField(verbose_name="第几年")),
                ("text", models.CharField(max_length=300, verbose_name="年度目标")),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="goals",
                        to="outreach.plan",
                        verbose_name="方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度目标",
                "verbose_name_plural": "年度目标",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "year_no"),
                        name="one_goal_a_year",
                        violation_error_message="这一年的目标已填写。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year_no__gte", 1), ("year_no__lte", 3)),
                        name="goal_lies_in_the_three_years",
                        violation_error_message="方案只有三年，请填第1、2、3年。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectStaff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=20, verbose_name="学科")),
                ("teachers", models.PositiveIntegerField(verbose_name="任课教师数")),
                (
                    "profile",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="outreach.hostprofile",
                        verbose_name="概况",
                    ),
                ),
            ],
            options={
                "verbose_name": "学科教师",
                "verbose_name_plural": "学科教师",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "subject"),
                        name="one_line_a_subject",
                        violation_error_message="这个学科已填写。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rating",
                    models.CharField(
                        choices=[("SOLVED", "已解决"), ("BETTER", "有改善"), ("UNCHANGED", "没有变化")],
                        max_length=10,
                        verbose_name="评价",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="评价意见")),
                ("assessor_name", models.CharField(max_length=50, verbose_name="评价人")),
                ("assessed_on", models.DateField(verbose_name="评价日期")),
                ("entered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "entered_link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.accesslink",
                        verbose_name="登记链接",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="outreach.need",
                        verbose_name="需求",
                    ),
                ),
            ],
            options={
                "verbose_name": "受援学校评价",
                "verbose_name_plural": "受援学校评价",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("assessor_name", ""), _negated=True),
                        name="an_assessment_names_who_gave_it",
                        violation_error_message="请填写评价人。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year_no", models.PositiveSmallIntegerField(verbose_name="第几年")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("title", models.CharField(max_length=100, verbose_name="任务")),
                (
                    "mode",
                    models.CharField(
                        choices=[("TOGETHER", "整体推进"), ("APART", "分散活动")],
                        default="TOGETHER",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("SCHOOL_MANAGEMENT", "学校管理"),
                            ("STAFF_BUILDING", "队伍建设"),
                            ("SCHOOL_CULTURE", "校园文化"),
                            ("CURRICULUM_REFORM", "课程改革"),
                        ],
                        max_length=20,
                        verbose_name="领域",
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("TRIPS", "下校次数"),
                            ("DAYS", "下校天数"),
                            ("LESSONS_OBSERVED", "听课节数"),
                            ("LESSONS_REVIEWED", "评课节数"),
                            ("LESSONS_TAUGHT", "上课节数"),
                            ("LECTURES", "讲座场次"),
                            ("RESEARCH_SESSIONS", "教研次数"),
                            ("MENTOR_PAIRS", "师徒结对数"),
                            ("EVENTS", "送教活动次数"),
                            ("REPORTED", "由责任人填报"),
                        ],
                        max_length=20,
                        verbose_name="指标",
                    ),
                ),
                ("indicator", models.CharField(blank=True, max_length=60, verbose_name="指标说明")),
                ("target", models.PositiveIntegerField(verbose_name="目标值")),
                ("owner", models.CharField(max_length=50, verbose_name="责任人")),
                ("due_on", models.DateField(verbose_name="完成期限")),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_items",
                        to="outreach.hostschool",
                        verbose_name="受援学校",
                    ),
                ),
                (
                    "needs",
                    models.ManyToManyField(
                        blank=True, related_name="items", to="outreach.need", verbose_name="针对的需求"
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="outreach.planitem",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="outreach.plan",
                        verbose_name="方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案任务",
                "verbose_name_plural": "方案任务",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("year_no__gte", 1), ("year_no__lte", 3)),
                        name="item_lies_in_the_three_years",
                        violation_error_message="方案只有三年，请填第1、2、3年。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target__gte", 1)),
                        name="an_item_has_a_target",
                        violation_error_message="目标值至少是1。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Renewal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("old_to_on", models.DateField(blank=True, null=True, verbose_name="原止期")),
                ("to_on", models.DateField(verbose_name="新止期")),
                ("agreement_no", models.CharField(blank=True, max_length=60, verbose_name="协议编号")),
                ("renewed_at", models.DateTimeField(verbose_name="办理时间")),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="outreach.partnership",
                        verbose_name="结对学校",
                    ),
                ),
                (
                    "renewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "协议续签",
                "verbose_name_plural": "协议续签",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("old_to_on", None), ("to_on__gt", models.F("old_to_on")), _connector="OR"
                        ),
                        name="a_renewal_ends_later",
                        violation_error_message="续签的止期要晚于原来的止期。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeachingEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("from_on", models.DateField(verbose_name="起")),
                ("to_on", models.DateField(verbose_name="止")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="outreach.programme",
                        verbose_name="项目",
                    ),
                ),
                (
                    "needs",
                    models.ManyToManyField(
                        blank=True, related_name="events", to="outreach.need", verbose_name="针对的需求"
                    ),
                ),
                ("organiser", models.CharField(blank=True, max_length=100, verbose_name="组织单位")),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="活动小结")),
                (
                    "items",
                    models.ManyToManyField(
                        blank=True,
                        related_name="events",
                        to="outreach.planitem",
                        verbose_name="对应的方案任务",
                    ),
                ),
            ],
            options={
                "verbose_name": "送教活动",
                "verbose_name_plural": "送教活动",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme", "name", "from_on"),
                        name="one_event_a_name_and_day",
                        violation_error_message="这次送教已登记。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gte", models.F("from_on"))),
                        name="event_ends_after_it_begins",
                        violation_error_message="止期不能早于起期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanProgress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_on", models.DateField(verbose_name="日期")),
                ("done", models.PositiveIntegerField(verbose_name="本次完成数")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="情况说明")),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="outreach.planitem",
                        verbose_name="任务",
                    ),
                ),
                (
                    "strike_reason",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="作废理由"),
                ),
                ("struck_at", models.DateTimeField(editable=False, null=True, verbose_name="作废时间")),
                (
                    "struck_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="作废人",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务进展",
                "verbose_name_plural": "任务进展",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("struck_at", None),
                            models.Q(("strike_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_struck_report_has_its_reason",
                        violation_error_message="作废填报的进展要写明理由。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Trip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=100, verbose_name="下校内容")),
                ("from_on", models.DateField(verbose_name="到校日期")),
                (
                    "from_half",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "上午"), (1, "下午")], default=0, verbose_name="到校时段"
                    ),
                ),
                ("to_on", models.DateField(verbose_name="离校日期")),
                (
                    "to_half",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "上午"), (1, "下午")], default=1, verbose_name="离校时段"
                    ),
                ),
                ("travel", models.CharField(blank=True, max_length=60, verbose_name="往返交通")),
                (
                    "travel_hours",
                    models.DecimalField(decimal_places=1, default=0, max_digits=4, verbose_name="路途小时"),
                ),
                ("lessons_observed", models.PositiveIntegerField(default=0, verbose_name="听课节数")),
                ("lessons_reviewed", models.PositiveIntegerField(default=0, verbose_name="评课节数")),
                ("lessons_taught", models.PositiveIntegerField(default=0, verbose_name="上课节数")),
                ("lectures", models.PositiveIntegerField(default=0, verbose_name="讲座场次")),
                ("lecture_attendances", models.PositiveIntegerField(default=0, verbose_name="讲座参加人次")),
                ("research_sessions", models.PositiveIntegerField(default=0, verbose_name="教研次数")),
                ("mentor_pairs", models.PositiveIntegerField(default=0, verbose_name="师徒结对数")),
                ("materials", models.CharField(blank=True, max_length=200, verbose_name="赠送物资")),
                ("materials_yuan", models.PositiveIntegerField(default=0, verbose_name="物资折合（元）")),
                ("words", models.TextField(blank=True, max_length=2000, verbose_name="收获和建议")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草稿"),
                            ("SUBMITTED", "待受援学校确认"),
                            ("CONFIRMED", "已确认"),
                            ("RETURNED", "已退回"),
                            ("VOID", "已作废"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False, verbose_name="版本")),
                ("entered_at", models.DateTimeField(editable=False, verbose_name="登记时间")),
                ("behalf_basis", models.CharField(blank=True, max_length=200, verbose_name="代报依据")),
                ("submitted_at", models.DateTimeField(editable=False, null=True, verbose_name="提交时间")),
                (
                    "proof",
                    models.CharField(
                        blank=True,
                        choices=[("", "未确认"), ("LINK", "受援学校在线确认"), ("SHEET", "盖章确认单扫描件")],
                        default="",
                        editable=False,
                        max_length=5,
                        verbose_name="确认方式",
                    ),
                ),
                (
                    "confirmer_name",
                    models.CharField(blank=True, editable=False, max_length=50, verbose_name="确认人"),
                ),
                (
                    "confirm_words",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="受援学校意见"),
                ),
                ("confirmed_at", models.DateTimeField(editable=False, null=True, verbose_name="确认时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记确认的人",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "entered_link",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.accesslink",
                        verbose_name="登记链接",
                    ),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trips",
                        to="outreach.hostschool",
                        verbose_name="受援学校",
                    ),
                ),
                (
                    "items",
                    models.ManyToManyField(
                        blank=True,
                        related_name="trips",
                        to="outreach.planitem",
                        verbose_name="对应的方案任务",
                    ),
                ),
                (
                    "needs",
                    models.ManyToManyField(
                        blank=True, related_name="trips", to="outreach.need", verbose_name="针对的需求"
                    ),
                ),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trips",
                        to="outreach.pairing",
                        verbose_name="结对",
                    ),
                ),
            ],
            options={
                "verbose_name": "下校记录",
                "verbose_name_plural": "下校记录",
                "indexes": [models.Index(fields=["status", "to_on"], name="trips_of_a_period")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__gt", models.F("from_on")),
                            models.Q(("to_half__gte", models.F("from_half")), ("to_on", models.F("from_on"))),
                            _connector="OR",
                        ),
                        name="trip_ends_after_it_begins",
                        violation_error_message="离校时间不能早于到校时间，请核对日期和上午、下午。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lecture_attendances", 0), ("lectures__gte", 1), _connector="OR"),
                        name="attendances_need_a_lecture",
                        violation_error_message="填了讲座参加人次，请同时填写讲座场次。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "CONFIRMED"), _negated=True),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                models.Q(("confirmer_name", ""), _negated=True),
                                models.Q(("proof", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_confirmed_trip_says_who_confirmed_it",
                        violation_error_message="确认下校记录要写明确认人和确认方式。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_on", models.DateField(verbose_name="日期")),
                (
                    "kind",
                    models.CharField(
                        choices=[("PAIRED", "同课异构"), ("LESSON_REVIEW", "评课"), ("LECTURE", "学科讲座")],
                        max_length=15,
                        verbose_name="活动",
                    ),
                ),
                ("subject", models.CharField(max_length=20, verbose_name="学科")),
                ("local_teacher", models.CharField(blank=True, max_length=50, verbose_name="本地教师")),
                ("visiting_teacher", models.CharField(blank=True, max_length=50, verbose_name="本区教师")),
                ("research_officer", models.CharField(blank=True, max_length=50, verbose_name="教研员")),
                ("attendances", models.PositiveIntegerField(default=0, verbose_name="参加人次")),
                (
                    "radiated_unnamed",
                    models.PositiveSmallIntegerField(default=0, verbose_name="另辐射学校数"),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="outreach.hostschool",
                        verbose_name="地点",
                    ),
                ),
                (
                    "radiated",
                    models.ManyToManyField(
                        blank=True,
                        related_name="radiated_by",
                        to="outreach.hostschool",
                        verbose_name="辐射学校",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="outreach.teachingevent",
                        verbose_name="送教活动",
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=60, verbose_name="课题")),
            ],
            options={
                "verbose_name": "送教项目",
                "verbose_name_plural": "送教项目",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "held_on", "host_school", "kind", "subject", "topic"),
                        name="one_lesson_a_day_school_kind_subject_and_topic",
                        violation_error_message="这一项已登记。同一天在同一所学校有两节同一学科的，请写明各自的课题。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "PAIRED"), _negated=True),
                            models.Q(
                                ("local_teacher", ""),
                                ("visiting_teacher", ""),
                                _connector="OR",
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="a_paired_lesson_has_both_teachers",
                        violation_error_message="同课异构要填写本地教师和本区教师两位。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "LESSON_REVIEW"), _negated=True),
                            models.Q(("research_officer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_lesson_review_names_its_officer",
                        violation_error_message="评课要填写教研员。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "LECTURE"), _negated=True),
                            models.Q(("research_officer", ""), ("visiting_teacher", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_lecture_names_its_speaker",
                        violation_error_message="讲座要填写主讲人：本区教师或教研员。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventFeedback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said_on", models.DateField(verbose_name="日期")),
                ("returned", models.PositiveIntegerField(default=0, verbose_name="收回份数")),
                ("content_with", models.PositiveIntegerField(default=0, verbose_name="满意份数")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="意见和建议")),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="outreach.teachingevent",
                        verbose_name="送教活动",
                    ),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="outreach.hostschool",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "送教反馈",
                "verbose_name_plural": "送教反馈",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("content_with__lte", models.F("returned"))),
                        name="no_more_content_than_returned",
                        violation_error_message="满意份数不能多于收回份数。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TripDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("served_on", models.DateField(verbose_name="日期")),
                ("half_hours", models.PositiveSmallIntegerField(verbose_name="服务时间（半小时）")),
                (
                    "trip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="outreach.trip",
                        verbose_name="下校记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "下校日",
                "verbose_name_plural": "下校日",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trip", "served_on"),
                        name="one_line_a_day_of_a_trip",
                        violation_error_message="这一天已填写。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("half_hours__lte", 48)),
                        name="a_trip_day_has_24_hours",
                        violation_error_message="一天最多24小时，请核对。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TripMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "number",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="第几次"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trip_places",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "trip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="outreach.trip",
                        verbose_name="下校记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "下校人员",
                "verbose_name_plural": "下校人员",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trip", "person"),
                        name="a_traveller_stands_once_a_trip",
                        violation_error_message="同一个人在一次下校中只填一次。",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "number"),
                        name="one_trip_a_number_of_a_person",
                        violation_error_message="这位同志的下校次数刚被另一条记录用了，请再提交一次。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TripService",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fault", models.CharField(blank=True, max_length=300, verbose_name="没有记入的原因")),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="outreach.tripday",
                        verbose_name="下校日",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="outreach.tripmember",
                        verbose_name="下校人员",
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trip_service",
                        to="members.servicerecord",
                        verbose_name="服务记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "下校服务时间",
                "verbose_name_plural": "下校服务时间",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "day"),
                        name="one_service_a_traveller_and_day",
                        violation_error_message="这一天的服务时间已记入。",
                    )
                ],
            },
        ),
    ]
