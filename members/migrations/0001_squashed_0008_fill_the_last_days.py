"""Make the tables of the members at once.

For an empty database; one that has rows went through the steps that this one replaces.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guanweihui.crypto


class Migration(migrations.Migration):
    replaces = [
        ("members", "0001_initial"),
        ("members", "0002_people_for_life"),
        ("members", "0003_fill_the_new_keys"),
        ("members", "0004_index_for_duplicates"),
        ("members", "0005_indexes_for_serving"),
        ("members", "0006_indexes_for_the_register_at_any_size"),
        ("members", "0007_last_service_on_the_file"),
        ("members", "0008_fill_the_last_days"),
    ]

    initial = True

    dependencies = [
        ("guanweihui", "0001_squashed_0008_receiving_schools_and_their_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="ElderClass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elder_classes",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "五老类别",
                "verbose_name_plural": "五老类别",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "name"),
                        name="one_elder_class_a_name",
                        violation_error_message="已有这个类别。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarterCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                (
                    "quarter",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "第1季度"), (2, "第2季度"), (3, "第3季度"), (4, "第4季度")],
                        verbose_name="季度",
                    ),
                ),
                ("people", models.PositiveIntegerField(verbose_name="人数")),
                ("records", models.PositiveIntegerField(verbose_name="人次")),
                ("half_hours", models.PositiveIntegerField(verbose_name="服务时间（半小时）")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("checked_at", models.DateTimeField(verbose_name="核对时间")),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核对人",
                    ),
                ),
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
                "verbose_name": "季度核对",
                "verbose_name_plural": "季度核对",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("district__isnull", False), ("group", None), ("school", None)),
                            models.Q(("district", None), ("group__isnull", False), ("school", None)),
                            models.Q(("district", None), ("group", None), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="quartercheck_is_at_exactly_one_unit",
                        violation_error_message="区、协作组、学校三者须选且只选一个。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "year", "quarter"),
                        name="one_quarter_check_a_district",
                        violation_error_message="这个季度已经核对过。",
                    ),
                    models.UniqueConstraint(
                        fields=("group", "year", "quarter"),
                        name="one_quarter_check_a_group",
                        violation_error_message="这个季度已经核对过。",
                    ),
                    models.UniqueConstraint(
                        fields=("school", "year", "quarter"),
                        name="one_quarter_check_a_school",
                        violation_error_message="这个季度已经核对过。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quarter__gte", 1), ("quarter__lte", 4)),
                        name="a_year_has_four_quarters",
                        violation_error_message="季度应在 1—4 之间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Registration",
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
                ("filled_by", models.CharField(blank=True, max_length=50, verbose_name="填报人")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="联系电话")),
                (
                    "paper_place",
                    models.CharField(
                        blank=True,
                        help_text="没有逐人上传扫描件的，请写明签名的登记表原件存放在学校何处、由谁保管。",
                        max_length=100,
                        verbose_name="登记表原件存放说明",
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
                "verbose_name": "登记报送",
                "verbose_name_plural": "登记报送",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "WITHDRAWN"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="registration_sent_has_a_time",
                        violation_error_message="已提交的材料须有提交时间。",
                    ),
                    models.UniqueConstraint(
                        fields=("due",),
                        name="one_registration_a_due",
                        violation_error_message="本校已有一份登记报送。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(verbose_name="施行日期")),
                (
                    "day_cap_half_hours",
                    models.PositiveSmallIntegerField(
                        default=16,
                        help_text="16 表示每日最多计 8 小时。",
                        verbose_name="每人每日上限（半小时）",
                    ),
                ),
                ("training_counts", models.BooleanField(default=False, verbose_name="培训学习计入服务时间")),
                (
                    "dormant_months",
                    models.PositiveSmallIntegerField(default=12, verbose_name="多少个月没有服务算沉睡"),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(default=7, verbose_name="服务证明单位内公示天数"),
                ),
                (
                    "card_number_format",
                    models.CharField(
                        default="GGW{年度}{序号}",
                        help_text="{年度} 是首次注册年度，{序号} 是五位序号，其余文字照印。",
                        max_length=40,
                        verbose_name="证号格式",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_rules",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿服务规则",
                "verbose_name_plural": "志愿服务规则",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "from_on"),
                        name="one_service_rule_a_day",
                        violation_error_message="这一天已有一条规则。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("day_cap_half_hours__gte", 1), ("day_cap_half_hours__lte", 48)),
                        name="day_cap_fits_a_day",
                        violation_error_message="每日上限应在半小时到 24 小时之间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StarTier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(verbose_name="施行日期")),
                ("name", models.CharField(max_length=20, verbose_name="星级")),
                ("hours", models.PositiveIntegerField(verbose_name="累计小时")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="star_tiers",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
            ],
            options={
                "verbose_name": "星级标准",
                "verbose_name_plural": "星级标准",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "from_on", "name"),
                        name="one_star_tier_a_name_and_day",
                        violation_error_message="这一天的标准里已有这个星级。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("purpose", models.CharField(blank=True, max_length=200, verbose_name="主要工作")),
                ("charter", models.TextField(blank=True, verbose_name="章程")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        help_text="办公电话，会印在个人服务单上。",
                        max_length=20,
                        verbose_name="联系电话",
                    ),
                ),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                ("dissolved_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("is_invented", models.BooleanField(default=False, verbose_name="示例队伍")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="联系工作人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿者队伍",
                "verbose_name_plural": "志愿者队伍",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "name"),
                        name="one_team_a_name",
                        violation_error_message="本区已有同名的队伍。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("founded_on", None),
                            ("dissolved_on", None),
                            ("dissolved_on__gte", models.F("founded_on")),
                            _connector="OR",
                        ),
                        name="team_ends_after_it_begins",
                        violation_error_message="撤销日期不能早于成立日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("staff_no", models.CharField(blank=True, max_length=20, verbose_name="教工编号")),
                ("name", models.CharField(max_length=50, verbose_name="姓名")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=120, verbose_name="拼音")),
                (
                    "initials",
                    models.CharField(blank=True, editable=False, max_length=50, verbose_name="拼音首字母"),
                ),
                (
                    "stroke_key",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="笔画序"),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True, choices=[("男", "男"), ("女", "女")], max_length=1, verbose_name="性别"
                    ),
                ),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="出生年月")),
                (
                    "birth_precision",
                    models.CharField(
                        blank=True, choices=[("day", "日"), ("month", "月"), ("year", "年")], max_length=5
                    ),
                ),
                ("id_number", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="身份证号")),
                ("id_index", models.CharField(blank=True, editable=False, max_length=64)),
                ("ethnicity", models.CharField(blank=True, max_length=20, verbose_name="民族")),
                ("political_status", models.CharField(blank=True, max_length=20, verbose_name="政治面貌")),
                ("joined_party_on", models.DateField(blank=True, null=True, verbose_name="入党时间")),
                (
                    "joined_party_precision",
                    models.CharField(
                        blank=True, choices=[("day", "日"), ("month", "月"), ("year", "年")], max_length=5
                    ),
                ),
                ("education", models.CharField(blank=True, max_length=20, verbose_name="文化程度")),
                (
                    "duty",
                    models.CharField(
                        blank=True, help_text="退休人员为退休时职务。", max_length=50, verbose_name="职务"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=30, verbose_name="职称")),
                ("subject", models.CharField(blank=True, max_length=30, verbose_name="任教学科")),
                ("began_work_on", models.DateField(blank=True, null=True, verbose_name="参加工作时间")),
                (
                    "began_work_precision",
                    models.CharField(
                        blank=True, choices=[("day", "日"), ("month", "月"), ("year", "年")], max_length=5
                    ),
                ),
                (
                    "retirement_kind",
                    models.CharField(
                        blank=True,
                        choices=[("RETIRED", "退休"), ("RETIRED_HONOURED", "离休")],
                        max_length=20,
                        verbose_name="退休类型",
                    ),
                ),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="退休时间")),
                (
                    "retired_precision",
                    models.CharField(
                        blank=True, choices=[("day", "日"), ("month", "月"), ("year", "年")], max_length=5
                    ),
                ),
                ("is_volunteer", models.BooleanField(default=False, verbose_name="是志愿者")),
                (
                    "on_register",
                    models.BooleanField(default=False, editable=False, verbose_name="在离退休花名册"),
                ),
                ("health", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="健康状况")),
                ("phone", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="联系电话")),
                ("phone_index", models.CharField(blank=True, editable=False, max_length=64)),
                ("home_address", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="家庭住址")),
                (
                    "emergency_contact",
                    guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="紧急联系人"),
                ),
                (
                    "emergency_phone",
                    guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="紧急联系人电话"),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("died_on", models.DateField(blank=True, null=True, verbose_name="离世日期")),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "elder_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="members.elderclass",
                        verbose_name="五老类别",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="people",
                        to="guanweihui.school",
                        verbose_name="单位",
                    ),
                ),
                ("associations", models.CharField(blank=True, max_length=100, verbose_name="参加社团情况")),
                ("available_time", models.CharField(blank=True, max_length=100, verbose_name="可服务时间")),
                (
                    "consented_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="本人同意登记日期"),
                ),
                (
                    "current_address",
                    guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="常住住址"),
                ),
                (
                    "folded_name",
                    models.CharField(blank=True, editable=False, max_length=50, verbose_name="异体归一"),
                ),
                (
                    "former_name",
                    models.CharField(blank=True, db_index=True, max_length=50, verbose_name="曾用名"),
                ),
                (
                    "further_classes",
                    models.ManyToManyField(
                        blank=True,
                        related_name="further_people",
                        to="members.elderclass",
                        verbose_name="其他五老类别",
                    ),
                ),
                ("hobbies", models.CharField(blank=True, max_length=100, verbose_name="爱好")),
                ("illness", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="疾病状况")),
                ("living_situation", models.CharField(blank=True, max_length=30, verbose_name="居住情况")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_files",
                        to="members.person",
                        verbose_name="并入",
                    ),
                ),
                ("moved_away_on", models.DateField(blank=True, null=True, verbose_name="异地安置日期")),
                ("moved_away_to", models.CharField(blank=True, max_length=50, verbose_name="安置地")),
                ("native_place", models.CharField(blank=True, max_length=50, verbose_name="籍贯")),
                (
                    "other_initials",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        editable=False,
                        max_length=50,
                        verbose_name="另一读音首字母",
                    ),
                ),
                (
                    "other_pinyin",
                    models.CharField(
                        blank=True, db_index=True, editable=False, max_length=120, verbose_name="另一读音"
                    ),
                ),
                ("photo", models.CharField(blank=True, editable=False, max_length=80, verbose_name="照片")),
                ("rank", models.CharField(blank=True, max_length=30, verbose_name="职级")),
                (
                    "registered_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="登记通过日期"),
                ),
                (
                    "slip_link",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="volunteer",
                        to="guanweihui.accesslink",
                        verbose_name="个人服务单",
                    ),
                ),
                ("speciality", models.CharField(blank=True, max_length=100, verbose_name="特长")),
                ("stopped_on", models.DateField(blank=True, null=True, verbose_name="停止服务日期")),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                ("wished_service", models.CharField(blank=True, max_length=100, verbose_name="意向服务内容")),
                (
                    "last_asked_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="上次邀请"),
                ),
                (
                    "last_served_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="最近一次服务"),
                ),
            ],
            options={
                "verbose_name": "人员",
                "verbose_name_plural": "人员",
                "indexes": [
                    models.Index(fields=["id_index"], name="people_by_id"),
                    models.Index(fields=["staff_no"], name="people_by_staff_number"),
                    models.Index(
                        fields=[
                            "district",
                            "merged_into",
                            "folded_name",
                            "born_on",
                            "birth_precision",
                            "name",
                        ],
                        name="people_by_folded_name",
                    ),
                    models.Index(
                        fields=["district", "merged_into", "phone_index"], name="people_by_shared_phone"
                    ),
                    models.Index(fields=["phone_index"], name="people_by_phone"),
                    models.Index(fields=["school", "id"], name="people_of_a_school"),
                    models.Index(
                        fields=["district", "merged_into", "on_register", "school", "retirement_kind"],
                        name="register_by_school",
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "merged_into",
                            "on_register",
                            "school",
                            "is_volunteer",
                            "retired_on",
                            "died_on",
                            "stopped_on",
                            "elder_class",
                            "born_on",
                            "speciality",
                            "retirement_kind",
                            "last_served_on",
                            "id",
                        ],
                        name="people_of_a_district",
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "merged_into",
                            "pinyin",
                            "id",
                            "on_register",
                            "retired_on",
                            "died_on",
                        ],
                        name="register_by_name",
                    ),
                    models.Index(fields=["district", "merged_into", "born_on", "id"], name="people_by_birth"),
                    models.Index(
                        fields=["district", "merged_into", "staff_no", "id"], name="people_by_number"
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "merged_into",
                            "on_register",
                            "is_volunteer",
                            "pinyin",
                            "id",
                            "school",
                            "retired_on",
                            "died_on",
                            "stopped_on",
                            "moved_away_on",
                            "elder_class",
                            "born_on",
                            "speciality",
                            "subject",
                            "last_served_on",
                            "last_asked_on",
                        ],
                        name="volunteers_by_name",
                    ),
                    models.Index(
                        fields=["district", "name", "school", "merged_into", "on_register", "id"],
                        name="people_by_name",
                        opclasses=[
                            "int8_ops",
                            "varchar_pattern_ops",
                            "int8_ops",
                            "int8_ops",
                            "bool_ops",
                            "int8_ops",
                        ],
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "pinyin",
                            "school",
                            "merged_into",
                            "on_register",
                            "id",
                            "initials",
                        ],
                        name="people_by_pinyin",
                        opclasses=[
                            "int8_ops",
                            "varchar_pattern_ops",
                            "int8_ops",
                            "int8_ops",
                            "bool_ops",
                            "int8_ops",
                            "varchar_ops",
                        ],
                    ),
                    models.Index(
                        fields=["district", "initials", "school", "merged_into", "on_register", "id"],
                        name="people_by_initials",
                        opclasses=[
                            "int8_ops",
                            "varchar_pattern_ops",
                            "int8_ops",
                            "int8_ops",
                            "bool_ops",
                            "int8_ops",
                        ],
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="person_has_a_name",
                        violation_error_message="请填写姓名。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_register", False),
                            models.Q(("retirement_kind", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="register_rows_say_how_retired",
                        violation_error_message="花名册中的人员须填退休类型。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("id_index", ""), _negated=True), ("merged_into", None)),
                        fields=("district", "id_index"),
                        name="one_person_an_id_number",
                        violation_error_message="这个身份证号已登记在另一人名下。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("staff_no", ""), _negated=True), ("merged_into", None)),
                        fields=("district", "staff_no"),
                        name="one_person_a_staff_number",
                        violation_error_message="这个教工编号已登记在另一人名下。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("registered_on", None), ("consented_on__isnull", False), _connector="OR"
                        ),
                        name="registered_people_consented",
                        violation_error_message="没有本人同意登记的日期，不能通过登记。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None),
                            models.Q(("merged_into", models.F("pk")), _negated=True),
                            _connector="OR",
                        ),
                        name="no_file_is_merged_into_itself",
                        violation_error_message="不能把一份档案并入它自己。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("plan", models.TextField(verbose_name="年度计划")),
                ("summary", models.TextField(blank=True, verbose_name="年度总结")),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="members.team",
                        verbose_name="队伍",
                    ),
                ),
            ],
            options={
                "verbose_name": "队伍年度计划",
                "verbose_name_plural": "队伍年度计划",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "year"),
                        name="one_plan_a_team_and_year",
                        violation_error_message="这支队伍本年度已有计划。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("place", models.CharField(max_length=100, verbose_name="地点")),
                ("held_on", models.DateField(verbose_name="日期")),
                ("meets_at", models.TimeField(blank=True, null=True, verbose_name="集合时间")),
                ("meeting_place", models.CharField(blank=True, max_length=100, verbose_name="集合地点")),
                ("contact", models.CharField(max_length=50, verbose_name="联系人")),
                ("contact_phone", models.CharField(max_length=20, verbose_name="联系电话")),
                ("capacity", models.PositiveSmallIntegerField(default=40, verbose_name="名额")),
                ("minimum", models.PositiveSmallIntegerField(default=1, verbose_name="最少成行人数")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outings",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outings",
                        to="members.team",
                        verbose_name="队伍",
                    ),
                ),
            ],
            options={
                "verbose_name": "外出活动",
                "verbose_name_plural": "外出活动",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", models.F("minimum")), ("minimum__gte", 1)),
                        name="outing_has_room_for_its_minimum",
                        violation_error_message="名额不能少于最少成行人数。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "主任"),
                            (2, "常务副主任"),
                            (3, "副主任"),
                            (4, "秘书长"),
                            (5, "委员"),
                            (6, "联络员"),
                            (7, "协作组长"),
                        ],
                        verbose_name="任职",
                    ),
                ),
                ("printed_name", models.CharField(max_length=50, verbose_name="姓名")),
                ("duty", models.CharField(blank=True, max_length=50, verbose_name="职务")),
                (
                    "service",
                    models.CharField(
                        blank=True,
                        choices=[("IN_SERVICE", "在职"), ("RETIRED", "退休")],
                        max_length=10,
                        verbose_name="在职或退休",
                    ),
                ),
                ("is_by_office", models.BooleanField(default=False, verbose_name="随职务任职")),
                ("phone", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="联系电话")),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="起")),
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "任职",
                "verbose_name_plural": "任职",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("district__isnull", False), ("group", None), ("school", None)),
                            models.Q(("district", None), ("group__isnull", False), ("school", None)),
                            models.Q(("district", None), ("group", None), ("school__isnull", False)),
                            _connector="OR",
                        ),
                        name="appointment_is_at_exactly_one_unit",
                        violation_error_message="区、协作组、学校三者须选且只选一个。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("position__in", [1, 2, 6]), ("to_on", None)),
                        fields=("school", "position"),
                        name="one_serving_head_a_school",
                        violation_error_message="该校这个任职已有现任，请先填写原任的止期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None),
                            ("from_on", None),
                            ("to_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="appointment_ends_after_it_begins",
                        violation_error_message="止期不能早于起期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=30, verbose_name="证号")),
                ("year", models.PositiveSmallIntegerField(verbose_name="首次注册年度")),
                ("sequence", models.PositiveIntegerField(verbose_name="序号")),
                (
                    "status",
                    models.CharField(
                        choices=[("VALID", "有效"), ("VOID", "已注销")],
                        default="VALID",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="发证日期")),
                (
                    "reissues",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="补发次数"),
                ),
                (
                    "voided_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="注销日期"),
                ),
                (
                    "void_reason",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="注销原因"),
                ),
                (
                    "check_token",
                    models.CharField(editable=False, max_length=32, unique=True, verbose_name="查验码"),
                ),
                (
                    "printed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="上次打印时间"),
                ),
                (
                    "printed_digest",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="打印内容摘要"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card",
                        to="members.person",
                        verbose_name="持证人",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿者证",
                "verbose_name_plural": "志愿者证",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "number"),
                        name="one_card_a_number",
                        violation_error_message="这个证号已经用过，志愿者证号终身使用、不重复发放。",
                    ),
                    models.UniqueConstraint(
                        fields=("district", "year", "sequence"),
                        name="one_card_a_sequence",
                        violation_error_message="这个序号已经用过。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "VALID"), ("voided_on", None)),
                            models.Q(
                                ("status", "VOID"),
                                ("voided_on__isnull", False),
                                models.Q(("void_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="void_card_gives_a_reason",
                        violation_error_message="注销须写明原因和日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Care",
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
                            ("VISIT", "走访"),
                            ("BIRTHDAY", "生日"),
                            ("ILLNESS", "住院看望"),
                            ("FESTIVAL", "节日"),
                            ("CONDOLENCE", "吊唁"),
                        ],
                        max_length=10,
                        verbose_name="事由",
                    ),
                ),
                ("given_on", models.DateField(verbose_name="日期")),
                ("visitors", models.CharField(max_length=100, verbose_name="慰问人")),
                ("gift", models.CharField(blank=True, max_length=100, verbose_name="慰问品或慰问金")),
                ("note", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="情况记录")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cares",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cares",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "慰问记录",
                "verbose_name_plural": "慰问记录",
                "indexes": [models.Index(fields=["person", "given_on"], name="cares_of_a_person")],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("SERVICE", "我的服务记录"),
                            ("CARD", "我的志愿者证"),
                            ("CERTIFICATE", "我的证书"),
                            ("OTHER", "其他"),
                        ],
                        max_length=12,
                        verbose_name="有误的内容",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("reported_at", models.DateTimeField(editable=False, verbose_name="提出时间")),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="处理时间"),
                ),
                (
                    "resolution",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="处理结果"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="members.person",
                        verbose_name="志愿者",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="处理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "有误反馈",
                "verbose_name_plural": "有误反馈",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resolved_at", None),
                            models.Q(("resolution", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="resolved_correction_says_how",
                        violation_error_message="请写明处理结果。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DistinctPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("decided_at", models.DateTimeField(verbose_name="认定时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="认定人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="distinct_pairs",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.person",
                        verbose_name="甲",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.person",
                        verbose_name="乙",
                    ),
                ),
            ],
            options={
                "verbose_name": "认定不是同一人",
                "verbose_name_plural": "认定不是同一人",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "second"),
                        name="one_verdict_a_pair",
                        violation_error_message="这两份档案已认定不是同一人。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="pair_is_written_in_one_order",
                        violation_error_message="两份档案不能是同一份。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("filled", guanweihui.crypto.EncryptedTextField(default="{}", verbose_name="补入的栏目")),
                ("moved", models.JSONField(default=list, verbose_name="移动的记录")),
                ("merged_at", models.DateTimeField(verbose_name="合并时间")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_by",
                        to="members.person",
                        verbose_name="并入的档案",
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="合并人",
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="members.person",
                        verbose_name="保留的档案",
                    ),
                ),
            ],
            options={
                "verbose_name": "档案合并",
                "verbose_name_plural": "档案合并",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("merged",),
                        name="a_file_is_merged_once",
                        violation_error_message="这份档案已经并入另一份。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistrationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("consented_on", models.DateField(blank=True, null=True, verbose_name="本人同意日期")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registration_lines",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="members.registration",
                        verbose_name="登记报送",
                    ),
                ),
                (
                    "scan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.attachment",
                        verbose_name="登记表扫描件",
                    ),
                ),
            ],
            options={
                "verbose_name": "登记人员",
                "verbose_name_plural": "登记人员",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration", "person"),
                        name="one_line_a_person_and_registration",
                        violation_error_message="此人已在本次登记名单中。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_by_name", models.CharField(blank=True, max_length=100, verbose_name="记录单位")),
                (
                    "number",
                    models.CharField(blank=True, editable=False, max_length=30, verbose_name="证明编号"),
                ),
                ("from_on", models.DateField(verbose_name="起始日期")),
                ("to_on", models.DateField(verbose_name="截止日期")),
                (
                    "half_hours",
                    models.PositiveIntegerField(editable=False, verbose_name="服务时间（半小时）"),
                ),
                ("content", models.JSONField(default=list, editable=False, verbose_name="服务内容")),
                ("head", models.CharField(max_length=50, verbose_name="负责人")),
                ("handler", models.CharField(max_length=50, verbose_name="经办人")),
                ("contact", models.CharField(max_length=50, verbose_name="联系方式")),
                ("purpose", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("POSTED", "公示中"),
                            ("ISSUED", "已出具"),
                            ("WITHDRAWN", "已撤回"),
                            ("VOID", "已作废"),
                        ],
                        default="POSTED",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("posted_on", models.DateField(editable=False, verbose_name="公示开始日期")),
                ("posted_until", models.DateField(editable=False, verbose_name="公示截止日期")),
                (
                    "issued_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="出具日期"),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="撤回或作废原因"
                    ),
                ),
                (
                    "check_token",
                    models.CharField(editable=False, max_length=32, unique=True, verbose_name="查验码"),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_certificates",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "issuer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued_service_certificates",
                        to="guanweihui.school",
                        verbose_name="出具单位",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_certificates",
                        to="members.person",
                        verbose_name="志愿者",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务证明",
                "verbose_name_plural": "服务证明",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("district", "number"),
                        name="one_service_certificate_a_number",
                        violation_error_message="这个证明编号已经用过。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gte", models.F("from_on"))),
                        name="certificate_range_ends_after_it_begins",
                        violation_error_message="截止日期不能早于起始日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ISSUED"), _negated=True),
                            models.Q(
                                models.Q(("number", ""), _negated=True),
                                ("issued_on__gt", models.F("posted_until")),
                            ),
                            _connector="OR",
                        ),
                        name="certificate_is_issued_after_its_notice",
                        violation_error_message="单位内公示期满以后才能出具，并须有编号。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["WITHDRAWN", "VOID"]), _negated=True),
                            models.Q(("end_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="ended_certificate_says_why",
                        violation_error_message="撤回或作废须写明原因。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code_index",
                    models.CharField(editable=False, max_length=64, unique=True, verbose_name="服务码摘要"),
                ),
                ("issued_at", models.DateTimeField(editable=False, verbose_name="发放时间")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发放人",
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slip",
                        to="members.person",
                        verbose_name="志愿者",
                    ),
                ),
            ],
            options={
                "verbose_name": "个人服务单",
                "verbose_name_plural": "个人服务单",
            },
        ),
        migrations.CreateModel(
            name="TaskCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task", models.CharField(max_length=100, verbose_name="任务")),
                ("asked_on", models.DateField(verbose_name="邀请日期")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("", "待答复"), ("YES", "同意"), ("NO", "不便")],
                        default="",
                        max_length=3,
                        verbose_name="答复",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="邀请人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="task_calls",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="task_calls",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务邀请",
                "verbose_name_plural": "任务邀请",
                "indexes": [models.Index(fields=["person", "asked_on"], name="calls_of_a_person")],
            },
        ),
        migrations.CreateModel(
            name="TeamMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "office",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "队长"), (2, "副队长"), (3, "秘书"), (9, "队员")],
                        default=9,
                        verbose_name="队内职务",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="加入日期")),
                ("to_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="members.team",
                        verbose_name="队伍",
                    ),
                ),
            ],
            options={
                "verbose_name": "队伍成员",
                "verbose_name_plural": "队伍成员",
                "indexes": [models.Index(fields=["person", "from_on"], name="memberships_of_a_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("to_on", None)),
                        fields=("team", "person"),
                        name="one_current_membership_a_team",
                        violation_error_message="此人已在这支队伍里。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("office__in", [1, 3]), ("to_on", None)),
                        fields=("team", "office"),
                        name="one_head_and_one_secretary_a_team",
                        violation_error_message="这支队伍的这个职务已有人担任，请先让原任退出或改任。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on", None), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="membership_ends_after_it_begins",
                        violation_error_message="退出日期不能早于加入日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("typed_name", models.CharField(max_length=50, verbose_name="申请时填写的姓名")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ASKED", "待对方确认"),
                            ("GRANTED", "已转入"),
                            ("REFUSED", "对方不同意"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        default="ASKED",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("answer", models.CharField(blank=True, editable=False, max_length=200, verbose_name="答复")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="答复时间"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "from_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.school",
                        verbose_name="转出学校",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
                (
                    "to_school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="guanweihui.school",
                        verbose_name="转入学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "人员转校",
                "verbose_name_plural": "人员转校",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "ASKED")),
                        fields=("person", "to_school"),
                        name="one_open_transfer_a_person",
                        violation_error_message="已经申请转入，正等对方学校确认。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_school", models.F("to_school")), _negated=True),
                        name="transfer_leads_elsewhere",
                        violation_error_message="此人已在这所学校。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutingPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("health_stated_on", models.DateField(blank=True, null=True, verbose_name="健康声明日期")),
                ("is_fit", models.BooleanField(default=True, verbose_name="健康状况适合参加")),
                ("family_signed_on", models.DateField(blank=True, null=True, verbose_name="家属签字日期")),
                ("family_member", guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="签字家属")),
                (
                    "emergency_contact",
                    guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="紧急联系人"),
                ),
                (
                    "emergency_phone",
                    guanweihui.crypto.EncryptedTextField(blank=True, verbose_name="紧急联系人电话"),
                ),
                ("is_insured", models.BooleanField(default=False, verbose_name="已办保险")),
                ("attended", models.BooleanField(default=False, editable=False, verbose_name="已参加")),
                (
                    "outing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="members.outing",
                        verbose_name="外出活动",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outing_places",
                        to="members.person",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "外出名额",
                "verbose_name_plural": "外出名额",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("outing", "person"),
                        name="one_place_a_person_and_outing",
                        violation_error_message="此人已在名单中。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attended", False),
                            models.Q(
                                ("family_signed_on__isnull", False),
                                ("health_stated_on__isnull", False),
                                ("is_fit", True),
                                models.Q(("emergency_contact", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="nobody_goes_without_his_papers",
                        violation_error_message="健康声明、家属签字、紧急联系人齐全后才能列入参加名单。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, verbose_name="签到表号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("SERVICE", "志愿服务"), ("TRAINING", "培训学习")],
                        default="SERVICE",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("content", models.CharField(max_length=100, verbose_name="服务内容")),
                ("place", models.CharField(max_length=100, verbose_name="地点")),
                ("held_on", models.DateField(verbose_name="日期")),
                ("starts_at", models.TimeField(verbose_name="开始时间")),
                ("ends_at", models.TimeField(verbose_name="结束时间")),
                ("contact", models.CharField(blank=True, max_length=50, verbose_name="联系人")),
                ("contact_phone", models.CharField(blank=True, max_length=20, verbose_name="联系电话")),
                ("created_at", models.DateTimeField(editable=False, verbose_name="建立时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="建立人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_sheets",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "expected",
                    models.ManyToManyField(
                        blank=True,
                        related_name="expected_sheets",
                        to="members.person",
                        verbose_name="预定参加人员",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_sheets",
                        to="guanweihui.school",
                        verbose_name="组织学校",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_sheets",
                        to="members.team",
                        verbose_name="组织队伍",
                    ),
                ),
            ],
            options={
                "verbose_name": "签到表",
                "verbose_name_plural": "签到表",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "number"),
                        name="one_sheet_a_number",
                        violation_error_message="这个签到表号已经用过。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="sheet_ends_after_it_starts",
                        violation_error_message="结束时间要晚于开始时间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardEvent",
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
                        choices=[("ISSUE", "发证"), ("REISSUE", "补发"), ("VOID", "注销")],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("happened_at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="原因")),
                (
                    "replaced_token",
                    models.CharField(
                        blank=True, db_index=True, editable=False, max_length=32, verbose_name="旧查验码"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="members.card",
                        verbose_name="志愿者证",
                    ),
                ),
                (
                    "made_by",
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
                "verbose_name": "志愿者证变动",
                "verbose_name_plural": "志愿者证变动",
            },
        ),
        migrations.CreateModel(
            name="AnnualRegistration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("registered_on", models.DateField(verbose_name="注册日期")),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="members.card",
                        verbose_name="志愿者证",
                    ),
                ),
            ],
            options={
                "verbose_name": "年度注册",
                "verbose_name_plural": "年度注册",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("card", "year"),
                        name="one_registration_a_card_and_year",
                        violation_error_message="这张证本年度已经注册。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceRecord",
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
                        choices=[("SERVICE", "志愿服务"), ("TRAINING", "培训学习")],
                        default="SERVICE",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("content", models.CharField(max_length=100, verbose_name="服务内容")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="地点")),
                ("served_on", models.DateField(verbose_name="日期")),
                ("starts_at", models.TimeField(blank=True, null=True, verbose_name="开始时间")),
                ("ends_at", models.TimeField(blank=True, null=True, verbose_name="结束时间")),
                ("half_hours", models.PositiveSmallIntegerField(verbose_name="服务时间（半小时）")),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "不是补录"),
                            ("A", "甲（原始签到或照片）"),
                            ("B", "乙（单位证明）"),
                            ("C", "丙（本人说明）"),
                        ],
                        default="",
                        max_length=1,
                        verbose_name="补录依据",
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据说明")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CLAIMED", "待确认"),
                            ("CONFIRMED", "已确认"),
                            ("REFUSED", "未通过"),
                            ("STRUCK", "已作废"),
                        ],
                        default="CLAIMED",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "claimed_as",
                    models.CharField(
                        choices=[
                            ("VOLUNTEER", "志愿者本人"),
                            ("SCHOOL", "学校"),
                            ("TEAM", "队伍"),
                            ("DISTRICT", "区关工委"),
                        ],
                        default="SCHOOL",
                        max_length=10,
                        verbose_name="申报方",
                    ),
                ),
                ("claimed_at", models.DateTimeField(editable=False, verbose_name="登记时间")),
                ("confirmed_at", models.DateTimeField(editable=False, null=True, verbose_name="确认时间")),
                (
                    "claimed_by",
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
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_records",
                        to="guanweihui.district",
                        verbose_name="区",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_records",
                        to="members.person",
                        verbose_name="志愿者",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_records",
                        to="guanweihui.school",
                        verbose_name="组织学校",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="members.servicesheet",
                        verbose_name="签到表",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_records",
                        to="members.team",
                        verbose_name="队伍",
                    ),
                ),
            ],
            options={
                "verbose_name": "服务记录",
                "verbose_name_plural": "服务记录",
                "indexes": [
                    models.Index(fields=["person", "served_on"], name="records_of_a_person"),
                    models.Index(
                        fields=["district", "status", "kind", "evidence", "half_hours"],
                        name="records_in_sums",
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "-served_on",
                            "-starts_at",
                            "-id",
                            "status",
                            "kind",
                            "evidence",
                            "half_hours",
                        ],
                        name="records_by_day",
                    ),
                    models.Index(
                        fields=[
                            "district",
                            "status",
                            "kind",
                            "served_on",
                            "person",
                            "half_hours",
                            "evidence",
                            "school",
                            "id",
                        ],
                        name="records_of_a_period",
                    ),
                    models.Index(
                        fields=[
                            "person",
                            "district",
                            "status",
                            "kind",
                            "served_on",
                            "starts_at",
                            "id",
                            "evidence",
                            "half_hours",
                        ],
                        name="service_of_a_person",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("half_hours__gte", 1), ("half_hours__lte", 48)),
                        name="hours_fit_a_day",
                        violation_error_message="服务时间以半小时为单位，至少 0.5 小时，一天不超过 24 小时。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("starts_at", None)),
                            models.Q(
                                ("ends_at__gt", models.F("starts_at")),
                                ("ends_at__isnull", False),
                                ("starts_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="record_ends_after_it_starts",
                        violation_error_message="开始和结束时间要同时填写，结束时间要晚于开始时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "CONFIRMED"), _negated=True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="confirmed_record_has_a_time",
                        violation_error_message="已确认的记录须有确认时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence", ""), models.Q(("basis", ""), _negated=True), _connector="OR"
                        ),
                        name="back_entry_says_its_basis",
                        violation_error_message="补录须写明依据。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("sheet__isnull", False), ("status__in", ["CLAIMED", "CONFIRMED"])
                        ),
                        fields=("sheet", "person"),
                        name="one_record_a_person_and_sheet",
                        violation_error_message="此人在这张签到表上已有一条记录。",
                    ),
                ],
            },
        ),
    ]
