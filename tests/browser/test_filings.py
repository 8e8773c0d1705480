"""Filings in a real browser: a coordinator's whole evening, a group head's chase, the deadline evening."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.judge_page import judge
from tests.browser.portal_processes import PASSWORD
from tests.browser.test_district_day import downloaded, tiles

ENROLMENT = "“示例主题·与书为友”主题读书活动报名"
COORDINATOR, SCHOOL = "school2", "北亭润泽学校"
RETURN_REASON = "小学学生数请核对后再报。"
REMARK = "与学籍人数相差较大，请核对。"
#: A second coordinator, of a school that enrolled last year: its figures are compared with something.
ACCOUNT = f"""
from django.utils import timezone
from guanweihui.accounts import create_account
from guanweihui.models import School
from guanweihui.scope import Role, System
school = School.objects.get(short_name="{SCHOOL}")
create_account(username="{COORDINATOR}", name="何静", password="{PASSWORD}", role=Role.SCHOOL, unit=school,
               by=System(school.district, name="浏览器测试"), at=timezone.now())
"""


@pytest.fixture(scope="module")
def coordinator(portal):
    """Give the account of a school that has its enrolment still to do."""
    portal.manage("shell", "-c", ACCOUNT)
    return COORDINATOR


def desk(page):
    """The to-dos on the home page."""
    return page.locator(".desk .line-list")


def flash(page):
    return page.locator(".flash")


def paste(page, field, words):
    """Paste as a person does: the block lies in the clipboard, Ctrl+V in the cell."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("(words) => navigator.clipboard.writeText(words)", words)
    field.focus()
    page.keyboard.press("Control+V")


def box(page, key):
    return page.locator(f"[data-box={key}]")


def board_row(page, school):
    return page.locator("#board tbody tr").filter(has=page.get_by_role("link", name=school, exact=True))


def board_of(page, title=ENROLMENT):
    """Go to the board of a round by the list of rounds; return its address."""
    page.goto("/rounds/")
    page.locator("#list").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url


# --- a coordinator's evening ------------------------------------------------------------------------------


def test_a_coordinator_s_evening_from_the_to_do_to_the_board(visit, coordinator, picture):
    page = visit(coordinator)
    fill_url = opens_the_enrolment_from_home(page, picture)
    fills_in_the_grid(page, picture)
    is_overtaken_by_a_second_tab(page, fill_url)
    submits_with_errors_and_mends_them(page)
    due_url = page.url
    the_office_returns_it_with_a_remark(visit("district", path=due_url))
    mends_it_by_the_remark_and_sends_again(visit(coordinator))
    the_group_agrees(visit("group"))
    the_office_sees_what_changed_and_accepts(visit("district"), picture)
    the_board_says_on_time(visit("district"), picture)


def opens_the_enrolment_from_home(page, picture):
    line = desk(page).locator("li").filter(has_text=ENROLMENT)
    expect(line).to_contain_text("未报")
    expect(line.locator(".note")).to_have_text(re.compile(r"^剩 \d+ 天$"))
    assert judge(page) == []
    picture(page, "todo-school", height=700)
    line.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("没有参加的学段填0")
    assert judge(page) == []
    page.get_by_role("button", name="开始填报").click()
    page.wait_for_url(re.compile(r"/dues/\d+/fill/$"))
    return page.url


def fills_in_the_grid(page, picture):
    """Paste a block from Excel with a word among the figures: it is marked, added up around, and kept."""
    expect(box(page, "classes_primary")).to_contain_text("上年 19")
    paste(page, page.get_by_label("小学班级数"), "21\t七百\n16\t380\n")
    page.get_by_label("联系电话").fill("19900004321")
    page.get_by_label("指导教师数").fill("9")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    expect(page.get_by_label("小学学生数")).to_have_attribute("aria-invalid", "true")
    expect(box(page, "students_primary").locator("[data-hard] li")).to_have_count(1)
    expect(page.locator("#id_classes")).to_have_text("37")
    assert judge(page) == []
    picture(page, "fill-grid", height=1000)
    page.reload()
    typed = page.locator("[data-grid=counts] input").evaluate_all("(all) => all.map((one) => one.value)")
    assert typed == ["21", "七百", "16", "380"]
    expect(page.locator("#id_classes")).to_have_text("37")


