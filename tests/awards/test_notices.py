"""Public notices: what they say, how long they last, what keeps them from the public, how they end."""

import datetime
import re
import subprocess

import pytest
from django.db import IntegrityError, transaction

from awards import notice_papers
from awards.models import AwardList, Objection, PublicNotice
from awards.workflow import notices as steps
from guanweihui.documents import pdf
from guanweihui.models import AuditEvent, Workday
from guanweihui.workflow import Refused
from tests.awards import notice_rows, rows
from tests.awards.notice_rows import FRIDAY, Kind, at, make_draft, make_list, make_posted, pdf_of, values
from tests.cast import count_queries

S = PublicNotice.Status
NO_PDF = pdf.available()
needs_pdf = pytest.mark.skipif(NO_PDF is not None, reason=str(NO_PDF))


def trail() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def office(cast):
    return cast.users.district


# --- what it says -----------------------------------------------------------------------------------------


def test_the_content_is_name_unit_and_award_in_the_order_of_strokes(cast, office):
    """Collectives stand in the district's order; same names are told apart by their unit alone."""
    east, west = cast.home.school, cast.far.school
    award_list = make_list(
        nominees=(
            (Kind.ADVANCED_RETIRED, "张三", west),
            (Kind.ADVANCED_RETIRED, "丁一", west),
            (Kind.ADVANCED_RETIRED, "王秀英", west),
            (Kind.ADVANCED_RETIRED, "王秀英", east),
            (Kind.ADVANCED_COLLECTIVE, "", west),
            (Kind.ADVANCED_COLLECTIVE, "", east),
        )
    )
    notice_rows.enter(award_list, Kind.ADVANCED_RETIRED, "不该出现", outcome="RESERVE", reserve_place=1)
    notice = make_posted(award_list=award_list, by=office)
    assert notice.content == [
        ["先进集体", [["示例区和平小学", ""], ["示例区光明中学", ""]]],
        [
            "退休先进个人",
            [
                ["丁一", "示例区光明中学"],
                ["王秀英", "示例区和平小学"],
                ["王秀英", "示例区光明中学"],
                ["张三", "示例区光明中学"],
            ],
        ],
    ]


def test_a_notice_says_at_first_what_the_cycle_and_the_last_notice_say(office):
    cycle = rows.make_open_cycle(
        name="2025年度先进评选",
        basis_title="评选通知",
        basis_number="示教关〔2025〕3号",
        notice_workdays=7,
        counts_first_day=False,
        posts_on=datetime.date(2025, 10, 1),
    )
    cycle.district.contact = "010-85950000"
    cycle.district.save()
    award_list = make_list(cycle=cycle)
    found = steps.defaults_of(award_list, on=FRIDAY.date())
    assert found == {
        "title": "关于2025年度先进评选拟表彰名单的公示",
        "basis": "根据《评选通知》（示教关〔2025〕3号），经学校推荐、协作组审核、区级复核和评审会研究，"
        "确定了2025年度先进评选拟表彰名单。现予以公示，接受监督。",
        "first_on": datetime.date(2025, 10, 9),
        "workdays": 7,
        "counts_first_day": False,
        "phone": "010-85950000",
        **dict.fromkeys(("address", "postcode", "email", "contacts", "supervision_phone"), ""),
    }
    first = make_draft(award_list=award_list, by=office)
    steps.replace_notice(first, by=office, at=FRIDAY, reason="名单修改")
    again = steps.defaults_of(award_list, on=FRIDAY.date())
    assert (again["title"], again["address"]) == (
        "关于2025年度先进评选拟表彰名单的公示（第2次）",
        "示例区示例街1号302室",
    )


@pytest.mark.parametrize(
    ("counts_first_day", "last_on"),
    [(True, datetime.date(2025, 10, 9)), (False, datetime.date(2025, 10, 10))],
)
def test_five_workdays_from_a_friday_reach_over_the_national_day(office, counts_first_day, last_on):
    """26 and 28 (a working Sunday), 29, 30 September, 9 October; the holiday counts for nothing."""
    notice = make_posted(by=office, counts_first_day=counts_first_day)
    ends_at = datetime.datetime.combine(last_on, datetime.time(17), tzinfo=FRIDAY.tzinfo)
    assert (notice.last_on, notice.ends_at) == (last_on, ends_at)


