"""The award cycle of the founding text in a real browser: from the plan to the certificate and its check.

It leaves a decision of today behind, which the home page opens on; so it runs after everything else.
"""

import datetime
import re
import subprocess
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.judge_page import judge
from tests.browser.test_district_day import tiles
from tests.browser.test_filings import desk, flash

#: The founding text's awards with their numbers, in the order of the list.
AWARDS = {"先进集体": 37, "关心关工委工作的好领导": 40, "在职先进个人": 32, "退休先进个人": 45}
RETIRED, GROUP, SCHOOL = "退休先进个人", "东苑协作组", "东苑北苑中学"
DEEDS = "退休以后每周到校值班，组织读书报告会和红色故事会，结对帮助困难学生，家长和学生都很信任。" * 6
ABSTRACT = "坚持到校服务，组织读书报告会和红色故事会，结对帮助困难学生，成效明显。"
TODAY = f"{datetime.datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m-%d}"
#: What the browser does not send: nominations of the other schools, so many that with one more each award
#: has its number. One waits for the district beside the one sent here, all others passed the review.
THE_REST = """
from awards.models import Category, Nomination
from awards.models import Cycle
from guanweihui.models import Due, School
from django.utils import timezone
from members.keys import fill_keys
from members.models import Person

now, kinds = timezone.now(), Category.Kind
cycle = Cycle.objects.get(pk={cycle})
dues = list(Due.objects.of_round(cycle.round).exclude(school__short_name="{school}").select_related("school"))
dues.sort(key=lambda due: due.school.group.full_name != "{group}")
names = [a + b for b in ("文博", "雅琴", "建国", "若兰", "思齐") for a in "赵钱孙李周吴郑王冯陈蒋沈韩杨朱"]
serving = Person.objects.bulk_create(
    fill_keys(Person(name=name, sex="男", duty="教师", school=due.school, district=due.school.district))
    for name, due in zip(names, dues)
)
elders = Person.objects.volunteers_on(timezone.localdate()).select_related("school").order_by("pk")
beside = elders.of_school(dues[0].school).first()
retired = [beside, *elders.exclude(school=beside.school).exclude(school__short_name="{school}")[:43]]
by_school = {{due.school_id: due for due in dues}}
wanted = {{
    kinds.ADVANCED_COLLECTIVE: [None] * 37,
    kinds.GOOD_LEADER: serving[:40],
    kinds.ADVANCED_IN_SERVICE: serving[40:72],
    kinds.ADVANCED_RETIRED: retired,
}}
made = []
for kind, people in wanted.items():
    category = Category.objects.of(cycle).get(kind=kind)
    for place, person in enumerate(people):
        due = by_school[person.school_id] if person else dues[place]
        made.append(Nomination(
            due=due, cycle=cycle, category=category, unit=due.school, person=person, status="ACCEPTED",
            printed_name=person.name if person else "", printed_unit=due.school.full_name, submitted_at=now,
        ))
next(one for one in made if one.person == beside).status = "ENDORSED"
Nomination.objects.bulk_create(made)
print(beside.name, elders.of_school(School.objects.get(short_name="{school}")).last().name)
"""
#: The period of the notice is over since an hour.
LATER = """
import datetime
from django.utils import timezone
from awards.models import PublicNotice
now, day = timezone.now(), datetime.timedelta(days=1)
PublicNotice.objects.filter(pk={notice}).update(
    posted_at=now - 9 * day, first_on=timezone.localdate() - 9 * day, last_on=timezone.localdate() - day,
    ends_at=now - day / 24)
"""


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def key_of(page) -> int:
    return int(re.findall(r"\d+", page.url.removeprefix("http://127.0.0.1:").partition("/")[2])[0])


