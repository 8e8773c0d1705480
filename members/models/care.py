"""Care for the elders: visits and greetings, outings with their safety papers, who was asked for what."""

import datetime

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from guanweihui.crypto import EncryptedTextField
from guanweihui.models import District, Post, User
from guanweihui.scope import Role, ScopedQuerySet, to_district, to_link, to_school

from .cards import TO_PERSON
from .people import Person
from .teams import Team


class CareQuerySet(ScopedQuerySet):
    ways = to_school("person__school", district="district")

    def of_person(self, person):
        return self.filter(person=person).order_by("-given_on", "-pk")

    def of_name(self, text: str):
        return self.filter(person__name__startswith=text.strip())

    def for_list(self):
        """Load what a row shows; the sealed note stays shut."""
        rows = self.select_related("person__school__group", "created_by").defer("note")
        return rows.order_by("-given_on", "-pk")


class Care(models.Model):
    """One act of care (慰问): a visit, a birthday, an illness, a festival. What was seen is sealed."""

    class Kind(models.TextChoices):
        VISIT = "VISIT", "走访"
        BIRTHDAY = "BIRTHDAY", "生日"
        ILLNESS = "ILLNESS", "住院看望"
        FESTIVAL = "FESTIVAL", "节日"
        CONDOLENCE = "CONDOLENCE", "吊唁"

    district = models.ForeignKey(District, models.PROTECT, related_name="cares", verbose_name="区")
    person = models.ForeignKey(Person, models.PROTECT, related_name="cares", verbose_name="人员")
    kind = models.CharField("事由", max_length=10, choices=Kind)
    given_on = models.DateField("日期")
    visitors = models.CharField("慰问人", max_length=100)
    gift = models.CharField("慰问品或慰问金", max_length=100, blank=True)
    note = EncryptedTextField("情况记录", blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="记录人"
    )

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "慰问记录"
        indexes = [models.Index(fields=["person", "given_on"], name="cares_of_a_person")]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"


def papers_in(prefix: str = "") -> Q:
    """Return the condition that the three papers of a place are in and say that the person is fit."""
    filed = {"health_stated_on__isnull": False, "family_signed_on__isnull": False, "is_fit": True}
    return Q(**{f"{prefix}{name}": value for name, value in filed.items()}) & ~Q(
        **{f"{prefix}emergency_contact": ""}
    )


def living_then(place: str = "", outing: str = "outing__") -> Q:
    """Return the condition that the person of a place lives on the day of its outing."""
    died_on = f"{place}person__died_on"
    return Q(**{died_on: None}) | Q(**{f"{died_on}__gt": F(f"{outing}held_on")})


class OutingQuerySet(ScopedQuerySet):
    ways = (to_district(),)

    def for_list(self):
        """Load what a row shows, with `taken` places and how many of them are `cleared`."""
        cleared = papers_in("places__") & living_then("places__", outing="")
        return (
            self.select_related("district", "team")
            .annotate(taken=Count("places"), cleared=Count("places", filter=cleared))
            .order_by("-held_on", "-pk")
        )

    def named(self, text: str):
        text = text.strip()
        return self.filter(Q(name__icontains=text) | Q(place__icontains=text))


class Outing(models.Model):
    """A visit by bus or on foot (参观体验). Nobody is on its list without the three papers."""

    district = models.ForeignKey(District, models.PROTECT, related_name="outings", verbose_name="区")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="outings", verbose_name="队伍"
    )
    name = models.CharField("名称", max_length=60)
    place = models.CharField("地点", max_length=100)
    held_on = models.DateField("日期")
    meets_at = models.TimeField("集合时间", null=True, blank=True)
    meeting_place = models.CharField("集合地点", max_length=100, blank=True)
    contact = models.CharField("联系人", max_length=50)
    contact_phone = models.CharField("联系电话", max_length=20)
    capacity = models.PositiveSmallIntegerField("名额", default=40)
    minimum = models.PositiveSmallIntegerField("最少成行人数", default=1)

    objects = OutingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外出活动"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=F("minimum"), minimum__gte=1),
                name="outing_has_room_for_its_minimum",
                violation_error_message="名额不能少于最少成行人数。",
            )
        ]

    def __str__(self):
        return self.name


class OutingPlaceQuerySet(ScopedQuerySet):
    ways = (
        *to_school("person__school", district="outing__district"),
        to_link("person__slip_link"),
    )

    def of_outing(self, outing):
        return self.filter(outing=outing)

    def cleared(self):
        """Keep places of the living whose three papers are in: they alone make the attendance list."""
        return self.filter(papers_in(), living_then())

    def for_list(self):
        return self.select_related("person__school", "outing").order_by("person__pinyin", "pk")

    def of_person(self, person):
        """Keep the places of one person, the latest outing first."""
        return self.filter(person=person).select_related("outing").order_by("-outing__held_on", "-pk")

    def coming(self, day: datetime.date):
        """Keep places on outings that are still to be held, the next one first."""
        places = self.filter(outing__held_on__gte=day).select_related("outing")
        return places.order_by("outing__held_on", "pk")


