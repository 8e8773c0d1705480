"""Pages of a school's nominations: what it owes, the wizard, what is refused with its cure."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from awards import sheets
from awards.models import CycleRule, FormField, Nomination, Quota, Veto
from awards.workflow import nominations as steps
from guanweihui import todos
from guanweihui.models import Attachment, AuditEvent, Due
from guanweihui.scope import Role
from tests import factories
from tests.awards import rows
from tests.cast import count_queries

S, Kind = Nomination.Status, rows.Kind
DEEDS = "组织五老进校园宣讲，成效明显。"
pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"nomination-{name}", args=args)


def words(answer):
    return answer.content.decode()


def told(answer):
    """Return what the page that follows says in its status region, and the page itself."""
    assert answer.status_code == 302, words(answer)[:2000]
    return answer["Location"]


@pytest.fixture
def cycle(cast):
    return rows.make_open_cycle(
        district=cast.home.district,
        kinds=(Kind.ADVANCED_COLLECTIVE, Kind.ADVANCED_IN_SERVICE, Kind.ADVANCED_RETIRED),
        endorse_by_on=datetime.date(2020, 4, 1),
        meets_on=datetime.date(2090, 4, 10),
    )


@pytest.fixture
def due(cast, cycle):
    return rows.make_due(cycle=cycle, school=cast.home.school)


@pytest.fixture
def draft(cast, cycle, due):
    """A collective's draft with every box filled, its known values ticked and its scan attached."""
    category = rows.category_of(cycle)
    nomination = steps.start(due, category, None, by=cast.users.school, at=timezone.now())
    return rows.fill(nomination, by=cast.users.school, checked_facts="1")


@pytest.fixture
def places(draft):
    return rows.give_places(draft.category, 3, group=draft.unit.group)


def fresh(nomination):
    return Nomination.objects.get(pk=nomination.pk)


# --- what a school owes -----------------------------------------------------------------------------------


def test_a_school_sees_its_places_its_calendar_and_what_each_waits_for(cast, due, draft, places):
    page = words(cast.school.get(url("due", due.pk)))
    for part in ("本协作组名额 0/3", "还没有下达名额", "2020年4月1日", "草稿", "继续填写", "零报告"):
        assert (part in page) == (part != "零报告"), part
    assert url("task", draft.pk) in page
    assert url("new", due.pk, draft.category_id) not in page, "one collective a school"
    assert url("new", due.pk, rows.category_of(due.round.cycle, Kind.ADVANCED_RETIRED).pk) in page


def test_the_nil_report_is_offered_while_nothing_runs(cast, due):
    assert reverse("due-nil", args=[due.pk]) in words(cast.school.get(url("due", due.pk)))


def test_a_draft_is_its_schools_own_until_it_is_sent(cast, due, draft, places):
    for player in ("group", "district", "leader"):
        assert "还没有推荐" in words(getattr(cast, player).get(url("due", due.pk)))
        assert getattr(cast, player).get(url("print", draft.pk)).status_code == 404
    rows.send(draft, by=cast.users.school)
    for player, behalf in (("group", True), ("district", True), ("leader", False)):
        page = words(getattr(cast, player).get(url("due", due.pk)))
        assert ("待协作组审核" in page, "代学校推荐" in page, "新建推荐" in page) == (True, behalf, False)


def test_what_came_back_says_why_and_where(cast, due, draft, places):
    rows.send(draft, by=cast.users.school)
    steps.return_back(
        draft, reason="事迹太简单。", remarks={"deeds": "请写近两年"}, by=cast.users.group, at=timezone.now()
    )
    page = words(cast.school.get(url("due", due.pk)))
    assert "事迹太简单。" in page
    assert "1 处逐项意见" in page
    task = words(cast.school.get(url("task", draft.pk)))
    assert "退回理由：事迹太简单。" in task
    assert f"{url('section', draft.pk, 'deeds')}#id_deeds" in task
    assert "审核意见：请写近两年" in words(cast.school.get(url("section", draft.pk, "deeds")))
    found = todos.for_actor(cast.users.school, timezone.now())
    mine = [(one.title, one.status) for one in found if one.url == url("task", draft.pk)]
    assert mine == [("先进集体：和平小学", "已退回")]