def test_the_cycle_of_the_founding_text_from_the_plan_to_the_certificate(visit, portal, picture):
    office, school = visit("district", path="/cycles/"), visit("school")
    group = visit("group", path="/review/")
    picture(group, "award-review")
    name, cycle = copies_the_last_cycle(office, picture)
    opens_it_and_hands_the_places_down(office)
    other, nominee = portal.manage(
        "shell", "-c", THE_REST.format(cycle=cycle, school=SCHOOL, group=GROUP)
    ).split()[-2:]
    a_school_nominates(school, name, nominee, picture)
    the_group_endorses_and_orders(group, nominee, other)
    the_district_reviews(office, nominee, other)
    made = the_meeting_makes_the_list(office, cycle, picture)
    the_leader_approves(visit("leader"), name)
    notice = the_district_posts(office, name)
    public = a_visitor_reads(visit, name, nominee, picture)
    portal.manage("shell", "-c", LATER.format(notice=key_of(office)))
    confers(office, notice)
    expect(visit(path=public).locator("main")).to_contain_text("公示已结束")
    the_figures_are_those_of_the_founding_text(office, name)
    number, code = prints_a_certificate(office, nominee)
    a_visitor_checks_it(visit, number, code, nominee, picture)
    the_auditor_reads_and_writes_nothing(visit("auditor", path=made), notice, nominee)


# --- the plan ---------------------------------------------------------------------------------------------


def copies_the_last_cycle(page, picture):
    """Plan the next cycle after the latest; return its name and key."""
    page.locator("#list tbody tr").first.get_by_role("link").first.click()
    picture(page, "award-cycle", height=1000)
    follow(page, "复制到下届")
    name = page.get_by_label("名称").input_value()
    press(page, "保存")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_role("region", name="要核对的事项")).to_contain_text("依据文号")
    assert judge(page) == []
    return name, key_of(page)


def opens_it_and_hands_the_places_down(page):
    follow(page, "开始申报")
    expect(page.locator("main")).to_contain_text("退休先进个人 45 个")
    page.get_by_label("我已核对，确认开始").check()
    press(page, "开始")
    expect(flash(page).first).to_contain_text("已开始，学校可以推荐了")
    page.get_by_role("row").filter(has_text=RETIRED).get_by_role("link", name="名额").click()
    boxes = page.get_by_label(re.compile("的新名额$"))
    expect(boxes).to_have_count(15)
    for box in boxes.all():
        box.fill("4")
    page.get_by_label("理由").fill("按学校数分配")
    press(page, "保存")
    expect(page.get_by_role("alert")).to_contain_text("45")
    assert judge(page) == []
    for box in boxes.all():
        box.fill("3")
    press(page, "保存")
    expect(flash(page).first).to_contain_text("已保存，区里还有 0 个名额")


# --- the school -------------------------------------------------------------------------------------------


