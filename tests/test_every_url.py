"""Every route × every role: complete by construction, because an unknown route fails here.

`ACCESS` names who may open a route; for everybody else it does not exist (404), and a visitor is sent to
sign in. `PUBLIC` routes need no sign-in. The office (Django admin) is judged as a whole.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from guanweihui.models import AuditEvent, ImportBatch, Job
from tests import factories
from tests.activities import rows as campaign_rows
from tests.awards import routes as award_routes
from tests.cast import PLAYERS
from tests.guanweihui import answer_rows, round_trip_rows
from tests.members import (
    cards_rows,
    care_rows,
    certificates_rows,
    merging_rows,
    registration_rows,
    service_rows,
    slips_rows,
    teams_rows,
)
from tests.outreach import routes as outreach_routes

WIDE = {"district", "leader", "auditor"}
COMMITTEE = {*WIDE, "group", "school", "stranger"}
EVERYBODY = set(PLAYERS) - {"anonymous"}
ACCOUNTS = EVERYBODY - {"outreach", "host", "volunteer"}
LOADERS = {"district", "school", "stranger"}

PUBLIC = {"login", "logout", "livez", "readyz", "link", "help", "contrast", "verify"} | {
    "elder-home",
    "elder-enter",
    "elder-size",
    *award_routes.PUBLIC,
}
ACCESS = {
    **award_routes.ACCESS,
    **outreach_routes.ACCESS,
    "home": EVERYBODY,
    **dict.fromkeys(("todo-list", "todo-done", "todo-started"), COMMITTEE),
    "report-centre": COMMITTEE,
    "report-detail": WIDE,
    "report-run": WIDE,
    "job-detail": {"district"},
    "job-file": {"district"},
    "job-cancel": {"district"},
    "import-list": LOADERS,
    "import-new": LOADERS,
    "import-template": LOADERS,
    "import-detail": {"district"},
    "import-confirm": {"district"},
    "import-undo": {"district"},
    "import-errors": {"district"},
    "unit-tree": COMMITTEE,
    "group-list": {*WIDE, "group"},
    "group-export": {*WIDE, "group"},
    "group-detail": {*WIDE, "group"},
    "school-list": COMMITTEE,
    "school-detail": {*WIDE, "group", "school"},
    "school-export": COMMITTEE,
    "person-list": COMMITTEE,
    "person-detail": {*WIDE, "group", "school"},
    "person-reveal": {"district", "school"},
    "person-export": {"district", "school", "stranger"},
    "person-find": COMMITTEE,
    "person-new": {"district", "school", "stranger"},
    "person-edit": {"district", "school"},
    "person-state": {"district", "school"},
    "person-state-undo": {"district", "school"},
    "person-photo": {*WIDE, "group", "school"},
    "person-form-print": {*WIDE, "group", "school"},
    "summary-table": COMMITTEE,
    "summary-file": COMMITTEE,
    "duplicate-list": {"district"},
    "duplicate-pair": {"district"},
    "duplicate-merge": {"district"},
    "duplicate-distinct": {"district"},
    "merge-list": {"district"},
    "merge-undo": {"district"},
    "transfer-list": LOADERS,
    "transfer-new": {"school", "stranger"},
    "transfer-detail": LOADERS,
    "transfer-grant": {"district", "school"},
    "transfer-refuse": {"district", "school"},
    "transfer-withdraw": {"stranger"},
    "appointment-list": COMMITTEE,
    "appointment-export": COMMITTEE,
    "appointment-add": {"district", "school"},
    "appointment-end": {"district", "school"},
    "committee-detail": {*WIDE, "group", "school"},
    "committee-print": {*WIDE, "group", "school"},
    "committee-renew": {"district", "school"},
    "team-list": COMMITTEE,
    "team-detail": COMMITTEE,
    "team-roster-export": COMMITTEE,
    "team-add": {"district"},
    "team-edit": {"district"},
    "team-join": {"district"},
    "team-plan": {"district"},
    "membership-list": COMMITTEE,
    "membership-export": COMMITTEE,
    "membership-leave": {"district"},
    "membership-office": {"district"},
    "card-list": COMMITTEE,
    "card-detail": {*WIDE, "group", "school"},
    "card-issue": {"district"},
    "card-reissue": {"district"},
    "card-void": {"district"},
    "card-register": {"district", "school"},
    "card-register-many": LOADERS,
    "card-print": {"district", "school"},
    "card-sheet": LOADERS,
    "service-certificate-list": COMMITTEE,
    "service-certificate-export": LOADERS,
    "service-certificate-new": LOADERS,
    "service-certificate-detail": {*WIDE, "group", "school"},
    "service-certificate-issue": {"district", "school"},
    "service-certificate-withdraw": {"district", "school"},
    "service-certificate-void": {"district", "school"},
    "service-certificate-print": {*WIDE, "group", "school"},
    "service-certificate-notice": {*WIDE, "group", "school"},
    "who-serves": COMMITTEE,
    "serving-list": COMMITTEE,
    "person-picker": LOADERS,
    "person-picker-ask": LOADERS,
    "person-picker-phones": LOADERS,
    "task-call-list": COMMITTEE,
    "task-call-answer": {"district", "school"},
    "attachment-file": {"district", "school"},
    "registration-list": COMMITTEE,
    "registration-due": {*WIDE, "group", "school"},
    "registration-start": {"school"},
    "registration-detail": {*WIDE, "group", "school"},
    "registration-edit": {"school"},
    "registration-withdraw": {"school"},
    "registration-endorse": {"group"},
    "registration-accept": {"district"},
    "registration-return": {"district", "group"},
    "registration-reopen": {"district"},
    "registration-scan": {"school"},
    "round-list": COMMITTEE,
    "round-new": {"district"},
    "round-detail": {*WIDE, "group", "school"},
    **dict.fromkeys(("round-template", "round-load"), {"district", "group", "school"}),
    **dict.fromkeys((f"round-load-{w}" for w in ("detail", "confirm", "undo", "errors")), {"district"}),
    "round-edit": {"district"},
    "round-copy": {"district"},
    "round-open": {"district"},
    "round-close": {"district"},
    "round-chase": {"district", "group"},
    "round-phones": {"district", "group"},
    "round-evening": {*WIDE, "group"},
    "round-export": {*WIDE, "group", "school"},
    "round-tables": {*WIDE, "group", "school"},
    "round-table": {*WIDE, "group", "school"},
    "due-extend": {"district"},
    "due-waive": {"district"},
    "due-restore": {"district"},
    "due-nil": {"school"},
    "due-chase": {"district", "group"},
    **dict.fromkeys(("due-detail", "due-print", "due-version"), {*WIDE, "group", "school"}),
    **dict.fromkeys(("due-start", "due-fill", "due-save", "due-withdraw"), {"school"}),
    **dict.fromkeys(("due-behalf", "due-opinion", "due-return", "due-accept-many"), {"district", "group"}),
    "due-scan": {"district", "group", "school"},
    "due-endorse": {"group"},
    **dict.fromkeys(("due-accept", "due-reopen"), {"district"}),
    "slip-detail": {"district", "school"},
    "slip-issue": {"district", "school"},
    "slip-revoke": {"district", "school"},
    "correction-list": {"district"},
    "correction-resolve": {"district"},
    "elder-records": {"volunteer"},
    "elder-claim": {"volunteer"},
    "elder-notices": {"volunteer"},
    "elder-card": {"volunteer"},
    "elder-card-show": {"volunteer"},
    "elder-certificates": {"volunteer"},
    "elder-correct": {"volunteer"},
    "elder-call": {"volunteer"},
    "care-list": COMMITTEE,
    "care-birthdays": COMMITTEE,
    "care-birthdays-export": LOADERS,
    "care-detail": {*WIDE, "group", "school"},
    "care-reveal": {"district", "school"},
    "care-new": {"district", "school"},
    "record-list": COMMITTEE,
    "record-export": COMMITTEE,
    "record-new": LOADERS,
    "record-confirm-many": LOADERS,
    "record-detail": {*WIDE, "group", "school"},
    "record-confirm": {"district", "school"},
    "record-refuse": {"district", "school"},
    "record-strike": {"district"},
    "sheet-list": COMMITTEE,
    "sheet-new": LOADERS,
    "sheet-detail": {*WIDE, "group", "school"},
    "sheet-print": {"district", "school"},
    "sheet-entry": {"district", "school"},
    "quarter-list": COMMITTEE,
    "quarter-export": COMMITTEE,
    "quarter-check": LOADERS,
    "outing-list": WIDE,
    "outing-new": {"district"},
    "outing-detail": WIDE,
    "outing-join": {"district"},
    "outing-roster": {"district"},
    "place-papers": {"district"},
    "place-attend": {"district"},
    "place-leave": {"district"},
    "enrolment-list": COMMITTEE,
    "enrolment-detail": {*WIDE, "group", "school"},
    "enrolment-export": COMMITTEE,
    "campaign-list": COMMITTEE,
    "campaign-detail": {*WIDE, "group", "school"},
    **dict.fromkeys(("campaign-new", "campaign-copy", "campaign-edit"), {"district"}),
    **dict.fromkeys((f"campaign-stage-{w}" for w in ("add", "edit", "remove")), {"district"}),
    **dict.fromkeys((f"campaign-task-{w}" for w in ("add", "edit", "remove")), {"district"}),
    **dict.fromkeys((f"campaign-material-{w}" for w in ("add", "remove")), {"district"}),
    "task-evidence-list": {*WIDE, "group", "school"},
    "task-evidence-report": {"school"},
    "honour-list": COMMITTEE,
    "honour-detail": {*WIDE, "group", "school"},
    "honour-export": COMMITTEE,
    "trail-list": WIDE,
    "trail-detail": WIDE,
    "account": ACCOUNTS,
    "password-change": ACCOUNTS,
    "sessions-end": ACCOUNTS,
    "second-factor": ACCOUNTS,
    "second-factor-setup": ACCOUNTS,
}
#: Routes that only POST opens; a GET by somebody with the right is 405, without it 404 or 405.
POST_ONLY = {
    *award_routes.POST_ONLY,
    *outreach_routes.POST_ONLY,
    *(f"due-{w}" for w in ("start", "save", "withdraw", "opinion", "endorse", "accept", "accept-many")),
    "card-print",
    "slip-issue",
    "slip-revoke",
    "care-reveal",
    "outing-join",
    "outing-roster",
    "place-attend",
    "place-leave",
    "registration-start",
    "registration-withdraw",
    "registration-endorse",
    "registration-accept",
    "report-run",
    "round-load-confirm",
    "round-load-undo",
    "job-cancel",
    "service-certificate-issue",
    "card-register",
    "card-register-many",
    "record-confirm",
    "record-confirm-many",
    "card-sheet",
    "import-confirm",
    "import-undo",
    "person-find",
    "person-reveal",
    "summary-file",
    "sessions-end",
    "contrast",
    "logout",
}
#: Routes whose row is not named by their first word.
ROW_OF = {
    **award_routes.ROW_OF,
    **outreach_routes.ROW_OF,
    **dict.fromkeys(("due-detail", "due-print", "due-start", "due-fill", "due-save", "due-withdraw"), "sent"),
    **dict.fromkeys((f"due-{w}" for w in ("behalf", "opinion", "return", "scan")), "sent"),
    **dict.fromkeys((f"due-{w}" for w in ("endorse", "accept", "reopen")), "sent"),
    **dict.fromkeys(("registration-due", "registration-start"), "due"),
    "registration-scan": "line",
    **dict.fromkeys(("campaign-stage-edit", "campaign-stage-remove"), "campaign_stage"),
    **dict.fromkeys(("campaign-task-edit", "campaign-task-remove"), "campaign_task"),
    **dict.fromkeys(("task-evidence-list", "task-evidence-report"), "campaign_task"),
    "campaign-material-remove": "campaign_material",
}


def routes(resolver=None, namespace=""):
    """Yield (name, pattern) of every route outside the office."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "office":
                yield from routes(entry)
        elif isinstance(entry, URLPattern):
            yield entry.name