def is_overtaken_by_a_second_tab(page, fill_url):
    """Save in another tab: the first one sets both versions side by side, and a choice is made."""
    other = page.context.new_page()
    other.goto(fill_url)
    other.get_by_label("小学学生数").fill("700")
    other.get_by_role("button", name="暂存").click()
    expect(flash(other).first).to_contain_text("已暂存")
    other.close()
    page.get_by_label("小学学生数").fill("660")
    page.get_by_role("button", name="对照两份内容").click()
    both = page.locator(".both tbody tr")
    expect(both).to_have_count(1)
    assert [words.strip() for words in both.locator("td").all_inner_texts()] == ["小学学生数", "660", "700"]
    expect(page.get_by_label("小学学生数")).to_have_value("660")
    assert judge(page) == []
    both.get_by_role("radio").nth(1).check()
    expect(page.get_by_label("小学学生数")).to_have_value("700")
    page.get_by_role("button", name="暂存").click()
    expect(flash(page).first).to_contain_text("已暂存")
    expect(page.get_by_label("小学学生数")).to_have_value("700")


def submits_with_errors_and_mends_them(page):
    page.get_by_label("初中学生数").fill("")
    page.get_by_role("button", name="提交").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    assert links.evaluate_all("(all) => all.map((one) => one.hash)") == [
        "#id_checked_contact",
        "#id_students_junior",
        "#id_coaches",
    ]
    assert judge(page) == []
    links.nth(1).click()
    expect(page.get_by_label("初中学生数")).to_be_focused()
    page.keyboard.type("380")
    page.get_by_label("本表中平台带出的数据已核对").check()
    reason = box(page, "coaches").get_by_role("textbox").last
    reason.fill("本学年新增四位年级组指导教师")
    page.get_by_role("button", name="提交").click()
    expect(flash(page).first).to_contain_text(re.compile(r"已提交。回执编号 \d+-1，"))
    expect(page.locator("main")).to_contain_text("本学年新增四位年级组指导教师")
    assert judge(page) == []


def the_office_returns_it_with_a_remark(page):
    expect(page.get_by_role("heading", level=1)).to_contain_text(ENROLMENT)
    page.get_by_role("link", name="逐项写意见后退回").click()
    page.get_by_role("textbox", name="理由").fill(RETURN_REASON)
    page.get_by_label("小学学生数", exact=True).fill(REMARK)
    assert judge(page) == []
    page.get_by_role("button", name="退回").click()
    expect(flash(page).first).to_contain_text("已退回")


def mends_it_by_the_remark_and_sends_again(page):
    line = desk(page).locator("li").filter(has_text=ENROLMENT)
    expect(line).to_contain_text("已退回")
    line.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text(f"退回理由：{RETURN_REASON}")
    page.get_by_role("region", name="审核意见").get_by_role("link", name="小学学生数").click()
    expect(box(page, "students_primary")).to_contain_text(REMARK)
    page.get_by_label("小学学生数").fill("690")
    page.get_by_role("button", name="提交").click()
    expect(flash(page).first).to_contain_text(re.compile(r"已提交。回执编号 \d+-2，"))


def the_group_agrees(page):
    desk(page).locator("li").filter(has_text=SCHOOL).get_by_role("link").click()
    page.get_by_role("radio", name="同意").check()
    page.get_by_role("button", name="提交并看下一件").click()
    expect(flash(page).first).to_contain_text(f"{SCHOOL}：已同意。")


def the_office_sees_what_changed_and_accepts(page, picture):
    desk(page).locator("li").filter(has_text=SCHOOL).get_by_role("link").click()
    changes = page.get_by_role("region", name="上次查看后的变化").locator("dl.changes > div")
    expect(changes).to_have_count(2)
    shown = [changes.locator(name).all_inner_texts() for name in ("dt", "del", "ins")]
    assert shown == [["小学学生数", "学生数合计"], ["700", "1,080"], ["690", "1,070"]]
    assert judge(page) == []
    picture(page, "filing-review", height=1200)
    page.get_by_role("radio", name="同意").check()
    page.get_by_role("button", name="提交并看下一件").click()
    expect(flash(page).first).to_contain_text(f"{SCHOOL}：已同意。")


def the_board_says_on_time(page, picture):
    board_of(page)
    picture(page, "round-board", height=1000)
    page.goto(f"{page.url}?standing=ON_TIME&per=100")
    row = board_row(page, SCHOOL)
    expect(row.locator("td[data-label=报送情况]")).to_have_text("按时")
    expect(row.locator("td[data-label=办理状态]")).to_have_text("已通过")


