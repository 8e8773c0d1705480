"""Honour rolls of one cycle, and the totals of the cycles before the portal."""

import datetime
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from awards.models import Category, Cycle, Decision, Honour, OpeningBalance
from guanweihui import text
from guanweihui.imports.kinds import kind
from guanweihui.imports.problems import Unusable
from guanweihui.imports.resources import (
    Column,
    CountWidget,
    DictionaryWidget,
    NameWidget,
    NumberWidget,
    RowResource,
    TextWidget,
)
from guanweihui.imports.units import plain_name
from guanweihui.imports.wishes import SheetLoader, Wish, wish
from guanweihui.models import School
from guanweihui.scope import Role
from members import keys
from members.links import relink
from members.models import Person

_DOC_NUMBER = re.compile(r"([^\s\d〔\[(]{1,15})[〔\[(](\d{4})[〕\])]第?(\d+)号")
_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_CYCLE = re.compile(r"(?:(\d{4})\s*[-—–~至]\s*)?(\d{4})\s*年度")
_LIST = re.compile(r"(?:名单|名册|一览表)$")
_BASIS = re.compile(r"依据[::]\s*(.+)")


class CollectiveRow(RowResource):
    """A row of 先进集体."""

    unit = Column("unit", "单位", TextWidget(longest=100), required=True)
    group = Column("group", "协作组", TextWidget(longest=40))
    certificate_no = Column("certificate_no", "证书编号", NumberWidget(longest=40), required=True)


class InServiceRow(RowResource):
    """A row of 好领导 or 在职先进个人."""

    name = Column("name", "姓名", NameWidget(), required=True)
    unit = Column("unit", "单位", TextWidget(longest=100), required=True)
    duty = Column("duty", "职务", TextWidget(longest=50))
    certificate_no = Column("certificate_no", "证书编号", NumberWidget(longest=40), required=True)


class RetiredRow(RowResource):
    """A row of 退休先进个人."""

    staff_no = Column("staff_no", "教工编号", NumberWidget(longest=20), required=True)
    name = Column("name", "姓名", NameWidget(), required=True)
    unit = Column("unit", "单位", TextWidget(longest=100), required=True)
    certificate_no = Column("certificate_no", "证书编号", NumberWidget(longest=40), required=True)


class BalanceRow(RowResource):
    """A row of 历届累计."""

    words: ClassVar = {one.label: one.value for one in OpeningBalance.Kind}
    kind = Column("kind", "类别", DictionaryWidget(words), required=True)
    count = Column("count", "个数", CountWidget(), required=True)


class Basis(SheetLoader):
    """Finds the document that a workbook rests on: number and date stand once for all its sheets."""

    def document(self) -> tuple[str, datetime.date]:
        """Return document number and date. Raises Unusable when either is missing or there are two."""
        lines = [text.fold_width(line) for line in self.context.lines()]
        numbers = {
            f"{word}〔{year}〕{number}号"
            for line in lines
            for word, year, number in _DOC_NUMBER.findall(line)
        }
        days = {
            text.parse_date(day).on
            for line in lines
            if _DOC_NUMBER.search(line)
            for day in _DAY.findall(line)
        }
        if len(numbers) > 1:
            raise Unusable(
                f"工作簿中有几个发文字号：{'、'.join(sorted(numbers))}。请按发文分成几个工作簿导入。"
            )
        if not numbers or len(days) != 1:
            raise Unusable(
                "没有找到发文字号和发文日期，请在表头上方写明，例如“×教关〔2018〕6号 2018年12月20日”。"
            )
        return numbers.pop(), days.pop()

    def cycle_name(self, year: int) -> tuple[str, int]:
        """Return the cycle's name and year, as a title says: 2017-2018年度 is the cycle of 2018."""
        for line in self.context.lines():
            if found := _CYCLE.search(text.fold_width(line)):
                first, last = found.groups()
                return f"{first}-{last}年度" if first else f"{last}年度", int(last)
        return f"{year}年度", year


