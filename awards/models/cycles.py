"""Award cycles: what is commended, by which rules, and what each category asks of a nominee."""

from django.db import models
from django.db.models import Q

from guanweihui.models import Round
from guanweihui.models.org import District
from guanweihui.scope import ScopedQuerySet, Way, to_district


class CycleQuerySet(ScopedQuerySet):
    # The calendar of commendation is known to everybody in the district.
    ways = (to_district(), Way("group", "district__groups"), Way("school", "district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a cycle twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of_round(self, round_):
        return self.filter(round=round_)

    def before(self, cycle):
        """Keep the district's earlier cycles, the latest first."""
        return self.filter(district=cycle.district_id, year__lt=cycle.year).order_by("-year")

    def under_way(self):
        return self.filter(state=Cycle.State.OPEN)

    def to_open(self, at):
        """Keep planned cycles whose opening has come."""
        return self.filter(state=Cycle.State.PLANNED, opens_at__lte=at)

    def to_meet(self, day):
        """Keep cycles whose meeting is due on `day` and that have no list yet."""
        return self.under_way().filter(meets_on__lte=day).exclude(lists__isnull=False)

    def to_post(self, day):
        """Keep cycles whose notice is due on `day` and was not posted."""
        return self.under_way().filter(posts_on__lte=day).exclude(lists__notices__posted_at__isnull=False)

    def to_decide(self, day):
        """Keep cycles whose decision is due on `day` and was not entered."""
        return self.under_way().filter(decides_on__lte=day).exclude(decisions__isnull=False)

    def for_page(self):
        """Load what a cycle's page shows beside its categories."""
        return self.select_related("district", "round", "copied_from")

    def for_list(self):
        return self.order_by("-year", "-pk")


class Cycle(models.Model):
    """One round of commendation, every two years: basis, scope, money, calendar and rules.

    While it is planned everything may change; once it is open its rules, places and forms are frozen.
    Source: domain.md 3, the approval form for 评比达标表彰项目.
    """

    class State(models.TextChoices):
        PLANNED = "PLANNED", "筹备中"
        OPEN = "OPEN", "进行中"
        CLOSED = "CLOSED", "已结束"

    district = models.ForeignKey(District, models.PROTECT, related_name="cycles", verbose_name="区")
    name = models.CharField("名称", max_length=60)
    year = models.PositiveSmallIntegerField("表彰年度")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CLOSED, editable=False)
    basis_title = models.CharField("设立依据", max_length=100, blank=True)
    basis_number = models.CharField("依据文号", max_length=40, blank=True)
    organiser = models.CharField("主办单位", max_length=60, blank=True)
    period = models.CharField("评选时段", max_length=60, blank=True, help_text="例如 2019年1月至2020年12月。")
    scope = models.TextField("评选范围", blank=True)
    base_count = models.PositiveIntegerField("参评总数", null=True, blank=True)
    reward = models.CharField("奖励标准", max_length=100, blank=True)
    money_source = models.CharField("经费来源", max_length=60, blank=True)
    commended_by = models.CharField("表彰形式", max_length=60, blank=True)
    opens_at = models.DateTimeField("申报开始", null=True, blank=True)
    deadline_at = models.DateTimeField("申报截止", null=True, blank=True)
    endorse_by_on = models.DateField("协作组审核截止", null=True, blank=True)
    review_by_on = models.DateField("区级复核截止", null=True, blank=True)
    meets_on = models.DateField("评审会日期", null=True, blank=True)
    posts_on = models.DateField("公示开始", null=True, blank=True)
    decides_on = models.DateField("表彰决定", null=True, blank=True)
    commends_on = models.DateField("表彰大会", null=True, blank=True)
    notice_workdays = models.PositiveSmallIntegerField("公示工作日数", default=5)
    #: 公示首日是否计入：两种数法都有，由本届规定。
    counts_first_day = models.BooleanField("公示当日计入", default=True)
    instructions = models.TextField("申报要求", blank=True)
    round = models.OneToOneField(
        Round,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cycle",
        verbose_name="报送任务",
        editable=False,
    )
    copied_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="照此复制",
        editable=False,
    )
    #: Grows with every change, so that an old tab is told instead of overwriting.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评选周期"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year"],
                name="one_cycle_a_year",
                violation_error_message="本年度已有评选周期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="OPEN") | Q(round__isnull=False),
                name="open_cycle_collects_by_a_round",
                violation_error_message="进行中的评选须有报送任务。",
            ),
            models.CheckConstraint(
                condition=Q(notice_workdays__gte=1),
                name="notice_lasts_a_workday",
                violation_error_message="公示至少 1 个工作日。",
            ),
        ]

    def __str__(self):
        return self.name


