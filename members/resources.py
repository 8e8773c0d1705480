"""The register of retired teachers: 25 columns, thousands of rows, one person a row."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Q

from guanweihui import text
from guanweihui.imports.inserts import insert
from guanweihui.imports.kinds import Context, PlannedRow, Written, kind
from guanweihui.imports.problems import CURE, Problem, Unusable
from guanweihui.imports.reader import Sheet, SheetRow, TableRows
from guanweihui.imports.resources import (
    DERIVED,
    CellError,
    Cleaner,
    Column,
    DateWidget,
    DictionaryWidget,
    IdNumberWidget,
    NameWidget,
    NumberWidget,
    PhoneWidget,
    RowResource,
    TextWidget,
    precision,
    snapshot,
    written_as,
)
from guanweihui.imports.units import Units, closing
from guanweihui.imports.wishes import NO_EFFECT, judge_totals, shown
from guanweihui.scope import Role
from members import keys
from members.lately import NOTED
from members.links import relink
from members.models import ElderClass, Person, RetirementKind, Sex

ELDER_CLASS = "五老类别"
#: Objects held at once while writing.
AT_ONCE = 1000


class EthnicityWidget(TextWidget):
    """One of the ethnic groups in full: 汉 is 汉族."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        written = super().clean(value, row, **kwargs)
        return text.fold_ethnicity(written) if written else None


class RegisterRow(RowResource):
    """A row of the register; the labels are those of the office's workbook."""

    serial = Column("serial", "序号", TextWidget(), computed=True)
    staff_no = Column("staff_no", "教工编号", NumberWidget(longest=20))
    name = Column("name", "姓名", NameWidget(), required=True)
    sex = Column("sex", "性别", DictionaryWidget({one.label: one.value for one in Sex}))
    born = Column("born", "出生年月", DateWidget())
    id_number = Column("id_number", "身份证号", IdNumberWidget(), mask=text.mask_id)
    ethnicity = Column("ethnicity", "民族", EthnicityWidget(longest=20))
    political_status = Column("political_status", "政治面貌", TextWidget(longest=20))
    joined_party = Column("joined_party", "入党时间", DateWidget())
    education = Column("education", "文化程度", TextWidget(longest=20))
    unit = Column("unit", "退休时单位", TextWidget(longest=100), required=True)
    duty = Column("duty", "退休时职务", TextWidget(longest=50))
    title = Column("title", "职称", TextWidget(longest=30))
    subject = Column("subject", "任教学科", TextWidget(longest=30))
    began_work = Column("began_work", "参加工作时间", DateWidget())
    retirement_kind = Column(
        "retirement_kind", "退休类型", DictionaryWidget({one.label: one.value for one in RetirementKind})
    )
    retired = Column("retired", "退休时间", DateWidget())
    elder_class = Column("elder_class", ELDER_CLASS, DictionaryWidget({}))  # the words are the district's
    is_volunteer = Column("is_volunteer", "是否志愿者", DictionaryWidget({"是": True, "否": False}))
    health = Column("health", "健康状况", TextWidget(longest=50))
    phone = Column("phone", "联系电话", PhoneWidget(), mask=text.mask_phone)
    home_address = Column("home_address", "家庭住址", TextWidget(longest=200))
    emergency_contact = Column("emergency_contact", "紧急联系人", TextWidget(longest=50))
    emergency_phone = Column("emergency_phone", "紧急联系人电话", PhoneWidget(), mask=text.mask_phone)
    remark = Column("remark", "备注", TextWidget(longest=200))


