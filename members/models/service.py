"""Service hours: sign-in sheets, records, quarterly checks, certificates."""

import datetime

from django.db import models
from django.db.models import Count, Expression, F, Func, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from guanweihui.lookups import IsAmong, any_of, begins_with, keys_of_any
from guanweihui.models import District, Post, School, User
from guanweihui.models.org import AT_COMMITTEE, AtCommittee
from guanweihui.scope import Role, ScopedQuerySet, reach_of, to_link, to_school

from .cards import TO_PERSON
from .people import Person, beginning_with
from .teams import Team


class ServiceKind(models.TextChoices):
    SERVICE = "SERVICE", "志愿服务"
    TRAINING = "TRAINING", "培训学习"


def _count(rows: models.QuerySet) -> Coalesce:
    """Count the rows that a subquery finds for the outer row."""
    number = rows.order_by().annotate(_all=Func(F("pk"), function="COUNT")).values("_all")
    return Coalesce(Subquery(number, output_field=models.IntegerField()), 0)


class ServiceSheetQuerySet(ScopedQuerySet):
    # A volunteer reads the sheets of the activities he is expected at.
    ways = (*to_school("school", district="district"), to_link("expected__slip_link"))

    def for_list(self):
        return self.select_related("school", "team", "district").order_by("-held_on", "-pk")

    def for_page(self):
        """Load what a sheet's page, its print and its entry grid show."""
        return self.select_related("district", "school", "team", "created_by")

    def named(self, text: str):
        """Search by part of the content, or the beginning of the number."""
        text = text.strip()
        return self.filter(Q(content__icontains=text) | Q(number__startswith=text.upper()))

    def organised_by(self, text: str):
        """Search by part of the name of the school or team that organises."""
        text = text.strip()
        return self.filter(
            Q(school__short_name__icontains=text)
            | Q(school__full_name__icontains=text)
            | Q(school__code__startswith=text)
            | Q(team__name__icontains=text)
        )

    def tallied(self):
        """Add to each sheet how many are expected and how many have a record on it."""
        through = ServiceSheet.expected.through._default_manager.filter(servicesheet=OuterRef("pk"))
        standing = ServiceRecord.objects.filter(sheet=OuterRef("pk")).standing()
        return self.annotate(awaited=_count(through), entered=_count(standing))

    def coming(self, day: datetime.date):
        """Keep sheets of activities that are still to be held, the next one first."""
        return self.filter(held_on__gte=day).order_by("held_on", "starts_at", "pk")