class CycleRuleQuerySet(ScopedQuerySet):
    ways = (to_district("cycle__district"), Way("group", "cycle__district__groups"))
    ways = (*ways, Way("school", "cycle__district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a rule twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, cycle):
        return self.filter(cycle=cycle)


class CycleRule(models.Model):
    """One rule of who may be commended, as it holds for one cycle; frozen once the cycle is open."""

    class Code(models.TextChoices):
        STANDING = "STANDING", "人员状态"
        RETIREMENT = "RETIREMENT", "在职、退休身份"
        ONE_AWARD = "ONE_AWARD", "一人一届一奖"
        TWO_SCHOOLS = "TWO_SCHOOLS", "两校重复推荐"
        EARLIER_WINNER = "EARLIER_WINNER", "往届获奖"
        VETO = "VETO", "一票否决"
        BAN = "BAN", "停评"
        RANK_SHARE = "RANK_SHARE", "处级干部比例"
        FRONT_LINE = "FRONT_LINE", "一线人员比例"

    class Effect(models.TextChoices):
        BLOCK = "BLOCK", "拦截"
        WARN = "WARN", "提醒"
        OFF = "OFF", "不检查"

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="rules", verbose_name="评选周期")
    code = models.CharField("规则", max_length=20, choices=Code)
    effect = models.CharField("作用", max_length=6, choices=Effect, default=Effect.BLOCK)
    #: Cycles for EARLIER_WINNER, percent for the two shares; the others have none.
    value = models.PositiveSmallIntegerField("数值", null=True, blank=True)

    objects = CycleRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评选规则"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "code"],
                name="one_rule_a_cycle_and_code",
                violation_error_message="本届已有这条规则。",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=["RANK_SHARE", "FRONT_LINE"]) | Q(value__isnull=False, value__lte=100),
                name="a_share_is_at_most_a_hundred_percent",
                violation_error_message="比例填 0 到 100 之间的整数。",
            ),
            models.CheckConstraint(
                condition=~Q(code="EARLIER_WINNER") | Q(value__isnull=False, value__gte=1),
                name="earlier_winners_go_back_a_cycle",
                violation_error_message="往届获奖至少往前查 1 届。",
            ),
        ]

    def __str__(self):
        return self.get_code_display()