class HonourRoll(Basis):
    """Loads one category's honours by certificate number; the decision is shared by the workbook's sheets."""

    model = Honour
    label = "证书编号"
    category_kind: ClassVar[str]
    position: ClassVar[int]

    def prepare(self) -> None:
        number, day = self.document()
        name, year = self.cycle_name(day.year)
        memo = self.context.memo
        if "decision" not in memo:
            cycle = wish(
                Cycle.objects.filter(district=self.district, year=year).first(),
                Cycle,
                {"district": self.district, "year": year},
                name=name,
            )
            stored = (
                Decision.objects.filter(cycle=cycle.row, doc_number=number).first() if cycle.row.pk else None
            )
            memo["cycle"] = cycle
            memo["decision"] = wish(
                stored, Decision, {"cycle": cycle.row, "doc_number": number}, decided_on=day
            )
            honours = Honour.objects.filter(district=self.district).select_related("decision")
            memo["honours"] = {one.certificate_no: one for one in honours}
        cycle, self.decision = memo["cycle"].row, memo["decision"].row
        stored = Category.objects.filter(cycle=cycle, kind=self.category_kind).first() if cycle.pk else None
        category = wish(
            stored,
            Category,
            {"cycle": cycle, "kind": self.category_kind, "position": self.position},
            name=self._category_name(),
        )
        self.category = category.row
        self.first = [memo["cycle"], memo["decision"], category]

    def _category_name(self) -> str:
        """Return what certificates print: the title without its years and the word 名单."""
        name = _LIST.sub("", _CYCLE.sub("", text.fold_width(self.title)).strip()).strip()
        return name[:40] or Category.Kind(self.category_kind).label

    def honour(self, values: dict[str, Any], unit: School, person: Person | None) -> Wish | None:
        """Want the honour that bears the row's certificate number, or note the fault."""
        number = values["certificate_no"]
        self.only_once("证书编号", number)
        if person is not None and not self._honoured_once(person):
            return None
        stored = self.context.memo["honours"].get(number)
        if stored is not None and stored.decision_id != self.decision.pk:
            self.fault("证书编号", f"已用于{stored.decision.doc_number}的“{stored}”", "请核对证书编号。")
            return None
        return wish(
            stored,
            Honour,
            {"district": self.district, "decision": self.decision, "certificate_no": number},
            category=self.category,
            unit=unit,
            person=person,
            printed_name=values.get("name"),
            printed_unit=unit.full_name if stored is None else None,
            printed_duty=values.get("duty"),
        )

    def _honoured_once(self, person: Person) -> bool:
        earlier = self.seen.setdefault(("人员", id(person)), self.row.number)
        if earlier == self.row.number:
            return True
        self.fault("姓名", f"与第 {earlier} 行是同一人", "同一人在同一奖项中只能表彰一次，请核对。")
        return False

    def after(self) -> None:
        relink(self.district)


@kind(
    "honour_collectives",
    label="先进集体名单",
    order=40,
    columns=CollectiveRow.columns(),
    required=("单位", "证书编号"),
    title_words=("先进集体", "先进单位"),
    roles=(Role.DISTRICT,),
    example_lines=(
        "2025年度关工委工作先进集体名单",
        "示教关〔2026〕1号  2026年1月5日",
    ),
)
class Collectives(HonourRoll):
    """Loads the advanced collectives."""

    resource = CollectiveRow
    category_kind = Category.Kind.ADVANCED_COLLECTIVE
    position = 1

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        school = self.school("单位", values["unit"])
        if school is None:
            return []
        self.only_once("单位", school.pk)
        group = values.get("group")
        if group and plain_name(group) != plain_name(school.group.full_name):
            self.warn("协作组", f"学校名录中是“{school.group}”")
        return [self.honour(values, school, None)]


class InService(HonourRoll):
    """Loads persons in service, found or made by name and unit."""

    resource = InServiceRow

    def prepare(self) -> None:
        super().prepare()
        if "in_service" not in self.context.memo:
            found: dict[tuple[int, str], list[Person]] = {}
            for one in Person.objects.filter(district=self.district, on_register=False):
                found.setdefault((one.school_id, one.name), []).append(one)
            self.context.memo["in_service"] = found

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        school = self.school("单位", values["unit"])
        if school is None:
            return []
        found = self.context.memo["in_service"].setdefault((school.pk, values["name"]), [])
        if len(found) > 1:
            self.fault("姓名", f"{school}有 {len(found)} 位同名的在职人员", "请在平台上为这一位单独登记。")
            return []
        if not found:
            found.append(
                keys.fill_keys(
                    Person(
                        district=self.district,
                        school=school,
                        name=values["name"],
                        duty=values.get("duty") or "",
                    )
                )
            )
        return [Wish(found[0]), self.honour(values, school, found[0])]