def test_the_district_s_own_corrections_count(cast, office):
    Workday.objects.create(
        district=cast.home.district, day=datetime.date(2025, 9, 29), is_workday=False, note="停电"
    )
    assert make_posted(by=office).last_on == datetime.date(2025, 10, 10)


# --- draft and change -------------------------------------------------------------------------------------


def test_only_an_approved_list_gets_a_notice_and_only_one(office):
    with pytest.raises(Refused, match="经领导审定后才能公示"):
        make_draft(award_list=make_list(status="PROPOSED"), by=office)
    notice = make_draft(by=office)
    with pytest.raises(Refused, match="这份名单已有公示"):
        make_draft(award_list=notice.award_list, by=office)
    assert trail() == ["publicnotice.draft"]


def test_a_draft_is_changed_once_for_each_tab(office):
    notice = make_draft(by=office)
    changed = steps.edit_notice(
        notice, values(workdays=7, contacts="赵老师"), version=1, by=office, at=FRIDAY
    )
    assert (changed.workdays, changed.contacts, changed.version) == (7, "赵老师", 2)
    event = AuditEvent.objects.get(action="publicnotice.edit")
    assert event.changes == {"workdays": [5, 7], "contacts": ["李老师、王老师", "赵老师"]}
    with pytest.raises(Refused, match="在您打开之后已被修改"):
        steps.edit_notice(notice, values(workdays=3), version=1, by=office, at=FRIDAY)


def test_a_first_day_gone_by_is_refused_at_every_step(office):
    yesterday = {"first_on": datetime.date(2025, 9, 25)}
    with pytest.raises(Refused, match="2025年9月25日早于今天"):
        make_draft(by=office, **yesterday)
    notice = make_draft(by=office)
    with pytest.raises(Refused, match="早于今天"):
        steps.edit_notice(notice, values(**yesterday), version=1, by=office, at=FRIDAY)
    with pytest.raises(Refused, match="2025年9月26日早于今天"):
        steps.post_notice(notice, version=1, by=office, at=at(28))


# --- posting ----------------------------------------------------------------------------------------------


def test_posting_freezes_and_leaves_one_line(office):
    notice = make_posted(by=office)
    notice.refresh_from_db()
    assert (notice.status, notice.posted_at, notice.posted_by) == (S.POSTED, FRIDAY, office)
    assert trail() == ["publicnotice.draft", "publicnotice.post"]
    with pytest.raises(Refused, match="内容不能再改"):
        steps.edit_notice(notice, values(), version=notice.version, by=office, at=FRIDAY)


def test_a_notice_posted_ahead_is_public_from_its_first_day_on(office):
    notice = make_posted(by=office, first_on=datetime.date(2025, 9, 28))
    assert notice.posted_at == at(28, 0, minute=0)
    assert [PublicNotice.objects.running(when).exists() for when in (at(27), at(28))] == [False, True]


@pytest.mark.parametrize(
    ("field", "words", "place"),
    [
        ("title", "公示 １３８００１３８０００", "“标题”第 4 个字处有疑似手机号"),
        ("basis", "一\n二110105194903071239", "“公示说明”第 2 行第 2 个字处有疑似身份证号"),
        ("contacts", "李老师 139 0000 1234", "“联系人”第 5 个字处有疑似手机号"),
        ("address", "示例街1号 62220212345678901 28", "“受理地址”第 7 个字处有疑似银行卡号"),
        ("email", "13900001234@example.invalid", "“电子邮箱”第 1 个字处有疑似手机号"),
        ("phone", "010-85950000 110105194903071239", "“受理电话”第 14 个字处有疑似身份证号"),
    ],
)
def test_what_is_personal_keeps_a_notice_from_the_public(office, field, words, place):
    notice = make_draft(by=office, **{field: words})
    with pytest.raises(Refused) as refusal:
        steps.post_notice(notice, version=1, by=office, at=FRIDAY)
    assert place in str(refusal.value)
    notice.refresh_from_db()
    assert notice.status == S.DRAFT


