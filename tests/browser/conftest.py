"""A real browser on the real portal: gunicorn, the worker and the demo district, started once a session."""

import os

import pytest

from tests.browser.pictures import keep
from tests.browser.portal_processes import PASSWORD, WRONG_WORKBOOK, chromium, running
from tests.browser.watch import Watch

WIDE, TABLET, PHONE = (
    {"width": 1366, "height": 900},
    {"width": 768, "height": 1024},
    {"width": 390, "height": 844},
)
OFFLINE_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
)


def pytest_collection_modifyitems(items):
    """Say why nothing runs where there is no browser; put the award cycle last.

    Its decision of today moves the year that everybody's home page opens on.
    """
    items.sort(key=lambda item: item.path.name == "test_awards.py")
    if chromium() is None:
        for item in items:
            if "tests/browser" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason="chromium is missing: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's browser as root, silent towards the network."""
    return {"executable_path": chromium(), "args": list(OFFLINE_FLAGS), "headless": True}


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """Give the running portal."""
    with running(tmp_path_factory.mktemp("portal")) as started:
        yield started


@pytest.fixture(scope="session")
def base_url(portal):
    """Let page.goto("/") mean the portal."""
    return portal.address


@pytest.fixture(scope="session")
def browser_context_args(base_url):
    return {
        "base_url": base_url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": WIDE,
        "accept_downloads": True,
    }


class Keys(dict):
    """The cookies of each role, signed in the first time that a test asks for them."""

    def __init__(self, sign_in_as):
        super().__init__({None: None})
        self.sign_in_as = sign_in_as

    def __missing__(self, role):
        self[role] = self.sign_in_as(role)
        return self[role]


@pytest.fixture(scope="session")
def keys(browser, browser_context_args, portal):
    """Keep each role's cookies."""

    def sign_in_as(role):
        context = browser.new_context(**browser_context_args)
        page = context.new_page()
        if role in ("outreach", "host", "volunteer"):
            page.goto(portal.link_of(role))
            page.get_by_role("button", name="进入").click()
        else:
            sign_in(page, role)
        page.wait_for_url(lambda url: "/accounts/" not in url and "/l/" not in url)
        cookies = context.storage_state()
        context.close()
        return cookies

    return Keys(sign_in_as)


@pytest.fixture
def visit(browser, browser_context_args, keys):
    """Open a watched page as a role; after the test it must have kept to the rules."""
    opened = []

    def open_page(role=None, *, path="/", javascript=True, viewport=WIDE, expect=()):
        context = browser.new_context(
            **(browser_context_args | {"viewport": viewport}),
            storage_state=keys[role],
            java_script_enabled=javascript,
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch = Watch(page, browser_context_args["base_url"], allowed=expect)
        opened.append((context, watch))
        page.goto(path)
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    assert [fault for _, watch in opened for fault in watch.faults] == []


@pytest.fixture(scope="session")
def lived_in(browser, browser_context_args, keys):
    """Leave behind what only work leaves: a report's job, and workbooks that wait for their loader."""
    for role, paths in {
        "district": ("/reports/?year=2018", "/imports/new/"),
        "school": ("/imports/new/",),
    }.items():
        context = browser.new_context(**browser_context_args, storage_state=keys[role])
        page = context.new_page()
        for path in paths:
            page.goto(path)
            if "reports" in path:
                page.get_by_role("button", name="导出Excel").first.click()
            else:
                page.get_by_label("文件").set_input_files(WRONG_WORKBOOK)
                page.get_by_role("button", name="上传并核对").click()
            page.wait_for_load_state()
        context.close()


@pytest.fixture
def picture():
    """Write a picture for README and handbook where PICTURES=1 asks for it; else look away."""
    return keep if os.environ.get("PICTURES") == "1" else lambda page, name, **_: None


def sign_in(page, username, password=PASSWORD):
    """Fill in the sign-in form and send it."""
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
