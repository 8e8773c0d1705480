"""The questionnaire of the annual return: what must balance, what must be explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.annual_return import (
    CLASSES,
    FIGURES,
    QUESTIONNAIRE,
    VOLUNTEERS,
    Beside,
    for_school,
    with_sums,
)
from guanweihui.questionnaire import WHY, Asked, clean, judge
from tests.activities.return_rows import TYPED

#: A machine that is busy with other work makes numbers no worse.


def faults(typed, beside=None, **asked):
    """Return (item, code, words) of every fault; the code is empty for a hard one."""
    sheet = for_school(beside or Beside())
    return [(one.key, one.code, one.words) for one in judge(Asked(sheet, **asked), typed)[1]]


def hard(typed, beside=None):
    return [(key, words) for key, code, words in faults(typed, beside) if not code]


def test_the_sheet_asks_what_the_paper_form_asks():
    heads = {
        table.title: [(*column.groups, column.label) for column in table.columns]
        for table in QUESTIONNAIRE.tables
    }
    committee, members = "关工委（领导小组）", "关工委委员人数"
    assert heads == {
        "表1　组织建设情况": [
            (committee, "成立时间"),
            (committee, "主任", "姓名"),
            (committee, "主任", "职务"),
            (committee, "常务副主任", "姓名"),
            (committee, "常务副主任", "在职/退休"),
            *((members, label) for label in ("合计", "其中在职", "其中退休", "其中党员")),
            *(("离退休人员", label) for label in ("合计", "其中离休", "其中退休")),
            *(
                ("五老志愿者", label)
                for label in ("合计", "其中女", "其中党员", *CLASSES.values(), "其中骨干")
            ),
            ("经费（元）",),
            ("年度计划",),
            ("年度总结",),
            ("制度数",),
            ("全年会议次数",),
            ("党组织听取汇报次数",),
            ("联络员", "姓名"),
            ("联络员", "电话"),
            ("备注",),
        ],
        "表3　活动开展情况": [
            ("场次",),
            ("参加五老人次",),
            ("受教育学生人次",),
            ("关爱帮扶", "人数"),
            ("关爱帮扶", "金额（元）"),
        ],
        "表6　宣传情况": [
            ("报送信息条数",),
            ("采用", "区"),
            ("采用", "市"),
            ("采用", "国家"),
            ("刊物",),
            ("媒体报道",),
        ],
        "填报签署": [("填报人",), ("审核人",), ("负责人",)],
    }


def test_each_kind_of_activity_has_a_line_and_the_whole_has_one():
    lines = [line.label for line in QUESTIONNAIRE.tables[1].lines]
    assert lines == [
        "主题教育",
        "宣讲报告",
        "法治教育",
        "心理健康",
        "家庭教育/家长学校",
        "读书活动",
        "关爱帮扶",
        "社区实践",
        "其他",
        "合计",
    ]


def test_a_complete_sheet_that_balances_has_no_fault():
    assert faults(TYPED) == []


def test_sums_are_added_up_and_never_typed():
    answers, _ = clean(QUESTIONNAIRE, TYPED | {"members": "99", "volunteers": "99"})
    sums = {key: answers[key] for key in ("members", "retirees", "volunteers")}
    # 4 + 3; 1 + 29; 2 + 0 + 1 + 7 + 0
    assert sums == {"members": 7, "retirees": 30, "volunteers": 10}
    counts = [answers[f"all_{what}"] for what in ("sessions", "elders", "students")]
    # 主题教育 6/24/900, 读书活动 3/9/270
    assert counts == [9, 33, 1170]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"members_party": "8"},
            (
                "members_party",
                "“关工委委员其中党员”填了 8，多于关工委委员人数合计 7。请核对表1的这一项和合计的各组成项。",
            ),
        ),
        (
            {"volunteers_women": "11"},
            (
                "volunteers_women",
                "“五老志愿者其中女”填了 11，多于五老志愿者合计 10。请核对表1的这一项和合计的各组成项。",
            ),
        ),
        (
            {"volunteers_party": "11"},
            (
                "volunteers_party",
                "“五老志愿者其中党员”填了 11，多于五老志愿者合计 10。请核对表1的这一项和合计的各组成项。",
            ),
        ),
        (
            {"volunteers_core": "11"},
            (
                "volunteers_core",
                "“五老志愿者其中骨干”填了 11，多于五老志愿者合计 10。请核对表1的这一项和合计的各组成项。",
            ),
        ),
        (
            {"retirees_retired": "8"},
            (
                "volunteers_cadres",
                "表1五老志愿者合计 10，多于离退休人员合计 9。"
                "五老志愿者应在离退休人员之内，请核对五类人数和离休、退休人数。",
            ),
        ),
        (
            {"law_students": "40"},
            (
                "law_sessions",
                "表3“法治教育”填了人次，但没有场次。请补填“法治教育场次”，没有开展请清空人次。",
            ),
        ),
        (
            {"care_helped": "", "care_aid": "2000.50"},
            ("care_helped", "表3“关爱帮扶”填了金额，但没有人数。请补填“关爱帮扶人数”。"),
        ),
    ],
)
def test_what_does_not_balance_is_refused_with_the_place_and_the_cure(changed, fault):
    assert hard(TYPED | changed) == [fault]


def test_a_reason_does_not_excuse_a_hard_fault():
    typed = TYPED | {"volunteers_women": "11", f"{WHY}volunteers_women": "已核对"}
    assert [key for key, _ in hard(typed)] == ["volunteers_women"]


def test_the_five_classes_add_up_to_the_age_bands():
    beside = Beside(elders=9, source="平台人员档案，截至2018年12月25日")
    assert hard(TYPED, beside) == [
        (
            "volunteers_cadres",
            "表1五老志愿者五类之和是 10，表2各年龄段之和是 9（平台人员档案，截至2018年12月25日），"
            "两表应相等。五类填错的请改表1；档案缺人、重复或离世未登记的，请先更正人员档案，再提交。",
        )
    ]
    assert hard(TYPED, Beside(elders=10)) == []


def test_a_school_without_files_in_the_register_has_no_bands_to_balance_with():
    assert hard(TYPED, Beside(elders=None)) == []


@pytest.mark.parametrize(("average", "asks"), [(59.9, True), (60, False), (85, False), (85.1, True)])
def test_an_unusual_average_age_asks_for_a_reason(average, asks):
    code = "age_volunteers_cadres"
    beside = Beside(elders=10, average_age=average)
    assert [code for _, code, _ in faults(TYPED, beside)] == ([code] if asks else [])
    assert faults(TYPED | {WHY + code: "返聘教师较多"}, beside) == []


@pytest.mark.parametrize(("typed", "asks"), [("271", True), ("270", False), ("", True)])
def test_fewer_attendances_than_pupils_enrolled_ask_for_a_reason(typed, asks):
    enrolled = 271 if typed == "" else int(typed) + asks
    sheet = TYPED | {"reading_students": typed}
    found = [code for _, code, _ in faults(sheet, Beside(enrolled=enrolled))]
    assert found == (["enrolled_reading_students"] if asks else [])


def test_more_items_used_than_sent_ask_for_a_reason():
    words = "表6“信息采用（市）”填了 7，多于报送信息条数 6。请核对或写明原因。"
    assert faults(TYPED | {"used_by_city": "7"}) == [("used_by_city", "used_used_by_city", words)]


def test_a_swing_against_last_year_asks_for_a_reason():
    last = {"meetings": 5, "rules": 4, "media": 2}
    typed = TYPED | {"meetings": "6", "rules": "5", "media": "0"}
    assert [code for _, code, _ in faults(typed, last=last)] == ["last_rules", "last_media"]


@pytest.mark.parametrize(
    ("key", "label"),
    [("director", "主任姓名"), ("volunteers_teachers", "五老志愿者老教师"), ("head", "负责人")],
)
def test_what_is_required_is_asked_for_by_its_name(key, label):
    assert hard(TYPED | {key: ""}) == [(key, f"请填写“{label}”。")]


@given(
    classes=st.lists(st.integers(0, 40), min_size=5, max_size=5),
    women=st.integers(0, 220),
    retirees=st.integers(0, 250),
    bands=st.integers(0, 220),
)
def test_a_sheet_passes_exactly_when_it_balances(classes, women, retirees, bands):
    """Whatever the numbers: no false alarm, and nothing out of balance gets through."""
    typed = TYPED | {key: str(number) for key, number in zip(VOLUNTEERS, classes, strict=True)}
    typed |= {"volunteers_women": str(women), "volunteers_party": "0", "volunteers_core": "0"}
    typed |= {"retirees_retired": str(retirees), "retirees_honoured": "0"}
    total = sum(classes)
    balanced = women <= total <= retirees and total == bands
    assert (hard(typed, Beside(elders=bands)) == []) == balanced


@given(st.dictionaries(st.sampled_from([item.key for item in FIGURES]), st.integers(0, 999_999)))
def test_sums_hold_whatever_is_filled_in(answers):
    full = with_sums(answers)
    for one in QUESTIONNAIRE.sums():
        given_parts = [answers[part] for part in one.parts if part in answers]
        assert full[one.key] == (sum(given_parts) if given_parts else None)