def test_the_notice_s_own_telephones_may_stand_in_its_words(office):
    words = "如有疑问，请拨打85950000或010-85951111。"
    assert make_posted(by=office, basis=words).status == S.POSTED


def test_a_number_in_a_name_is_found_too(office):
    award_list = make_list(nominees=((Kind.ADVANCED_RETIRED, "王玥13900001234", None),))
    with pytest.raises(Refused, match="“退休先进个人”名单第 1 人第 3 个字处有疑似手机号“139"):
        make_posted(award_list=award_list, by=office)


def test_a_year_without_holidays_asks_for_a_look(office):
    first = datetime.date(2031, 9, 26)
    notice = make_draft(by=office, first_on=first)
    with pytest.raises(Refused, match="2031年的节假日安排尚未录入"):
        steps.post_notice(notice, version=1, by=office, at=FRIDAY)
    posted = steps.post_notice(notice, version=1, checked_days=True, by=office, at=FRIDAY)
    assert posted.last_on == datetime.date(2031, 10, 2)


def test_an_old_tab_and_an_empty_or_unapproved_list_are_not_posted(office):
    notice = make_draft(by=office)
    with pytest.raises(Refused, match="在您打开之后已被修改"):
        steps.post_notice(notice, version=9, by=office, at=FRIDAY)
    entry = notice.award_list.entries.get()
    entry.outcome, entry.note = "DECLINE", "材料不实"
    entry.save()
    with pytest.raises(Refused, match="名单中没有拟表彰的单位和个人"):
        steps.post_notice(notice, version=1, by=office, at=FRIDAY)
    AwardList.objects.update(status="REPLACED")
    with pytest.raises(Refused, match="名单“已被替换”"):
        steps.post_notice(notice, version=1, by=office, at=FRIDAY)


# --- files ------------------------------------------------------------------------------------------------


def file_of(content, name="名单.pdf", content_type="application/pdf"):
    return {"name": name, "content": content, "content_type": content_type}


def add(notice, content, *, is_public=True, by, **fields):
    return steps.add_file(notice, file_of(content, **fields), is_public=is_public, by=by, at=FRIDAY)


@pytest.mark.parametrize(
    ("content", "fields", "why"),
    [
        (pdf_of("list", "call 13900001234"), {}, "第 2 页第 6 个字处有疑似手机号"),
        (pdf_of("list", ""), {}, "第 2 页没有文字层"),
        (b"\xff\xd8\xff photo", {"content_type": "image/jpeg", "name": "a.jpg"}, "公开的附件只能是 PDF"),
        (pdf_of("list"), {"name": "王玥13900001234.pdf"}, "第 3 个字处有疑似手机号"),
    ],
)
def test_a_public_file_with_something_personal_or_unreadable_is_not_taken(office, content, fields, why):
    notice = make_draft(by=office)
    with pytest.raises(Refused) as refusal:
        add(notice, content, by=office, **fields)
    assert why in str(refusal.value)
    assert trail() == ["publicnotice.draft"]


def test_files_are_looked_through_again_when_the_notice_is_posted(office):
    """The number was the office's own when the file came; then the notice gave another one."""
    notice = make_draft(by=office)
    add(notice, pdf_of("call 010-85950000"), by=office)
    changed = steps.edit_notice(notice, values(phone="010-85952222"), version=2, by=office, at=FRIDAY)
    with pytest.raises(Refused, match="附件“名单.pdf”第 1 页第 6 个字处有疑似固定电话"):
        steps.post_notice(changed, version=changed.version, by=office, at=FRIDAY)


