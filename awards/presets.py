"""What a new cycle begins with: the four awards of the district, their forms and the usual rules.

Everything here is copied into rows of the cycle and may be changed there. Source: domain.md 0 and 3.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from awards.models import Category, CycleRule, FormField

Kind, Form, Section, Format = Category.Kind, FormField.Form, FormField.Section, FormField.Format
Code, Effect = CycleRule.Code, CycleRule.Effect
#: The fields that the rules of shares count by, and the option of each that they look for.
RANK_KEY, FRONT_KEY = "rank_level", "front_line"
COUNTED_OPTION = {RANK_KEY: "处级", FRONT_KEY: "是"}
#: The field that a rule of shares counts by.
KEY_OF_RULE = {Code.RANK_SHARE: RANK_KEY, Code.FRONT_LINE: FRONT_KEY}
#: What the rules are set to; (effect, value).
RULES: dict[str, tuple[str, int | None]] = {
    Code.STANDING: (Effect.BLOCK, None),
    Code.RETIREMENT: (Effect.BLOCK, None),
    Code.ONE_AWARD: (Effect.BLOCK, None),
    Code.TWO_SCHOOLS: (Effect.BLOCK, None),
    Code.EARLIER_WINNER: (Effect.WARN, 1),
    Code.VETO: (Effect.BLOCK, None),
    Code.BAN: (Effect.BLOCK, None),
    Code.RANK_SHARE: (Effect.WARN, 20),
    Code.FRONT_LINE: (Effect.WARN, 60),
}


@dataclass(frozen=True)
class Field:
    """One row of FormField, without its category, form and place."""

    key: str
    label: str
    format: str = Format.TEXT
    is_required: bool = False
    longest: int = 50
    least: int = 0
    source: str = ""
    section: str = Section.FACTS
    most: int = 1
    choices: tuple[str, ...] = ()
    help: str = ""
    is_printed: bool = True


def _deeds(key: str, label: str, longest: int, least: int = 0, help: str = "") -> Field:
    return Field(key, label, Format.LONG, True, longest, least, section=Section.DEEDS, help=help)


def _file(key: str, label: str, format: str, required: bool, most: int = 1, help: str = "") -> Field:
    return Field(key, label, format, required, section=Section.MATERIALS, most=most, help=help)


UNIT_NAME = Field("unit_name", "单位全称", is_required=True, longest=100, source="unit.full_name")
PHONE = Field("phone", "联系电话", Format.PHONE, True)


def _honours(source: str) -> Field:
    words = "年份、名称、授予单位、文号，一项一行；没有的写“无”。"
    return Field("honours", "曾获荣誉", Format.LONG, longest=500, source=source, help=words)


UNIT_FACTS = (
    UNIT_NAME,
    Field("stage", "学段", source="unit.stage"),
    Field("group", "所属协作组", source="unit.group"),
    Field("director", "关工委主任", is_required=True, source="unit.director"),
    Field("executive", "常务副主任", source="unit.executive"),
    Field("elders", "五老志愿者人数", Format.INT, True, source="unit.elders"),
    Field("set_up_on", "关工委成立时间", Format.MONTH, source="unit.set_up_on"),
    Field("contact", "联系人", is_required=True, source="unit.liaison"),
    PHONE,
    Field("activities", "近两年活动数", Format.INT, True, help="近两个年度由本单位关工委组织的活动场次。"),
    _honours("unit.honours"),
)
IDENTITY = (
    Field("name", "姓名", is_required=True, source="person.name"),
    Field("sex", "性别", is_required=True, source="person.sex"),
    Field("born_on", "出生年月", Format.MONTH, True, source="person.born_on"),
    Field("ethnicity", "民族", is_required=True, source="person.ethnicity"),
    Field("political_status", "政治面貌", is_required=True, source="person.political_status"),
    UNIT_NAME,
)
SHARES = (
    Field(
        RANK_KEY,
        "干部级别",
        Format.CHOICE,
        True,
        choices=("处级", "科级", "其他"),
        help="按现任或退休前职务。",
    ),
    Field(
        FRONT_KEY,
        "是否一线人员",
        Format.CHOICE,
        True,
        choices=("是", "否"),
        help="直接在学校从事关工委工作。",
    ),
)
PERSON_HONOURS = _honours("person.honours")
COMMITTEE_DUTY = Field("committee_duty", "关工委职务", longest=100, source="person.committee_post")
WORK_YEARS = Field(
    "work_years", "从事关工委工作年限", Format.INT, True, source="person.committee_years", help="按整年计。"
)
LEADER_FACTS = (
    *IDENTITY,
    Field("duty", "党政职务", is_required=True, source="person.duty"),
    Field("in_post_since", "任现职时间", Format.MONTH),
    COMMITTEE_DUTY,
    *SHARES,
    PHONE,
    PERSON_HONOURS,
)
IN_SERVICE_FACTS = (
    *IDENTITY,
    Field("duty", "职务", source="person.duty"),
    Field("position", "岗位", is_required=True),
    COMMITTEE_DUTY,
    WORK_YEARS,
    *SHARES,
    PHONE,
    PERSON_HONOURS,
)
RETIRED_FACTS = (
    *IDENTITY,
    Field("retired_on", "退休时间", Format.MONTH, True, source="person.retired_on"),
    Field("former_duty", "原职务", source="person.duty"),
    Field("elder_class", "五老类别", is_required=True, source="person.elder_class"),
    Field("volunteer_no", "志愿者编号", source="person.volunteer_number"),
    Field("service_hours", "累计服务时间（小时）", Format.INT, source="person.hours"),
    COMMITTEE_DUTY,
    WORK_YEARS,
    *SHARES,
    PHONE,
    Field("health", "健康状况", longest=100, help="只供安排活动参考，不打印在表上。", is_printed=False),
    PERSON_HONOURS,
)
STAMPED = _file("stamped", "盖章推荐表", Format.SCAN, True, 5, "打印推荐审批表，党组织签署意见并盖章后扫描。")
PHOTOS = _file("photos", "活动照片", Format.PHOTO, False, 3)
CONSULTED = _file(
    "consulted", "征求意见表", Format.SCAN, False, 2, "人选是领导干部的，按干部管理权限征求意见。"
)
ABSTRACT = _deeds("abstract", "事迹摘要", 300, 30)
UNIT_DEEDS = (_deeds("deeds", "主要事迹", 2000, 200), ABSTRACT)
PERSON_DEEDS = (_deeds("deeds", "主要事迹", 1500, 200, "用第三人称书写。"), ABSTRACT)
#: The city asks for the same nominee in other lengths.
CITY_DEEDS = (
    _deeds("deeds", "主要事迹", 2000),
    _deeds("deeds_short", "简要事迹", 1000),
    _deeds("abstract", "事迹摘要", 200),
)
CITY_UNIT_FACTS = tuple(one for one in UNIT_FACTS if one.key not in {"group", "executive", "set_up_on"})
CITY_PERSON_FACTS = (*IDENTITY, Field("duty", "职务", source="person.duty"), PHONE, PERSON_HONOURS)


@dataclass(frozen=True)
class Award:
    """One of the four awards: its places in the founding text, its mark in certificate numbers, its forms."""

    kind: str
    places: int
    mark: str
    district: tuple[Field, ...]
    city: tuple[Field, ...]

    def values(self, year: int) -> dict[str, Any]:
        """Return the category's own fields for a cycle of this year."""
        return {
            "kind": self.kind,
            "name": Kind(self.kind).label,
            "position": list(Kind).index(Kind(self.kind)) + 1,
            "places": self.places,
            "surplus_percent": 0,
            "may_be_empty": True,
            "passes_group": True,
            "city_places": 0,
            "certificate_mark": self.mark,
            "certificate_text": f"在{year}年度关心下一代工作中成绩突出，授予",
        }


