"""Nominations (推荐): what a school sends for a cycle, the opinions on it, and who may not be commended."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from guanweihui.models import District, Due, Filing, QuestionnaireFiling, School, User
from guanweihui.models.filing import QuestionnaireFilingQuerySet
from guanweihui.scope import Role, ScopedQuerySet, to_district, to_school
from members.models import Person

from .cycles import Category, Cycle
from .quotas import Quota


class Status(models.TextChoices):
    """Where a nomination stands: the states of every filing, and those of a decision after it."""

    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "待协作组审核"
    ENDORSED = "ENDORSED", "待区级复核"
    ACCEPTED = "ACCEPTED", "复核通过"
    RETURNED = "RETURNED", "已退回"
    WITHDRAWN = "WITHDRAWN", "已撤回"
    DECLINED = "DECLINED", "不予推荐"
    APPROVED = "APPROVED", "拟表彰"
    RESERVE = "RESERVE", "递补"
    HONOURED = "HONOURED", "已表彰"


#: Out of the running: such a nomination holds no place and bars no other.
OUT = (Status.WITHDRAWN, Status.DECLINED)
#: In the running, and taking a place of the quota.
SENT = (
    Status.SUBMITTED,
    Status.ENDORSED,
    Status.ACCEPTED,
    Status.APPROVED,
    Status.RESERVE,
    Status.HONOURED,
)
#: Decided upon by the district: nothing more of the school's due waits for anybody.
REVIEWED = (Status.ACCEPTED, Status.APPROVED, Status.RESERVE, Status.HONOURED, Status.DECLINED)


#: Within a category: the groups in their order, each with its own ranking.
IN_GROUP_ORDER = (
    "unit__group__position",
    models.F("rank").asc(nulls_last=True),
    "unit__position",
    "pk",
)


#: What a reader's page takes from the rows beside a nomination; each further table is dear to plan for.
BESIDE = ("cycle__name", "cycle__year", "cycle__district", "cycle__state", "person__name")


class NominationQuerySet(QuestionnaireFilingQuerySet):
    ways = to_school("unit")

    def of_cycle(self, cycle):
        return self.filter(cycle=cycle)

    def of_cycles(self, cycles):
        return self.filter(cycle__in=cycles)

    def of_category(self, category):
        return self.filter(category=category)

    def of_person(self, person):
        return self.filter(person=person)

    def of_unit(self, school):
        return self.filter(unit=school)

    def in_group(self, group):
        return self.filter(unit__group=group)

    def in_running(self):
        """Keep what was neither withdrawn nor declined."""
        return self.exclude(status__in=OUT)

    def sent(self):
        """Keep what takes a place of the quota."""
        return self.filter(status__in=SENT)

    def shown_to_reviewers(self):
        """Keep what a school has sent at least once: its drafts are its own."""
        return self.exclude(submitted_at=None)

    def awaiting_group(self):
        return self.filter(status=Status.SUBMITTED, category__passes_group=True)

    def awaiting_district(self):
        """Keep what the office is to review: endorsed, or sent in a category that no group endorses."""
        return self.filter(
            Q(status=Status.ENDORSED) | Q(status=Status.SUBMITTED, category__passes_group=False)
        )

    def waiting_for(self, actor):
        """Keep what lies before the actor as head of a group, as the district's office, or as both."""
        mine = self.visible_to(actor, roles={Role.GROUP}).awaiting_group()
        return mine | self.visible_to(actor, roles={Role.DISTRICT}).awaiting_district()

    def among(self, keys):
        """Keep these, by the keys that a page sent; words that are no keys are none."""
        return self.filter(pk__in=[int(key) for key in map(str, keys) if key.isdecimal() and len(key) < 19])

    def in_queue(self):
        """Put what waits in its reviewers' order: their deadline (`review_by_on`), category, group, unit."""
        by_group = models.When(
            status=Status.SUBMITTED, category__passes_group=True, then=models.F("cycle__endorse_by_on")
        )
        last_day = models.Case(
            by_group, default=models.F("cycle__review_by_on"), output_field=models.DateField()
        )
        return self.annotate(review_by_on=last_day).order_by(
            models.F("review_by_on").asc(nulls_last=True), "cycle", "category__position", *IN_GROUP_ORDER
        )

    def in_group_order(self):
        """Sort by cycle, the latest first, category, group, and the group's own order."""
        return self.order_by("-cycle__year", "category__position", *IN_GROUP_ORDER)

    def in_own_order(self):
        """Sort for a school: as in_group_order(), but nothing tells how its group ranked its nominees."""
        return self.order_by("-cycle__year", "category__position", "unit__position", "pk")

    def for_reading(self):
        """Load what a reader's page shows of a nomination; of its person the name, for all else is sealed."""
        more = ("submitted_by__username", "submitted_by__name")
        return self._beside("quota", "submitted_by").only(*self._own(), *BESIDE, *more)

    def _own(self):
        return [one.name for one in self.model._meta.concrete_fields]

    def _beside(self, *more):
        return self.select_related("cycle", "category", "person", "unit__group", *more)

    def for_review(self):
        """Load what a reviewer's page shows of those in its queue; what was sent is its Version."""
        return self.for_reading().defer("draft")

    def reviewed(self):
        """Keep what came through the district's review and is on its way to a decision."""
        return self.filter(status__in=[Status.ACCEPTED, Status.APPROVED, Status.RESERVE, Status.HONOURED])

    def in_states(self, states):
        return self.filter(status__in=states)

    def fillable_by(self, actor):
        """Keep what the actor may fill in: his school's, and what a deputy began on behalf of one."""
        own = self.visible_to(actor, roles={Role.SCHOOL})
        return own | self.visible_to(actor, roles={Role.GROUP, Role.DISTRICT}).exclude(basis="")

    def readable_by(self, actor):
        """Keep what the actor may read: a draft is its school's own until it was sent once."""
        return self.fillable_by(actor) | self.visible_to(actor).shown_to_reviewers()

    def unfinished_on_behalf(self):
        """Keep what a deputy began for a school and has not sent."""
        return self.filter(status__in=[Status.DRAFT, Status.RETURNED]).exclude(basis="")

    def named(self, text):
        """Search by part of the nominee's or the unit's name."""
        text = text.strip()
        return self.filter(
            Q(printed_name__icontains=text)
            | Q(person__name__icontains=text)
            | Q(unit__short_name__icontains=text)
            | Q(unit__full_name__icontains=text)
        )

    def for_page(self):
        """Load what its filler's pages show beside the answers; the school of its due is its unit."""
        return self.select_related(
            "due__round",
            "cycle",
            "category",
            "person__elder_class",
            "person__card",
            "unit__group",
            "submitted_by",
        )

    def for_list(self):
        """Load what a row of a list shows, in one query: by category, the group's rank, unit."""
        return (
            self._beside()
            .only(*self._own(), *BESIDE)
            .defer("draft")
            .order_by(
                "category__position",
                models.F("rank").asc(nulls_last=True),
                "unit__group__position",
                "unit__position",
                "pk",
            )
        )