class ServiceSheet(models.Model):
    """One service activity with its paper sign-in sheet (签到表): printed here, entered here afterwards.

    The organiser is a school or, where no school is named, a team or the district itself.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="service_sheets", verbose_name="区")
    school = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_sheets",
        verbose_name="组织学校",
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="service_sheets", verbose_name="组织队伍"
    )
    number = models.CharField("签到表号", max_length=20, editable=False)
    kind = models.CharField("类别", max_length=10, choices=ServiceKind, default=ServiceKind.SERVICE)
    content = models.CharField("服务内容", max_length=100)
    place = models.CharField("地点", max_length=100)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间")
    contact = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = models.CharField("联系电话", max_length=20, blank=True)
    expected = models.ManyToManyField(
        Person, blank=True, related_name="expected_sheets", verbose_name="预定参加人员"
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="建立人"
    )
    created_at = models.DateTimeField("建立时间", editable=False)

    objects = ServiceSheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签到表"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"],
                name="one_sheet_a_number",
                violation_error_message="这个签到表号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="sheet_ends_after_it_starts",
                violation_error_message="结束时间要晚于开始时间。",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.content}"


class ServiceRecordQuerySet(ScopedQuerySet):
    # The person's school reads it, the organising school confirms it, the volunteer sees his own.
    ways = (*TO_PERSON, *to_school("school")[1:])

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; ways over schools alone are read from two indexes, not by a join with OR."""
        reach = reach_of(actor).of(roles)
        groups, schools = reach.ids("group"), reach.ids("school")
        if reach.ids("district") or reach.ids("link") or not (groups or schools):
            return super().visible_to(actor, roles=roles)
        return self.touching(School.objects.filter(Q(pk__in=schools) | Q(group__in=groups)))

    def touching(self, schools):
        """Keep the records whose volunteer belongs to one of the schools, or that one of them organised."""
        keys = schools.order_by().values("pk")
        people = Person._default_manager.filter(school__in=keys).values("pk")
        return any_of(self, [Q(IsAmong("person", people)), Q(IsAmong("school", keys))])

    def organised_within(self, actor):
        """Keep what the actor's units organised: his schools, and for the district its teams and itself too.

        What his people did for other units is not among it, and nobody's people are looked up.
        """
        if reach_of(actor).ids("district"):
            return self.visible_to(actor)
        return self.filter(school__in=School.objects.visible_to(actor).order_by().values("pk"))

    def confirmed(self):
        return self.filter(status=ServiceRecord.Status.CONFIRMED)

    def waiting(self):
        return self.filter(status=ServiceRecord.Status.CLAIMED)

    def standing(self):
        """Keep what is claimed or confirmed: neither refused nor struck out."""
        return self.filter(status__in=[ServiceRecord.Status.CLAIMED, ServiceRecord.Status.CONFIRMED])

    def of_person(self, person):
        return self.filter(person=person)

    def within(self, first: datetime.date, last: datetime.date):
        return self.filter(served_on__gte=first, served_on__lte=last)

    def on(self, day: datetime.date):
        return self.filter(served_on=day)

    def usual(self):
        """Keep what was claimed in its own year: no back entries."""
        return self.filter(evidence="")

    def back_entries(self, grade: str = ""):
        """Keep back entries (补录), of one grade of evidence where it is named."""
        return self.filter(evidence=grade) if grade else self.exclude(evidence="")

    def picked(self, keys):
        """Keep the records that were ticked; what is no number ticks nothing."""
        return self.filter(pk__in=[key for key in keys if str(key).isdecimal() and len(str(key)) < 19])

    def of_people_named(self, text: str, actor):
        """Search by the beginning of the volunteer's name, pinyin or initials, or his staff number.

        The few people found lead to their records; nobody's records are looked through for them.
        """
        if not text.strip():
            return self
        return self.filter(IsAmong("person", keys_of_any(Person, beginning_with(text, actor))))

    def at(self, text: str):
        """Search by part of the name of the volunteer's or the organising unit, or the start of its code."""
        text = text.strip()
        schools = School.objects.filter(
            Q(short_name__icontains=text) | Q(full_name__icontains=text) | Q(code__startswith=text)
        )
        return self.touching(schools)

    def awaiting(self, actor):
        """Keep the claims that the actor is the organiser of: his schools', or the district's own."""
        reach = reach_of(actor)
        mine = Q(school__in=reach.of({Role.SCHOOL}).ids("school"))
        return self.waiting().filter(
            mine | Q(school=None, district__in=reach.of({Role.DISTRICT}).ids("district"))
        )

    def claimed_for(self, actor):
        """Keep what the actor's school, or he in the office, claimed and another unit is to confirm."""
        reach = reach_of(actor)
        schools, offices = reach.of({Role.SCHOOL}).ids("school"), reach.of({Role.DISTRICT}).ids("district")
        colleagues = Post.objects.filter(school__in=schools).values("user")
        own = Q(claimed_by=actor, district__in=offices, school__isnull=False)
        return self.waiting().filter(own | (Q(claimed_by__in=colleagues) & ~Q(school__in=schools)))

    def tally(self, **more: Expression) -> dict[str, int]:
        """Add the half hours up that stand, apart: `service`, `back` entries, `training`; `rows` counts all.

        One pass without groups, which SQLite would sort; the rarest condition is asked first. `more` is
        counted in the same pass.
        """
        standing = Q(status__in=[ServiceRecord.Status.CLAIMED, ServiceRecord.Status.CONFIRMED])
        training = Q(kind=ServiceKind.TRAINING) & standing
        back = ~Q(evidence="") & Q(kind=ServiceKind.SERVICE) & standing
        sums = self.order_by().aggregate(
            rows=Count("*"),
            service=Sum("half_hours", filter=standing, default=0),
            back=Sum("half_hours", filter=back, default=0),
            training=Sum("half_hours", filter=training, default=0),
            **more,
        )
        return sums | {"service": sums["service"] - sums["back"] - sums["training"]}

    def by_organiser(self) -> dict[int | None, dict[str, int]]:
        """Total by organising school (None: the district and its teams): people, records, hours, waiting.

        Training is left out of all but `waiting`. Two queries, both on the index `records_of_a_period`.
        """
        sums: dict[int | None, dict[str, int]] = {}
        rows = self.order_by().values("school")
        for row in (
            rows.confirmed()
            .service()
            .annotate(
                people=Count("person", distinct=True), records=Count("pk"), half_hours=Sum("half_hours")
            )
        ):
            sums[row.pop("school")] = row | {"waiting": 0}
        # Every kind is said, because the days stand behind the kind in the index.
        for row in rows.waiting().filter(kind__in=ServiceKind.values).annotate(waiting=Count("pk")):
            nothing = {"people": 0, "records": 0, "half_hours": 0}
            sums.setdefault(row["school"], nothing)["waiting"] = row["waiting"]
        return sums

    def service(self):
        """Keep service; training stands apart."""
        return self.filter(kind=ServiceKind.SERVICE)

    def training(self):
        return self.filter(kind=ServiceKind.TRAINING)

    def hours(self) -> float:
        """Add the hours up, in hours."""
        return (self.aggregate(sum=Sum("half_hours"))["sum"] or 0) / 2

    def for_page(self):
        """Load what a record's own page shows."""
        return self.select_related("district", "person__school", "school", "team", "sheet")

    def for_list(self):
        """Load what a row of a list shows, the newest first."""
        return self.select_related("person__school", "school", "team", "sheet").order_by(
            "-served_on", "-starts_at", "-pk"
        )

    def for_page_of_list(self):
        """Load what a row of the portal's own list shows, without a single sensitive field."""
        units = ("person__school__short_name", "school__short_name", "team__name")
        own = ("served_on", "starts_at", "ends_at", "content", "half_hours", "kind", "evidence", "status")
        return self.select_related("person__school", "school", "team").only(*own, "person__name", *units)


