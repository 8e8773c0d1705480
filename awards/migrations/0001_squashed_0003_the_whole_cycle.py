"""Make the tables of the award cycle at once.

For an empty database; one that has rows went through the steps that this one replaces.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanweihui.crypto


class Migration(migrations.Migration):
    replaces = [("awards", "0001_initial"), ("awards", "0002_initial"), ("awards", "0003_the_whole_cycle")]

    initial = True

    dependencies = [
        ("guanweihui", "0001_squashed_0008_receiving_schools_and_their_files"),
        ("members", "0001_squashed_0008_fill_the_last_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cycle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("year", models.PositiveSmallIntegerField(verbose_name="表彰年度")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cycles",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                ("base_count", models.PositiveIntegerField(blank=True, null=True, verbose_name="参评总数")),
                ("basis_number", models.CharField(blank=True, max_length=40, verbose_name="依据文号")),
                ("basis_title", models.CharField(blank=True, max_length=100, verbose_name="设立依据")),
                ("commended_by", models.CharField(blank=True, max_length=60, verbose_name="表彰形式")),
                ("commends_on", models.DateField(blank=True, null=True, verbose_name="表彰大会")),
                (
                    "copied_from",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="awards.cycle",
                        verbose_name="照此复制",
                    ),
                ),
                ("counts_first_day", models.BooleanField(default=True, verbose_name="公示当日计入")),
                ("deadline_at", models.DateTimeField(blank=True, null=True, verbose_name="申报截止")),
                ("decides_on", models.DateField(blank=True, null=True, verbose_name="表彰决定")),
                ("endorse_by_on", models.DateField(blank=True, null=True, verbose_name="协作组审核截止")),
                ("instructions", models.TextField(blank=True, verbose_name="申报要求")),
                ("meets_on", models.DateField(blank=True, null=True, verbose_name="评审会日期")),
                ("money_source", models.CharField(blank=True, max_length=60, verbose_name="经费来源")),
                ("notice_workdays", models.PositiveSmallIntegerField(default=5, verbose_name="公示工作日数")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="申报开始")),
                ("organiser", models.CharField(blank=True, max_length=60, verbose_name="主办单位")),
                (
                    "period",
                    models.CharField(
                        blank=True,
                        help_text="例如 2019年1月至2020年12月。",
                        max_length=60,
                        verbose_name="评选时段",
                    ),
                ),
                ("posts_on", models.DateField(blank=True, null=True, verbose_name="公示开始")),
                ("review_by_on", models.DateField(blank=True, null=True, verbose_name="区级复核截止")),
                ("reward", models.CharField(blank=True, max_length=100, verbose_name="奖励标准")),
                (
                    "round",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cycle",
                        to="guanweihui.round",
                        verbose_name="报送任务",
                    ),
                ),
                ("scope", models.TextField(blank=True, verbose_name="评选范围")),
                (
                    "state",
                    models.CharField(
                        choices=[("PLANNED", "筹备中"), ("OPEN", "进行中"), ("CLOSED", "已结束")],
                        default="CLOSED",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
            ],
            options={
                "verbose_name": "评选周期",
                "verbose_name_plural": "评选周期",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "year"),
                        name="one_cycle_a_year",
                        violation_error_message="本年度已有评选周期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "OPEN"), _negated=True),
                            ("round__isnull", False),
                            _connector="OR",
                        ),
                        name="open_cycle_collects_by_a_round",
                        violation_error_message="进行中的评选须有报送任务。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("notice_workdays__gte", 1)),
                        name="notice_lasts_a_workday",
                        violation_error_message="公示至少 1 个工作日。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningBalance",
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
                        choices=[("COLLECTIVE", "先进集体"), ("INDIVIDUAL", "先进个人")],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="个数")),
                ("as_of_on", models.DateField(verbose_name="截至")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opening_balances",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "表彰期初数",
                "verbose_name_plural": "表彰期初数",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "kind", "as_of_on"),
                        name="one_opening_balance_a_kind_and_day",
                        violation_error_message="这一天的期初数已登记。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True),
                        name="opening_balance_has_a_basis",
                        violation_error_message="请写明依据。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Veto",
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
                        choices=[("VETO", "一票否决"), ("BAN", "停评")],
                        default="VETO",
                        max_length=4,
                        verbose_name="种类",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("set_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "lifted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="解除时间"),
                ),
                (
                    "lift_reason",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="解除理由"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vetoes",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vetoes",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vetoes",
                        to="guanweihui.school",
                        verbose_name="单位",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "一票否决和停评",
                "verbose_name_plural": "一票否决和停评",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person__isnull", True), ("school__isnull", False)),
                            models.Q(("person__isnull", False), ("school__isnull", True)),
                            _connector="OR",
                        ),
                        name="veto_is_of_a_person_or_a_school",
                        violation_error_message="请选一名人员或一个单位。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="veto_gives_a_reason",
                        violation_error_message="请写明理由。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on", None), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="veto_ends_after_it_begins",
                        violation_error_message="截止日期不能早于起始日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at", None), models.Q(("lift_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="lifted_veto_gives_a_reason",
                        violation_error_message="解除须写明理由。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
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
                            ("ADVANCED_COLLECTIVE", "先进集体"),
                            ("GOOD_LEADER", "关心关工委工作的好领导"),
                            ("ADVANCED_IN_SERVICE", "在职先进个人"),
                            ("ADVANCED_RETIRED", "退休先进个人"),
                        ],
                        max_length=30,
                        verbose_name="种类",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="awards.cycle",
                        verbose_name="评选周期",
                    ),
                ),
                (
                    "certificate_mark",
                    models.CharField(
                        blank=True, help_text="例如 JT。", max_length=6, verbose_name="证书编号代码"
                    ),
                ),
                ("certificate_text", models.CharField(blank=True, max_length=120, verbose_name="证书文字")),
                ("city_places", models.PositiveSmallIntegerField(default=0, verbose_name="市级推荐名额")),
                (
                    "may_be_empty",
                    models.BooleanField(
                        default=True, help_text="宁缺毋滥，不用说明理由。", verbose_name="名额可以空缺"
                    ),
                ),
                ("passes_group", models.BooleanField(default=True, verbose_name="经协作组审核")),
                ("places", models.PositiveSmallIntegerField(default=0, verbose_name="表彰名额")),
                (
                    "surplus_percent",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="推荐名额比表彰名额多的百分数，0 是等额。",
                        verbose_name="差额比例（%）",
                    ),
                ),
            ],
            options={
                "verbose_name": "奖项",
                "verbose_name_plural": "奖项",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cycle", "kind"),
                        name="one_category_a_kind",
                        violation_error_message="本届已有这个奖项。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AwardList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="第几次")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "评审中"),
                            ("PROPOSED", "待领导审定"),
                            ("APPROVED", "已审定"),
                            ("REPLACED", "已被替换"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("met_on", models.DateField(blank=True, null=True, verbose_name="评审会日期")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="地点")),
                ("chair", models.CharField(blank=True, max_length=50, verbose_name="主持人")),
                ("attendees", models.TextField(blank=True, verbose_name="参会人员")),
                ("minutes", models.TextField(blank=True, verbose_name="会议记录")),
                (
                    "proposed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="提请时间"),
                ),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="审定时间"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审定人",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lists",
                        to="awards.cycle",
                        verbose_name="评选周期",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
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
                "verbose_name": "拟表彰名单",
                "verbose_name_plural": "拟表彰名单",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cycle", "number"),
                        name="one_award_list_a_number",
                        violation_error_message="本届已有这一次名单。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "REPLACED"), _negated=True),
                        fields=("cycle",),
                        name="one_standing_list_a_cycle",
                        violation_error_message="本届已有一份名单在办。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", None),
                            ("proposed_by", None),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="who_proposed_does_not_approve",
                        violation_error_message="提请人不能审定自己提请的名单，请由另一位领导审定。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "APPROVED"), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="approved_list_has_a_time",
                        violation_error_message="已审定的名单须有审定时间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CycleRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("STANDING", "人员状态"),
                            ("RETIREMENT", "在职、退休身份"),
                            ("ONE_AWARD", "一人一届一奖"),
                            ("TWO_SCHOOLS", "两校重复推荐"),
                            ("EARLIER_WINNER", "往届获奖"),
                            ("VETO", "一票否决"),
                            ("BAN", "停评"),
                            ("RANK_SHARE", "处级干部比例"),
                            ("FRONT_LINE", "一线人员比例"),
                        ],
                        max_length=20,
                        verbose_name="规则",
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[("BLOCK", "拦截"), ("WARN", "提醒"), ("OFF", "不检查")],
                        default="BLOCK",
                        max_length=6,
                        verbose_name="作用",
                    ),
                ),
                ("value", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="数值")),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="awards.cycle",
                        verbose_name="评选周期",
                    ),
                ),
            ],
            options={
                "verbose_name": "评选规则",
                "verbose_name_plural": "评选规则",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cycle", "code"),
                        name="one_rule_a_cycle_and_code",
                        violation_error_message="本届已有这条规则。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__in", ["RANK_SHARE", "FRONT_LINE"]), _negated=True),
                            models.Q(("value__isnull", False), ("value__lte", 100)),
                            _connector="OR",
                        ),
                        name="a_share_is_at_most_a_hundred_percent",
                        violation_error_message="比例填 0 到 100 之间的整数。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", "EARLIER_WINNER"), _negated=True),
                            models.Q(("value__gte", 1), ("value__isnull", False)),
                            _connector="OR",
                        ),
                        name="earlier_winners_go_back_a_cycle",
                        violation_error_message="往届获奖至少往前查 1 届。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("doc_number", models.CharField(max_length=40, verbose_name="发文字号")),
                ("decided_on", models.DateField(verbose_name="发文日期")),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="awards.cycle",
                        verbose_name="评选周期",
                    ),
                ),
                ("organ", models.CharField(blank=True, max_length=60, verbose_name="授予单位")),
                (
                    "award_list",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="awards.awardlist",
                        verbose_name="拟表彰名单",
                    ),
                ),
            ],
            options={
                "verbose_name": "表彰决定",
                "verbose_name_plural": "表彰决定",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cycle", "doc_number"),
                        name="one_decision_a_document_number",
                        violation_error_message="这个发文字号已登记。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("1_DISTRICT", "区推荐表"), ("2_CITY", "市推荐表")],
                        default="1_DISTRICT",
                        max_length=12,
                        verbose_name="表",
                    ),
                ),
                (
                    "section",
                    models.CharField(
                        choices=[("1_FACTS", "基本信息"), ("2_DEEDS", "主要事迹"), ("3_MATERIALS", "附件")],
                        default="1_FACTS",
                        max_length=12,
                        verbose_name="部分",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("key", models.CharField(max_length=30, verbose_name="代码")),
                ("label", models.CharField(max_length=40, verbose_name="栏目")),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("text", "文字"),
                            ("long", "长文"),
                            ("int", "整数"),
                            ("month", "日期"),
                            ("phone", "电话"),
                            ("choice", "选项"),
                            ("scan", "扫描件"),
                            ("photo", "照片"),
                        ],
                        default="text",
                        max_length=8,
                        verbose_name="格式",
                    ),
                ),
                ("is_required", models.BooleanField(default=False, verbose_name="必填")),
                ("least", models.PositiveSmallIntegerField(default=0, verbose_name="最少字数")),
                ("longest", models.PositiveSmallIntegerField(default=50, verbose_name="最多字数")),
                ("most", models.PositiveSmallIntegerField(default=1, verbose_name="最多件数")),
                ("choices", models.JSONField(blank=True, default=list, verbose_name="选项")),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="平台数据")),
                ("help", models.CharField(blank=True, max_length=100, verbose_name="填写说明")),
                ("is_printed", models.BooleanField(default=True, verbose_name="打印在表上")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="awards.category",
                        verbose_name="奖项",
                    ),
                ),
            ],
            options={
                "verbose_name": "表单栏目",
                "verbose_name_plural": "表单栏目",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category", "form", "key"),
                        name="one_field_a_form_and_key",
                        violation_error_message="这张表已有这个代码的栏目。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("longest__gte", models.F("least")), ("longest__gte", 1), ("longest__lte", 5000)
                        ),
                        name="field_holds_what_it_asks",
                        violation_error_message="最多字数须在 1 到 5000 之间，且不少于最少字数。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("format__in", ["scan", "photo"]), ("section", "3_MATERIALS")),
                            models.Q(
                                models.Q(("section", "3_MATERIALS"), _negated=True),
                                models.Q(("format__in", ["scan", "photo"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_materials_are_files",
                        violation_error_message="扫描件和照片放在“附件”部分，其他格式不放在“附件”部分。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most__gte", 1), ("most__lte", 10)),
                        name="material_takes_a_few_files",
                        violation_error_message="一项附件可传 1 到 10 件。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="第几次公示")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草稿"),
                            ("POSTED", "公示中"),
                            ("CLOSED", "公示结束"),
                            ("REPLACED", "已作废"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("token", models.CharField(editable=False, max_length=64, unique=True)),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                (
                    "basis",
                    models.TextField(help_text="依据什么通知，经过哪些程序。", verbose_name="公示说明"),
                ),
                ("phone", models.CharField(max_length=60, verbose_name="受理电话")),
                ("address", models.CharField(max_length=100, verbose_name="受理地址")),
                ("postcode", models.CharField(blank=True, max_length=6, verbose_name="邮政编码")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("contacts", models.CharField(max_length=60, verbose_name="联系人")),
                ("supervision_phone", models.CharField(blank=True, max_length=60, verbose_name="监督电话")),
                ("first_on", models.DateField(verbose_name="开始日期")),
                ("workdays", models.PositiveSmallIntegerField(default=5, verbose_name="工作日数")),
                ("counts_first_day", models.BooleanField(default=True, verbose_name="公示当日计入")),
                ("last_on", models.DateField(blank=True, editable=False, null=True, verbose_name="截止日期")),
                (
                    "posted_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="发布时间"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="截止时刻"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="办结时间"),
                ),
                ("content", models.JSONField(default=list, editable=False, verbose_name="公示内容")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="awards.awardlist",
                        verbose_name="拟表彰名单",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示",
                "verbose_name_plural": "公示",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "REPLACED"), _negated=True),
                        fields=("award_list",),
                        name="one_standing_notice_a_list",
                        violation_error_message="这份名单已有公示。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("workdays__gte", 1)),
                        name="notice_has_a_workday",
                        violation_error_message="公示至少 1 个工作日。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "DRAFT"),
                            ("status", "REPLACED"),
                            models.Q(
                                ("ends_at__isnull", False),
                                ("last_on__isnull", False),
                                ("posted_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="posted_notice_has_a_period",
                        violation_error_message="已发布的公示须有起止日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("places", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="名额")),
                ("used", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="已用")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
                        to="awards.category",
                        verbose_name="奖项",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
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
                        related_name="quotas",
                        to="guanweihui.school",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "名额",
                "verbose_name_plural": "名额",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used__lte", models.F("places"))),
                        name="no_place_is_used_twice",
                        violation_error_message="名额已经用完。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("group", None), ("school", None), _connector="OR"),
                        name="quota_stands_at_one_level",
                        violation_error_message="名额只能属于区、一个协作组或一所学校。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("group", None), ("school", None)),
                        fields=("category",),
                        name="one_reserve_a_category",
                        violation_error_message="本奖项已有区名额。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("group__isnull", False)),
                        fields=("category", "group"),
                        name="one_quota_a_category_and_group",
                        violation_error_message="本奖项已有这个协作组的名额。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school__isnull", False)),
                        fields=("category", "school"),
                        name="one_quota_a_category_and_school",
                        violation_error_message="本奖项已有这所学校的名额。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Nomination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "草稿"),
                            ("SUBMITTED", "待协作组审核"),
                            ("ENDORSED", "待区级复核"),
                            ("ACCEPTED", "复核通过"),
                            ("RETURNED", "已退回"),
                            ("WITHDRAWN", "已撤回"),
                            ("DECLINED", "不予推荐"),
                            ("APPROVED", "拟表彰"),
                            ("RESERVE", "递补"),
                            ("HONOURED", "已表彰"),
                        ],
                        default="DRAFT",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "printed_name",
                    models.CharField(blank=True, editable=False, max_length=50, verbose_name="姓名"),
                ),
                (
                    "printed_unit",
                    models.CharField(blank=True, editable=False, max_length=100, verbose_name="单位全称"),
                ),
                (
                    "printed_duty",
                    models.CharField(blank=True, editable=False, max_length=50, verbose_name="职务"),
                ),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        blank=True, editable=False, null=True, verbose_name="协作组排序"
                    ),
                ),
                (
                    "reserve_place",
                    models.PositiveSmallIntegerField(
                        blank=True, editable=False, null=True, verbose_name="递补顺序"
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="awards.category",
                        verbose_name="奖项",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="awards.cycle",
                        verbose_name="评选周期",
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="members.person",
                        verbose_name="人选",
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
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="guanweihui.school",
                        verbose_name="推荐单位",
                    ),
                ),
                (
                    "quota",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nominations",
                        to="awards.quota",
                        verbose_name="占用名额",
                    ),
                ),
            ],
            options={
                "verbose_name": "推荐",
                "verbose_name_plural": "推荐",
                "indexes": [
                    models.Index(fields=["cycle", "status", "category"], name="nominations_by_state")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "WITHDRAWN"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="nomination_sent_has_a_time",
                        violation_error_message="已提交的材料须有提交时间。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("person__isnull", False),
                            models.Q(("status__in", ["WITHDRAWN", "DECLINED"]), _negated=True),
                        ),
                        fields=("cycle", "person"),
                        name="one_person_one_award_a_cycle",
                        violation_error_message="该同志本届已被推荐。一人一届只能推荐一个奖项，请先撤回另一份。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("person__isnull", True),
                            models.Q(("status__in", ["WITHDRAWN", "DECLINED"]), _negated=True),
                        ),
                        fields=("category", "unit"),
                        name="one_collective_a_school_and_category",
                        violation_error_message="本校在这个奖项中已有一份推荐。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quota__isnull", True),
                            models.Q(
                                ("status__in", ["DRAFT", "RETURNED", "WITHDRAWN", "DECLINED"]), _negated=True
                            ),
                            _connector="OR",
                        ),
                        name="only_what_is_sent_takes_a_place",
                        violation_error_message="没有提交的推荐不占名额。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Honour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("printed_name", models.CharField(blank=True, max_length=50, verbose_name="姓名")),
                ("printed_unit", models.CharField(max_length=100, verbose_name="单位（当时名称）")),
                ("printed_duty", models.CharField(blank=True, max_length=50, verbose_name="职务")),
                ("certificate_no", models.CharField(max_length=40, verbose_name="证书编号")),
                ("voided_on", models.DateField(blank=True, null=True, verbose_name="作废日期")),
                ("void_reason", models.CharField(blank=True, max_length=200, verbose_name="作废原因")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="awards.category",
                        verbose_name="奖项",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="awards.decision",
                        verbose_name="表彰决定",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="guanweihui.school",
                        verbose_name="单位",
                    ),
                ),
                (
                    "check_code",
                    models.CharField(blank=True, editable=False, max_length=6, verbose_name="查验码"),
                ),
                ("check_token", models.CharField(blank=True, editable=False, max_length=32)),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制证人",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="awards.honour",
                        verbose_name="换发自",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="honours",
                        to="awards.nomination",
                        verbose_name="推荐",
                    ),
                ),
            ],
            options={
                "verbose_name": "荣誉",
                "verbose_name_plural": "荣誉",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "certificate_no"),
                        name="one_honour_a_certificate_number",
                        violation_error_message="证书编号已用过。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False), ("voided_on", None)),
                        fields=("decision", "category", "person"),
                        name="one_honour_a_person_and_category",
                        violation_error_message="同一人在同一奖项中只能表彰一次。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("voided_on", None), models.Q(("void_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="void_honour_gives_a_reason",
                        violation_error_message="作废须写明原因。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("check_token", ""), _negated=True),
                        fields=("check_token",),
                        name="one_honour_a_check_token",
                        violation_error_message="查验码重复，请重试。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("nomination__isnull", False), ("voided_on", None)),
                        fields=("nomination",),
                        name="one_standing_honour_a_nomination",
                        violation_error_message="这份推荐已经表彰。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
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
                        choices=[("PERSON", "实名"), ("UNIT", "单位盖章"), ("ANONYMOUS", "匿名")],
                        max_length=10,
                        verbose_name="形式",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "核查中"), ("UPHELD", "成立"), ("REJECTED", "不成立")],
                        default="OPEN",
                        editable=False,
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("objector", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="提出人")),
                ("phone", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="联系电话")),
                ("text", guanweihui.crypto.EncryptedTextField(verbose_name="内容")),
                ("received_on", models.DateField(verbose_name="收到日期")),
                ("received_at", models.DateTimeField(verbose_name="登记时间")),
                ("findings", models.TextField(blank=True, editable=False, verbose_name="核查情况")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="办结时间"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="awards.nomination",
                        verbose_name="针对的人选",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="awards.publicnotice",
                        verbose_name="公示",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "ANONYMOUS"), models.Q(("objector", ""), _negated=True), _connector="OR"
                        ),
                        name="objection_by_name_has_a_name",
                        violation_error_message="实名或单位异议须写明提出人或单位。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "OPEN"), models.Q(("findings", ""), _negated=True), _connector="OR"
                        ),
                        name="decided_objection_gives_findings",
                        violation_error_message="办结须写明核查情况。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
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
                        choices=[
                            ("1_UNIT", "单位意见"),
                            ("2_GROUP", "协作组意见"),
                            ("3_DISTRICT", "区教育关工委意见"),
                            ("4_COMMITTEE", "区教工委审批意见"),
                            ("5_CITY", "市级意见"),
                        ],
                        max_length=12,
                        verbose_name="层级",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("AGREE", "同意推荐"), ("RETURN", "退回修改"), ("DECLINE", "不予推荐")],
                        default="AGREE",
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="意见")),
                ("signed_by", models.CharField(blank=True, max_length=50, verbose_name="签署人")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="签署日期")),
                ("given_at", models.DateTimeField(verbose_name="办理时间")),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="awards.nomination",
                        verbose_name="推荐",
                    ),
                ),
            ],
            options={
                "verbose_name": "推荐意见",
                "verbose_name_plural": "推荐意见",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("nomination", "level"),
                        name="one_opinion_a_level",
                        violation_error_message="这一级已有意见。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="opinion_says_something",
                        violation_error_message="请写明意见。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PanelMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("panellist", models.CharField(max_length=50, verbose_name="评审人")),
                (
                    "points",
                    models.DecimalField(
                        blank=True, decimal_places=1, max_digits=4, null=True, verbose_name="评分"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="评语")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="awards.nomination",
                        verbose_name="推荐",
                    ),
                ),
            ],
            options={
                "verbose_name": "评审意见",
                "verbose_name_plural": "评审意见",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("nomination", "panellist"),
                        name="one_mark_a_panellist_and_nomination",
                        violation_error_message="这位评审人对这份推荐已有评审意见。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points", None),
                            models.Q(("points__gte", 0), ("points__lte", 100)),
                            _connector="OR",
                        ),
                        name="mark_lies_between_0_and_100",
                        violation_error_message="评分须在 0 到 100 之间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__isnull", False), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="panel_mark_says_something",
                        violation_error_message="评分和评语至少填一项。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuotaMove",
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
                            ("GRANT", "核定"),
                            ("ALLOT", "下达"),
                            ("RECALL", "收回"),
                            ("SPEND", "占用"),
                            ("FREE", "释放"),
                        ],
                        max_length=6,
                        verbose_name="变动",
                    ),
                ),
                ("places", models.SmallIntegerField(default=0, verbose_name="名额增减")),
                ("used", models.SmallIntegerField(default=0, verbose_name="占用增减")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("moved_at", models.DateTimeField(verbose_name="时间")),
                (
                    "moved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quota_moves",
                        to="awards.nomination",
                        verbose_name="推荐",
                    ),
                ),
                (
                    "quota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="awards.quota",
                        verbose_name="名额",
                    ),
                ),
            ],
            options={
                "verbose_name": "名额变动",
                "verbose_name_plural": "名额变动",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="quota_move_gives_a_reason",
                        violation_error_message="名额变动须写明理由。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("places", 0), ("used", 0), _negated=True),
                        name="quota_move_moves_something",
                        violation_error_message="名额没有变动。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AwardListEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("OPEN", "未议"),
                            ("AWARD", "拟表彰"),
                            ("RESERVE", "递补"),
                            ("DECLINE", "不予表彰"),
                        ],
                        default="OPEN",
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                (
                    "reserve_place",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="递补顺序"),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="awards.awardlist",
                        verbose_name="拟表彰名单",
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="list_entries",
                        to="awards.nomination",
                        verbose_name="推荐",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单条目",
                "verbose_name_plural": "名单条目",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("award_list", "nomination"),
                        name="one_entry_a_list_and_nomination",
                        violation_error_message="名单中已有这份推荐。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "RESERVE"), _negated=True),
                            ("reserve_place__isnull", False),
                            _connector="OR",
                        ),
                        name="reserve_has_a_place_in_line",
                        violation_error_message="递补人选须有递补顺序。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "DECLINE"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="declined_entry_gives_a_reason",
                        violation_error_message="不予表彰须写明理由。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CityRecommendation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="顺序")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CHOSEN", "拟推荐"),
                            ("SENT", "已上报"),
                            ("AWARDED", "市级表彰"),
                            ("REFUSED", "市里未通过"),
                            ("RESERVE", "递补"),
                            ("DROPPED", "不再推荐"),
                        ],
                        default="CHOSEN",
                        editable=False,
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "draft",
                    guanweihui.crypto.EncryptedTextField(blank=True, editable=False, verbose_name="草稿"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                ("saved_at", models.DateTimeField(editable=False, null=True, verbose_name="保存时间")),
                ("sent_on", models.DateField(blank=True, editable=False, null=True, verbose_name="上报日期")),
                (
                    "result_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="市级发文日期"),
                ),
                (
                    "result_number",
                    models.CharField(blank=True, editable=False, max_length=40, verbose_name="市级文号"),
                ),
                (
                    "result_title",
                    models.CharField(blank=True, editable=False, max_length=60, verbose_name="市级荣誉"),
                ),
                ("reason", models.CharField(blank=True, editable=False, max_length=200, verbose_name="说明")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="city_recommendations",
                        to="awards.category",
                        verbose_name="奖项",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="city_recommendations",
                        to="awards.cycle",
                        verbose_name="评选周期",
                    ),
                ),
                (
                    "honour",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="city_recommendation",
                        to="awards.honour",
                        verbose_name="区级荣誉",
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
            ],
            options={
                "verbose_name": "市级推荐",
                "verbose_name_plural": "市级推荐",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["REFUSED", "DROPPED"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refused_recommendation_gives_a_reason",
                        violation_error_message="市里未通过或不再推荐须写明原因。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "AWARDED"), _negated=True),
                            models.Q(
                                ("result_on__isnull", False), models.Q(("result_title", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="city_award_has_a_title_and_a_day",
                        violation_error_message="市级表彰须写明荣誉名称和发文日期。",
                    ),
                ],
            },
        ),
    ]