class Nomination(QuestionnaireFiling):
    """One nominee of a school in one category of a cycle: a person, or the school itself as a collective.

    The draft answers the category's form fields (awards.sheets). `printed_*` are the names of the time,
    written when it is sent. `quota` is the row whose place it takes while it is in the running.
    """

    Status = Status  # the states of a decision follow those of a filing

    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="nominations", verbose_name="评选周期")
    category = models.ForeignKey(Category, models.PROTECT, related_name="nominations", verbose_name="奖项")
    unit = models.ForeignKey(School, models.PROTECT, related_name="nominations", verbose_name="推荐单位")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="nominations", verbose_name="人选"
    )
    quota = models.ForeignKey(
        Quota,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nominations",
        verbose_name="占用名额",
        editable=False,
    )
    printed_name = models.CharField("姓名", max_length=50, blank=True, editable=False)
    printed_unit = models.CharField("单位全称", max_length=100, blank=True, editable=False)
    printed_duty = models.CharField("职务", max_length=50, blank=True, editable=False)
    #: Place in the group's order within the category; 1 is the first.
    rank = models.PositiveSmallIntegerField("协作组排序", null=True, blank=True, editable=False)
    #: Place among the reserves (递补) of the category, in the district's order.
    reserve_place = models.PositiveSmallIntegerField("递补顺序", null=True, blank=True, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta(QuestionnaireFiling.Meta):
        verbose_name = verbose_name_plural = "推荐"
        constraints = [
            *QuestionnaireFiling.Meta.constraints,
            models.UniqueConstraint(
                fields=["cycle", "person"],
                condition=Q(person__isnull=False) & ~Q(status__in=["WITHDRAWN", "DECLINED"]),
                name="one_person_one_award_a_cycle",
                violation_error_message="该同志本届已被推荐。一人一届只能推荐一个奖项，请先撤回另一份。",
            ),
            models.UniqueConstraint(
                fields=["category", "unit"],
                condition=Q(person__isnull=True) & ~Q(status__in=["WITHDRAWN", "DECLINED"]),
                name="one_collective_a_school_and_category",
                violation_error_message="本校在这个奖项中已有一份推荐。",
            ),
            models.CheckConstraint(
                condition=Q(quota__isnull=True)
                | ~Q(status__in=["DRAFT", "RETURNED", "WITHDRAWN", "DECLINED"]),
                name="only_what_is_sent_takes_a_place",
                violation_error_message="没有提交的推荐不占名额。",
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "status", "category"], name="nominations_by_state"),
        ]

    def __str__(self):
        return f"{self.category}：{self.nominee}"

    @property
    def nominee(self) -> str:
        """Return who is nominated; the person is at hand wherever a list or page is shown."""
        if self.person_id is None:
            return self.printed_unit or str(self.unit)
        return self.printed_name or str(self.person)

    @property
    def is_sent(self) -> bool:
        return self.status in SENT

    @property
    def receipt_no(self) -> str:
        """Return the number that the receipt bears: year of the cycle and key."""
        return f"TJ{self.cycle.year}-{self.pk:05d}"

    def settle(self, *, at: datetime.datetime) -> None:
        """Keep the Due in step with all nominations of the school; `take()` calls it in its transaction.

        A due of nominations is met by 报送完毕 (its `met_at`), not by any one of them.
        """
        due = Due.objects.select_for_update().get(pk=self.due_id)
        statuses = list(Nomination.objects.filter(due=due).values_list("status", flat=True))
        state = due_state(statuses, is_finished=due.met_at is not None)
        if due.met_at is not None and state in (Due.State.WAITING, Due.State.DRAFT):
            due.met_at = None
        due.state = state
        due.save(update_fields=["state", "met_at"])