def test_the_due_page_costs_the_same_with_more_rows(cast, cycle, due):
    kinds = [Kind.ADVANCED_RETIRED] * 3
    counts = []
    for number in (1, 2):
        for kind in kinds[:number]:
            rows.bare(S.RETURNED, cycle=cycle, kind=kind, unit=cast.home.school)
        counts.append(count_queries(cast.school, url("due", due.pk)))
    assert counts == [10, 10]


def test_finishing_asks_for_drafts_to_be_sent_first(cast, due, draft, places):
    answer = cast.school.post(url("finish", due.pk), {"reason": ""})
    assert answer.status_code == 422
    assert "请先提交，或放弃草稿" in words(answer)
    rows.send(draft, by=cast.users.school)
    assert told(cast.school.post(url("finish", due.pk), {"reason": ""})) == url("due", due.pk)
    assert Due.objects.get(pk=due.pk).state == Due.State.SUBMITTED
    assert "本校已报送完毕" in words(cast.school.get(url("due", due.pk)))


# --- a new one --------------------------------------------------------------------------------------------


def new(due, kind):
    return url("new", due.pk, rows.category_of(due.round.cycle, kind).pk)


def test_the_school_itself_is_nominated_at_once(cast, due):
    answer = cast.school.post(new(due, Kind.ADVANCED_COLLECTIVE))
    nomination = Nomination.objects.get()
    assert told(answer) == url("task", nomination.pk)
    assert (nomination.unit, nomination.person, nomination.status) == (cast.home.school, None, S.DRAFT)


def test_a_person_is_found_among_the_schools_own_with_what_speaks_against_him(cast, cycle, due):
    CycleRule.objects.create(cycle=cycle, code=CycleRule.Code.RETIREMENT, effect="BLOCK")
    retired = factories.make_person(school=cast.home.school, name="王玥", duty="教导主任")
    serving = factories.make_person(
        school=cast.home.school, name="王宇", retirement_kind="", retired_on=None, on_register=False
    )
    stranger = factories.make_person(school=cast.far.school, name="王月")
    page = words(cast.school.get(new(due, Kind.ADVANCED_IN_SERVICE), {"q": "wangy"}))
    assert ("王玥" in page, "王宇" in page, "王月" in page) == (True, True, False)
    assert "只推荐在职人员" in page
    assert f"{new(due, Kind.ADVANCED_RETIRED)}?q=wangy" in page
    assert (f'value="{retired.pk}"' in page, f'value="{serving.pk}"' in page) == (False, True)
    assert told(cast.school.post(new(due, Kind.ADVANCED_IN_SERVICE), {"person": serving.pk}))
    assert Nomination.objects.get().person == serving
    assert stranger.school != cast.home.school


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("EARLIER_WINNER", "近 1 届获奖的本届不再推荐"),
        ("ONE_AWARD", "一人一届只能推荐一个奖项"),
        ("VETO", "有“一票否决”登记"),
        ("STANDING", "停止服务"),
    ],
)
def test_what_bars_somebody_is_told_before_he_is_chosen(cast, cycle, due, code, said):
    CycleRule.objects.create(cycle=cycle, code=code, value=1 if code == "EARLIER_WINNER" else None)
    person = factories.make_person(school=cast.home.school, name="王玥")
    today = timezone.localdate()
    if code == "EARLIER_WINNER":
        factories.make_honour(unit=cast.home.school, person=person, kind=Kind.ADVANCED_RETIRED)
    elif code == "ONE_AWARD":
        kind = Kind.ADVANCED_IN_SERVICE
        rows.bare(S.SUBMITTED, cycle=cycle, kind=kind, person=person, unit=cast.home.school)
    elif code == "VETO":
        by = {"set_by": cast.users.district, "set_at": timezone.now()}
        Veto.objects.create(district=cycle.district, person=person, reason="违纪", from_on=today, **by)
    else:
        type(person).objects.update(stopped_on=today)
    page = words(cast.school.get(new(due, Kind.ADVANCED_RETIRED), {"q": "王玥"}))
    assert (said in page, f'value="{person.pk}"' in page, "违纪" in page) == (True, False, False)


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("retired", "请改在“退休先进个人”中推荐"),
        ("foreign", "人选不是本校人员"),
        ("unknown", "人选不是本校人员"),
        ("nonsense", "人选不是本校人员"),
        ("nobody", "请选择一名人选"),
    ],
)
def test_a_wrong_or_forged_nominee_is_refused_and_the_search_stays(cast, cycle, due, whose, said):
    CycleRule.objects.create(cycle=cycle, code=CycleRule.Code.RETIREMENT, effect="BLOCK")
    own = factories.make_person(school=cast.home.school, name="王玥")
    key = {
        "retired": own.pk,
        "foreign": factories.make_person(school=cast.far.school).pk,
        "unknown": 987654,
        "nonsense": "1 OR 1",
        "nobody": "",
    }[whose]
    answer = cast.school.post(new(due, Kind.ADVANCED_IN_SERVICE), {"person": key, "q": "王玥"})
    assert (answer.status_code, said in words(answer), 'value="王玥"' in words(answer)) == (422, True, True)
    assert not Nomination.objects.exists()


