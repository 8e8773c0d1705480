"""People: one file for life, whatever school, team or award comes along."""

import datetime

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from guanweihui.crypto import EncryptedTextField
from guanweihui.lookups import Aside, MonthOf, any_of, begins_with, by_keys, is_true
from guanweihui.models import AccessLink, District, School
from guanweihui.models.org import Precision
from guanweihui.scope import ScopedQuerySet, Way, reach_of, to_district, to_link, to_school


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


def years_before(day: datetime.date, years: int) -> datetime.date:
    """Return the same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def volunteering_on(day: datetime.date) -> Q:
    """Return the condition that somebody had not stopped his service by `day`."""
    return Q(stopped_on=None) | Q(stopped_on__gt=day)


def beginning_with(text: str, actor) -> list[Q]:
    """Return the conditions of which a person meets one whom the text finds: names, sounds, staff number.

    The first one finds the most. What many begin with is looked up in the districts where the actor serves,
    so that the other ones in a database cost nothing; the few others are told apart when they are read.
    """
    text, sound = text.strip(), text.strip().lower()
    here = Q(district__in=sorted(reach_of(actor).districts))
    names = [here & begins_with("name", text), begins_with("former_name", text), Q(staff_no=text.upper())]
    if not text.isascii():  # keys of sounds are written in plain letters
        return names
    initials = [here & begins_with("initials", sound), begins_with("other_initials", sound)]
    pinyin = here & begins_with("pinyin", sound)
    if len(sound) > 1:
        return [pinyin, begins_with("other_pinyin", sound), *initials, *names]
    # The sounds of a name begin with the letter of its initials; it lacks those when they are its sounds.
    return [*initials, Q(initials="") & pinyin, *names]


class PersonQuerySet(ScopedQuerySet):
    #: So many people at most share a phone; a list of them is not longer.
    FOUND_BY_KEY = 50
    # A volunteer's paper slip leads to his own file and nowhere else.
    ways = (*to_school("school", district="district"), to_link("slip_link"))

    def visible_to(self, actor, *, roles=None):
        """See ScopedQuerySet; a file merged into another one is reached through that one only."""
        return super().visible_to(actor, roles=roles).living_files()

    def living_files(self):
        """Keep the files that were not merged into another one."""
        return self.filter(merged_into=None)

    def on_register(self):
        """Keep retired education staff: persons with a row in the register."""
        return self.filter(is_true("on_register"))

    def of_kind(self, kind: str):
        """Keep people of one retirement kind; empty for those still in service."""
        return self.filter(retirement_kind=kind)

    def volunteers(self):
        return self.filter(is_true("is_volunteer"))

    def volunteers_on(self, day: datetime.date):
        """Keep living volunteers who have not stopped their service by `day`."""
        return self.volunteers().present_on(day).filter(volunteering_on(day))

    def by_volunteers_index(self):
        """Keep everybody, with a word that only the index `volunteers_by_name` knows.

        SQLite looks at a thousand entries of an index and holds all indexes of a district for equally long;
        it would take the narrowest, and read four times as many people.
        """
        return self.filter(pinyin__gte="")

    def by_units_index(self, districts):
        """Keep the people of these districts, with words that let the index `people_of_a_district` serve.

        Its third column is named with both its values: without it none looks at the school behind it.
        """
        return self.filter(district__in=districts, on_register__in=[True, False])

    def in_order_of(self, *fields):
        """Sort by fields that an index of the district gives in order.

        Nobody shown was merged, so the first field sorts nothing; PostgreSQL takes the order of an index only
        when every column before the sorted one is named, in the same direction, and sorts the whole register
        for a page without it.
        """
        way = "-" if fields[0].startswith("-") else ""
        return self.order_by(f"{way}merged_into_id", *fields)

    def by_sound(self):
        """Sort by the sound of the name."""
        return self.in_order_of("pinyin", "pk")

    def consented(self):
        """Keep people whose consent to be registered is on file."""
        return self.exclude(consented_on=None)

    def registered(self):
        """Keep people who came through a registration round: consent on file, accepted by the district."""
        return self.exclude(registered_on=None)

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

    def named(self, text: str, actor):
        """Search the actor's districts by the beginning of a name, its pinyin or initials, or a staff number.

        A surname with two readings is found by either; a former name too. Each key has its own index.
        """
        return any_of(self, beginning_with(text, actor)) if text.strip() else self

    def found_by(self, *, id_index: str = "", phone_index: str = "", card: str = ""):
        """Search by one whole key: the blind index of an ID number or a phone, or a card's number.

        What a merged file is known by leads to the file that it was merged into; a later merge of that one
        points it on, so one look is enough.
        """
        files = self.model._base_manager
        if id_index:
            found = files.filter(id_index=id_index)
        elif phone_index:
            found = files.filter(phone_index=phone_index)
        else:
            found = files.filter(card__number=card) if card else files.none()
        survivor = Coalesce("merged_into", "pk", output_field=models.BigIntegerField())
        keys = found.values_list(survivor, flat=True).distinct()
        return self.looked_up(list(keys[: self.FOUND_BY_KEY]))

    def among(self, keys):
        """Keep the people with these primary keys."""
        return self.filter(pk__in=keys)

    def looked_up(self, keys):
        """Keep the people with these primary keys, quickly in any district; order and load the answer."""
        return by_keys(self, keys)

    def survivor_of(self, pk: int):
        """Return the person that the file `pk` was merged into, through every further merge; else None."""
        files, seen = self.model._base_manager, [pk]
        while into := files.filter(pk=seen[-1]).values_list("merged_into", flat=True).first():
            if into in seen:
                return None
            seen.append(into)
        return self.filter(pk=seen[-1]).first() if len(seen) > 1 else None

    def of_school(self, school):
        return self.filter(school=school)

    def of_schools(self, schools):
        """Keep people of these schools by their keys: what else is asked of a person is asked only then.

        Behind a join to the school SQLite would ask it of everybody first.
        """
        return self.filter(school__in=schools.order_by().values("pk"))

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
        # The index by birth gives an order; whoever is narrowed by age is read from one that covers the list.
        born = Aside("born_on", output_field=models.DateField())
        return self.filter(
            GreaterThan(born, years_before(day, oldest + 1)),
            LessThanOrEqual(born, years_before(day, youngest)),
        )

    def for_page(self):
        """Load what a person's sheet shows."""
        return self.select_related("district", "school__group", "elder_class").prefetch_related(
            "further_classes"
        )

    def for_summary(self):
        """Load what 汇总表 prints, by school and name; teams come beside it."""
        return self.select_related("school__group", "elder_class").order_by(
            "school__group__position", "school__position", "pinyin", "pk"
        )

    def for_slip(self):
        """Load what the page of a volunteer's paper slip shows."""
        return self.for_page().select_related("slip_link", "slip__issued_by")

    def born_in(self, month: int):
        """Keep people whose birthday falls in a month, by day; a year alone has no month."""
        found = self.alias(month=MonthOf("born_on")).filter(month=month)
        found = found.exclude(birth_precision=Precision.YEAR)
        return found.order_by("born_on__day", "pinyin", "pk")

    def for_birthdays(self):
        """Load what a row of the birthdays shows, without a single sensitive field."""
        shown = ("name", "born_on", "birth_precision", "is_volunteer", "moved_away_on", "moved_away_to")
        units = ("school__short_name", "school__group__short_name")
        return self.select_related("school__group").only(*shown, *units)

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

    # Every index that begins with the district serves its key as well.
    district = models.ForeignKey(
        District, models.PROTECT, related_name="people", db_index=False, verbose_name="区"
    )
    school = models.ForeignKey(
        School, models.PROTECT, related_name="people", db_index=False, verbose_name="单位"
    )
    staff_no = models.CharField("教工编号", max_length=20, blank=True)
    name = models.CharField("姓名", max_length=50)
    former_name = models.CharField("曾用名", max_length=50, blank=True, db_index=True)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=50, blank=True, editable=False)
    #: The second reading of a surname that has two: 曾 is zeng, and ceng to whoever does not know.
    other_pinyin = models.CharField("另一读音", max_length=120, blank=True, editable=False, db_index=True)
    other_initials = models.CharField(
        "另一读音首字母", max_length=50, blank=True, editable=False, db_index=True
    )
    #: The name with variant characters folded: 峯 as 峰. Finds one person written in two ways.
    folded_name = models.CharField("异体归一", max_length=50, blank=True, editable=False)
    stroke_key = models.CharField("笔画序", max_length=200, blank=True, editable=False)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    born_on = models.DateField("出生年月", null=True, blank=True)
    birth_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    id_number = EncryptedTextField("身份证号", blank=True)
    id_index = models.CharField(max_length=64, blank=True, editable=False)
    native_place = models.CharField("籍贯", max_length=50, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    political_status = models.CharField("政治面貌", max_length=20, blank=True)
    joined_party_on = models.DateField("入党时间", null=True, blank=True)
    joined_party_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    education = models.CharField("文化程度", max_length=20, blank=True)

    duty = models.CharField("职务", max_length=50, blank=True, help_text="退休人员为退休时职务。")
    rank = models.CharField("职级", max_length=30, blank=True)
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
    further_classes = models.ManyToManyField(
        ElderClass, blank=True, related_name="further_people", verbose_name="其他五老类别"
    )
    is_volunteer = models.BooleanField("是志愿者", default=False)
    speciality = models.CharField("特长", max_length=100, blank=True)
    hobbies = models.CharField("爱好", max_length=100, blank=True)
    associations = models.CharField("参加社团情况", max_length=100, blank=True)
    wished_service = models.CharField("意向服务内容", max_length=100, blank=True)
    available_time = models.CharField("可服务时间", max_length=100, blank=True)
    #: None for the volunteers of the opening load: their consent is not on file.
    consented_on = models.DateField("本人同意登记日期", null=True, blank=True, editable=False)
    registered_on = models.DateField("登记通过日期", null=True, blank=True, editable=False)
    on_register = models.BooleanField("在离退休花名册", default=False, editable=False)
    health = EncryptedTextField("健康状况", blank=True)
    illness = EncryptedTextField("疾病状况", blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    home_address = EncryptedTextField("家庭住址", blank=True)
    current_address = EncryptedTextField("常住住址", blank=True)
    living_situation = models.CharField("居住情况", max_length=30, blank=True)
    emergency_contact = EncryptedTextField("紧急联系人", blank=True)
    emergency_phone = EncryptedTextField("紧急联系人电话", blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    moved_away_on = models.DateField("异地安置日期", null=True, blank=True)
    moved_away_to = models.CharField("安置地", max_length=50, blank=True)
    stopped_on = models.DateField("停止服务日期", null=True, blank=True)
    died_on = models.DateField("离世日期", null=True, blank=True)
    #: Follow from his records and calls; `members.lately` keeps them, so that lists look at nothing else.
    last_served_on = models.DateField("最近一次服务", null=True, blank=True, editable=False)
    last_asked_on = models.DateField("上次邀请", null=True, blank=True, editable=False)
    photo = models.CharField("照片", max_length=80, blank=True, editable=False)
    slip_link = models.OneToOneField(
        AccessLink,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="volunteer",
        verbose_name="个人服务单",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_files",
        verbose_name="并入",
    )
    #: Grows with every edit on a form, so that an old tab is told instead of overwriting.
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "id_index"],
                condition=~Q(id_index="") & Q(merged_into=None),
                name="one_person_an_id_number",
                violation_error_message="这个身份证号已登记在另一人名下。",
            ),
            models.UniqueConstraint(
                fields=["district", "staff_no"],
                condition=~Q(staff_no="") & Q(merged_into=None),
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
            models.CheckConstraint(
                condition=Q(registered_on=None) | Q(consented_on__isnull=False),
                name="registered_people_consented",
                violation_error_message="没有本人同意登记的日期，不能通过登记。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")),
                name="no_file_is_merged_into_itself",
                violation_error_message="不能把一份档案并入它自己。",
            ),
        ]
        indexes = [
            # Serves the key; the keys of a school's people are read from it and from no row.
            models.Index(fields=["school", "id"], name="people_of_a_school"),
            # So few values that PostgreSQL keeps each once: the whole district is counted by school in 12 ms.
            models.Index(
                fields=["district", "merged_into", "on_register", "school", "retirement_kind"],
                name="register_by_school",
            ),
            # Covers the counts of every dashboard and of who serves: they read the index and no row.
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
            # The register by name, by birth and by number: an index gives a page of it, nobody is sorted.
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
            models.Index(fields=["district", "merged_into", "staff_no", "id"], name="people_by_number"),
            # Volunteers by name, with all that the lists of who serves and the picker ask of them.
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
            # Covers the search for namesakes born in one month; in its order SQLite sorts nothing to group.
            models.Index(
                fields=["district", "merged_into", "folded_name", "born_on", "birth_precision", "name"],
                name="people_by_folded_name",
            ),
            models.Index(fields=["district", "merged_into", "phone_index"], name="people_by_shared_phone"),
            *(
                # Cover the count of a search by school, however many begin with one letter. By the sound are
                # found also those who have no initials.
                models.Index(
                    fields=["district", key, "school", "merged_into", "on_register", "id", *more],
                    opclasses=[
                        "int8_ops",
                        "varchar_pattern_ops",
                        "int8_ops",
                        "int8_ops",
                        "bool_ops",
                        "int8_ops",
                        *["varchar_ops" for _ in more],
                    ],
                    name=f"people_by_{key}",
                )
                for key, more in (("name", ()), ("pinyin", ("initials",)), ("initials", ()))
            ),
            models.Index(fields=["phone_index"], name="people_by_phone"),
            # SQLite leaves the partial unique indexes aside when it looks a value up.
            models.Index(fields=["id_index"], name="people_by_id"),
            models.Index(fields=["staff_no"], name="people_by_staff_number"),
        ]

    def __str__(self):
        return self.name