def people_of(cast):
    """One row for each route of the members' pages that names one."""
    school = cast.home.school
    return {
        "service": certificates_rows.make_posted(
            certificates_rows.make_record(school=school).person, by=cast.users.district
        ),
        "record": service_rows.make_record(person=factories.make_person(school=school)),
        "sheet": service_rows.make_sheet(school=school),
        "task": certificates_rows.make_call(factories.make_person(school=school)),
        "card": cards_rows.make_card(school=school),
        "appointment": factories.make_appointment(school=school),
        "membership": teams_rows.make_membership(person=factories.make_person(school=school)),
        "team": teams_rows.make_team(),
        "merge": merging_rows.make_merge(survivor=factories.make_person(school=school)),
        "transfer": merging_rows.make_transfer(
            person=factories.make_person(school=school), to_school=cast.far.school
        ),
    }


@pytest.fixture
def world(cast):
    """One row for each route that names one, all at the home school or the district."""
    now = timezone.now()
    district, school = cast.home.district, cast.home.school
    job = Job.objects.create(
        district=district, kind="report", label="任务", created_at=now, created_by=cast.users.district
    )
    batch = ImportBatch.objects.create(
        district=district,
        kinds="学校名录",
        filename="a.xlsx",
        digest="0",
        state=ImportBatch.State.CONFIRMED,
        confirmed_at=now,
        created_at=now,
        created_by=cast.users.district,
    )
    factories.make_honour(unit=school)
    event = AuditEvent.objects.create(
        district=district, at=now, actor_label="系统", action="user.create", digest="0"
    )
    holder = factories.make_person(school=school, slip_link=cast.users.volunteer.link)
    outing = care_rows.make_outing(district=district)
    rows = {
        "job": job,
        "import": batch,
        "trail": event,
        "slip": holder,
        "correction": slips_rows.make_correction(holder),
        "care": care_rows.make_care(holder),
        "outing": outing,
        "place": care_rows.make_place(outing, holder),
        **registration_rows.make_registration_world(school=school),
        "group": cast.home.group,
        "school": school,
        "person": factories.make_person(school=school),
        **campaign_rows.make_campaign_world(school=school),
        "honour": factories.make_honour(unit=school),
        **people_of(cast),
    }
    rows |= award_routes.world(cast)
    rows |= outreach_routes.world(cast)
    rows |= answer_rows.make_due_world(rows["enrolment"])
    rows |= round_trip_rows.make_workbook_world(rows["enrolment"].due.round, by=cast.users.district)
    pair = (factories.make_person(school=school).pk, factories.make_person(school=school).pk)
    # A row that is a tuple already is the whole of its route's arguments.
    keys = {kind: row if isinstance(row, tuple) else row.pk for kind, row in rows.items()}
    return keys | {"duplicate": pair}