def test_a_closed_cycle_takes_nothing_more(cast, cycle, due, draft, places):
    type(cycle).objects.update(state="CLOSED")
    person = factories.make_person(school=cast.home.school)
    answer = cast.school.post(new(due, Kind.ADVANCED_RETIRED), {"person": person.pk})
    assert (answer.status_code, "已结束，现在不能推荐" in words(answer)) == (422, True)
    assert cast.school.post(new(due, Kind.ADVANCED_COLLECTIVE)).status_code == 409
    answer = cast.school.post(url("submit", draft.pk), {"_version": draft.version})
    assert (answer.status_code, "已结束，不能提交" in words(answer)) == (409, True)
    assert "新建推荐" not in words(cast.school.get(url("due", due.pk)))


def test_the_search_costs_the_same_with_more_people(cast, cycle, due):
    for code in ("STANDING", "RETIREMENT", "ONE_AWARD", "EARLIER_WINNER", "VETO"):
        value = 1 if code == "EARLIER_WINNER" else None
        CycleRule.objects.create(cycle=cycle, code=code, value=value)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            factories.make_person(school=cast.home.school, name="王玥")
        counts.append(count_queries(cast.school, new(due, Kind.ADVANCED_RETIRED) + "?q=wy"))
    assert counts == [11, 11]


# --- the wizard -------------------------------------------------------------------------------------------


def test_the_tasks_say_what_each_part_still_lacks(cast, cycle, due):
    nomination = steps.start(due, rows.category_of(cycle), None, by=cast.users.school, at=timezone.now())
    page = words(cast.school.get(url("task", nomination.pk)))
    for part in ("还有 1 处待完善", "还有 2 处待完善", "缺盖章推荐表", "待提交", "还没有下达名额"):
        assert part in page, part
    rows.fill(nomination, by=cast.users.school, checked_facts="1", deeds="太短")
    page = words(cast.school.get(url("task", nomination.pk)))
    assert (page.count("已完成"), "（还差 8 字）" in page) == (3, True)


def section(nomination, **typed):
    return {"_version": nomination.version, "_next": "1", **typed}


def test_a_part_is_saved_on_its_own_and_leads_on(cast, draft):
    facts, deeds = (url("section", draft.pk, one) for one in ("facts", "deeds"))
    data = section(draft, unit_name=draft.unit.full_name, rank_level="处级", checked_facts="1", deeds="混入")
    assert told(cast.school.post(facts, data)) == deeds
    typed = fresh(draft).typed
    assert (typed["rank_level"], typed["deeds"]) == ("处级", DEEDS * 3)
    data = section(fresh(draft), deeds=DEEDS, abstract="短")
    assert told(cast.school.post(deeds, data)) == url("materials", draft.pk)
    data = {**section(fresh(draft), deeds=DEEDS, abstract="更短"), "_save": "1"}
    del data["_next"]
    assert told(cast.school.post(deeds, data)) == deeds
    assert cast.school.get(url("section", draft.pk, "nothing")).status_code == 404