def test_public_files_stay_as_posted_and_the_stamped_copy_comes_later(office):
    notice = make_draft(by=office)
    file = add(notice, pdf_of("list"), by=office)
    notice.refresh_from_db()
    posted = steps.post_notice(notice, version=notice.version, by=office, at=FRIDAY)
    with pytest.raises(Refused, match="附件不能再撤换"):
        steps.remove_file(posted, file, by=office, at=FRIDAY)
    with pytest.raises(Refused, match="内容不能再改"):
        add(posted, pdf_of("list"), by=office)
    stamped = add(posted, b"%PDF-1.4 scan", is_public=False, by=office)
    steps.remove_file(posted, stamped, by=office, at=FRIDAY)
    assert trail()[-3:] == ["publicnotice.post", "publicnotice.add_file", "publicnotice.remove_file"]
    assert list(steps.public_files(posted)) == [file]


def test_a_file_of_another_notice_is_not_removed_here(office):
    notice, other = make_draft(by=office), make_draft(by=office)
    file = add(other, pdf_of("list"), by=office)
    with pytest.raises(Refused, match="不属于这份公示"):
        steps.remove_file(notice, file, by=office, at=FRIDAY)


# --- the end ----------------------------------------------------------------------------------------------


def test_a_notice_is_closed_at_five_of_its_last_day_and_not_before(office):
    notice = make_posted(by=office)
    with pytest.raises(Refused, match="公示期到2025年10月9日17:00，期满以后才能办结"):
        steps.close_notice(notice, by=office, at=at(9, 16, 10, 59))
    closed = steps.close_notice(notice, by=office, at=at(9, 17, 10, 0))
    assert (closed.status, closed.closed_at, closed.closed_by) == (S.CLOSED, at(9, 17, 10, 0), office)
    assert trail()[-1] == "publicnotice.close"


@pytest.mark.parametrize(
    ("kind", "status", "why"),
    [
        ("PERSON", "OPEN", "还有 1 件实名或单位异议没有办结"),
        ("UNIT", "OPEN", "还有 1 件实名或单位异议没有办结"),
        ("PERSON", "UPHELD", "请先修改名单，再重新公示"),
        ("PERSON", "REJECTED", ""),
        ("ANONYMOUS", "OPEN", ""),
    ],
)
def test_what_an_objection_does_to_the_end(office, kind, status, why):
    notice = make_posted(by=office)
    findings = {} if status == "OPEN" else {"findings": "已核查"}
    notice_rows.bare_objection(notice, by=office, kind=kind, status=status, **findings)
    if why:
        with pytest.raises(Refused, match=why):
            steps.close_notice(notice, by=office, at=at(9, 17, 10))
    else:
        assert steps.close_notice(notice, by=office, at=at(9, 17, 10)).status == S.CLOSED


def test_an_open_objection_outlives_the_notice_that_it_was_made_to(cast, office):
    """Amending the list settles one objection; another by name still waits for its answer."""
    old = make_posted(by=office)
    waiting = notice_rows.bare_objection(old, by=office)
    steps.replace_notice(old, by=office, at=FRIDAY, reason="名单修改")
    AwardList.objects.update(status="REPLACED")
    new = make_posted(by=office, award_list=make_list(cycle=old.award_list.cycle, number=2))
    with pytest.raises(Refused, match="还有 1 件实名或单位异议没有办结"):
        steps.close_notice(new, by=office, at=at(9, 17, 10))
    assert url("objection-detail", waiting.pk) in words(cast.district.get(url("notice-detail", new.pk)))


def test_amending_the_list_voids_the_notice_with_a_reason(cast, office):
    notice = make_posted(by=office)
    with pytest.raises(Refused, match="请写明理由"):
        steps.replace_notice(notice, by=cast.users.leader, at=FRIDAY, reason=" ")
    void = steps.replace_notice(notice, by=cast.users.leader, at=FRIDAY, reason="名单修改")
    assert (void.status, AuditEvent.objects.last().reason) == (S.REPLACED, "名单修改")
    make_draft(award_list=notice.award_list, by=office)  # the list is free for a new one


TAKE = {
    "post": lambda notice, by: steps.post_notice(notice, version=notice.version, by=by, at=FRIDAY),
    "close": lambda notice, by: steps.close_notice(notice, by=by, at=FRIDAY),
    "replace": lambda notice, by: steps.replace_notice(notice, by=by, at=FRIDAY, reason="修改"),
}