AWARDS = {
    one.kind: one
    for one in (
        Award(
            Kind.ADVANCED_COLLECTIVE,
            37,
            "JT",
            (*UNIT_FACTS, *UNIT_DEEDS, STAMPED, PHOTOS),
            (*CITY_UNIT_FACTS, *CITY_DEEDS),
        ),
        Award(
            Kind.GOOD_LEADER,
            40,
            "LD",
            (*LEADER_FACTS, *PERSON_DEEDS, STAMPED, CONSULTED, PHOTOS),
            (*CITY_PERSON_FACTS, *CITY_DEEDS),
        ),
        Award(
            Kind.ADVANCED_IN_SERVICE,
            32,
            "ZZ",
            (*IN_SERVICE_FACTS, *PERSON_DEEDS, STAMPED, PHOTOS),
            (*CITY_PERSON_FACTS, *CITY_DEEDS),
        ),
        Award(
            Kind.ADVANCED_RETIRED,
            45,
            "TX",
            (*RETIRED_FACTS, *PERSON_DEEDS, STAMPED, PHOTOS),
            (*CITY_PERSON_FACTS, *CITY_DEEDS),
        ),
    )
}


def fields_for(category: Category) -> list[FormField]:
    """Return the usual fields of a category on both forms, not stored yet; each section counts from 1."""
    award = AWARDS[category.kind]
    return [
        field
        for form, asked in ((Form.DISTRICT, award.district), (Form.CITY, award.city))
        for field in _placed(category, form, asked)
    ]


def _placed(category: Category, form: str, asked: Sequence[Field]) -> list[FormField]:
    places: dict[str, int] = {}
    found = []
    for one in asked:
        places[one.section] = places.get(one.section, 0) + 1
        values = {**asdict(one), "choices": list(one.choices)}
        found.append(FormField(category=category, form=form, position=places[one.section], **values))
    return found