def test_too_long_deeds_are_refused_with_their_count_and_kept(cast, draft):
    long = "长" * 2001
    answer = cast.school.post(url("section", draft.pk, "deeds"), section(draft, deeds=long, abstract="短"))
    page = words(answer)
    assert answer.status_code == 422
    for part in ("有 2001 字，最多 2000 字，请删减", "已写 2001 字，最多 2000 字，超出 1 字", long):
        assert part in page
    assert fresh(draft).typed["deeds"] == long
    page = words(cast.school.get(url("check", draft.pk)))
    assert f"{url('section', draft.pk, 'deeds')}#id_deeds" in page


def test_a_differing_value_asks_for_a_reason_that_goes_when_it_agrees_again(cast, draft):
    address = url("section", draft.pk, "facts")
    cast.school.post(address, section(draft, unit_name="另一学校"))
    page = words(cast.school.get(address))
    assert "平台数据是 示例区和平小学（单位信息）" in page
    assert "checked_facts" not in fresh(draft).typed, "the tick was taken away"
    why = {"why_known_unit_name": "已更名"}
    cast.school.post(address, section(fresh(draft), unit_name="另一学校", **why))
    assert fresh(draft).typed["why_known_unit_name"] == "已更名"
    cast.school.post(address, section(fresh(draft), unit_name=draft.unit.full_name))
    assert "why_known_unit_name" not in fresh(draft).typed


def test_a_second_tab_is_shown_both_versions_of_its_page(cast, draft):
    old = section(draft, deeds=DEEDS, abstract="另一个窗口写的")
    address = url("section", draft.pk, "deeds")
    cast.school.post(address, section(draft, deeds=DEEDS, abstract="先保存的"))
    cast.school.post(
        url("section", draft.pk, "facts"),
        section(fresh(draft), unit_name="另一学校", why_known_unit_name="x"),
    )
    answer = cast.school.post(address, old)
    page = words(answer)
    assert answer.status_code == 409
    assert ("另一个窗口写的" in page, "先保存的" in page, "另一学校" in page) == (True, True, False)
    chosen = {**old, "_version": fresh(draft).version, "_pick_abstract": "theirs"}
    assert told(cast.school.post(address, chosen))
    assert fresh(draft).typed["abstract"] == "先保存的"


def test_autosave_answers_what_the_page_shows(cast, draft):
    data = {"_section": "deeds", "_version": draft.version, "deeds": "太短", "abstract": ""}
    said = cast.school.post(url("save", draft.pk), data).json()
    assert (said["version"], said["done"], said["whole"], said["wrong"]) == (draft.version + 1, 1, 2, 1)
    assert said["faults"] == [
        {"key": "deeds", "words": "“主要事迹”有 2 字，至少 10 字，还差 8 字。", "why": ""}
    ]
    answer = cast.school.post(url("save", draft.pk), {**data, "abstract": "y"})
    assert (answer.status_code, "改过，本次没有保存" in answer.json()["outdated"]) == (409, True)
    Nomination.objects.update(status=S.SUBMITTED, submitted_at=timezone.now())
    answer = cast.school.post(url("save", draft.pk), {**data, "abstract": "y"})
    assert (answer.status_code, "不能修改" in answer.json()["refused"]) == (409, True)


def test_what_is_on_its_way_leads_to_its_receipt(cast, draft, places):
    rows.send(draft, by=cast.users.school)
    for page in ("task", "materials", "check"):
        assert told(cast.school.get(url(page, draft.pk))) == url("receipt", draft.pk)
    data = section(draft, deeds="改", abstract="改")
    answer = cast.school.post(url("section", draft.pk, "deeds"), data)
    assert (answer.status_code, "不能修改" in words(answer)) == (409, True)


@pytest.mark.parametrize(
    ("name", "args", "number"),
    [
        ("task", (), 8),
        ("section", ("facts",), 7),
        ("section", ("deeds",), 7),
        ("materials", (), 8),
        ("check", (), 8),
    ],
)
def test_a_page_of_the_wizard_costs_its_few_queries(cast, draft, places, name, args, number):
    assert count_queries(cast.school, url(name, draft.pk, *args)) == number


# --- materials --------------------------------------------------------------------------------------------