class OutingPlace(models.Model):
    """One person's place on an outing, with the papers that gate it."""

    outing = models.ForeignKey(Outing, models.PROTECT, related_name="places", verbose_name="外出活动")
    person = models.ForeignKey(Person, models.PROTECT, related_name="outing_places", verbose_name="人员")
    health_stated_on = models.DateField("健康声明日期", null=True, blank=True)
    is_fit = models.BooleanField("健康状况适合参加", default=True)
    family_signed_on = models.DateField("家属签字日期", null=True, blank=True)
    family_member = EncryptedTextField("签字家属", blank=True)
    emergency_contact = EncryptedTextField("紧急联系人", blank=True)
    emergency_phone = EncryptedTextField("紧急联系人电话", blank=True)
    is_insured = models.BooleanField("已办保险", default=False)
    attended = models.BooleanField("已参加", default=False, editable=False)

    objects = OutingPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外出名额"
        constraints = [
            models.UniqueConstraint(
                fields=["outing", "person"],
                name="one_place_a_person_and_outing",
                violation_error_message="此人已在名单中。",
            ),
            models.CheckConstraint(
                condition=Q(attended=False) | papers_in(),
                name="nobody_goes_without_his_papers",
                violation_error_message="健康声明、家属签字、紧急联系人齐全后才能列入参加名单。",
            ),
        ]

    def __str__(self):
        return f"{self.person}（{self.outing}）"


class TaskCallQuerySet(ScopedQuerySet):
    ways = to_school("person__school", district="district")

    def of_person(self, person):
        return self.filter(person=person).order_by("-asked_on", "-pk")

    def answered(self, answer: str):
        """Keep calls with one answer; empty for those that still wait."""
        return self.filter(answer=answer)

    def for_list(self):
        """Load what a row of the list shows, the newest first."""
        return self.select_related("person__school__group", "asked_by").order_by("-asked_on", "task", "-pk")


class TaskCall(models.Model):
    """Somebody was asked to take on a task: whoever was asked longest ago stands first next time."""

    class Answer(models.TextChoices):
        WAITING = "", "待答复"
        YES = "YES", "同意"
        NO = "NO", "不便"

    district = models.ForeignKey(District, models.PROTECT, related_name="task_calls", verbose_name="区")
    person = models.ForeignKey(Person, models.PROTECT, related_name="task_calls", verbose_name="人员")
    task = models.CharField("任务", max_length=100)
    asked_on = models.DateField("邀请日期")
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="邀请人"
    )
    answer = models.CharField("答复", max_length=3, choices=Answer, blank=True, default="")

    objects = TaskCallQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务邀请"
        indexes = [models.Index(fields=["person", "asked_on"], name="calls_of_a_person")]

    def __str__(self):
        return f"{self.person} {self.task}"


class SlipQuerySet(ScopedQuerySet):
    ways = TO_PERSON

    def of_person(self, person):
        return self.filter(person=person)


class Slip(models.Model):
    """A volunteer's paper slip (个人服务单): a code to type and a QR code, both changed with each new slip.

    The link of the QR code is `Person.slip_link`; of the typed code only a keyed hash is stored.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="slips", verbose_name="区")
    person = models.OneToOneField(Person, models.PROTECT, related_name="slip", verbose_name="志愿者")
    code_index = models.CharField("服务码摘要", max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField("发放时间", editable=False)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="发放人"
    )

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个人服务单"

    def __str__(self):
        return f"{self.person}的服务单"


def meant_for(user, day: datetime.date) -> Q:
    """Return the condition that a correction is one staff member's, or nobody's who serves on `day`.

    Whoever was named may have left the district since: then it is everybody's, not nobody's.
    """
    posts = Post.objects.serving(day).filter(role=Role.DISTRICT)
    at_work = posts.filter(user=OuterRef("staff"), district=OuterRef("district"))
    return Q(staff=user) | Q(staff=None) | ~Exists(at_work)


class CorrectionQuerySet(ScopedQuerySet):
    ways = TO_PERSON

    def waiting(self):
        return self.filter(resolved_at=None)

    def of_name(self, text: str):
        return self.filter(person__name__startswith=text.strip())

    def answered_since(self, moment: datetime.datetime):
        return self.filter(resolved_at__gte=moment).order_by("-resolved_at")

    def for_staff(self, user):
        """Keep what is meant for one staff member, and what nobody who serves today was named for."""
        return self.filter(meant_for(user, timezone.localdate()))

    def for_list(self):
        return self.select_related("person__school", "staff").order_by("reported_at", "pk")

    def own_first(self, user):
        """Put what waits for this staff member first, then what waits for others, then what is done."""
        return self.annotate(
            turn=Case(
                When(resolved_at__isnull=False, then=Value(2)),
                When(meant_for(user, timezone.localdate()), then=Value(0)),
                default=Value(1),
            )
        ).order_by("turn", "reported_at", "pk")


class Correction(models.Model):
    """A volunteer says that something on his pages is wrong (有误): a to-do for his team's staff member."""

    class About(models.TextChoices):
        SERVICE = "SERVICE", "我的服务记录"
        CARD = "CARD", "我的志愿者证"
        CERTIFICATE = "CERTIFICATE", "我的证书"
        OTHER = "OTHER", "其他"

    district = models.ForeignKey(District, models.PROTECT, related_name="corrections", verbose_name="区")
    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections", verbose_name="志愿者")
    staff = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name="处理人"
    )
    about = models.CharField("有误的内容", max_length=12, choices=About)
    words = models.CharField("说明", max_length=300, blank=True)
    reported_at = models.DateTimeField("提出时间", editable=False)
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True, editable=False)
    resolution = models.CharField("处理结果", max_length=300, blank=True, editable=False)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "有误反馈"
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None) | ~Q(resolution=""),
                name="resolved_correction_says_how",
                violation_error_message="请写明处理结果。",
            )
        ]

    def __str__(self):
        return f"{self.person} {self.get_about_display()}"