class ServiceRecord(models.Model):
    """Hours of one person on one day, in half-hour steps, travel left out; claimed, then confirmed.

    With both times known the hours fit between them, and two standing records of a person do not overlap
    (touching times are fine). Back entries of earlier years carry a grade of evidence and stand apart.
    """

    class Status(models.TextChoices):
        CLAIMED = "CLAIMED", "待确认"
        CONFIRMED = "CONFIRMED", "已确认"
        REFUSED = "REFUSED", "未通过"
        STRUCK = "STRUCK", "已作废"

    class Claimant(models.TextChoices):
        VOLUNTEER = "VOLUNTEER", "志愿者本人"
        SCHOOL = "SCHOOL", "学校"
        TEAM = "TEAM", "队伍"
        DISTRICT = "DISTRICT", "区关工委"

    class Evidence(models.TextChoices):
        NONE = "", "不是补录"
        A = "A", "甲（原始签到或照片）"
        B = "B", "乙（单位证明）"
        C = "C", "丙（本人说明）"

    district = models.ForeignKey(District, models.PROTECT, related_name="service_records", verbose_name="区")
    person = models.ForeignKey(Person, models.PROTECT, related_name="service_records", verbose_name="志愿者")
    school = models.ForeignKey(
        School,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_records",
        verbose_name="组织学校",
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="service_records", verbose_name="队伍"
    )
    sheet = models.ForeignKey(
        ServiceSheet, models.PROTECT, null=True, blank=True, related_name="records", verbose_name="签到表"
    )
    kind = models.CharField("类别", max_length=10, choices=ServiceKind, default=ServiceKind.SERVICE)
    content = models.CharField("服务内容", max_length=100)
    place = models.CharField("地点", max_length=100, blank=True)
    served_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    half_hours = models.PositiveSmallIntegerField("服务时间（半小时）")
    evidence = models.CharField("补录依据", max_length=1, choices=Evidence, blank=True, default="")
    basis = models.CharField("依据说明", max_length=200, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.CLAIMED, editable=False)
    claimed_as = models.CharField("申报方", max_length=10, choices=Claimant, default=Claimant.SCHOOL)
    claimed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="登记人"
    )
    claimed_at = models.DateTimeField("登记时间", editable=False)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, editable=False)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(half_hours__gte=1, half_hours__lte=48),
                name="hours_fit_a_day",
                violation_error_message="服务时间以半小时为单位，至少 0.5 小时，一天不超过 24 小时。",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="record_ends_after_it_starts",
                violation_error_message="开始和结束时间要同时填写，结束时间要晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED") | Q(confirmed_at__isnull=False),
                name="confirmed_record_has_a_time",
                violation_error_message="已确认的记录须有确认时间。",
            ),
            models.CheckConstraint(
                condition=Q(evidence="") | ~Q(basis=""),
                name="back_entry_says_its_basis",
                violation_error_message="补录须写明依据。",
            ),
            models.UniqueConstraint(
                fields=["sheet", "person"],
                condition=Q(sheet__isnull=False, status__in=["CLAIMED", "CONFIRMED"]),
                name="one_record_a_person_and_sheet",
                violation_error_message="此人在这张签到表上已有一条记录。",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "served_on"], name="records_of_a_person"),
            # The list reads its pages from this one, and with days asked for its totals too.
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
            # Without days its totals are added up from this one.
            models.Index(
                fields=["district", "status", "kind", "evidence", "half_hours"], name="records_in_sums"
            ),
            # Confirmed hours of a period are counted from the index alone: figures, the quarterly check.
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
            # Whether somebody served between two days is one step into this one; the records of the people
            # whom a text finds are added up and put in order from it.
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
        ]

    def __str__(self):
        return f"{self.person} {self.served_on}"


class QuarterCheckQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE

    def of_year(self, year: int):
        return self.filter(year=year)

    def of_quarter(self, year: int, quarter: int):
        return self.filter(year=year, quarter=quarter).select_related("checked_by")


class QuarterCheck(AtCommittee):
    """A quarter's hours of a unit, totalled and checked (每季度核对); its sums stay as they were."""

    year = models.PositiveSmallIntegerField("年")
    quarter = models.PositiveSmallIntegerField("季度", choices=[(n, f"第{n}季度") for n in (1, 2, 3, 4)])
    people = models.PositiveIntegerField("人数")
    records = models.PositiveIntegerField("人次")
    half_hours = models.PositiveIntegerField("服务时间（半小时）")
    remark = models.CharField("说明", max_length=200, blank=True)
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    checked_at = models.DateTimeField("核对时间")

    objects = QuarterCheckQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "季度核对"
        constraints = [
            *AtCommittee.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=[unit, "year", "quarter"],
                    name=f"one_quarter_check_a_{unit}",
                    violation_error_message="这个季度已经核对过。",
                )
                for unit in ("district", "group", "school")
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4),
                name="a_year_has_four_quarters",
                violation_error_message="季度应在 1—4 之间。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年第{self.quarter}季度"


class ServiceCertificateQuerySet(ScopedQuerySet):
    # The person's school reads it; the school that issues in a closed one's place does so too.
    ways = (*TO_PERSON, *to_school("issuer")[1:])

    def of_person(self, person):
        return self.filter(person=person)

    def standing_over(self, record):
        """Keep what is posted or issued to the record's person over a range that its day lies in."""
        states = [ServiceCertificate.Status.POSTED, ServiceCertificate.Status.ISSUED]
        over = self.filter(from_on__lte=record.served_on, to_on__gte=record.served_on)
        return over.filter(person=record.person_id, status__in=states)

    def with_token(self, token: str):
        """Keep the one whose printed QR code carries this token."""
        return self.filter(check_token=token)

    def issued_in(self, year: int):
        """Keep what was issued in a calendar year, void ones included: a page of the register."""
        return self.filter(issued_on__year=year)

    def named(self, text: str):
        """Search by the beginning of the volunteer's name or its pinyin, or a whole number."""
        text = text.strip()
        return self.filter(
            begins_with("person__name", text)
            | begins_with("person__pinyin", text.lower())
            | begins_with("person__initials", text.lower())
            | Q(number=text.upper())
        )

    def for_list(self):
        """Load what a row of the register shows, the newest first."""
        return self.select_related("person__school__group", "issuer").order_by("-pk")

    def for_register(self):
        """Load the register by number; what has none yet comes last."""
        return self.select_related("person__school__group", "issuer").order_by(
            F("issued_on").asc(nulls_last=True), "number", "pk"
        )

    def for_page(self):
        """Load what the sheet and its prints show."""
        return self.select_related("district", "issuer", "person__school__group", "person__card")