def picture(name="照片.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (2400, 300), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def test_a_picture_is_drawn_anew_and_taken_away_again(cast, draft):
    FormField.objects.create(
        category=draft.category, section="3_MATERIALS", key="photo", label="照片", format="photo", most=2
    )
    address = url("materials", draft.pk)
    assert told(cast.school.post(address, {"field": "photo", "file": picture()})) == address
    file = Attachment.objects.of_filing(draft).get(field="material.photo")
    assert (file.original_name, file.content_type) == ("照片.jpg", "image/jpeg")
    page = words(cast.school.get(address))
    assert reverse("attachment-file", args=[file.pk]) in page
    assert told(cast.school.post(url("material-remove", draft.pk, file.pk))) == address
    assert Attachment.objects.of_filing(draft).count() == 1


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "请选择“盖章推荐表”的文件"),
        (SimpleUploadedFile("a.pdf", b"MZ nothing"), "不是PDF、JPG、PNG或WebP"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.4 %%EOF"), "最多 1 件，已有 1 件。请先删除一件"),
    ],
)
def test_a_bad_or_superfluous_file_is_told_at_its_field(cast, draft, file, said):
    if file is not None:
        file.seek(0)
    data = {"field": "stamped", **({"file": file} if file is not None else {})}
    answer = cast.school.post(url("materials", draft.pk), data)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert Attachment.objects.count() == 1


def test_a_file_under_no_field_or_of_another_nomination_is_not_found(cast, draft, cycle):
    assert cast.school.post(url("materials", draft.pk), {"field": "x", "file": picture()}).status_code == 404
    other = rows.make_nomination(school=cast.far.school, cycle=cycle)
    file = Attachment.objects.of_filing(other).get()
    assert cast.school.post(url("material-remove", draft.pk, file.pk)).status_code == 404


# --- the last look ----------------------------------------------------------------------------------------


def send(cast, nomination, **more):
    return cast.school.post(url("submit", nomination.pk), {"_version": fresh(nomination).version, **more})


def test_the_last_look_shows_the_form_and_sending_gives_a_receipt(cast, draft, places):
    page = words(cast.school.get(url("check", draft.pk)))
    for part in (
        "先进集体推荐审批表",
        "学校党组织意见",
        "协作组意见",
        "区教工委审批意见",
        "内容已填写完整",
        DEEDS,
    ):
        assert part in page
    assert told(send(cast, draft)) == url("receipt", draft.pk)
    assert told(send(cast, draft)) == url("receipt", draft.pk), "a second click is the first one"
    page = words(cast.school.get(url("receipt", draft.pk)))
    for part in (f"TJ2020-{draft.pk:05}", "等待协作组审核", "本协作组名额 1/3", url("withdraw", draft.pk)):
        assert part in page
    assert told(cast.school.post(url("withdraw", draft.pk))) == url("due", draft.due_id)
    assert (fresh(draft).status, Quota.objects.get().used) == (S.WITHDRAWN, 0)
    assert cast.school.post(url("withdraw", draft.pk)).status_code == 409


def test_an_unfinished_nomination_is_refused_with_every_fault_and_its_place(cast, cycle, due):
    nomination = steps.start(due, rows.category_of(cycle), None, by=cast.users.school, at=timezone.now())
    nomination = rows.fill(nomination, by=cast.users.school, deeds="太短", abstract="")
    Attachment.objects.all().delete()
    answer = send(cast, nomination)
    assert (answer.status_code, "还没有核对" in words(answer)) == (422, True)
    rows.fill(nomination, by=cast.users.school, checked_facts="1", deeds="太短", abstract="")
    Attachment.objects.all().delete()
    answer = send(cast, nomination)
    page = words(answer)
    assert answer.status_code == 422
    for part in (
        "还差 8 字",
        "请填写“事迹摘要”。",
        "还没有上传“盖章推荐表”。",
        f"{url('materials', nomination.pk)}#id_stamped",
    ):
        assert part in page
    assert fresh(nomination).typed["deeds"] == "太短"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("late", "报送已经截止，本次没有提交，填写的内容已保存为草稿"),
        ("old tab", "被保存过，本次没有提交"),
        ("no place", "名额 0 个，已用 0 个，没有空余"),
    ],
)
def test_a_refused_sending_says_the_cure_and_keeps_the_text(cast, cycle, draft, places, what, said):
    more = {}
    if what == "late":
        type(draft.due.round).objects.update(
            opens_at=timezone.now() - 3 * rows.WEEK, deadline_at=timezone.now() - rows.WEEK
        )
    elif what == "old tab":
        more = {"_version": draft.version - 1}
    else:
        Quota.objects.update(places=0)
    answer = send(cast, draft, **more)
    assert (answer.status_code, said in words(answer), DEEDS in words(answer)) == (409, True, True)
    assert (fresh(draft).status, fresh(draft).typed) == (S.DRAFT, draft.typed)


