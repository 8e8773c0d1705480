"""A day of the district office: figures and their rows, people, workbooks, reports, the back office."""

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.portal_processes import WRONG_WORKBOOK

FIGURES = {
    "协作组": "15",
    "学校": "186",
    "离退休教师": "13,000",
    "五老志愿者": "2,986",
    "参加学校": "105",
    "参加班级": "1,616",
    "参加学生": "48,134",
    "累计表彰集体": "215",
    "累计表彰个人": "645",
    "本届先进集体": "37",
    "本届好领导": "40",
    "本届在职先进个人": "32",
    "本届退休先进个人": "45",
    "下乡校长": "4",
}


def tiles(page) -> dict[str, str]:
    """Read the tiles of a home page: label to value, without units."""
    page.locator(".kpi").first.wait_for()
    page.wait_for_load_state("domcontentloaded")
    return {
        tile.locator(".kpi-label").inner_text().strip(): tile.locator(".kpi-value")
        .evaluate("(value) => value.firstChild.data")
        .strip()
        for tile in page.locator(".kpi").all()
    }


def downloaded(page, press) -> tuple[str, bytes]:
    """Press what starts a download; return the file's name and content."""
    with page.expect_download() as coming:
        press()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def test_the_dashboard_says_the_founding_figures(visit, picture):
    page = visit("district")
    shown = tiles(page)
    assert {label: shown.get(label) for label in FIGURES} == FIGURES
    picture(page, "home-district", height=1340)


@pytest.mark.parametrize(
    ("label", "said"), [("五老志愿者", "2,986"), ("参加班级", "1,616"), ("本届好领导", "40"), ("学校", "186")]
)
def test_a_figure_leads_to_the_rows_that_make_it(visit, label, said, picture):
    page = visit("district")
    page.locator("a.kpi").filter(has=page.get_by_text(label, exact=True)).click()
    expect(page.locator("main")).to_contain_text(said)
    expect(page.get_by_role("link", name="取消筛选")).to_be_visible()
    expect(page.locator("table.tbl, table.list").first).to_be_visible()
    if label == "五老志愿者":
        expect(page.locator(".list-foot")).to_contain_text("共 2,986 人")
        picture(page, "figure-rows")


def test_a_person_is_found_by_pinyin_and_shown_masked(visit, picture):
    page = visit("district", path="/people/")
    page.get_by_label("姓名 / 拼音 / 教工编号").fill("caizhen")
    page.get_by_role("button", name="查询").click()
    page.locator("#list").get_by_role("link", name="蔡珍").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("蔡珍")
    expect(page.locator("main")).to_contain_text("990105************")
    picture(page, "person")


def test_the_full_values_need_a_purpose(visit, picture):
    page = visit("district", path="/people/?name=caizhen")
    page.locator("#list").get_by_role("link", name="蔡珍").first.click()
    page.get_by_label("查看用途").fill("慰问前核对住址")
    page.locator("#reveal").get_by_role("button", name="查看").click()
    expect(page.locator("main")).to_contain_text("本次查看已记入操作记录")
    expect(page.locator("main dl")).not_to_contain_text("990105************")
    page.goto("/trail/")
    expect(page.locator("main")).to_contain_text("蔡珍")
    picture(page, "trail")


def test_a_workbook_with_wrong_rows_is_judged_loaded_and_taken_back(visit, picture):
    page = visit("district", path="/imports/new/")
    page.get_by_label("文件").set_input_files(WRONG_WORKBOOK)
    page.get_by_role("button", name="上传并核对").click()
    assert tiles(page) == {"新增": "0", "更新": "1", "不变": "10", "错误": "13"}
    picture(page, "import-preview")

    errors = page.get_by_role("link", name="下载错误行")
    name, content = downloaded(page, errors.click)
    assert name == "02c-单校花名册-有错-错误行.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    people = [row for row in sheet.iter_rows(values_only=True) if row and str(row[0] or "").strip().isdigit()]
    assert len(people) == 13

    page.get_by_role("button", name="只导入没有错误的行").click()
    expect(page.locator("main")).to_contain_text("更新 1 行，不变 10 行，错误 13 行")
    page.get_by_role("button", name="撤销本批").click()
    expect(page.locator("main")).to_contain_text("已撤销")


def test_the_annual_statistics_come_as_a_workbook(visit, picture):
    page = visit("district", path="/reports/?year=2018")
    picture(page, "reports")
    page.locator("article").filter(has_text="年度统计").get_by_role("button", name="导出Excel").first.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    download = page.get_by_role("link", name="下载文件")
    expect(download).to_be_visible(timeout=60_000)
    name, content = downloaded(page, download.click)
    assert name.endswith(".xlsx")
    cells = {
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    assert {13000, 2986, 186, 105, 1616, 582, 48134, 13834, 215, 645, 37, 40, 32, 45} <= cells


def test_the_annual_statistics_come_as_a_pdf(visit, tmp_path):
    page = visit("district", path="/reports/?year=2018")
    page.locator("article").filter(has_text="年度统计").get_by_role("button", name="导出PDF").first.click()
    download = page.get_by_role("link", name="下载文件")
    expect(download).to_be_visible(timeout=90_000)
    name, content = downloaded(page, download.click)
    file = tmp_path / name
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    assert {figure for figure in FIGURES.values() if figure not in done.stdout} == set()


def test_the_preview_of_a_report_is_the_same_table(visit, picture):
    page = visit("leader", path="/reports/statistics/?year=2018")
    expect(page.locator("main")).to_contain_text("13,000")
    picture(page, "report-preview")


def test_the_back_office_lists_and_edits(visit, picture):
    page = visit("district", path="/office/")
    picture(page, "office")
    page.locator("#content").get_by_role("link", name="学校", exact=True).click()
    page.locator("#searchbar").fill("1105001")
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_label("学校代码")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messagelist")).to_be_visible()


@pytest.mark.parametrize("role", ["leader", "group", "school", "judge", "auditor", "outreach"])
def test_the_back_office_does_not_exist_for_others(visit, role):
    page = visit(role, path="/office/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("没有找到")