def a_school_nominates(page, name, nominee, picture):
    """Go through the wizard: find the person, fill in, be told what is missing, attach, look, send."""
    page.goto("/todos/")
    page.get_by_role("link", name=f"{name}推荐").first.click()
    card = page.get_by_role("region", name=RETIRED)
    expect(card).to_contain_text("本协作组名额 0/3")
    card.get_by_role("link", name="新建推荐").click()
    page.get_by_label("姓名").fill(nominee)
    press(page, "查找")
    assert judge(page) == []
    page.get_by_role("button", name=f"推荐{nominee}").first.click()
    expect(page.get_by_role("region", name="填写步骤")).to_contain_text("缺盖章推荐表")
    assert judge(page) == []
    picture(page, "award-tasks", height=700)
    fills_in(page)
    attaches(page)
    signs_for_the_unit(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("核对并提交")
    expect(page.locator("main")).to_contain_text("内容已填写完整")
    assert judge(page) == []
    press(page, "提交")
    expect(flash(page).first).to_contain_text("已提交")
    expect(page.locator("main")).to_contain_text(re.compile(r"回执编号 TJ\d{4}-\d{5}"))
    expect(page.locator("main")).to_contain_text("本协作组名额 1/3")
    assert judge(page) == []


def fills_in(page):
    """Fill in the facts that the portal does not know, and the deeds; too short, they are counted."""
    page.locator(".task-list").get_by_role("link").first.click()
    page.get_by_label("联系电话").fill("19900006789")
    page.get_by_label("干部级别").select_option(label="其他")
    page.get_by_label("是否一线人员").select_option(label="是")
    page.get_by_label("从事关工委工作年限").fill("6")
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.get_by_label("平台带出的数据已核对").check()
    assert judge(page) == []
    press(page, "下一步")
    page.get_by_role("textbox", name="主要事迹").fill(DEEDS[:100])
    page.get_by_role("textbox", name="事迹摘要").fill(ABSTRACT)
    press(page, "下一步")
    expect(page.locator("#error-summary")).to_contain_text("还差 100 字")
    expect(page.locator("#count_deeds")).to_contain_text("还差 100 字")
    page.get_by_role("textbox", name="主要事迹").fill(DEEDS)
    press(page, "下一步")


def attaches(page):
    """Upload the scan; a file that is none is refused with the cure."""
    stamped = page.get_by_role("region", name="盖章推荐表")
    stamped.locator("input[type=file]").set_input_files(
        {"name": "推荐表.doc", "mimeType": "application/msword", "buffer": b"\xd0\xcf\x11\xe0" * 99}
    )
    stamped.get_by_role("button", name="上传").click()
    expect(page.get_by_role("alert").first).to_contain_text("PDF")
    assert judge(page) == []
    stamped.locator("input[type=file]").set_input_files(
        {"name": "盖章推荐表.png", "mimeType": "image/png", "buffer": page.screenshot()}
    )
    stamped.get_by_role("button", name="上传").click()
    expect(flash(page).first).to_contain_text("已上传“盖章推荐表”")
    follow(page, "下一步")


def signs_for_the_unit(page):
    page.get_by_label("签署人（党组织负责人）").fill("党支部书记周明")
    page.get_by_label("签署日期").fill(TODAY)
    press(page, "下一步")


# --- the group and the district ---------------------------------------------------------------------------


def the_group_endorses_and_orders(page, nominee, other):
    page.goto("/review/")
    page.locator(".queue").get_by_role("link", name=nominee).click()
    expect(page.locator(".review-form")).to_contain_text(f"{GROUP} 1 / 3")
    order = page.get_by_role("link", name="协作组排序").get_attribute("href")
    page.get_by_role("radio", name="同意，报区级复核").check()
    page.get_by_role("button", name="材料齐全，事迹真实，同意推荐。").click()
    press(page, "提交并看下一件")
    expect(flash(page).first).to_contain_text(f"{nominee}：已同意推荐，报区级复核")
    page.goto(order)
    places = page.locator("tbody td.name-cell")
    page.get_by_role("button", name=f"上移{nominee}").or_(
        page.get_by_role("button", name=f"下移{nominee}")
    ).locator("visible=true").and_(page.locator(":enabled")).click()
    expect(flash(page).first).to_contain_text("协作组排序已保存")
    assert set(places.all_inner_texts()) == {nominee, other}
    assert judge(page) == []


def the_district_reviews(page, nominee, other):
    """Review both that wait in one go; the queue opens the next one by itself."""
    page.goto("/review/")
    for name in (nominee, other):
        page.locator(".queue").get_by_role("link", name=name, exact=True).click()
        page.get_by_role("button", name="材料齐全，符合条件，同意。").click()
        press(page, "提交并看下一件")
        expect(flash(page).first).to_contain_text(f"{name}：已复核通过。")


def the_meeting_makes_the_list(page, cycle, picture):
    """Decide one live, the others of each award at once, and put the list before the leader."""
    page.goto(f"/cycles/{cycle}/")
    press(page, "建立名单")
    expect(page.locator("#totals")).to_contain_text("拟表彰 0 / 154　推荐 154　未议 154")
    page.get_by_role("button", name="拟表彰", exact=True).first.click()
    expect(page.locator("#totals")).to_contain_text("拟表彰 1 / 154　推荐 154　未议 153")
    picture(page, "award-list", height=1500)
    for award in AWARDS:
        page.get_by_role("region", name=award, exact=True).get_by_role("button", name="其余列入").click()
        expect(flash(page).first).to_contain_text("已列为拟表彰")
    made = page.url
    follow(page, "会议记录")
    page.get_by_label("评审会日期").fill(TODAY)
    page.get_by_label("地点").fill("区教委三层会议室")
    page.get_by_label("主持人").fill("陈国华")
    page.get_by_label("参会人员").fill("陈国华、刘志强、赵文博")
    press(page, "保存")
    expect(flash(page).first).to_contain_text("已保存")
    follow(page, "提请审定")
    expect(page.locator("main")).to_contain_text("推荐 45 ")
    page.get_by_label("我已核对，确认提请审定").check()
    press(page, "提请")
    expect(flash(page).first).to_contain_text("已提请领导审定")
    return made.partition("#")[0]


def the_leader_approves(page, name):
    desk(page).get_by_role("link", name=f"{name}拟表彰名单").click()
    assert judge(page) == []
    page.get_by_label("我已核对名单和人数，确认审定").check()
    press(page, "审定")
    expect(flash(page).first).to_contain_text("名单已审定，可以公示")


# --- the notice -------------------------------------------------------------------------------------------


def the_district_posts(page, name):
    """Draft and post the notice; an ID number in it is refused, and named."""
    page.goto("/award-notices/")
    follow(page, f"公示{name}名单")
    page.get_by_label("开始日期").fill(TODAY)
    page.get_by_label("受理电话").fill("010-65000000")
    page.get_by_label("受理地址").fill("示例区育才路1号401室")
    page.get_by_label("联系人").fill("刘老师，身份证号990105195603081233")
    press(page, "保存")
    follow(page, "发布")
    expect(page.locator("main")).to_contain_text("共 154 个单位和个人")
    ticks_and_posts(page)
    expect(page.get_by_role("alert").first).to_contain_text("“联系人”")
    assert judge(page) == []
    follow(page, "返回")
    follow(page, "修改")
    page.get_by_label("联系人").fill("刘老师")
    press(page, "保存")
    follow(page, "发布")
    ticks_and_posts(page)
    expect(flash(page).first).to_contain_text("已发布，公示至")
    return page.url


def ticks_and_posts(page):
    # The button stands below the boxes: once it is there, all of them are, and `all` waits for nothing.
    expect(page.get_by_role("button", name="发布", exact=True)).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.check()
    press(page, "发布")


def a_visitor_reads(visit, name, nominee, picture):
    """Read the notice without an account: name, unit and award only. Return its address."""
    page = visit(path="/notices/")
    page.get_by_role("link", name=f"关于{name}拟表彰名单的公示").click()
    expect(page.locator("table.sheet")).to_have_count(len(AWARDS))
    heads = page.locator("table.sheet").evaluate_all(
        "(all) => all.map((one) => Array.from(one.querySelectorAll('th'), (head) => head.innerText))"
    )
    assert heads == [["序号", "单位"]] + [["序号", "姓名", "单位"]] * 3
    counts = page.locator("table.sheet").evaluate_all("(all) => all.map((one) => one.tBodies[0].rows.length)")
    assert counts == list(AWARDS.values())
    expect(page.get_by_role("article")).to_contain_text(nominee)
    assert judge(page) == []
    picture(page, "award-notice", height=1000)
    return page.url


def confers(page, notice):
    """Close the notice whose period is over, and enter the document that confers."""
    page.goto(notice)
    follow(page, "办结")
    page.get_by_label("我已核对").check()
    press(page, "办结")
    expect(flash(page).first).to_contain_text("公示已办结")
    assert judge(page) == []
    follow(page, "表彰决定")
    page.get_by_label("发文字号").fill("示教关[2028]9号")
    page.get_by_label("发文日期").fill(TODAY)
    page.get_by_label("我已核对名单，确认作出决定并编号").check()
    assert judge(page) == []
    press(page, "作出决定")
    expect(flash(page).first).to_contain_text("示教关〔2028〕9号已登记，证书已编号")
    counts = page.get_by_role("region", name="各奖项证书", exact=True).locator("tbody tr")
    expect(counts).to_have_count(len(AWARDS))
    assert dict(row.split("\t")[1:3] for row in counts.all_inner_texts()) == {
        award: str(number) for award, number in AWARDS.items()
    }
    assert judge(page) == []


def the_figures_are_those_of_the_founding_text(page, name):
    """The home page opens on the year of the decision, and adds it to the opening balances and the roll."""
    page.goto("/")
    shown = tiles(page)
    this = [shown[f"本届{award.removeprefix('关心关工委工作的')}"] for award in AWARDS]
    assert this == [str(number) for number in AWARDS.values()]
    assert (shown["累计表彰集体"], shown["累计表彰个人"]) == ("252", "762")
    page.goto("/honours/statistics/")
    row = page.get_by_role("row").filter(has_text=name).first.inner_text().split()
    assert row[row.index(name) + 1 :][:4] == [str(number) for number in AWARDS.values()]


# --- the certificate --------------------------------------------------------------------------------------


def prints_a_certificate(page, nominee):
    """Print one certificate; return the number and the code that stand on it."""
    page.goto("/honours/?sort=-decided")
    page.get_by_label("姓名 / 单位 / 证书编号").fill(nominee)
    press(page, "查询")
    page.locator("#list tbody tr").filter(has_text="2028-TX-").get_by_role("link").first.click()
    form = page.locator("form[action$='/certificate/']")
    fields = form.evaluate("(form) => Object.fromEntries(new FormData(form))")
    content = page.request.post(form.get_attribute("action"), form=fields).body()
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    words = done.stdout.decode()
    assert nominee in words.replace(" ", "")
    return re.search(r"证书编号：(\S+)", words)[1], re.search(r"查验码：(\S+)", words)[1]


def a_visitor_checks_it(visit, number, code, nominee, picture):
    """Type number and code off the paper: valid, the name masked; a wrong code finds nothing."""
    page = visit(path="/verify/")
    for typed, answer in ((code[::-1], "未查到"), (code.lower(), "有效")):
        page.get_by_label("证书编号").fill(number)
        page.get_by_label("查验码").fill(typed)
        press(page, "查验")
        expect(page.get_by_label("查验结果")).to_contain_text(answer)
        assert judge(page) == []
    expect(page.get_by_label("查验结果")).not_to_contain_text(nominee)
    picture(page, "award-check", height=900)


# --- the auditor, and a phone -----------------------------------------------------------------------------


def the_auditor_reads_and_writes_nothing(page, notice, nominee):
    """Read list, notice, nomination and trail: of all buttons only the meeting pack's prints something."""
    writes = "main form[method=post]:not([action$='/pack/'])"
    expect(page.get_by_role("heading", level=1)).to_contain_text("拟表彰名单")
    expect(page.locator("#totals")).to_contain_text("拟表彰 154 / 154")
    assert judge(page, widths=(390,)) == []
    assert page.locator(writes).count() == 0
    page.locator("main table").get_by_role("link", name=nominee).click()
    expect(page.locator("main")).to_contain_text("已表彰")
    assert page.locator(writes).count() == 0
    page.goto(notice)
    expect(page.locator("main")).to_contain_text("公示结束")
    assert page.locator(writes).count() == 0
    page.goto("/trail/")
    expect(page.locator("#list")).to_contain_text("发表彰决定")
    assert page.locator(writes).count() == 0


def test_the_cycle_keeps_to_the_rules_on_a_phone(visit):
    """The wizard, a review and the door of the check at a phone's width from the first moment on."""
    page = visit("school", path="/cycles/", viewport=PHONE)
    page.locator("#list").get_by_role("link", name=re.compile(f"—{TODAY[:4]}年度")).click()
    follow(page, "我的推荐")
    page.get_by_role("region", name="先进集体").get_by_role("link", name="新建推荐").click()
    press(page, "新建推荐")
    page.locator(".task-list").get_by_role("link").nth(1).click()
    page.get_by_role("textbox", name="主要事迹").fill(DEEDS)
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert judge(page, widths=(390,)) == []
    page = visit("group", path="/review/", viewport=PHONE)
    expect(page.get_by_role("button", name="提交并看下一件")).to_be_visible()
    assert judge(page, widths=(390,)) == []
    assert judge(visit(path="/verify/", viewport=PHONE), widths=(390,)) == []