# --- a group head's chase ---------------------------------------------------------------------------------


def test_a_group_head_chases_his_schools(visit):
    page = visit("group")
    board = board_of(page)
    missing = sees_his_own_schools_only(page, board)
    copies_the_reminder(page, missing)
    notes_a_call(page, board, missing[-1])
    prints_the_telephones(page, board, missing)
    filed = files_for_a_school_that_cannot(page, board, "安和东恒初中")
    office = visit("district", path=filed)
    expect(office.get_by_role("region", name="办理记录")).to_contain_text("受校长王立委托；依据：学校停网")
    endorses_another(page)


def sees_his_own_schools_only(page, board):
    """Read the board of the group; return the schools that have not sent."""
    page.goto(f"{board}?per=100")
    assert set(page.locator("#board td[data-label=协作组]").all_inner_texts()) == {"东苑协作组"}
    shown = {label: int(value) for label, value in tiles(page).items()}
    assert shown["应报"] == 13 == sum(shown.values()) - shown["应报"]
    assert judge(page) == []
    page.goto(f"{board}?standing=MISSING&per=100")
    missing = page.locator("#board td[data-label=学校]").all_inner_texts()
    assert len(missing) == shown["未报"]
    return missing


def copies_the_reminder(page, missing):
    """The words in the clipboard name exactly the schools that have not sent."""
    page.get_by_role("link", name="催报", exact=True).click()
    assert judge(page) == []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    words = page.evaluate("navigator.clipboard.readText()")
    named = re.search(r"东苑协作组还有 (\d+) 所学校未报：(.+?)。", words)
    schools = [re.sub("（.*?）", "", name) for name in named[2].split("、")]
    assert (int(named[1]), schools) == (len(missing), missing)
    assert re.search(r"还剩 \d+ 小时", words)


def notes_a_call(page, board, school):
    page.goto(f"{board}?standing=MISSING&per=100")
    board_row(page, school).get_by_role("link", name="记录催报").click()
    page.get_by_label("联系人").fill("教务处李老师")
    page.get_by_label("答复").fill("明天上午报")
    assert judge(page) == []
    page.get_by_role("button", name="记录催报").click()
    expect(flash(page).first).to_contain_text(f"{school}的催报已记录")
    page.goto(f"{board}?standing=MISSING&per=100")
    expect(board_row(page, school).locator("td[data-label=最近催报]")).to_contain_text(
        "电话，教务处李老师，明天上午报"
    )


def prints_the_telephones(page, board, missing):
    page.goto(board)
    page.get_by_role("link", name="催报", exact=True).click()
    page.get_by_role("link", name="电话表").click()
    assert judge(page) == []
    page.get_by_label("打印用途").fill("截止前电话催报")
    page.get_by_role("button", name="显示并打印").click()
    expect(page.locator("main")).to_contain_text("本页有完整电话号码")
    listed = page.locator("main table tbody tr").all_inner_texts()
    assert {school for school in missing if any(school in row for row in listed)} == set(missing)
    assert judge(page) == []


def files_for_a_school_that_cannot(page, board, school):
    page.goto(f"{board}?standing=MISSING&per=100")
    board_row(page, school).get_by_role("link", name=school, exact=True).click()
    page.get_by_role("link", name="代报").click()
    page.get_by_label("委托人").fill("校长王立")
    page.get_by_label("初中班级数").fill("6")
    page.get_by_label("初中学生数").fill("182")
    page.get_by_label("指导教师数").fill("4")
    page.get_by_role("button", name="代报提交").click()
    expect(page.locator("main")).to_contain_text("代报须写明依据，或上传纸质盖章件的扫描件。")
    expect(page.get_by_label("初中学生数")).to_have_value("182")
    assert judge(page) == []
    page.get_by_role("textbox", name="依据").fill("学校停网，电话逐项核对")
    page.get_by_role("button", name="代报提交").click()
    expect(flash(page).first).to_contain_text(f"已代{school}提交")
    expect(page.locator("main")).to_contain_text("学校停网，电话逐项核对")
    return page.url