def test_a_draft_is_given_up_and_can_be_gone_on_with(cast, draft, places):
    assert told(cast.school.post(url("discard", draft.pk))) == url("due", draft.due_id)
    assert fresh(draft).status == S.WITHDRAWN
    assert told(send(cast, draft)) == url("receipt", draft.pk)


# --- on behalf --------------------------------------------------------------------------------------------


def begin_for(client, due, kind, basis="与王老师电话核对"):
    return client.post(
        url("behalf", due.pk), {"category": rows.category_of(due.round.cycle, kind).pk, "basis": basis}
    )


def test_a_deputy_names_his_basis_first_and_who_asked_last(cast, cycle, due):
    category = rows.category_of(cycle)
    FormField.objects.create(category=category, key="phone", label="联系电话", format="phone")
    assert begin_for(cast.group, due, Kind.ADVANCED_COLLECTIVE, basis="").status_code == 422
    answer = begin_for(cast.group, due, Kind.ADVANCED_COLLECTIVE)
    nomination = Nomination.objects.get()
    assert told(answer) == url("task", nomination.pk)
    assert "依据：与王老师电话核对" in words(cast.group.get(url("task", nomination.pk)))
    nomination = rows.fill(nomination, by=cast.users.school, phone="13900001234")
    rows.give_places(category, 1, group=cast.home.group)
    address = url("section", nomination.pk, "facts")
    page = words(cast.group.get(address))
    assert ("13900001234" in page, "139****1234" in page) == (False, True)
    assert "13900001234" in words(cast.school.get(address))
    data = section(nomination, unit_name=nomination.unit.full_name, phone="139****1234", rank_level="科级")
    assert told(cast.group.post(address, data))
    assert fresh(nomination).typed["phone"] == "13900001234", "a mask that comes back is the number"
    clash = cast.group.post(address, {**data, "phone": "13911112222"})
    assert (clash.status_code, "13900001234" in words(clash)) == (409, False)
    assert "13900001234" not in words(cast.group.get(url("check", nomination.pk)))
    assert (
        cast.group.post(url("submit", nomination.pk), {"_version": fresh(nomination).version}).status_code
        == 422
    )
    data = {"_version": fresh(nomination).version, "asked_by": "李明"}
    assert told(cast.group.post(url("submit", nomination.pk), data)) == url("receipt", nomination.pk)
    event = AuditEvent.objects.get(action="nomination.file_on_behalf")
    assert event.reason == "受李明委托；依据：与王老师电话核对"


def test_a_deputy_finds_the_schools_people_after_the_basis(cast, due):
    person = factories.make_person(school=cast.home.school, name="王玥")
    address = new(due, Kind.ADVANCED_RETIRED)
    assert told(cast.district.get(address)) == url("behalf", due.pk)
    assert told(begin_for(cast.district, due, Kind.ADVANCED_RETIRED)) == address
    page = words(cast.district.get(address, {"q": "wy"}))
    assert ("王玥" in page, "与王老师电话核对" in page) == (True, True)
    cast.district.post(address, {"person": person.pk})
    assert Nomination.objects.get().basis == "与王老师电话核对"
    assert told(cast.district.get(address)) == url("behalf", due.pk), "one basis, one nomination"
    waiting = [one.title for one in todos.for_actor(cast.users.district, timezone.now())]
    assert "退休先进个人：王玥" in waiting


def test_a_deputy_gets_nothing_of_a_draft_that_the_school_began(cast, draft):
    for name in ("task", "check", "receipt"):
        assert cast.group.get(url(name, draft.pk)).status_code == 404
    assert rows.user_of(cast.home.district, Role.DISTRICT)
    assert cast.district.post(url("discard", draft.pk)).status_code == 404
    assert sheets.OPINION in fresh(draft).typed