class ServiceCertificate(models.Model):
    """A certificate of service (志愿服务记录证明): posted inside the unit, then numbered and issued.

    Rules: 民政部令第67号, 民发〔2015〕149号. Only who recorded certifies: the person's school, or the one
    that goes on after a closed one. Its hours and lines are those confirmed in the range, kept as issued.
    """

    class Status(models.TextChoices):
        POSTED = "POSTED", "公示中"
        ISSUED = "ISSUED", "已出具"
        WITHDRAWN = "WITHDRAWN", "已撤回"
        VOID = "VOID", "已作废"

    district = models.ForeignKey(
        District, models.PROTECT, related_name="service_certificates", verbose_name="区"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="service_certificates", verbose_name="志愿者"
    )
    issuer = models.ForeignKey(
        School, models.PROTECT, related_name="issued_service_certificates", verbose_name="出具单位"
    )
    #: Said when the recording school is closed: the issuer goes on in its place.
    recorded_by_name = models.CharField("记录单位", max_length=100, blank=True)
    number = models.CharField("证明编号", max_length=30, blank=True, editable=False)
    from_on = models.DateField("起始日期")
    to_on = models.DateField("截止日期")
    half_hours = models.PositiveIntegerField("服务时间（半小时）", editable=False)
    content = models.JSONField("服务内容", default=list, editable=False)
    head = models.CharField("负责人", max_length=50)
    handler = models.CharField("经办人", max_length=50)
    contact = models.CharField("联系方式", max_length=50)
    purpose = models.CharField("备注", max_length=200, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.POSTED, editable=False)
    posted_on = models.DateField("公示开始日期", editable=False)
    posted_until = models.DateField("公示截止日期", editable=False)
    issued_on = models.DateField("出具日期", null=True, blank=True, editable=False)
    end_reason = models.CharField("撤回或作废原因", max_length=200, blank=True, editable=False)
    check_token = models.CharField("查验码", max_length=32, unique=True, editable=False)

    objects = ServiceCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务证明"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"],
                condition=~Q(number=""),
                name="one_service_certificate_a_number",
                violation_error_message="这个证明编号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="certificate_range_ends_after_it_begins",
                violation_error_message="截止日期不能早于起始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(status="ISSUED") | (~Q(number="") & Q(issued_on__gt=F("posted_until"))),
                name="certificate_is_issued_after_its_notice",
                violation_error_message="单位内公示期满以后才能出具，并须有编号。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["WITHDRAWN", "VOID"]) | ~Q(end_reason=""),
                name="ended_certificate_says_why",
                violation_error_message="撤回或作废须写明原因。",
            ),
        ]

    def __str__(self):
        return self.number or f"{self.person}的服务证明"