def due_state(statuses: Any, *, is_finished: bool) -> str:
    """Return where a due stands whose nominations stand so; `is_finished` when 报送完毕 was said."""
    found = set(statuses)
    if Status.RETURNED in found:
        return Due.State.RETURNED
    if not is_finished or found <= {Status.WITHDRAWN}:
        return Due.State.DRAFT if found - {Status.WITHDRAWN} else Due.State.WAITING
    if Status.DRAFT in found:
        return Due.State.DRAFT
    if Status.SUBMITTED in found:
        return Due.State.SUBMITTED
    return Due.State.ENDORSED if Status.ENDORSED in found else Due.State.ACCEPTED


class OpinionQuerySet(ScopedQuerySet):
    ways = to_school("nomination__unit")

    def of(self, nomination):
        """Keep the opinions on one nomination, from the unit upwards."""
        return self.filter(nomination=nomination).select_related("given_by").order_by("level")

    def in_order(self):
        return self.order_by("level")

    def returns_of(self, due):
        """Keep why nominations of a due came back that lie with the school again, by nomination."""
        back = self.filter(
            nomination__due=due, nomination__status=Status.RETURNED, verdict=Opinion.Verdict.RETURN
        )
        return back.order_by("nomination", "-given_at", "level")


class Opinion(models.Model):
    """What one level says of a nomination (单位、协作组、区、市); given anew, it takes the old one's place.

    The unit's is that of its Party organisation, sealed on paper; a group has no seal and signs by name.
    """

    class Level(models.TextChoices):
        UNIT = "1_UNIT", "单位意见"
        GROUP = "2_GROUP", "协作组意见"
        DISTRICT = "3_DISTRICT", "区教育关工委意见"
        COMMITTEE = "4_COMMITTEE", "区教工委审批意见"
        CITY = "5_CITY", "市级意见"

    class Verdict(models.TextChoices):
        AGREE = "AGREE", "同意推荐"
        RETURN = "RETURN", "退回修改"
        DECLINE = "DECLINE", "不予推荐"

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="opinions", verbose_name="推荐")
    level = models.CharField("层级", max_length=12, choices=Level)
    verdict = models.CharField("结论", max_length=8, choices=Verdict, default=Verdict.AGREE)
    text = models.CharField("意见", max_length=300)
    signed_by = models.CharField("签署人", max_length=50, blank=True)
    signed_on = models.DateField("签署日期", null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    given_at = models.DateTimeField("办理时间")

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推荐意见"
        constraints = [
            models.UniqueConstraint(
                fields=["nomination", "level"],
                name="one_opinion_a_level",
                violation_error_message="这一级已有意见。",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="opinion_says_something",
                violation_error_message="请写明意见。",
            ),
        ]

    def __str__(self):
        return f"{self.get_level_display()}：{self.get_verdict_display()}"


class PanelMarkQuerySet(ScopedQuerySet):
    # Marks of the district's panel: schools and groups do not see them.
    ways = (to_district("nomination__unit__district"),)

    def of(self, nomination):
        return self.filter(nomination=nomination).order_by("panellist", "pk")


class PanelMark(models.Model):
    """What one member of the district's panel thinks of a nomination: points of 100, and a note."""

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="marks", verbose_name="推荐")
    panellist = models.CharField("评审人", max_length=50)
    points = models.DecimalField("评分", max_digits=4, decimal_places=1, null=True, blank=True)
    note = models.CharField("评语", max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间")

    objects = PanelMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评审意见"
        constraints = [
            models.UniqueConstraint(
                fields=["nomination", "panellist"],
                name="one_mark_a_panellist_and_nomination",
                violation_error_message="这位评审人对这份推荐已有评审意见。",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0, points__lte=100),
                name="mark_lies_between_0_and_100",
                violation_error_message="评分须在 0 到 100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=False) | ~Q(note=""),
                name="panel_mark_says_something",
                violation_error_message="评分和评语至少填一项。",
            ),
        ]

    def __str__(self):
        return f"{self.panellist} {self.points if self.points is not None else ''}"