def address(name: str, world: dict[str, int]) -> str:
    """Return the address of a route, with the world's row where it names one."""
    special = {
        "report-detail": ["statistics"],
        "report-run": ["statistics"],
        "import-template": ["register"],
        "link": ["0" * 32],
        "verify": ["0" * 32],
        "care-new": [world["person"]],
        "round-table": [world["round"], "round_completeness"],
        **dict.fromkeys(("round-template", "round-load"), [world["workbook_round"]]),
        **dict.fromkeys(
            (f"round-load-{w}" for w in ("detail", "confirm", "undo", "errors")),
            [world["workbook_round"], world["workbook"]],
        ),
        "due-version": [world["sent"], 1],
        "appointment-add": ["school", world["school"]],
        "committee-detail": ["school", world["school"]],
        "committee-print": ["school", world["school"]],
        "committee-renew": ["school", world["school"]],
        "person-state-undo": [world["person"], "died"],
    }
    if name in special:
        return reverse(name, args=special[name])
    if name in ROW_OF:
        row = world[ROW_OF[name]]
        return reverse(name, args=row if isinstance(row, tuple) else [row])
    try:
        return reverse(name)
    except Exception:
        row = world[ROW_OF.get(name, name.split("-")[0])]
        return reverse(name, args=row if isinstance(row, tuple) else [row])


