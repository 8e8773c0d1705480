"""The portal works by keyboard alone, without JavaScript, and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.judge_page import layout
from tests.browser.portal_processes import PASSWORD, WRONG_WORKBOOK
from tests.browser.test_district_day import downloaded, tiles

PHONE_PAGES = ("/", "/people/", "/schools/", "/enrolments/", "/honours/", "/reports/", "/imports/", "/help/")


def tab_to(page, locator, most=60):
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if locator.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{most} times Tab did not reach {locator}")


def test_the_keyboard_alone_signs_in_and_skips_to_the_content(visit):
    page = visit(path="/accounts/login/")
    tab_to(page, page.get_by_label("用户名"))
    page.keyboard.type("school")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_the_keyboard_reaches_and_leaves_every_control_of_a_list(visit):
    page = visit("school", path="/people/")
    reach = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']"
    controls = page.locator(reach).locator("visible=true").count()
    page.evaluate("document.body.focus()")
    reached = set()
    for _ in range(controls + 3):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("Array.from(document.querySelectorAll('*')).indexOf(document.activeElement)")
        )
    assert len(reached) >= controls


def test_a_new_high_contrast_page_keeps_the_choice(visit):
    page = visit("leader")
    page.get_by_role("button", name="高对比").click()
    page.goto("/help/")
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")


def test_without_javascript_the_whole_of_a_school_s_work_is_done(visit):
    page = visit(path="/", javascript=False)
    page.get_by_label("用户名").fill("school")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    page.get_by_role("link", name="人员名册").first.click()
    page.get_by_label("志愿者").select_option(label="是")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**volunteer=True**")
    assert set(page.locator("#list tbody td[data-label=志愿者]").all_inner_texts()) == {"是"}

    page.goto("/imports/new/")
    page.get_by_label("文件").set_input_files(WRONG_WORKBOOK)
    page.get_by_role("button", name="上传并核对").click()
    assert tiles(page)["错误"] == "13"
    page.get_by_role("button", name="只导入没有错误的行").click()
    expect(page.locator("main")).to_contain_text("更新 1 行，不变 10 行，错误 13 行")
    page.get_by_role("button", name="撤销本批").click()
    expect(page.locator("main")).to_contain_text("已撤销")

    page.goto("/reports/?year=2018")
    paper = page.locator("article").filter(has_text="五老”志愿者汇总表")
    paper.get_by_role("button", name="导出Excel").click()
    for _ in range(60):
        if page.get_by_role("link", name="下载文件").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    name, content = downloaded(page, page.get_by_role("link", name="下载文件").click)
    assert name.endswith(".xlsx")
    assert content[:2] == b"PK"


@pytest.mark.parametrize("path", PHONE_PAGES)
def test_a_phone_shows_the_page_within_its_width(visit, path, picture):
    page = visit("district" if path != "/imports/" else "school", path=path, viewport=PHONE)
    assert layout(page, PHONE["width"]) == []
    name = {"/": "phone-home", "/people/": "phone-people"}.get(path)
    if name:
        picture(page, name, height=844)


def test_a_phone_shows_a_short_list_as_cards_and_lets_a_long_one_scroll(visit):
    page = visit("district", path="/imports/", viewport=PHONE)
    cell = page.locator("#list tbody td[data-label=状态]").first
    assert cell.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"状态"'
    assert page.locator("#list thead").bounding_box()["height"] <= 1
    page.goto("/people/")
    scrolling = page.locator("#list .table-scroll")
    assert scrolling.evaluate("(box) => box.scrollWidth > box.clientWidth")
    name = page.locator("#list tbody tr").first.locator("a").first
    name.scroll_into_view_if_needed()
    scrolling.evaluate("(box) => { box.scrollLeft = 300 }")
    expect(name).to_be_in_viewport(ratio=1)


def test_a_phone_folds_the_menu_and_opens_it(visit):
    page = visit("school", viewport=PHONE)
    entry = page.locator("nav.nav-main details").get_by_role("link", name="人员名册")
    expect(entry).to_be_hidden()
    page.locator("nav.nav-main summary").click()
    entry.click()
    expect(page.locator("main")).to_contain_text("人员名册")