@kind(
    "honour_leaders",
    label="好领导名单",
    order=41,
    columns=InServiceRow.columns(),
    required=("姓名", "单位", "证书编号"),
    title_words=("好领导",),
    roles=(Role.DISTRICT,),
    example_lines=(
        "2025年度关心关工委工作的好领导名单",
        "示教关〔2026〕1号  2026年1月5日",
    ),
)
class Leaders(InService):
    """Loads the good leaders."""

    category_kind = Category.Kind.GOOD_LEADER
    position = 2


@kind(
    "honour_in_service",
    label="在职先进个人名单",
    order=42,
    columns=InServiceRow.columns(),
    required=("姓名", "单位", "证书编号"),
    title_words=("在职先进",),
    roles=(Role.DISTRICT,),
    example_lines=(
        "2025年度关工委工作在职先进个人名单",
        "示教关〔2026〕1号  2026年1月5日",
    ),
)
class AdvancedInService(InService):
    """Loads the advanced individuals in service."""

    category_kind = Category.Kind.ADVANCED_IN_SERVICE
    position = 3


@kind(
    "honour_retired",
    label="退休先进个人名单",
    order=43,
    columns=RetiredRow.columns(),
    required=("教工编号", "姓名", "证书编号"),
    title_words=("退休先进",),
    roles=(Role.DISTRICT,),
    example_lines=(
        "2025年度关工委工作退休先进个人名单",
        "示教关〔2026〕1号  2026年1月5日",
    ),
)
class AdvancedRetired(HonourRoll):
    """Loads the advanced retired individuals, found by staff number; the name has to agree."""

    resource = RetiredRow
    category_kind = Category.Kind.ADVANCED_RETIRED
    position = 4

    def prepare(self) -> None:
        super().prepare()
        people = Person.objects.on_register().filter(district=self.district).exclude(staff_no="")
        self.people = {
            one.staff_no: one for one in people.only("staff_no", "name", "school_id", "district_id")
        }

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        school = self.school("单位", values["unit"])
        person = self.people.get(values["staff_no"])
        if person is None:
            self.fault("教工编号", "花名册中没有这个编号", "请核对教工编号，或先导入花名册。")
        elif person.name != values["name"]:
            self.fault("姓名", f"花名册中这个编号是“{person.name}”", "请核对教工编号和姓名。")
            person = None
        if person is None or school is None:
            return []
        if person.school_id != school.pk:
            self.warn("单位", f"花名册中是“{self.units().schools[person.school_id]}”")
        return [self.honour(values, school, person)]


@kind(
    "opening_balance",
    label="历届表彰累计",
    order=44,
    columns=BalanceRow.columns(),
    required=("类别", "个数"),
    title_words=("累计",),
    roles=(Role.DISTRICT,),
    example_lines=(
        "历届表彰累计（本届之前，只有总数）",
        "示教关〔2026〕1号  2026年1月5日",
        "依据：历年表彰决定汇总",
    ),
)
class Balances(Basis):
    """Loads the totals before the workbook's decision, struck on the day before it."""

    resource = BalanceRow
    model = OpeningBalance
    label = "类别"

    def prepare(self) -> None:
        _, day = self.document()
        self.as_of = day - datetime.timedelta(days=1)
        lines = (_BASIS.search(text.fold_width(line)) for line in self.sheet.lines)
        said = next((found.group(1).strip() for found in lines if found), "")
        self.basis = (said or self.title)[:200]
        stored = OpeningBalance.objects.filter(district=self.district, as_of_on=self.as_of)
        self.stored = {one.kind: one for one in stored}

    def judge(self, values: dict[str, Any]) -> Sequence[Wish | None]:
        self.only_once("类别", values["kind"])
        return [
            wish(
                self.stored.get(values["kind"]),
                OpeningBalance,
                {"district": self.district, "kind": values["kind"], "as_of_on": self.as_of},
                count=values["count"],
                basis=self.basis,
            )
        ]
