import io
import json
import logging

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from guanweihui.logs import JsonFormatter, scrub
from guanweihui.middleware import client_address

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


@pytest.fixture
def user(db):
    return get_user_model()._base_manager.create(username="clerk", is_active=True)


@pytest.fixture
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", ["/accounts/login/", "/livez", "/no-such-page"])
def test_every_answer_carries_the_headers(client, db, path):
    answer = client.get(path)

    found = {
        name: answer.headers.get(name)
        for name in (
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "X-Frame-Options",
        )
    }
    assert found == {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    assert "camera=()" in answer["Permissions-Policy"]
    assert len(answer["X-Request-ID"]) == 12


def test_trace_is_refused(client):
    assert client.trace("/livez").status_code == 405


def test_pages_of_a_session_are_never_stored(signed_in):
    assert "no-store" in signed_in.get("/no-such-page")["Cache-Control"]


def test_signing_out_clears_the_browser(signed_in):
    answer = signed_in.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "no-store" in answer["Cache-Control"]


def test_the_session_cookie_is_kept_from_scripts(client, user):
    user.set_password("chang-cheng-8848")
    user.save()
    answer = client.post("/accounts/login/", {"username": "clerk", "password": "chang-cheng-8848"})
    cookie = answer.cookies["session"]

    assert (answer.status_code, cookie["httponly"], cookie["samesite"]) == (302, True, "Lax")


@pytest.mark.parametrize(
    ("name", "ago", "ends"),
    [
        ("seen_at", 29 * 60, False),
        ("seen_at", 31 * 60, True),
        ("began_at", 11 * 3600, False),
        ("began_at", 12 * 3600 + 60, True),
    ],
)
def test_a_session_ends_when_idle_or_old(signed_in, name, ago, ends):
    signed_in.get("/livez")
    session = signed_in.session
    session[name] -= ago
    session.save()

    signed_in.get("/livez")

    assert ("_auth_user_id" not in signed_in.session) is ends


def test_an_address_from_a_header_counts_only_behind_our_proxy(rf, settings):
    request = rf.get(
        "/", REMOTE_ADDR="10.0.0.9", headers={"X-Real-IP": "1.2.3.4", "X-Forwarded-For": "5.6.7.8"}
    )

    assert client_address(request) == "10.0.0.9"
    settings.BEHIND_PROXY = True
    assert client_address(request) == "1.2.3.4"


def test_logs_drop_questions_and_tokens():
    assert (
        scrub("GET /persons/?q=990105194001011234 and /l/s3cret/plan?x=1") == "GET /persons/ and /l/***/plan"
    )


def test_a_log_record_is_one_line_of_json_whatever_it_holds():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("probe")
    logger.addHandler(handler)

    logger.info("Not Found: %s", "/x?token=1\r\n{forged}\x1b[31m")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "Not Found: /x\r\n{forged}\x1b[31m"


def test_ready_tells_its_reasons_only_to_the_monitor(client, db, settings):
    settings.MONITOR_TOKEN = "let-me-see"

    stranger = client.get("/readyz")
    monitor = client.get("/readyz", headers={"X-Monitor-Token": "let-me-see"})

    assert (stranger.status_code, stranger.content) == (200, b"ok")
    assert monitor.json() == {"database": "ok", "migrations": "ok", "disk": "ok", "queue": "ok"}


def test_a_broken_part_is_named_with_503(client, db, settings, tmp_path):
    settings.MONITOR_TOKEN = "let-me-see"
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file"

    answer = client.get("/readyz", headers={"X-Monitor-Token": "let-me-see"})

    assert (answer.status_code, answer.json()["disk"]) == (503, "FileExistsError")
