"""The workflow core: every step from every state, one line each, and races that one wins."""

import datetime

import pytest
from django.db import connection

from activities.models import Enrolment
from guanweihui import filings, workflow
from guanweihui.models import AuditEvent, Due, Filing, Post, Remark, Round
from guanweihui.scope import Role
from guanweihui.workflow import Refused, Step, Steps, take
from tests import factories
from tests.races import race

S = Filing.Status
AT = datetime.datetime(2018, 11, 20, 9, tzinfo=datetime.UTC)
STEPS = filings.STEPS
#: A player of the cast for each role that a step names.
PLAYER = {Role.SCHOOL: "school", Role.GROUP: "group", Role.DISTRICT: "district"}
PAIRS = [(name, state) for name in STEPS for state in S]


def enrolment_in(cast, status, *, group_endorses=True):
    """Give the home school's enrolment in this state."""
    round_ = factories.make_round(state=Round.State.OPEN, group_endorses=group_endorses)
    campaign = factories.make_campaign(round=round_)
    sent = None if status in {S.DRAFT, S.WITHDRAWN} else AT
    return factories.make_enrolment(
        school=cast.home.school, campaign=campaign, status=status, submitted_at=sent
    )


def actor(cast, step):
    role = next(role for role in PLAYER if role in step.roles)
    return getattr(cast.users, PLAYER[role])


def attempt(cast, name, filing, by=None, reason="理由"):
    writes = {"submitted_at": AT} if STEPS[name].to_state == S.SUBMITTED else None
    return take(STEPS[name], filing, by=by or actor(cast, STEPS[name]), at=AT, reason=reason, writes=writes)


def open_pair(name, state):
    """Tell what the table says; the rounds here are endorsed by the group first."""
    return state in STEPS[name].from_states and not (name == "accept" and state == S.SUBMITTED)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "state"), [pair for pair in PAIRS if open_pair(*pair)])
def test_a_step_on_the_table_moves_the_row_and_leaves_one_line(cast, name, state):
    filing = enrolment_in(cast, state)
    fresh = attempt(cast, name, filing)
    assert fresh.status == Enrolment.objects.get().status == STEPS[name].to_state
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.at, event.reason, event.changes, event.district) == (
        f"enrolment.{name}",
        actor(cast, STEPS[name]),
        AT,
        "理由",
        {"status": [state, STEPS[name].to_state]},
        cast.home.district,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "state"), [pair for pair in PAIRS if not open_pair(*pair)])