def endorses_another(page):
    page.goto("/")
    school = "平桥润泽初中"
    desk(page).locator("li").filter(has_text=school).get_by_role("link").click()
    page.get_by_role("radio", name="同意").check()
    page.get_by_role("button", name="提交并看下一件").click()
    expect(flash(page).first).to_contain_text(f"{school}：已同意。")
    page.goto("/todos/started/")
    expect(page.locator("#list tbody tr").filter(has_text=school)).to_contain_text("区关工委办公室")


# --- the deadline evening ---------------------------------------------------------------------------------

ROUND = "2019年度统计补报"
#: The deadline has come and gone.
LATER = f"""
import datetime
from django.utils import timezone
from guanweihui.models import Round
now = timezone.now()
Round.objects.filter(title="{ROUND}").update(
    opens_at=now - datetime.timedelta(days=9), deadline_at=now - datetime.timedelta(hours=1))
"""


def test_the_deadline_evening_refreshes_itself_and_the_closed_round_keeps_its_tables(visit, portal):
    office = visit("district", path="/rounds/new/")
    board = plans_a_round(office)
    office.clock.install()
    the_evening_page_follows_by_itself(office, visit("school"))
    portal.manage("shell", "-c", LATER)
    office = visit("district", path=board)
    closes_the_round(office)
    reads_the_stored_tables(office)


def plans_a_round(page):
    today = datetime.date.today()
    page.get_by_label("报送种类").select_option(label="年度统计")
    page.get_by_label("名称").fill(ROUND)
    page.get_by_label("年度").fill("2019")
    page.get_by_label("开始时间").fill(f"{today - datetime.timedelta(days=1):%Y-%m-%d} 08:00")
    page.get_by_label("截止时间").fill(f"{today + datetime.timedelta(days=9):%Y-%m-%d} 17:00")
    page.get_by_label("完全中学").check()
    assert judge(page) == []
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ROUND)
    return page.url


def the_evening_page_follows_by_itself(office, school):
    """A school sends; after half a minute the open page says so without a hand."""
    office.get_by_role("link", name="截止当晚").click()
    missing = office.locator(".evening-names li").filter(has_text="东苑北苑中学")
    expect(missing).to_have_count(1)
    before = int(tiles(office)["未报"])
    assert judge(office) == []
    desk(school).get_by_role("link", name=ROUND).click()
    school.get_by_role("link", name="零报告").click()
    school.get_by_role("textbox", name="理由").fill("当年学校停办，没有活动。")
    school.get_by_role("button", name="零报告").click()
    expect(flash(school).first).to_contain_text("已作零报告")
    office.clock.fast_forward(31_000)
    expect(office.get_by_role("region", name="最近报来")).to_contain_text("东苑北苑中学")
    expect(missing).to_have_count(0)
    assert (int(tiles(office)["已报"]), int(tiles(office)["未报"])) == (1, before - 1)


def closes_the_round(page):
    page.get_by_role("link", name="定稿").click()
    assert judge(page) == []
    page.get_by_label("我已核对，确认定稿").check()
    page.get_by_role("button", name="定稿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("报表")


def reads_the_stored_tables(page):
    """What is shown says by whom and when it was closed, and comes as a workbook."""
    expect(page.locator("main")).to_contain_text("定稿")
    assert judge(page) == []
    page.locator(".line-list li").filter(has_text="报送情况表").get_by_role("link").first.click()
    expect(page.locator("main table")).to_contain_text("零报告")
    name, content = downloaded(page, page.get_by_role("link", name="导出Excel").click)
    assert (name.endswith(".xlsx"), content[:2]) == (True, b"PK")


# --- on a phone -------------------------------------------------------------------------------------------


def test_filings_keep_to_the_rules_on_a_phone(visit):
    """The to-dos, the grid, the board and a review at a phone's width from the first moment on."""
    page = visit("school", viewport=PHONE)
    assert judge(page, widths=(390,)) == []
    desk(page).locator("li").filter(has_text=ENROLMENT).get_by_role("link").click()
    page.get_by_role("button", name="开始填报").or_(page.get_by_role("link", name="继续填报")).click()
    page.get_by_label("高中班级数").fill("两个班")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert judge(page, widths=(390,)) == []
    office = visit("district", viewport=PHONE)
    board_of(office)
    assert judge(office, widths=(390,)) == []
    office.goto("/")
    desk(office).locator("li").filter(has_text=ENROLMENT).get_by_role("link").first.click()
    expect(office.get_by_role("button", name="提交并看下一件")).to_be_visible()
    assert judge(office, widths=(390,)) == []
