"""A trip of 老校长下乡 from the principal's phone to the confirmed ledger, each by his own hand."""

import datetime
import io
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.judge_page import judge
from tests.browser.test_filings import flash

YESTERDAY = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date() - datetime.timedelta(days=1)
PURPOSE = "高三复习备考听课诊断"
HOST = "承德县第一高级中学"
#: The columns of the ledger that the trip of this test adds to: trips, days, people, attendances, observed.
COLUMNS = ("次数（次）", "天数（天）", "人次", "听课")
GPS, LATITUDE = 34853, {1: "N", 2: (40.0, 46.0, 12.0), 3: "E", 4: (118.0, 9.0, 30.0)}


def photo_with_gps() -> bytes:
    """Take a picture that says where it was taken."""
    exif = Image.Exif()
    exif[GPS] = LATITUDE
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "darkseagreen").save(out, "JPEG", exif=exif)
    return out.getvalue()


def ledger_of(page, principal) -> dict[str, str]:
    """Read the principal's row of this year's ledger, by the lowest heads."""
    page.goto("/outreach/ledger/?by=principal")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=principal, exact=True))
    cells = row.locator("th, td").all_inner_texts()
    # From the right: 送教, 师徒结对, 教研, 参加人次, 场次, 上课, 评课, 听课, 人次, 人数, 天数, 次数.
    return dict(zip(COLUMNS, (cells[-12], cells[-11], cells[-9], cells[-8]), strict=True))


def test_a_trip_goes_from_the_phone_to_the_confirmed_ledger(visit, picture):
    office = visit("district")
    before = ledger_of(office, "周海光")
    phone = visit("outreach", viewport=PHONE)
    trip = the_principal_enters_it(phone, picture)
    assert ledger_of(office, "周海光") == before
    the_school_confirms_it(visit("host", viewport=PHONE), picture)
    expect_it_confirmed(phone, trip)
    after = ledger_of(office, "周海光")
    assert {name: float(after[name]) - float(before[name]) for name in COLUMNS} == {
        "次数（次）": 1,
        "天数（天）": 0.5,
        "人次": 1,
        "听课": 3,
    }
    picture(office, "outreach-ledger", height=900)
    for path, name in (("/outreach/matrix/", "outreach-matrix"), ("/outreach/plans/1/", "outreach-plan")):
        office.goto(path)
        picture(office, name, height=900)
    the_photo_says_no_place(office, trip)


def the_principal_enters_it(page, picture) -> str:
    """Enter a morning at the school with a photo, and send it; return its address."""
    expect(page.get_by_role("heading", level=1)).to_have_text("我的下乡")
    assert judge(page) == []
    picture(page, "outreach-home", height=844)
    page.get_by_role("link", name="登记下校", exact=True).click()
    page.get_by_role("radio", name=HOST).check()
    for box in ("到校日期", "离校日期"):
        page.get_by_label(box).fill(f"{YESTERDAY:%Y-%m-%d}")
    page.get_by_role("group", name="离校时段").get_by_role("radio", name="上午").check()
    page.get_by_role("checkbox", name="助理").uncheck()
    page.get_by_role("button", name="生成每日时间").click()
    hours = page.get_by_role("spinbutton", name=f"{YESTERDAY.month}月{YESTERDAY.day}日")
    expect(hours).to_have_count(1)
    hours.fill("3")
    page.get_by_label("下校内容").fill(PURPOSE)
    page.get_by_role("spinbutton", name="听课节数").fill("3")
    page.locator("#id_photos").set_input_files(
        {"name": "座谈.jpg", "mimeType": "image/jpeg", "buffer": photo_with_gps()}
    )
    assert judge(page) == []
    picture(page, "outreach-trip", height=844)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(flash(page).first).to_contain_text("已提交")
    expect(page.locator("main")).to_contain_text("待受援学校确认")
    assert page.get_by_role("button", name="确认").count() == 0
    assert judge(page) == []
    return page.url


def the_school_confirms_it(page, picture) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(HOST)
    assert judge(page) == []
    picture(page, "hosting", height=844)
    page.get_by_role("listitem").filter(has_text=PURPOSE).get_by_role("link", name="核对并确认").click()
    expect(page.locator("main")).to_contain_text(PURPOSE)
    page.get_by_role("button", name="确认无误").click()
    expect(page.get_by_role("alert").first).to_contain_text("您的姓名")
    page.get_by_label("您的姓名").fill("李树林")
    page.get_by_label("意见").fill("听课认真，建议具体。")
    assert judge(page) == []
    page.get_by_role("button", name="确认无误").click()
    expect(flash(page).first).to_contain_text("已确认")


def expect_it_confirmed(page, trip) -> None:
    page.goto(trip)
    expect(page.locator("main")).to_contain_text("已确认")
    expect(page.locator("main")).to_contain_text("听课认真，建议具体。")


def the_photo_says_no_place(page, trip) -> None:
    page.goto(trip)
    source = page.get_by_role("region", name="照片").locator("img").first.get_attribute("src")
    sent = page.request.get(source)
    assert sent.status == 200
    assert dict(Image.open(io.BytesIO(sent.body())).getexif()) == {}