def test_a_step_off_the_table_is_refused(cast, name, state):
    filing = enrolment_in(cast, state)
    with pytest.raises(Refused):
        attempt(cast, name, filing)
    assert (Enrolment.objects.get().status, AuditEvent.objects.count()) == (state, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("who", ["leader", "auditor", "judge", "stranger", "outreach"])
def test_a_foreign_row_and_a_foreign_role_are_refused(cast, name, who):
    state = next(iter(sorted(STEPS[name].from_states)))
    filing = enrolment_in(cast, state)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        attempt(cast, name, filing, by=getattr(cast.users, who))
    assert (Enrolment.objects.get().status, AuditEvent.objects.count()) == (state, 0)


@pytest.mark.django_db
def test_only_the_posts_of_the_step_s_roles_count(cast):
    """A group's head who is an auditor of the district reads everything and accepts nothing."""
    factories.make_post(user=cast.users.group, role=Role.AUDITOR, district=cast.home.district)
    filing = enrolment_in(cast, S.ENDORSED)
    with pytest.raises(Refused, match="不在您的职责范围内"):
        attempt(cast, "accept", filing, by=cast.users.group)


@pytest.mark.django_db
def test_a_post_that_ended_takes_no_step(cast):
    Post.objects.filter(user=cast.users.group).update(to_on=datetime.date(2018, 6, 30))
    filing = enrolment_in(cast, S.SUBMITTED)
    with pytest.raises(Refused):
        attempt(cast, "endorse", filing)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_return_needs_a_reason(cast, reason):
    filing = enrolment_in(cast, S.SUBMITTED)
    with pytest.raises(Refused, match="请写明理由"):
        attempt(cast, "return_back", filing, reason=reason)


@pytest.mark.django_db
def test_the_district_decides_alone_where_no_group_endorses(cast):
    filing = enrolment_in(cast, S.SUBMITTED, group_endorses=False)
    with pytest.raises(Refused, match="不经协作组审核"):
        filings.endorse(filing, by=cast.users.group, at=AT)
    assert filings.accept(filing, by=cast.users.district, at=AT).status == S.ACCEPTED


@pytest.mark.django_db
def test_the_due_follows_its_filing(cast):
    filing = enrolment_in(cast, S.DRAFT)
    Due.objects.update(state=Due.State.DRAFT, met_at=None)
    states = []
    for step in (filings.submit, filings.withdraw, filings.submit, filings.endorse):
        who = cast.users.group if step is filings.endorse else cast.users.school
        step(filing, by=who, at=AT)
        states.append(Due.objects.get().state)
    filings.return_back(
        filing, by=cast.users.district, at=AT, reason="请核对", remarks={"coaches": "人数不符"}
    )
    states.append(Due.objects.get().state)
    assert states == ["SUBMITTED", "DRAFT", "SUBMITTED", "ENDORSED", "RETURNED"]
    assert (Due.objects.get().met_at, Remark.objects.get().text) == (AT, "人数不符")


@pytest.mark.django_db
def test_a_late_submit_is_refused_to_the_second(cast):
    filing = enrolment_in(cast, S.DRAFT)
    closes = filing.due.closes_at()
    with pytest.raises(Refused, match="报送已经截止"):
        filings.submit(filing, by=cast.users.school, at=closes + datetime.timedelta(seconds=1))
    assert filings.submit(filing, by=cast.users.school, at=closes).status == S.SUBMITTED


@pytest.mark.django_db
def test_what_fails_inside_a_step_undoes_all_of_it(cast):
    filing = enrolment_in(cast, S.SUBMITTED)

    def fail(row):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take(STEPS["endorse"], filing, by=cast.users.group, at=AT, then=fail)
    assert (Enrolment.objects.get().status, AuditEvent.objects.count()) == (S.SUBMITTED, 0)


@pytest.mark.django_db
def test_a_write_that_the_database_refuses_becomes_a_sentence(cast):
    filing = enrolment_in(cast, S.DRAFT)
    with pytest.raises(Refused, match="已提交的材料须有提交时间。"):
        take(STEPS["submit"], filing, by=cast.users.school, at=AT)
    assert AuditEvent.objects.count() == 0


@pytest.mark.django_db
def test_buttons_come_from_the_table(cast):
    filing = enrolment_in(cast, S.SUBMITTED)
    names = {
        role: [step.name for step in STEPS.open_for(filing, {role})]
        for role in (Role.SCHOOL, Role.GROUP, Role.DISTRICT, Role.AUDITOR)
    }
    assert names == {
        Role.SCHOOL: ["withdraw"],
        Role.GROUP: ["endorse", "return_back"],
        Role.DISTRICT: ["return_back"],
        Role.AUDITOR: [],
    }


def test_steps_know_their_names():
    steps = Steps({"close": Step({"OPEN"}, "CLOSED", {Role.DISTRICT})})
    assert steps["close"].name == "close"


# --- races ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_exactly_one_takes_the_step(cast):
    filing = enrolment_in(cast, S.SUBMITTED)
    said = race(*[lambda: filings.endorse(filing, by=cast.users.group, at=AT)] * 2)
    assert said == ["refused", "won"]
    assert (Enrolment.objects.get().status, AuditEvent.objects.count()) == (S.ENDORSED, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_fresh_look_both_would_win(cast, monkeypatch):
    """The control: the same race with the lock taken out must go wrong, or the race proves nothing."""
    filing = enrolment_in(cast, S.SUBMITTED)
    monkeypatch.setattr(workflow, "_locked", lambda step, row, by: Enrolment.objects.get(pk=row.pk))
    said = race(*[lambda: filings.endorse(filing, by=cast.users.group, at=AT)] * 2)
    assert (said, AuditEvent.objects.count()) == (["won", "won"], 2)


@pytest.mark.django_db(transaction=True)
def test_the_flush_between_tests_leaves_the_triggers_standing(cast):
    from guanweihui import triggers

    assert (AuditEvent.objects.count(), triggers.missing(connection)) == (0, [])