@pytest.mark.parametrize(
    ("step", "status"),
    [(name, one) for name, step in steps.STEPS.items() for one in S if one not in step.from_states],
)
def test_every_other_state_refuses_the_step(office, step, status):
    notice = notice_rows.bare_notice(status, first_on=FRIDAY.date(), days=-400)
    with pytest.raises(Refused, match=f"现在是“{notice.get_status_display()}”，不能"):
        TAKE[step](notice, office)


@pytest.mark.parametrize("who", ["leader", "auditor", "group", "school"])
def test_the_office_alone_posts(cast, who):
    notice = notice_rows.bare_notice("DRAFT", first_on=FRIDAY.date())
    with pytest.raises(Refused, match="不在您的职责范围内"):
        TAKE["post"](notice, getattr(cast.users, who))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"workdays": 0}, "notice_has_a_workday"),
        ({"status": "POSTED", "last_on": None}, "posted_notice_has_a_period"),
        ({"pk": None, "token": "another"}, "one_standing_notice_a_list"),
    ],
)
def test_the_database_holds_the_rules_of_a_notice(office, change, constraint):
    notice = notice_rows.bare_notice("DRAFT")
    for name, value in change.items():
        setattr(notice, name, value)
    with pytest.raises(IntegrityError) as fault, transaction.atomic():
        notice.save(force_insert=notice.pk is None)
    columns = "awards_publicnotice.award_list_id"
    assert constraint in str(fault.value) or str(fault.value).endswith(columns)


# --- pages ------------------------------------------------------------------------------------------------


def words(response) -> str:
    return response.content.decode()


def url(name, *args):
    from django.urls import reverse

    return reverse(name, args=args)


def test_a_draft_that_may_not_be_public_says_so_as_soon_as_it_is_saved(cast, office):
    """A warning, not a refusal: what is typed is kept, and posting refuses it."""
    data = {**values(first_on=datetime.date.today()), "basis": "证号 990105195001011236。"}
    answer = cast.district.post(url("notice-new", make_list().pk), data, follow=True)
    draft = PublicNotice.objects.get()
    assert (draft.status, "990105195001011236" in draft.basis) == (S.DRAFT, True)
    assert "公示稿中有不能公开的内容，改正以后才能发布" in words(answer)
    assert "“公示说明”第 4 个字处有疑似身份证号" in words(answer)
    clean = {**data, "basis": "根据通知。", "version": draft.version}
    assert "不能公开的内容" not in words(cast.district.post(url("notice-edit", draft.pk), clean, follow=True))


def test_the_list_and_a_notice_cost_the_same_whatever_they_hold(cast, office):
    notice = notice_rows.bare_notice(award_list=make_list())
    notice_rows.bare_objection(notice, by=office)
    notice_rows.make_stamped(notice, by=office)
    pages = (url("notice-list"), url("notice-detail", notice.pk))
    first = [count_queries(cast.district, page) for page in pages]
    for _ in range(2):
        notice_rows.bare_notice(award_list=make_list())
        make_list()
        notice_rows.bare_objection(notice, by=office)
        notice_rows.make_stamped(notice, by=office)
    assert [count_queries(cast.district, page) for page in pages] == first == [6, 8]


def test_an_approved_list_stands_as_a_button_until_it_has_its_notice(cast, office):
    waiting = make_list()
    page = words(cast.district.get(url("notice-list")))
    assert url("notice-new", waiting.pk) in page
    assert url("notice-new", waiting.pk) not in words(cast.leader.get(url("notice-list")))
    make_draft(award_list=waiting, by=office)
    assert url("notice-new", waiting.pk) not in words(cast.district.get(url("notice-list")))


def form(**fields):
    data = {**values(), "first_on": "2099-09-24", "workdays": "5", "counts_first_day": "on", **fields}
    return {name: value for name, value in data.items() if value is not None}


