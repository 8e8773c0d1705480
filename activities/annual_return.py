"""The annual return (年度统计): what schools are asked, and what must balance.

Base tables 表1 组织建设, 表3 活动开展 and 表6 宣传 are filled in; 表2, 表4 and 表5 are generated.
Source: domain.md 2, the table set of the office. Nothing here knows a model.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from decimal import Decimal

from guanweihui.questionnaire import (
    Answers,
    BaseTable,
    Cell,
    Check,
    Fault,
    Format,
    Item,
    Line,
    Questionnaire,
    Sum,
    Value,
    add,
    written,
)
from guanweihui.tables import Column

ORGANISATION, ACTIVITIES, PUBLICITY, SIGNERS = "t1", "t3", "t6", "signers"
#: The five classes in their official order, by the key of their item.
CLASSES = {
    "cadres": "老干部",
    "soldiers": "老战士",
    "experts": "老专家",
    "teachers": "老教师",
    "models": "老模范",
}
VOLUNTEERS = tuple(f"volunteers_{key}" for key in CLASSES)
#: 经验校验: an average age of volunteers outside these asks for a reason.
YOUNGEST_AVERAGE, OLDEST_AVERAGE = 60, 85
#: The kinds of activity of 表3, by the key of their items.
ACTIVITY_KINDS = {
    "theme": "主题教育",
    "talks": "宣讲报告",
    "law": "法治教育",
    "mind": "心理健康",
    "family": "家庭教育/家长学校",
    "reading": "读书活动",
    "care": "关爱帮扶",
    "community": "社区实践",
    "other": "其他",
}
#: What is counted of an activity; 场次 and 人次 are never mixed.
COUNTS = {"sessions": "场次", "elders": "参加五老人次", "students": "受教育学生人次"}
HAVE = ("有", "无")

Head = tuple[Cell, str, tuple[str, ...], int]


def _figure(key: str, label: str, head: str, groups: tuple[str, ...] = (), **more: object) -> Head:
    return Item(key, label, **more), head, groups, 9  # type: ignore[arg-type]


def _word(
    key: str, label: str, head: str, groups: tuple[str, ...] = (), *, width: int = 10, **more: object
) -> Head:
    return Item(key, label, **{"format": "text", **more}), head, groups, width  # type: ignore[arg-type]


def _sum(key: str, label: str, parts: Sequence[str], groups: tuple[str, ...]) -> Head:
    return Sum(key, label, tuple(parts)), "合计", groups, 8


def _across(key: str, title: str, label: str, heads: Sequence[Head], *, unit_line: str = "") -> BaseTable:
    """Make a base table of one line, printed across."""
    columns = tuple(
        Column(
            cell.key,
            head,
            groups,
            width=width,
            format=column_format(cell),
            total=column_format(cell) != "text",
        )
        for cell, head, groups, width in heads
        if cell is not None
    )
    return BaseTable(key, title, columns, (Line(label, tuple(head[0] for head in heads)),), unit_line)


def column_format(cell: Item | Sum) -> Format:
    """Say how a table writes this cell: money, a whole number, or words."""
    if isinstance(cell, Item):
        return cell.format if cell.is_figure else "text"
    return "int"


COMMITTEE, MEMBERS, RETIREES, ELDERS = (
    ("关工委（领导小组）",),
    ("关工委委员人数",),
    ("离退休人员",),
    ("五老志愿者",),
)

TABLE_1 = _across(
    ORGANISATION,
    "表1　组织建设情况",
    "本校",
    (
        _word("set_up", "关工委成立时间", "成立时间", COMMITTEE, format="month", help="填到月，如 2005.9。"),
        _word("director", "主任姓名", "姓名", (*COMMITTEE, "主任"), required=True),
        _word("director_duty", "主任职务", "职务", (*COMMITTEE, "主任"), width=14),
        _word("deputy", "常务副主任姓名", "姓名", (*COMMITTEE, "常务副主任")),
        _word(
            "deputy_service",
            "常务副主任在职或退休",
            "在职/退休",
            (*COMMITTEE, "常务副主任"),
            format="choice",
            choices=("在职", "退休"),
        ),
        _sum("members", "关工委委员人数合计", ("members_in_service", "members_retired"), MEMBERS),
        _figure("members_in_service", "关工委委员其中在职", "其中在职", MEMBERS, required=True),
        _figure("members_retired", "关工委委员其中退休", "其中退休", MEMBERS, required=True),
        _figure("members_party", "关工委委员其中党员", "其中党员", MEMBERS),
        _sum("retirees", "离退休人员合计", ("retirees_honoured", "retirees_retired"), RETIREES),
        _figure("retirees_honoured", "离退休人员其中离休", "其中离休", RETIREES, required=True),
        _figure("retirees_retired", "离退休人员其中退休", "其中退休", RETIREES, required=True),
        _sum("volunteers", "五老志愿者合计", VOLUNTEERS, ELDERS),
        _figure("volunteers_women", "五老志愿者其中女", "其中女", ELDERS, required=True),
        _figure("volunteers_party", "五老志愿者其中党员", "其中党员", ELDERS, required=True),
        *(
            _figure(f"volunteers_{key}", f"五老志愿者{name}", name, ELDERS, required=True)
            for key, name in CLASSES.items()
        ),
        _figure("volunteers_core", "五老志愿者其中骨干", "其中骨干", ELDERS),
        _figure("funds", "关工委工作经费（元）", "经费（元）", format="money", unit="元"),
        _word("has_plan", "年度计划", "年度计划", format="choice", choices=HAVE, required=True, width=8),
        _word("has_summary", "年度总结", "年度总结", format="choice", choices=HAVE, required=True, width=8),
        _figure("rules", "制度数", "制度数", required=True),
        _figure("meetings", "全年会议次数", "全年会议次数", required=True),
        _figure("party_reports", "党组织听取汇报次数", "党组织听取汇报次数", required=True),
        _word("liaison", "联络员姓名", "姓名", ("联络员",), required=True),
        _word("liaison_phone", "联络员电话", "电话", ("联络员",), format="phone", required=True, width=14),
        _word("remark", "备注", "备注", format="long", longest=200, width=16),
    ),
    unit_line="人、元、个、次",
)


def _activity_line(key: str, name: str) -> Line:
    if key == "care":
        helped = Item("care_helped", f"{name}人数", unit="人")
        aid = Item("care_aid", f"{name}金额（元）", format="money", unit="元")
        return Line(name, (None, None, None, helped, aid))
    counts = (Item(f"{key}_{count}", f"{name}{label}") for count, label in COUNTS.items())
    return Line(name, (*counts, None, None))


TABLE_3 = BaseTable(
    ACTIVITIES,
    "表3　活动开展情况",
    (
        *(Column(key, label, width=12, format="int", total=True) for key, label in COUNTS.items()),
        Column("helped", "人数", ("关爱帮扶",), width=9, format="int", total=True),
        Column("aid", "金额（元）", ("关爱帮扶",), width=12, format="money", total=True),
    ),
    (
        *(_activity_line(key, name) for key, name in ACTIVITY_KINDS.items()),
        Line(
            "合计",
            (
                *(
                    Sum(
                        f"all_{count}",
                        f"各类活动{label}合计",
                        tuple(f"{key}_{count}" for key in ACTIVITY_KINDS if key != "care"),
                    )
                    for count, label in COUNTS.items()
                ),
                None,
                None,
            ),
        ),
    ),
    unit_line="场、人次、人、元",
    notes=("人次按每场到场的人相加，同一人参加两场计 2 人次；没有开展的活动留空。",),
)

TABLE_6 = _across(
    PUBLICITY,
    "表6　宣传情况",
    "本校",
    (
        _figure("news_sent", "报送信息条数", "报送信息条数"),
        _figure("used_by_district", "信息采用（区）", "区", ("采用",)),
        _figure("used_by_city", "信息采用（市）", "市", ("采用",)),
        _figure("used_by_nation", "信息采用（国家）", "国家", ("采用",)),
        _figure("journals", "刊物", "刊物"),
        _figure("media", "媒体报道", "媒体报道"),
    ),
    unit_line="条、种、次",
)

TABLE_OF_SIGNERS = _across(
    SIGNERS,
    "填报签署",
    "本校",
    (
        _word("filled_by", "填报人", "填报人", required=True),
        _word("reviewed_by", "审核人", "审核人", required=True),
        _word("head", "负责人", "负责人", required=True, help="打印后由负责人签字、加盖公章。"),
    ),
)

#: (part, whole, the name of the whole): the part is never more than the whole.
SUBSETS = (
    ("members_party", "members", "关工委委员人数"),
    ("volunteers_women", "volunteers", "五老志愿者"),
    ("volunteers_party", "volunteers", "五老志愿者"),
    ("volunteers_core", "volunteers", "五老志愿者"),
)


def figure_of(answers: Answers, key: str) -> int | Decimal | None:
    value = answers.get(key)
    return value if isinstance(value, int | Decimal) else None


def whole_of(answers: Answers, key: str) -> int | Decimal | None:
    """Return a sum once all of its parts are filled in: half a sum would be out of balance for nothing."""
    parts = next(one.parts for one in QUESTIONNAIRE.sums() if one.key == key)
    return figure_of(answers, key) if all(answers.get(part) is not None for part in parts) else None


def subsets_fit(answers: Answers) -> Iterator[Fault]:
    """逻辑校验: what is 其中 of a total is not more than the total."""
    for part, whole, where in SUBSETS:
        one, all_ = figure_of(answers, part), whole_of(answers, whole)
        if one is not None and all_ is not None and one > all_:
            words = (
                f"“{LABELS[part]}”填了 {one:,}，多于{where}合计 {all_:,}。请核对表1的这一项和合计的各组成项。"
            )
            yield Fault(part, words)


def volunteers_are_retirees(answers: Answers) -> Iterator[Fault]:
    """逻辑校验: 五老志愿者 are among the 离退休人员."""
    volunteers, retirees = whole_of(answers, "volunteers"), whole_of(answers, "retirees")
    if volunteers is not None and retirees is not None and volunteers > retirees:
        words = (
            f"表1五老志愿者合计 {volunteers:,}，多于离退休人员合计 {retirees:,}。"
            "五老志愿者应在离退休人员之内，请核对五类人数和离休、退休人数。"
        )
        yield Fault(VOLUNTEERS[0], words)


def attendances_have_sessions(answers: Answers) -> Iterator[Fault]:
    """逻辑校验: nobody attends what was not held; 场次 and 人次 are not to be mixed up."""
    for key, name in ACTIVITY_KINDS.items():
        if key == "care":
            continue
        came = any(figure_of(answers, f"{key}_{count}") for count in ("elders", "students"))
        if came and not figure_of(answers, f"{key}_sessions"):
            words = f"表3“{name}”填了人次，但没有场次。请补填“{name}场次”，没有开展请清空人次。"
            yield Fault(f"{key}_sessions", words)


def aid_has_receivers(answers: Answers) -> Iterator[Fault]:
    """逻辑校验: money that was given, was given to somebody."""
    if figure_of(answers, "care_aid") and not figure_of(answers, "care_helped"):
        yield Fault("care_helped", "表3“关爱帮扶”填了金额，但没有人数。请补填“关爱帮扶人数”。")


def used_were_sent(answers: Answers) -> Iterator[Fault]:
    """经验校验: a level uses no more items than were sent; those sent the year before may explain it."""
    sent = figure_of(answers, "news_sent") or 0
    for level in ("district", "city", "nation"):
        key = f"used_by_{level}"
        used = figure_of(answers, key)
        if used is not None and used > sent:
            words = f"表6“{LABELS[key]}”填了 {used:,}，多于报送信息条数 {sent:,}。请核对或写明原因。"
            yield Fault(key, words, code=f"used_{key}")


QUESTIONNAIRE = Questionnaire(
    name="annual_return",
    title="关心下一代工作年度统计表",
    edition=1,
    tables=(TABLE_1, TABLE_3, TABLE_6, TABLE_OF_SIGNERS),
    checks=(
        subsets_fit,
        volunteers_are_retirees,
        attendances_have_sessions,
        aid_has_receivers,
        used_were_sent,
    ),
)
LABELS = QUESTIONNAIRE.labels()
#: The figures of the return in their order: what a summary adds up and compares with the year before.
FIGURES = tuple(item for item in QUESTIONNAIRE.items() if item.is_figure)


@dataclasses.dataclass(frozen=True)
class Beside:
    """What the portal knows of a school that checks look at: heads in 表2, their average age, enrolment.

    `elders` is the sum of all age bands with those of unknown age; None where the register is empty.
    """

    elders: int | None = None
    average_age: float | None = None
    enrolled: int | None = None
    source: str = "平台数据"


def for_school(beside: Beside) -> Questionnaire:
    """Return the questionnaire with the checks against what the portal knows of one school."""
    checks: tuple[Check, ...] = (
        lambda answers: bands_balance(answers, beside),
        lambda answers: average_age_is_usual(answers, beside),
        lambda answers: attendances_reach_enrolment(answers, beside),
    )
    return dataclasses.replace(QUESTIONNAIRE, checks=(*QUESTIONNAIRE.checks, *checks))


def bands_balance(answers: Answers, beside: Beside) -> Iterator[Fault]:
    """逻辑校验: 五类之和 = 合计 = 各年龄段之和.

    A school without any file in the register is not held to it: nothing stands in 表2 to balance with.
    """
    volunteers = whole_of(answers, "volunteers")
    if beside.elders is None or volunteers is None or volunteers == beside.elders:
        return
    words = (
        f"表1五老志愿者五类之和是 {volunteers:,}，表2各年龄段之和是 {beside.elders:,}（{beside.source}），"
        "两表应相等。五类填错的请改表1；档案缺人、重复或离世未登记的，请先更正人员档案，再提交。"
    )
    yield Fault(VOLUNTEERS[0], words)


def average_age_is_usual(answers: Answers, beside: Beside) -> Iterator[Fault]:
    """经验校验: the average age of the volunteers lies between 60 and 85."""
    average = beside.average_age
    if average is not None and not YOUNGEST_AVERAGE <= average <= OLDEST_AVERAGE:
        words = (
            f"表2五老志愿者平均年龄 {average:.1f} 岁，不在 {YOUNGEST_AVERAGE}—{OLDEST_AVERAGE} 岁之间"
            f"（{beside.source}）。请核对人员档案的出生年月或写明原因。"
        )
        yield Fault(VOLUNTEERS[0], words, code=f"age_{VOLUNTEERS[0]}")


def attendances_reach_enrolment(answers: Answers, beside: Beside) -> Iterator[Fault]:
    """经验校验: each pupil enrolled for reading attends at least once, so 人次 is not less than 人数."""
    key = "reading_students"
    came = figure_of(answers, key) or 0
    if beside.enrolled and came < beside.enrolled:
        words = (
            f"“{LABELS[key]}”填了 {written(answers.get(key)) or '空'}，少于平台的读书活动报名学生 "
            f"{beside.enrolled:,} 人。人次一般不少于人数，请核对或写明原因。"
        )
        yield Fault(key, words, code=f"enrolled_{key}")


def with_sums(answers: Answers) -> dict[str, Value]:
    """Return the answers with the sums of the questionnaire added up anew."""
    full = dict(answers)
    for one in QUESTIONNAIRE.sums():
        full[one.key] = add(full, one.parts)
    return full