class VetoQuerySet(ScopedQuerySet):
    # Staff alone know of it; a school learns from the check of its own nomination.
    ways = (to_district(),)

    def standing(self, day: datetime.date):
        """Keep what holds on `day`: begun, not over, not lifted."""
        return self.filter(from_on__lte=day, lifted_at=None).filter(Q(until_on=None) | Q(until_on__gte=day))

    def in_district(self, district):
        return self.filter(district=district)

    def same_as(self, veto):
        """Keep those of the same kind on the same person or school."""
        return self.filter(kind=veto.kind, person=veto.person_id, school=veto.school_id)

    def unfinished(self, day: datetime.date):
        """Keep what holds on `day` or begins later: not over, not lifted."""
        return self.filter(lifted_at=None).filter(Q(until_on=None) | Q(until_on__gte=day))

    def for_list(self):
        return self.select_related("person__school", "school", "set_by").order_by("-from_on", "-pk")


class Veto(models.Model):
    """A person or a school that may not be commended: 一票否决, or 停评 of the next cycle after a breach."""

    class Kind(models.TextChoices):
        VETO = "VETO", "一票否决"
        BAN = "BAN", "停评"

    district = models.ForeignKey(District, models.PROTECT, related_name="vetoes", verbose_name="区")
    kind = models.CharField("种类", max_length=4, choices=Kind, default=Kind.VETO)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="vetoes", verbose_name="人员"
    )
    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, related_name="vetoes", verbose_name="单位"
    )
    reason = models.CharField("理由", max_length=300)
    from_on = models.DateField("起始日期")
    until_on = models.DateField("截止日期", null=True, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")
    set_at = models.DateTimeField("登记时间")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True, editable=False)
    lift_reason = models.CharField("解除理由", max_length=300, blank=True, editable=False)

    objects = VetoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "一票否决和停评"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, school__isnull=False)
                | Q(person__isnull=False, school__isnull=True),
                name="veto_is_of_a_person_or_a_school",
                violation_error_message="请选一名人员或一个单位。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="veto_gives_a_reason",
                violation_error_message="请写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")),
                name="veto_ends_after_it_begins",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lift_reason=""),
                name="lifted_veto_gives_a_reason",
                violation_error_message="解除须写明理由。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.person or self.school}"


#: The statuses that Filing knows too; the rest of the chain is the awards' own.
assert set(Filing.Status.values) <= set(Status.values)
