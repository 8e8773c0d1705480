"""People and their service in a real browser: register, sign in on paper, print cards, open a slip."""

import datetime
import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.judge_page import judge
from tests.browser.test_district_day import downloaded

TODAY = datetime.date.today()


def test_a_school_registers_a_person_with_a_rare_name(visit, picture):
    page = visit("school", path="/people/new/")
    page.get_by_label("姓名", exact=False).first.fill("龙𬭎䶮")
    page.get_by_label("出生年月").fill("1956年3月")
    # One more on the register would move the figures that other tests read.
    page.get_by_label("在职或退休").select_option(label="在职或其他")
    picture(page, "person-new", height=1200)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("龙𬭎䶮")
    page.goto("/people/?name=long")
    expect(page.locator("#list").get_by_role("link", name="龙𬭎䶮")).to_be_visible()


def test_a_wrong_id_number_keeps_what_was_typed(visit):
    page = visit("school", path="/people/new/")
    page.get_by_label("姓名", exact=False).first.fill("李未存")
    page.get_by_label("身份证号").fill("990105195603081239")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("身份证号")
    expect(page.get_by_label("姓名", exact=False).first).to_have_value("李未存")


def test_the_district_confirms_hours_from_a_paper_sheet(visit, picture):
    page = visit("district", path="/service/sheets/new/")
    page.get_by_label("服务内容").fill("科普宣讲进校园")
    page.get_by_label("地点").fill("示例学校礼堂")
    page.get_by_label("组织队伍").select_option(label="讲师团")
    page.get_by_label("日期").fill(f"{TODAY - datetime.timedelta(days=1):%Y-%m-%d}")
    page.get_by_label("开始时间").fill("09:00")
    page.get_by_label("结束时间").fill("11:00")
    page.locator("main form").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_url(re.compile(r"/service/sheets/\d+/$"))
    page.goto(page.url + "entry/")
    volunteers = visit("district", path="/people/?volunteer=True").locator("#list tbody tr")
    for row in volunteers.all()[:3]:
        page.get_by_role("textbox", name="增加人员").fill(row.locator("td[data-label=教工编号]").inner_text())
        page.get_by_role("button", name="加入").click()
    picture(page, "sheet-entry")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("登记")
    page.goto("/service/records/")
    expect(page.locator("#list")).to_contain_text("科普宣讲进校园")


def test_the_district_prints_a_sheet_of_cards(visit, picture):
    page = visit("district", path="/cards/")
    picture(page, "card-list")
    page.locator("#list tbody input[type=checkbox]").first.check()
    name, content = downloaded(page, page.get_by_role("button", name="打印选中").click)
    assert (name.endswith(".pdf"), content[:5]) == (True, b"%PDF-")


def test_who_serves_is_shown_with_its_rows(visit, picture):
    page = visit("district", path="/who-serves/")
    expect(page.locator("main")).to_contain_text("13,000")
    picture(page, "who-serves", height=1200)
    page.goto("/teams/")
    expect(page.locator("#list tbody tr")).to_have_count(7)
    picture(page, "team-list", height=700)


def test_a_volunteer_opens_his_slip_on_a_phone(visit, portal, picture):
    page = visit(path=portal.link_of("volunteer"), viewport=PHONE)
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
    assert "/l/" not in page.url
    picture(page, "elder-home", height=1100)
    for words in ("我的服务记录", "通知", "我的志愿者证", "我的证书"):
        page.goto("/d/")
        page.get_by_role("link", name=words).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.goto("/people/").status == 404


def test_the_typed_code_opens_the_same_pages(visit, portal):
    page = visit(path="/d/code/", viewport=PHONE)
    assert judge(page) == []
    page.get_by_label("服务码").fill(portal.code_of_the_volunteer().lower())
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")


def test_a_wrong_code_is_told_and_opens_nothing(visit):
    page = visit(path="/d/code/", viewport=PHONE)
    page.get_by_label("服务码").fill("AAAA-BBBB-CCCC")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert judge(page) == []