def test_every_route_is_judged_here():
    assert sorted(set(routes())) == sorted({*PUBLIC, *ACCESS})


@pytest.mark.usefixtures("plain_404")
def test_each_role_opens_what_it_may_and_nothing_else(cast, world):
    """GET is enough: rights are judged before the method on our own views, 405 tells a POST-only one."""
    assert {player: wrong_answers(player, cast, world) for player in PLAYERS} == dict.fromkeys(PLAYERS, {})


def wrong_answers(player, cast, world):
    """Return the status of each route that answers a player as it should not."""
    client = getattr(cast, player)
    faults = {}
    for name, allowed in ACCESS.items():
        answer = client.get(address(name, world))
        if player == "anonymous":
            fine = answer.status_code == 302 and answer["Location"].startswith(reverse("login"))
        elif name in POST_ONLY:
            fine = answer.status_code == 405
        elif player in allowed:
            fine = answer.status_code in {200, 302} or (name, answer.status_code) in NOTHING_THERE
        else:
            fine = answer.status_code == 404
        if not fine:
            faults[name] = answer.status_code
    return faults


#: The batch, the job and the person of this world have no file, which is a 404 for their owner too.
NOTHING_THERE = {("job-file", 404), ("import-errors", 404), ("person-photo", 404)} | {
    ("round-load-errors", 404)
}