def test_drafting_changing_and_posting_by_the_pages(cast, office):
    award_list = make_list()
    answer = cast.district.post(url("notice-new", award_list.pk), form())
    notice = PublicNotice.objects.get()
    assert answer.url == url("notice-detail", notice.pk)
    page = words(cast.district.get(answer.url))
    assert "2099年的节假日安排尚未录入" in page
    edit = url("notice-edit", notice.pk)
    assert 'name="version" value="1"' in words(cast.district.get(edit))
    assert cast.district.post(edit, form(contacts="赵老师", version="1")).url == answer.url
    stale = cast.district.post(edit, form(contacts="钱老师", version="1"))
    assert stale.status_code == 422
    assert "在您打开之后已被修改" in words(stale)
    assert 'value="钱老师"' in words(stale)
    post = url("notice-post", notice.pk)
    unchecked = cast.district.post(post, {"version": "2"})
    assert (unchecked.status_code, words(unchecked).count("请确认“我已核对")) == (422, 4)
    done = cast.district.post(post, {"version": "2", "checked": "on", "checked_days": "on"})
    assert done.url == answer.url
    notice.refresh_from_db()
    assert (notice.status, notice.contacts) == (S.POSTED, "赵老师")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"workdays": "0"}, "公示期填 1 到 30 个工作日。"),
        ({"postcode": "10002"}, "邮政编码是 6 位数字"),
        ({"title": ""}, "请填写“标题”。"),
        ({"first_on": "2020-01-02"}, "早于今天"),
        ({"contacts": "李\u202e老师"}, "看不见的特殊字符"),
    ],
)
def test_a_bad_draft_is_told_and_kept(cast, fields, said):
    answer = cast.district.post(url("notice-new", make_list().pk), form(**fields))
    assert (answer.status_code, PublicNotice.objects.count()) == (422, 0)
    assert said in words(answer)
    assert "示例区示例街1号302室" in words(answer)


def test_a_refused_file_is_told_on_its_form_and_a_good_one_hangs_on_the_notice(cast, office):
    from django.core.files.uploadedfile import SimpleUploadedFile as Upload

    notice = notice_rows.bare_notice("DRAFT")
    add_url = url("notice-file-add", notice.pk)
    bad = {"kind": "public", "file": Upload("名单.pdf", pdf_of("call 13900001234"))}
    answer = cast.district.post(add_url, bad)
    assert answer.status_code == 422
    assert "疑似手机号“139******34”" in words(answer)
    good = {"kind": "public", "file": Upload("名单.pdf", pdf_of("list of names"))}
    assert cast.district.post(add_url, good).url == url("notice-detail", notice.pk)
    file = steps.public_files(notice).get()
    page = words(cast.leader.get(url("notice-detail", notice.pk)))
    assert "名单.pdf" in page
    remove = url("notice-file-remove", notice.pk, file.pk)
    assert remove not in page
    assert cast.district.post(remove, {"checked": "on"}).url == url("notice-detail", notice.pk)
    assert not steps.public_files(notice).exists()
    assert cast.district.get(remove).status_code == 404


def test_the_page_says_what_is_next(cast, office):
    notice = notice_rows.bare_notice(days=-1)
    detail = url("notice-detail", notice.pk)
    assert url("notice-close", notice.pk) in words(cast.district.get(detail))
    assert url("notice-close", notice.pk) not in words(cast.leader.get(detail))
    notice_rows.bare_objection(notice, by=office)
    assert url("notice-close", notice.pk) not in words(cast.district.get(detail))
    assert "还有 1 件实名或单位异议没有办结" in words(cast.district.get(detail))
    Objection.objects.update(status="UPHELD", findings="属实")
    assert "有 1 件异议成立，须修改名单" in words(cast.district.get(detail))
    assert cast.district.post(url("notice-close", notice.pk), {"checked": "on"}).status_code == 422


def test_a_void_notice_leads_to_the_new_one(cast, office):
    old = notice_rows.bare_notice("REPLACED")
    assert "新名单审定后请重新公示" in words(cast.district.get(url("notice-detail", old.pk)))
    new = make_draft(award_list=old.award_list, by=office, title="第二次公示")
    page = words(cast.district.get(url("notice-detail", old.pk)))
    assert "已重新公示" in page
    assert url("notice-detail", new.pk) in page