#: Columns that go into a field of the same name as they are.
PLAIN = (
    "staff_no",
    "name",
    "sex",
    "ethnicity",
    "political_status",
    "education",
    "duty",
    "title",
    "subject",
    "retirement_kind",
    "is_volunteer",
    "health",
    "phone",
    "home_address",
    "emergency_contact",
    "emergency_phone",
    "remark",
)
#: Column of a date → the fields that keep it and its precision.
DATES = {
    "born": ("born_on", "birth_precision"),
    "joined_party": ("joined_party_on", "joined_party_precision"),
    "began_work": ("began_work_on", "began_work_precision"),
    "retired": ("retired_on", "retired_precision"),
}
FIELDS = (
    *PLAIN,
    *(name for pair in DATES.values() for name in pair),
    "id_number",
    "school_id",
    "elder_class_id",
    "on_register",
)
PLACE = {name: place for place, name in enumerate(FIELDS)}
DERIVED[Person._meta.label] = NOTED


class Stored:
    """The persons of the district that a sheet may mean, by ID index and by staff number; one query.

    The number or ID of a file that was merged leads to the file that stands for it. What that old file
    called the person is kept in `old_words`: a sheet that still says so brings no news.
    """

    #: Up to this many rows are looked up by their keys; a larger sheet reads the whole district.
    FEW = 400
    #: What a merged file may call its person otherwise than the file that stands for it.
    WORDS = ("name", "staff_no", "id_number", "school_id")

    def __init__(self, district: Any, rows: Sequence[tuple[str, str]]) -> None:
        people = Person.objects.filter(district=district)
        if len(rows) <= self.FEW:
            ids = {index for index, _ in rows if index}
            numbers = {number for _, number in rows if number}
            known = people.filter(Q(id_index__in=ids) | Q(staff_no__in=numbers))
            # The file that a merged one leads to comes along, whatever its own numbers.
            people = people.filter(Q(pk__in=known.values("pk")) | Q(pk__in=known.values("merged_into")))
        self.rows: dict[int, tuple[Any, ...]] = {}
        self.by_id: dict[str, int] = {}
        self.by_number: dict[str, int] = {}
        self.old_words: dict[int, set[tuple[str, Any]]] = defaultdict(set)
        merged: list[tuple[int, str, str]] = []
        found = people.order_by().values_list("pk", "merged_into", "id_index", *FIELDS)
        for pk, survivor, index, *values in found.iterator(chunk_size=2000):
            if survivor is None:
                self.rows[pk] = tuple(values)
                self._key(pk, index, values[PLACE["staff_no"]])
            else:
                merged.append((survivor, index, values[PLACE["staff_no"]]))
                self.old_words[survivor] |= {(name, values[PLACE[name]]) for name in self.WORDS}
        for survivor, index, number in merged:
            self._key(survivor, index, number)

    def _key(self, pk: int, index: str, number: str) -> None:
        """Note the keys of a file; living files come first and keep theirs."""
        if index:
            self.by_id.setdefault(index, pk)
        if number:
            self.by_number.setdefault(number, pk)

    def calls_him_so(self, pk: int, name: str, value: Any) -> bool:
        """Tell whether a merged file of this person held the value."""
        return (name, value) in self.old_words.get(pk, ())