@pytest.mark.usefixtures("plain_404")
def test_post_only_routes_do_not_exist_for_those_without_the_right(cast, world):
    faults = {
        (player, name): status
        for player in PLAYERS
        for name in sorted(POST_ONLY & set(ACCESS))
        if player != "anonymous" and player not in ACCESS[name]
        if (status := getattr(cast, player).post(address(name, world)).status_code) != 404
    }
    assert faults == {}


def test_public_routes_answer_a_visitor(cast, world):
    """A link that nobody issued and a queue without a worker are told as such, not sent to sign in."""
    statuses = {name: cast.anonymous.get(address(name, world)).status_code for name in sorted(PUBLIC)}
    assert statuses == {
        "contrast": 405,
        "elder-enter": 200,
        "elder-home": 200,
        "elder-size": 405,
        "help": 200,
        "link": 404,
        "livez": 200,
        "login": 200,
        "logout": 405,
        "readyz": 200,
        "verify": 404,
        **award_routes.PUBLIC,
    }


OFFICE = ("/office/", "/office/members/person/", "/office/guanweihui/school/add/", "/office/login/")


@pytest.mark.parametrize("player", PLAYERS)
def test_the_office_exists_for_district_staff_only(cast, player):
    statuses = [getattr(cast, player).get(path).status_code for path in OFFICE]
    assert statuses == ([200, 200, 200, 404] if player == "district" else [404] * 4)


def test_the_addresses_of_a_figure_open(cast, world):
    from guanweihui import figures
    from guanweihui.figures import Period

    statuses = {
        figure.name: cast.district.get(figure.url(Period.of(2018))).status_code for figure in figures.every()
    }
    assert set(statuses.values()) == {200}