# --- papers -----------------------------------------------------------------------------------------------


def printed(content) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s", "", done.stdout.decode())


@needs_pdf
def test_the_printed_notice_says_what_the_page_says(cast):
    notice = notice_rows.bare_notice(first_on=FRIDAY.date(), last_on=datetime.date(2025, 10, 9))
    answer = cast.leader.get(url("notice-print", notice.pk))
    paper = printed(b"".join(answer.streaming_content))
    assert "公示时间：2025年9月26日至2025年10月9日17:00，共5个工作日。" in paper
    assert "序号姓名单位1王秀英示例区和平小学" in paper
    assert "征求意见稿" not in paper


@pytest.mark.parametrize(
    ("objections", "title", "said"),
    [
        ((), "公示无异议的说明", ["公示期间未收到实名或加盖公章的异议，公示无异议。"]),
        (
            (("ANONYMOUS", "OPEN"),),
            "公示无异议的说明",
            [
                "公示期间未收到实名或加盖公章的异议，公示无异议。",
                "公示期间另收到匿名反映1件，已留存备查。",
            ],
        ),
        (
            (("PERSON", "REJECTED"), ("UNIT", "REJECTED")),
            "公示情况的说明",
            [
                "公示期间收到实名或加盖公章的异议2件，均已核查办结：成立0件，不成立2件。",
                "除上述情况外，没有收到其他异议。",
            ],
        ),
    ],
)
def test_the_outcome_says_how_many_objections_and_whose_none(office, objections, title, said):
    notice = notice_rows.make_closed(first_on=FRIDAY.date(), last_on=datetime.date(2025, 10, 9))
    for kind, status in objections:
        notice_rows.bare_objection(notice, by=office, kind=kind, status=status, findings="已核查")
    tally = notice_papers.tally_of(list(notice.objections.all()))
    assert notice_papers.outcome_title(notice, tally).endswith(title)
    posted, *rest = notice_papers.outcome_words(notice, tally)
    assert posted == (
        f"{notice.award_list.cycle.name}拟表彰名单（集体1个、个人1名）已于2025年9月26日至2025年10月9日"
        "在区教育关工委工作平台公示，共5个工作日。"
    )
    assert rest == said


@needs_pdf
def test_the_outcome_is_printed_once_the_notice_is_closed(cast):
    closed, running = notice_rows.make_closed(), notice_rows.bare_notice(award_list=make_list())
    paper = printed(b"".join(cast.auditor.get(url("notice-outcome", closed.pk)).streaming_content))
    assert "公示无异议" in paper
    refused = cast.district.get(url("notice-outcome", running.pk))
    assert (refused.status_code, "公示还没有办结" in words(refused)) == (409, True)


# --- to-dos -----------------------------------------------------------------------------------------------


def test_what_waits_for_the_office_and_nobody_else(cast, office):
    from awards.todos import notices as todos

    waiting = make_list()
    draft = make_draft(by=office)
    over = notice_rows.bare_notice(award_list=make_list(), days=-1, title="一次公示")
    notice_rows.bare_notice(award_list=make_list())
    three_days = datetime.timedelta(days=3, hours=1)
    now = over.ends_at + datetime.timedelta(hours=1)
    objection = notice_rows.bare_objection(over, by=office, received_at=now - three_days)
    offers = (todos.lists_to_post, todos.notices_to_post, todos.notices_to_close, todos.objections_to_decide)
    found = [[(one.title, one.url) for one in offer(office, now)] for offer in offers]
    assert found == [
        [(f"{waiting.cycle.name}拟表彰名单已审定，等待公示", url("notice-new", waiting.pk))],
        [(f"{draft.title}：公示稿等待发布", url("notice-detail", draft.pk))],
        [("一次公示：公示期满，等待办结", url("notice-detail", over.pk))],
        [("实名异议等待核查（登记 3 天）", url("objection-detail", objection.pk))],
    ]
    assert [offer(cast.users.leader, now) for offer in offers] == [[], [], [], []]
