"""People: one file for life, whatever school, team or award comes along."""

import datetime

from django.db import models
from django.db.models import Count, F, Q

from guanweihui.crypto import EncryptedTextField
from guanweihui.models.org import AT_COMMITTEE, AtCommittee, CollaborationGroup, District, Precision, School
from guanweihui.scope import ScopedQuerySet, Way, to_district, to_school


class ElderClassQuerySet(ScopedQuerySet):
    # A dictionary is read by everybody whose people it sorts.
    ways = (to_district(), Way("group", "district__groups"), Way("school", "district__schools"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; posts at several units of a district do not show a class twice."""
        return super().visible_to(actor, roles=roles).distinct()

    def for_list(self):
        return self.order_by("position", "pk")


class ElderClass(models.Model):
    """A 五老 class. A dictionary, not an enum: localities keep other lists."""

    district = models.ForeignKey(District, models.PROTECT, related_name="elder_classes", verbose_name="区")
    name = models.CharField("名称", max_length=20)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    objects = ElderClassQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "五老类别"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                name="one_elder_class_a_name",
                violation_error_message="已有这个类别。",
            )
        ]

    def __str__(self):
        return self.name


class Sex(models.TextChoices):
    MALE = "男", "男"
    FEMALE = "女", "女"


class RetirementKind(models.TextChoices):
    RETIRED = "RETIRED", "退休"
    RETIRED_HONOURED = "RETIRED_HONOURED", "离休"


def _years_before(day: datetime.date, years: int) -> datetime.date:
    """Return the same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class PersonQuerySet(ScopedQuerySet):
    ways = to_school("school", district="district")

    def on_register(self):
        """Keep retired education staff: persons with a row in the register."""
        return self.filter(on_register=True)

    def of_kind(self, kind: str):
        """Keep people of one retirement kind; empty for those still in service."""
        return self.filter(retirement_kind=kind)

    def volunteers(self):
        return self.filter(is_volunteer=True)

    def present_on(self, day: datetime.date):
        """Keep persons who live on `day`: only a known death takes them out."""
        return self.filter(Q(died_on=None) | Q(died_on__gt=day))

    def retired_by(self, day: datetime.date):
        """Keep persons present on `day` who had retired by then; an unknown retirement date counts."""
        return self.present_on(day).filter(Q(retired_on=None) | Q(retired_on__lte=day))

    def tally_by_school(self):
        """Count heads by school and elder class: number, honoured, volunteers, women and party among them."""
        volunteer = Q(is_volunteer=True)
        return (
            self.order_by()
            .values("school", "elder_class__name")
            .annotate(
                number=Count("pk"),
                honoured=Count("pk", filter=Q(retirement_kind=RetirementKind.RETIRED_HONOURED)),
                volunteers=Count("pk", filter=volunteer),
                women=Count("pk", filter=volunteer & Q(sex=Sex.FEMALE)),
                party=Count("pk", filter=volunteer & Q(political_status="中共党员")),
            )
        )

    def named(self, text: str):
        """Search by the beginning of a name, its pinyin or initials, or a whole staff number.

        A surname with two readings is found by either: the second stands after a space.
        """
        text = text.strip()
        if not text:
            return self
        key = text.lower()
        keys = Q(pinyin__startswith=key) | Q(initials__startswith=key)
        keys |= Q(pinyin__contains=f" {key}") | Q(initials__contains=f" {key}")
        return self.filter(Q(name__startswith=text) | Q(staff_no=text.upper()) | keys)

    def at(self, text: str):
        """Search by part of the unit's name, or the beginning of its code."""
        text = text.strip()
        return self.filter(
            Q(school__short_name__icontains=text)
            | Q(school__full_name__icontains=text)
            | Q(school__code__startswith=text)
        )

    def aged(self, youngest: int, oldest: int, day: datetime.date):
        """Keep people whose full years on `day` lie between two ages; an unknown birth is left out."""
        latest = _years_before(day, youngest)
        earliest = _years_before(day, oldest + 1)
        return self.filter(born_on__gt=earliest, born_on__lte=latest)

    def for_page(self):
        """Load what a person's sheet shows."""
        return self.select_related("district", "school__group", "elder_class")

    def for_list(self):
        """Load what a row of the register shows, in one query, without a single sensitive field."""
        return (
            self.select_related("school__group", "elder_class")
            .only(
                "name",
                "staff_no",
                "sex",
                "born_on",
                "birth_precision",
                "is_volunteer",
                "retirement_kind",
                "retired_on",
                "retired_precision",
                "died_on",
                "school__short_name",
                "school__full_name",
                "school__group__short_name",
                "elder_class__name",
            )
            .order_by("school__group__position", "school__position", "pinyin", "pk")
        )

    def for_register(self):
        """Stream what the register prints, in the district's order: three queries, whatever the rows.

        Every person of a school shares its one object; the whole register is never in memory at once.
        """
        schools = (
            School.objects.filter(pk__in=self.order_by().values("school")).select_related("group").in_bulk()
        )
        classes = ElderClass.objects.filter(pk__in=self.order_by().values("elder_class")).in_bulk()
        people = self.order_by("school__group__position", "school__position", "pinyin", "pk")
        for person in people.iterator(chunk_size=1000):
            person.school = schools[person.school_id]
            person.elder_class = classes.get(person.elder_class_id)
            yield person


class Person(models.Model):
    """One person, one file, for life. Deaths and moves are states with dates; nothing is deleted.

    ID number, phones, home address, contact and health stand encrypted; ID and phone have a keyed hash
    for equality. In-service people (heads, leaders) are persons too, with fewer fields.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="people", verbose_name="区")
    school = models.ForeignKey(School, models.PROTECT, related_name="people", verbose_name="单位")
    staff_no = models.CharField("教工编号", max_length=20, blank=True)
    name = models.CharField("姓名", max_length=50)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False, db_index=True)
    initials = models.CharField("拼音首字母", max_length=50, blank=True, editable=False, db_index=True)
    stroke_key = models.CharField("笔画序", max_length=200, blank=True, editable=False)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    born_on = models.DateField("出生年月", null=True, blank=True)
    birth_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    id_number = EncryptedTextField("身份证号", blank=True)
    id_index = models.CharField(max_length=64, blank=True, editable=False)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    political_status = models.CharField("政治面貌", max_length=20, blank=True)
    joined_party_on = models.DateField("入党时间", null=True, blank=True)
    joined_party_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    education = models.CharField("文化程度", max_length=20, blank=True)

    duty = models.CharField("职务", max_length=50, blank=True, help_text="退休人员为退休时职务。")
    title = models.CharField("职称", max_length=30, blank=True)
    subject = models.CharField("任教学科", max_length=30, blank=True)
    began_work_on = models.DateField("参加工作时间", null=True, blank=True)
    began_work_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    retirement_kind = models.CharField("退休类型", max_length=20, choices=RetirementKind, blank=True)
    retired_on = models.DateField("退休时间", null=True, blank=True)
    retired_precision = models.CharField(max_length=5, choices=Precision, blank=True)

    elder_class = models.ForeignKey(
        ElderClass, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="五老类别"
    )
    is_volunteer = models.BooleanField("是志愿者", default=False)
    on_register = models.BooleanField("在离退休花名册", default=False, editable=False)
    health = EncryptedTextField("健康状况", blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    home_address = EncryptedTextField("家庭住址", blank=True)
    emergency_contact = EncryptedTextField("紧急联系人", blank=True)
    emergency_phone = EncryptedTextField("紧急联系人电话", blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    died_on = models.DateField("离世日期", null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "id_index"],
                condition=~Q(id_index=""),
                name="one_person_an_id_number",
                violation_error_message="这个身份证号已登记在另一人名下。",
            ),
            models.UniqueConstraint(
                fields=["district", "staff_no"],
                condition=~Q(staff_no=""),
                name="one_person_a_staff_number",
                violation_error_message="这个教工编号已登记在另一人名下。",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="person_has_a_name", violation_error_message="请填写姓名。"
            ),
            models.CheckConstraint(
                condition=Q(on_register=False) | ~Q(retirement_kind=""),
                name="register_rows_say_how_retired",
                violation_error_message="花名册中的人员须填退休类型。",
            ),
        ]
        indexes = [
            # Covers the counts of every dashboard: they read the index and no row (20 to 8 ms, measured).
            models.Index(
                fields=["district", "on_register", "school", "is_volunteer", "retired_on", "died_on"],
                name="people_of_a_district",
            ),
            models.Index(fields=["name"], name="people_by_name"),
        ]

    def __str__(self):
        return self.name


class AppointmentQuerySet(ScopedQuerySet):
    ways = AT_COMMITTEE

    def serving(self, day: datetime.date):
        """Keep appointments whose term holds `day`; an unknown begin counts as begun."""
        return self.filter(Q(from_on=None) | Q(from_on__lte=day), Q(to_on=None) | Q(to_on__gte=day))

    def at_schools(self):
        """Keep seats of school committees, the latest term first."""
        return self.exclude(school=None).order_by("school", "position", "-from_on", "-pk")

    def at_groups(self):
        """Keep seats at collaboration groups, heads first."""
        return self.exclude(group=None).order_by("group", "position", "-from_on", "-pk")

    def of_unit(self, unit):
        """Keep the seats of one district, group or school, whatever their term."""
        field = {District: "district", CollaborationGroup: "group", School: "school"}[type(unit)]
        return self.filter(**{field: unit})

    def for_school(self):
        """Load what a school's page shows, heads first."""
        return self.select_related("person").order_by("position", "-from_on", "pk")


class Appointment(AtCommittee):
    """A seat on a committee held for a term (任职), never a name column on the unit.

    The printed name stays as the office wrote it; `person` is set when exactly one person of that unit
    bears the name.
    """

    class Position(models.IntegerChoices):
        DIRECTOR = 1, "主任"
        EXECUTIVE_DEPUTY = 2, "常务副主任"
        DEPUTY_DIRECTOR = 3, "副主任"
        SECRETARY_GENERAL = 4, "秘书长"
        COMMITTEE_MEMBER = 5, "委员"
        LIAISON = 6, "联络员"
        GROUP_HEAD = 7, "协作组长"

    class Service(models.TextChoices):
        IN_SERVICE = "IN_SERVICE", "在职"
        RETIRED = "RETIRED", "退休"

    position = models.PositiveSmallIntegerField("任职", choices=Position)
    printed_name = models.CharField("姓名", max_length=50)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="人员"
    )
    duty = models.CharField("职务", max_length=50, blank=True)
    service = models.CharField("在职或退休", max_length=10, choices=Service, blank=True)
    is_by_office = models.BooleanField("随职务任职", default=False)
    phone = EncryptedTextField("联系电话", blank=True)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta(AtCommittee.Meta):
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            *AtCommittee.Meta.constraints,
            models.UniqueConstraint(
                fields=["school", "position"],
                condition=Q(to_on=None, position__in=[1, 2, 6]),
                name="one_serving_head_a_school",
                violation_error_message="该校这个任职已有现任，请先填写原任的止期。",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(from_on=None) | Q(to_on__gte=F("from_on")),
                name="appointment_ends_after_it_begins",
                violation_error_message="止期不能早于起期。",
            ),
        ]

    def __str__(self):
        return f"{self.printed_name}（{self.get_position_display()}）"
