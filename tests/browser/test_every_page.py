"""Every page that a role can reach by links, judged: accessible, Chinese, within its width, quiet."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, get_resolver, resolve
from django.urls.exceptions import Resolver404
from playwright.sync_api import expect

from guanweihui.office import office
from tests.browser.judge_page import judge
from tests.test_every_url import POST_ONLY

#: Swept here; the office, which opens as many pages as all of them, in two files of its own.
ROLES = ("leader", "group", "school", "judge", "auditor", "outreach", "host", "volunteer")
OFFICE = ("district", "back-office")
NOTES = Path(os.environ["GWH_TEST_DATA"])
#: Answers that are files, not pages.
FILES = re.compile(
    r"-(export|template|errors|file|print|slip|record|outcome)$|^(trip-(sheet|photo|scan)|need-scan)$"
)
#: Addresses that only take a press of a button.
STEPS = re.compile(r"-(run|cancel|confirm|undo|reveal|end)$|^(logout|contrast)$")
#: Pages that no link leads to: judged by themselves below, or not for people.
ELSEWHERE = {"livez", "readyz", "login", "link", "second-factor", "second-factor-setup"}
ELSEWHERE |= {"public-notice-list", "verify-by-hand"}
#: Pages of rows that only work leaves behind, where the demo has none: the view tests open each of them.
AFTER_WORK = {
    "award-list-amend",
    "award-list-approve",
    "award-list-detail",
    "award-list-minutes",
    "award-list-propose",
    "award-list-send-back",
    "care-detail",
    "category-new",
    "category-remove",
    "city-detail",
    "city-drop",
    "city-form",
    "city-result",
    "correction-resolve",
    "cycle-open",
    "cycle-rules",
    "decision-new",
    "due-behalf",
    "due-fill",
    "due-reopen",
    "due-restore",
    "elder-enter",
    "elder-size",
    "host-reopen",
    "need-reopen",
    "nomination-receipt",
    "nomination-reopen",
    "notice-close",
    "notice-detail",
    "notice-edit",
    "notice-file-add",
    "notice-file-remove",
    "notice-new",
    "notice-post",
    "objection-decide",
    "objection-detail",
    "objection-new",
    "outing-detail",
    "pairing-people",
    "partner-add",
    "person-photo",
    "person-picker-ask",
    "person-picker-phones",
    "place-papers",
    "plan-approve",
    "plan-edit",
    "plan-item-edit",
    "plan-item-new",
    "plan-item-remove",
    "plan-new",
    "plan-propose",
    "plan-return",
    "public-notice",
    "record-strike",
    "registration-detail",
    "registration-edit",
    "registration-reopen",
    "registration-return",
    "registration-scan",
    "round-load-detail",
    "round-open",
    "service-certificate-detail",
    "service-certificate-notice",
    "service-certificate-void",
    "service-certificate-withdraw",
    "sheet-entry",
    "slip-detail",
    "task-call-answer",
    "transfer-detail",
    "transfer-grant",
    "transfer-refuse",
    "transfer-withdraw",
    "trip-edit",
    "trip-reopen",
    "trip-return",
    "verify",
    "veto-lift",
}
#: The page as it is judged, without what names the reader: each role's tools are judged on its first page.
SHOWN = """() => {
  const copy = document.documentElement.cloneNode(true);
  for (const node of copy.querySelectorAll("[name=csrfmiddlewaretoken], .site-tools")) node.remove();
  return copy.outerHTML;
}"""
judged: set[str] = set()


def judge_once(page) -> list[str]:
    """Judge a page that no role was shown before; the very same one gets the very same verdict."""
    shown = page.evaluate(SHOWN)
    if shown in judged:
        return []
    judged.add(shown)
    return judge(page)


def links(page) -> list[str]:
    """The page's own links, in order, as path and query."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.href)")
    here = urlsplit(page.url)
    parts = [urlsplit(href) for href in hrefs]
    return [
        part.path + (f"?{part.query}" if part.query else "")
        for part in parts
        if (part.scheme, part.netloc) == (here.scheme, here.netloc)
    ]


def name_of(path: str) -> str:
    """Name the page a path leads to; a list narrowed to a figure's rows is a page of its own.

    The trail of a row in the back office is one page, whatever the row: it shows lines of the trail.
    """
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return ""
    if match.view_name.startswith("office:") and match.view_name.endswith("_history"):
        return "office:history"
    return match.view_name + ("?figure" if "figure=" in path else "")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("lived_in")
def test_every_page_of_a_role_keeps_to_the_rules(visit, role):
    sweep(visit, role)