@kind(
    "register",
    label="离退休教师花名册",
    order=20,
    columns=RegisterRow.columns(),
    required=("教工编号", "姓名", "退休时单位"),
    roles=(Role.DISTRICT, Role.SCHOOL),
)
class Register:
    """Loads retired teachers; blank cells say nothing.

    A row is matched by ID first, then by 教工编号; two different persons are an error. What is compared
    among dates other than the birth date of the ID warns and never stops a load.
    """

    resource = RegisterRow

    def __init__(self, context: Context, sheet: Sheet) -> None:
        self.context = context
        self.sheet = sheet
        self.district = context.district
        self.today = context.at.date()

    @staticmethod
    def words(district: Any) -> dict[str, list[str]]:
        """Return the words of the columns that each district has its own for."""
        classes = ElderClass.objects.filter(district=district).for_list()
        return {ELDER_CLASS: [one.name for one in classes]}

    def plan(self, table: TableRows) -> list[PlannedRow]:
        if self.district is None:
            raise Unusable("还没有区的资料，请先导入学校名录。")
        self._prepare()
        cleaner = Cleaner(RegisterRow, self.sheet, table, {"elder_class": DictionaryWidget(self.classes)})
        judged = [(row, *cleaner.clean(row)) for row in table.rows]
        indexes = [
            keys.id_index(values["id_number"].value18) if values.get("id_number") else ""
            for _, values, _ in judged
        ]
        numbers = [
            (index, values.get("staff_no") or "")
            for index, (_, values, _) in zip(indexes, judged, strict=True)
        ]
        self.stored = Stored(self.district, numbers)
        rows = [
            self._judge(row, values, problems, index)
            for (row, values, problems), index in zip(judged, indexes, strict=True)
        ]
        # What is counted here is people; a sheet's 合计 says how many names it lists.
        return [*rows, *judge_totals(self.sheet, table, ("姓名", "退休时单位"))]

    def _prepare(self) -> None:
        self.units = Units(self.district)
        self.known_units: dict[str, int | CellError] = {}
        self.closed: dict[int, str] = {}
        classes = ElderClass.objects.filter(district=self.district).for_list()
        self.classes = {one.name: one.pk for one in classes}
        self.seen_ids: dict[str, int] = {}
        self.seen_numbers: dict[str, int] = {}
        self.seen_people: dict[int, int] = {}

    # --- judging one row ---

    def _judge(
        self, row: SheetRow, values: dict[str, Any], problems: list[Problem], index: str
    ) -> PlannedRow:
        self.row, self.problems = row, problems
        school = self._school(values.get("unit"))
        self._agree_with_id(values)
        self._only_once(values, index)
        pk = self._match(values, index)
        self._one_row_a_person(pk)
        self._warn_of_dates(values)
        planned = PlannedRow(
            self.sheet.name, row.number, written_as(row.cells.get("姓名")), problems=problems
        )
        if any(not problem.is_warning for problem in problems):
            planned.verdict = "WRONG"
            return planned
        self._settle(planned, self._wanted(values, school), pk)
        return planned

    def _fault(self, column: str, message: str, cure: str = CURE) -> None:
        typed = RegisterRow.columns()[column].shown(self.row.cells.get(column))
        self.problems.append(Problem(self.sheet.name, self.row.number, column, typed, message, cure))

    def _warn(self, column: str, message: str) -> None:
        typed = RegisterRow.columns()[column].shown(self.row.cells.get(column))
        self.problems.append(
            Problem(self.sheet.name, self.row.number, column, typed, message, NO_EFFECT, is_warning=True)
        )

    def _school(self, name: str | None) -> int | None:
        if not name:
            return None
        found = self.known_units.get(name)
        if found is None:
            try:
                found = self.units.find(name).pk
            except CellError as error:
                found = error
            self.known_units[name] = found
        if isinstance(found, CellError):
            self._fault("退休时单位", str(found), found.cure)
            return None
        if self.context.school is not None and found != self.context.school.pk:
            self._fault("退休时单位", "不是您的学校", "这里只能导入本校人员，请删去这一行。")
        if found not in self.closed:
            self.closed[found] = closing(self.units.schools[found], self.today)
        if self.closed[found]:
            self._warn("退休时单位", self.closed[found])
        return found

    def _agree_with_id(self, values: dict[str, Any]) -> None:
        """Compare ID, sex and birth date; complete a birth known to the month from the ID."""
        number = values.get("id_number")
        if number is None:
            if "id_number" in values:
                self._warn("身份证号", "没有填写")
            return
        if values.get("sex") and values["sex"] != number.sex:
            self._fault("性别", "与身份证号不符", "请核对性别和身份证号，改正其中填错的一项。")
        born = values.get("born")
        if born is None:
            if "born" in values:
                values["born"] = text.PartialDate(number.birth)
            return
        length = {"day": 10, "month": 7, "year": 4}[born.precision]
        if born.on.isoformat()[:length] != number.birth.isoformat()[:length]:
            self._fault(
                "出生年月", "与身份证号中的出生日期不符", "请核对出生年月和身份证号，改正其中填错的一项。"
            )
        elif length < 10:
            values["born"] = text.PartialDate(number.birth)

    def _only_once(self, values: dict[str, Any], index: str) -> None:
        number = values.get("staff_no")
        for column, value, seen in (
            ("身份证号", index, self.seen_ids),
            ("教工编号", number, self.seen_numbers),
        ):
            if not value:
                continue
            earlier = seen.setdefault(value, self.row.number)
            if earlier != self.row.number:
                self._fault(column, f"与第 {earlier} 行重复", "请核对两行，改正或删去填错的一行。")
        if not index and not number and "id_number" in values and "staff_no" in values:
            self._fault(
                "教工编号", "身份证号和教工编号都没有填写", "至少填写其中一项，系统才能认出是哪一位。"
            )

    def _match(self, values: dict[str, Any], index: str) -> int | None:
        """Find the stored person: by ID first, then by staff number."""
        number = values.get("staff_no") or ""
        by_id, by_number = self.stored.by_id.get(index), self.stored.by_number.get(number)
        if self._is_foreign(by_id) or self._is_foreign(by_number):
            # Nothing more is said: another school's people are none of this one's business.
            self._fault("教工编号", "这位人员登记在其他学校", "需要转入本校的，请联系区关工委办公室。")
        elif by_id and by_number and by_id != by_number:
            self._fault("教工编号", "与身份证号分别属于两位已登记的人员", "请核对教工编号和身份证号。")
        elif by_number and not by_id:
            old_name = self.stored.rows[by_number][PLACE["name"]]
            is_other = values.get("name") and old_name != values["name"]
            if is_other and not self.stored.calls_him_so(by_number, "name", values["name"]):
                self._fault("教工编号", f"已登记在“{old_name}”名下", "请核对教工编号和姓名。")
        return by_id or by_number

    def _one_row_a_person(self, pk: int | None) -> None:
        """Refuse a second row of one person: two numbers may lead to one file since a merge."""
        earlier = self.seen_people.setdefault(pk, self.row.number) if pk else self.row.number
        is_wrong = any(not problem.is_warning for problem in self.problems)
        if earlier != self.row.number and not is_wrong:
            self._fault(
                "教工编号", f"与第 {earlier} 行是同一人", "两份档案已经合并，请删去其中已不用的一行。"
            )

    def _is_foreign(self, pk: int | None) -> bool:
        own = self.context.school
        return own is not None and pk is not None and self.stored.rows[pk][PLACE["school_id"]] != own.pk

    def _warn_of_dates(self, values: dict[str, Any]) -> None:
        born, began, retired, joined = (
            values[name].on if values.get(name) else None
            for name in ("born", "began_work", "retired", "joined_party")
        )
        for column, day in (("参加工作时间", began), ("退休时间", retired), ("入党时间", joined)):
            if day and day > self.today:
                self._warn(column, "晚于今天")
        if born and joined and joined < _birthday(born, 18):
            self._warn("入党时间", "入党时不满 18 周岁")
        if born and began and began < _birthday(born, 14):
            self._warn("参加工作时间", "参加工作时不满 14 周岁")
        if born and retired and retired < _birthday(born, 40):
            self._warn("退休时间", "退休时不满 40 周岁")
        if began and retired and retired < began:
            self._warn("退休时间", "早于参加工作时间")

    # --- what the row wants, against what is stored ---

    @staticmethod
    def _wanted(values: dict[str, Any], school: int | None) -> dict[str, Any]:
        """Turn cleaned cells into field values; blank cells stay out."""
        wanted = {name: values[name] for name in PLAIN if values.get(name) is not None}
        for name, (on, precise) in DATES.items():
            if (day := values.get(name)) is not None:
                wanted[on], wanted[precise] = day.on, precision(day)
        if (number := values.get("id_number")) is not None:
            wanted["id_number"] = number.value18
            wanted.setdefault("sex", number.sex)
        if values.get("elder_class"):
            wanted["elder_class_id"] = values["elder_class"]
        wanted["school_id"] = school
        wanted["on_register"] = True
        return wanted

    def _settle(self, planned: PlannedRow, wanted: dict[str, Any], pk: int | None) -> None:
        """Set the row's verdict, its changes and what is to be written."""
        if pk is None:
            planned.payload = (None, wanted)
            return
        old = self.stored.rows[pk]
        if wanted["on_register"] and not old[PLACE["retirement_kind"]]:
            wanted.setdefault("retirement_kind", RetirementKind.RETIRED.value)
        changed = {
            name: value
            for name, value in wanted.items()
            if old[PLACE[name]] != value and not self.stored.calls_him_so(pk, name, value)
        }
        _keep_days(changed, old, wanted)
        planned.verdict = "CHANGED" if changed else "UNCHANGED"
        if changed:
            planned.payload = (pk, changed)
            planned.changes = {
                _label(name): (self._shown(name, old[PLACE[name]]), self._shown(name, value))
                for name, value in changed.items()
                if not name.endswith("_precision")
            }

    def _shown(self, name: str, value: Any) -> str:
        if name == "school_id":
            return self.units.schools[value].short_name
        if name == "elder_class_id":
            return next((word for word, pk in self.classes.items() if pk == value), "")
        if name == "id_number":
            return text.mask_id(value or "")
        return shown(Person._meta.get_field(name), value)

    # --- writing ---

    def write(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        new = (row for row in rows if row.verdict == "NEW")
        changed = (row for row in rows if row.verdict == "CHANGED")
        while some := list(islice(new, AT_ONCE)):
            yield from self._create(some)
        while some := list(islice(changed, AT_ONCE)):
            yield from self._update(some)
        relink(self.district)

    def _create(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        people = []
        for row in rows:
            values = row.payload[1]
            values.setdefault("retirement_kind", RetirementKind.RETIRED.value)
            people.append(keys.fill_keys(Person(district_id=self.district.pk, **values)))
            row.payload = None
        insert(people)
        for row, person in zip(rows, people, strict=True):
            # A new file has no further classes: what is kept for undo need not ask, a query a row.
            person._prefetched_objects_cache = {"further_classes": ()}
            yield Written(row.sheet, row.number, person)

    def _update(self, rows: Sequence[PlannedRow]) -> Iterator[Written]:
        # Locked: what is kept for undo is what these values replace.
        stored = (
            Person.objects.select_for_update()
            .prefetch_related("further_classes")
            .in_bulk([row.payload[0] for row in rows])
        )
        befores, by_fields = {}, defaultdict(list)
        for row in rows:
            pk, changed = row.payload
            person = stored[pk]
            befores[pk] = snapshot(person)
            for name, value in changed.items():
                setattr(person, name, value)
            # A form of the file that was opened before the load would undo it.
            person.version += 1
            keys.fill_keys(person)
            by_fields[tuple(sorted(changed))].append(person)
        for names, people in by_fields.items():
            plain = [Person._meta.get_field(name).name for name in names]
            Person.objects.bulk_update(people, [*plain, *keys.KEYS, "version"], batch_size=100)
        for row in rows:
            yield Written(row.sheet, row.number, stored[row.payload[0]], befores[row.payload[0]])


def _keep_days(changed: dict[str, Any], old: tuple[Any, ...], wanted: dict[str, Any]) -> None:
    """Drop a date that says less than the stored one: 1955年3月 is no news beside 1955-03-08."""
    for on, precise in DATES.values():
        had, day = old[PLACE[on]], wanted.get(on)
        if had is None or day is None or old[PLACE[precise]] != "day" or wanted[precise] == "day":
            continue
        length = {"month": 7, "year": 4}[wanted[precise]]
        if had.isoformat()[:length] == day.isoformat()[:length]:
            changed.pop(on, None)
            changed.pop(precise, None)


def _birthday(born: datetime.date, years: int) -> datetime.date:
    """Return the day on which somebody is so old; 29 February falls on the 28th."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, day=28)


def _label(name: str) -> str:
    return str(Person._meta.get_field(name).verbose_name)
