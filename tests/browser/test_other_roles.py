"""What each other role comes for."""

from playwright.sync_api import expect


def test_the_leader_reads_the_district_and_loads_nothing(visit):
    page = visit("leader")
    expect(page.locator("main")).to_contain_text("13,000")
    assert page.goto("/imports/").status == 404


def test_a_group_sees_its_own_schools_only(visit, picture):
    page = visit("group")
    picture(page, "home-group")
    page.goto("/schools/")
    groups = set(page.locator("#list tbody td[data-label=协作组]").all_inner_texts())
    assert groups == {"东苑协作组"}


def test_a_school_sees_its_own_people_only(visit, picture):
    page = visit("school")
    picture(page, "home-school")
    page.goto("/people/?size=100")
    schools = set(page.locator("#list tbody td[data-label=单位]").all_inner_texts())
    assert len(schools) == 1


def test_a_stranger_s_person_does_not_exist_for_a_school(visit):
    page = visit("district", path="/people/?name=zhangwei")
    own = "东苑北苑中学"
    theirs = page.locator("#list tbody tr").filter(has_not_text=own).locator("a").first.get_attribute("href")
    assert visit("school").goto(theirs).status == 404


def test_the_judge_is_told_that_nothing_waits(visit, picture):
    page = visit("judge")
    expect(page.locator("main")).to_contain_text("目前没有分配给您的评审任务")
    picture(page, "home-judge", height=600)


def test_the_auditor_reads_the_trail(visit):
    page = visit("auditor", path="/trail/")
    expect(page.locator("#list tbody tr").first).to_be_visible()
    page.locator("#list tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_principal_comes_by_a_link_and_leaves_no_token_behind(visit, portal, picture):
    page = visit(path=portal.link_of_the_principal())
    picture(page, "link", height=600)
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/l/" not in page.url
    page.get_by_role("button", name="退出").click()
    assert page.goto("/outreach/").status in (200, 404)
    expect(page.get_by_role("heading", name="用户登录")).to_be_visible()
    assert portal.link_of_the_principal() not in portal.said()


def test_a_link_that_was_never_issued_opens_nothing(visit):
    page = visit(path="/l/not-a-token-at-all-0000000000000/")
    expect(page.locator("main")).to_contain_text("这个链接不能用了")