def sweep(visit, role, *, back_office=False):
    """Judge every page that a role reaches by links, and note which they were.

    The back office, /office/, is a sweep of its own: of both halves each keeps to its side.
    """
    page = visit(role)
    waiting, found, faults = ["/office/" if back_office else "/"], set(), {}
    while waiting:
        path = waiting.pop(0)
        name = name_of(path)
        if name in found or FILES.search(name.removesuffix("?figure")):
            continue
        if path.startswith("/office/") != back_office:
            continue
        found.add(name)
        answer = page.goto(path)
        wrong = judge_once(page) if answer.status == 200 else [f"answers {answer.status}"]
        for fault in wrong:
            faults.setdefault(fault, []).append(path)
        waiting += links(page)
    seen = {name.removesuffix("?figure") for name in found}
    note("back-office" if back_office else role, seen)
    told = [f"{fault}\n    on {len(paths)} pages: {' '.join(paths[:4])}" for fault, paths in faults.items()]
    assert not told, "\n".join(["", *told])


def note(role: str, names: set[str]) -> None:
    """Keep what a role saw where the workers of one run find it."""
    kept = NOTES / f"pages-of-{role}"
    half = kept.with_suffix(".half")
    half.write_text("\n".join(sorted(names)), encoding="utf-8")
    half.replace(kept)


def noted() -> dict[str, set[str]]:
    """Return what each role saw whose sweep is over."""
    kept = {role: NOTES / f"pages-of-{role}" for role in (*ROLES, *OFFICE)}
    return {role: set(path.read_text("utf-8").split()) for role, path in kept.items() if path.exists()}


def every_page(patterns=None) -> set[str]:
    """The names of all routes of the portal that answer with a page; the back office names its own."""
    found = set()
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(pattern.name)
        elif pattern.app_name != "admin":
            found |= every_page(pattern.url_patterns)
    return (
        {name for name in found if not FILES.search(name) and not STEPS.search(name)} - ELSEWHERE - POST_ONLY
    )


def every_list_of_the_office() -> set[str]:
    labels = [model._meta.label_lower.replace(".", "_") for model in office._registry]
    return {f"office:{label}_changelist" for label in labels}


def test_no_page_was_left_out():
    nothing_left_out(ROLES)


def nothing_left_out(own_roles):
    """Judge the sweeps together; of the three files that sweep, the one that ends last has them all."""
    seen = noted()
    if not seen.keys() >= set(own_roles):
        pytest.skip("the sweep of some role did not run")
    if seen.keys() != {*ROLES, *OFFICE}:
        return
    visited = set().union(*seen.values())
    assert (every_page() | every_list_of_the_office()) - visited - AFTER_WORK == set()
    assert AFTER_WORK - every_page() == set()


BAD_FILE = {"name": "名册.xls", "mimeType": "application/vnd.ms-excel", "buffer": b"\xd0\xcf\x11\xe0" * 200}


def wrong_password(page):
    page.get_by_label("用户名").fill("leader")
    page.get_by_label("密码", exact=True).fill("不是这个")
    page.get_by_role("button", name="登录", exact=True).click()


def bad_file(page):
    page.get_by_label("文件").set_input_files(BAD_FILE)
    page.get_by_role("button", name="上传并核对").click()


def no_purpose(page):
    page.evaluate("document.querySelector('#reveal form').noValidate = true")
    page.locator("#reveal").get_by_role("button", name="查看").click()


def nothing(page):
    pass


STATES = {
    "the sign-in page": (None, "/accounts/login/", nothing, "用户登录"),
    "a wrong password": (None, "/accounts/login/", wrong_password, "没有登录成功"),
    "a link that is closed": (None, "/l/never-issued-000000000000000000/", nothing, "这个链接不能用了"),
    "notices while none runs": (None, "/notices/", nothing, "现在没有正在进行的公示"),
    "the check of a certificate": (None, "/verify/", nothing, "证书查验"),
    "a page that does not exist": ("school", "/office/", nothing, "没有找到"),
    "a file of the wrong kind": ("district", "/imports/new/", bad_file, "另存为 .xlsx"),
    "a reveal without a purpose": ("district", "/people/1/", no_purpose, "查看用途"),
    "a second factor to set up": ("district", "/account/code/set-up/", nothing, "动态口令"),
    "a list without rows": ("district", "/people/?name=%E6%97%A0%E6%AD%A4%E4%BA%BA", nothing, "没有"),
}


@pytest.mark.parametrize("state", STATES)
def test_pages_of_failures_and_doors_keep_to_the_rules(visit, state):
    role, path, act, words = STATES[state]
    page = visit(role, path=path)
    act(page)
    expect(page.locator("body")).to_contain_text(words)
    assert judge(page) == []


def test_the_door_of_the_principal_keeps_to_the_rules(visit, portal):
    assert judge(visit(path=portal.link_of_the_principal())) == []
