"""Every demo account comes in, sees its own home page, and goes out again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.browser.portal_processes import ACCOUNTS

MENUS = {
    "district": [
        "工作台",
        "单位",
        "人员名册",
        "志愿服务",
        "活动报送",
        "评选表彰",
        "老校长下乡",
        "统计报表",
    ],
    "leader": ["工作台", "单位", "人员名册", "志愿服务", "活动报送", "评选表彰", "老校长下乡", "统计报表"],
    "group": ["工作台", "单位", "人员名册", "志愿服务", "活动报送", "评选表彰", "统计报表"],
    "school": ["工作台", "单位", "人员名册", "志愿服务", "活动报送", "评选表彰", "统计报表"],
    "judge": ["工作台"],
    "auditor": ["工作台", "单位", "人员名册", "志愿服务", "活动报送", "评选表彰", "老校长下乡", "统计报表"],
}


@pytest.mark.parametrize("username", ACCOUNTS)
def test_each_account_finds_its_own_menu(visit, username):
    page = visit(username)
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    assert page.locator("nav.nav-main > div > ul > li > a").all_inner_texts() == MENUS[username]


def test_a_wrong_password_is_refused_in_words_and_the_right_one_goes_on_to_the_page_asked_for(visit, picture):
    page = visit(path="/reports/")
    picture(page, "login")
    page.get_by_label("用户名").fill("leader")
    page.get_by_label("密码", exact=True).fill("不是这个")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("没有登录成功")
    expect(page.get_by_label("用户名")).to_have_value("leader")
    sign_in(page, "leader")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")


def test_a_page_asked_for_before_signing_in_is_shown_after_it(visit):
    page = visit(path="/reports/?year=2018")
    page.get_by_label("用户名").fill("leader")
    from tests.browser.portal_processes import PASSWORD

    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url("**/reports/?year=2018".replace("**", page.url.split("/reports")[0]))


def test_signing_out_closes_every_page(visit):
    page = visit()
    sign_in(page, "auditor")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="用户登录")).to_be_visible()
    page.goto("/reports/")
    expect(page.get_by_role("heading", name="用户登录")).to_be_visible()