class CategoryQuerySet(ScopedQuerySet):
    ways = (to_district("cycle__district"), Way("group", "cycle__district__groups"))
    ways = (*ways, Way("school", "cycle__district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a category twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, cycle):
        """Keep the categories of a cycle, in their order."""
        return self.filter(cycle=cycle).order_by("position", "pk")

    def of_cycles(self, cycles):
        """Keep the categories of several cycles, in their order."""
        return self.filter(cycle__in=cycles).order_by("position", "pk")

    def for_page(self):
        """Load a category with the cycle that it stands in."""
        return self.select_related("cycle__district")

    def with_fields(self):
        """Load what the categories ask, in the order of their forms."""
        return self.prefetch_related(models.Prefetch("fields", FormField.objects.in_order()))

    def for_list(self):
        return self.select_related("cycle").order_by("-cycle__year", "position")


class Category(models.Model):
    """One of a cycle's awards; `kind` is what statistics count by, `name` what certificates print."""

    class Kind(models.TextChoices):
        ADVANCED_COLLECTIVE = "ADVANCED_COLLECTIVE", "先进集体"
        GOOD_LEADER = "GOOD_LEADER", "关心关工委工作的好领导"
        ADVANCED_IN_SERVICE = "ADVANCED_IN_SERVICE", "在职先进个人"
        ADVANCED_RETIRED = "ADVANCED_RETIRED", "退休先进个人"

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="categories", verbose_name="评选周期")
    kind = models.CharField("种类", max_length=30, choices=Kind)
    name = models.CharField("名称", max_length=40)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    places = models.PositiveSmallIntegerField("表彰名额", default=0)
    surplus_percent = models.PositiveSmallIntegerField(
        "差额比例（%）", default=0, help_text="推荐名额比表彰名额多的百分数，0 是等额。"
    )
    may_be_empty = models.BooleanField("名额可以空缺", default=True, help_text="宁缺毋滥，不用说明理由。")
    passes_group = models.BooleanField("经协作组审核", default=True)
    city_places = models.PositiveSmallIntegerField("市级推荐名额", default=0)
    certificate_mark = models.CharField("证书编号代码", max_length=6, blank=True, help_text="例如 JT。")
    certificate_text = models.CharField("证书文字", max_length=120, blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖项"
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "kind"],
                name="one_category_a_kind",
                violation_error_message="本届已有这个奖项。",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_collective(self) -> bool:
        return self.kind == Category.Kind.ADVANCED_COLLECTIVE

    @property
    def proposals(self) -> int:
        """Return how many nominations the district takes: the places, and the surplus rounded up."""
        return -(-self.places * (100 + self.surplus_percent) // 100)

    @property
    def nominee_word(self) -> str:
        return "集体" if self.is_collective else "人选"


class FormFieldQuerySet(ScopedQuerySet):
    ways = (to_district("category__cycle__district"), Way("group", "category__cycle__district__groups"))
    ways = (*ways, Way("school", "category__cycle__district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a field twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def of(self, category, form):
        return self.filter(category=category, form=form).in_order()

    def of_category(self, category):
        return self.filter(category=category)

    def in_order(self):
        return self.order_by("form", "section", "position", "pk")

    def for_page(self):
        """Load a field with the award and cycle that it stands in."""
        return self.select_related("category__cycle__district")


class FormField(models.Model):
    """One thing that a category's form asks: a fact, a text of deeds, or material to attach.

    Forms and their limits vary by cycle and differ between the district and the city, so they are rows.
    `source` names what the portal fills in (awards.sources); `least` and `longest` are characters.
    """

    class Form(models.TextChoices):
        DISTRICT = "1_DISTRICT", "区推荐表"
        CITY = "2_CITY", "市推荐表"

    class Section(models.TextChoices):
        FACTS = "1_FACTS", "基本信息"
        DEEDS = "2_DEEDS", "主要事迹"
        MATERIALS = "3_MATERIALS", "附件"

    class Format(models.TextChoices):
        TEXT = "text", "文字"
        LONG = "long", "长文"
        INT = "int", "整数"
        MONTH = "month", "日期"
        PHONE = "phone", "电话"
        CHOICE = "choice", "选项"
        SCAN = "scan", "扫描件"
        PHOTO = "photo", "照片"

    category = models.ForeignKey(Category, models.PROTECT, related_name="fields", verbose_name="奖项")
    form = models.CharField("表", max_length=12, choices=Form, default=Form.DISTRICT)
    section = models.CharField("部分", max_length=12, choices=Section, default=Section.FACTS)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    key = models.CharField("代码", max_length=30)
    label = models.CharField("栏目", max_length=40)
    format = models.CharField("格式", max_length=8, choices=Format, default=Format.TEXT)
    is_required = models.BooleanField("必填", default=False)
    least = models.PositiveSmallIntegerField("最少字数", default=0)
    longest = models.PositiveSmallIntegerField("最多字数", default=50)
    #: How many files a material takes.
    most = models.PositiveSmallIntegerField("最多件数", default=1)
    choices = models.JSONField("选项", default=list, blank=True)
    source = models.CharField("平台数据", max_length=40, blank=True)
    help = models.CharField("填写说明", max_length=100, blank=True)
    is_printed = models.BooleanField("打印在表上", default=True)

    objects = FormFieldQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表单栏目"
        constraints = [
            models.UniqueConstraint(
                fields=["category", "form", "key"],
                name="one_field_a_form_and_key",
                violation_error_message="这张表已有这个代码的栏目。",
            ),
            models.CheckConstraint(
                condition=Q(longest__gte=models.F("least")) & Q(longest__gte=1, longest__lte=5000),
                name="field_holds_what_it_asks",
                violation_error_message="最多字数须在 1 到 5000 之间，且不少于最少字数。",
            ),
            models.CheckConstraint(
                condition=Q(section="3_MATERIALS", format__in=["scan", "photo"])
                | (~Q(section="3_MATERIALS") & ~Q(format__in=["scan", "photo"])),
                name="only_materials_are_files",
                violation_error_message="扫描件和照片放在“附件”部分，其他格式不放在“附件”部分。",
            ),
            models.CheckConstraint(
                condition=Q(most__gte=1, most__lte=10),
                name="material_takes_a_few_files",
                violation_error_message="一项附件可传 1 到 10 件。",
            ),
        ]

    def __str__(self):
        return self.label
