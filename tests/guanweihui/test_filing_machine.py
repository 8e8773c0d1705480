"""A random evening of a round: whoever does whatever in whatever order, three things hold after every step.

The board makes up the whole; nothing that was typed and acknowledged is lost; a step taken leaves exactly one
line in the trail, and a step refused leaves none.
"""

import datetime
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from guanweihui import answers, filings, rounds
from guanweihui.models import AuditEvent, Due, Filing, Remark, Round, Version
from guanweihui.workflow import Refused
from tests import factories

START = timezone.make_aware(datetime.datetime(2026, 3, 2, 9))
DEADLINE = timezone.make_aware(datetime.datetime(2026, 3, 4, 17))
SCHOOLS = 3
#: What a filer may type into a number cell, sense and nonsense.
TYPED = st.sampled_from(["", "3", "12", "1,616", "-1", "1e9", "三十", "=1+1", " 7 ", "999999999999"])
KEYS = ("classes_primary", "students_primary", "coaches", "head_name")
GOOD = {
    "classes_primary": "3",
    "students_primary": "90",
    "coaches": "2",
    "head_name": "李明",
    "head_phone": "19900005678",
}
REASON = st.sampled_from(["", "请核对学生数。"])


class Evening(RuleBasedStateMachine):
    """One round with three schools; the clock only goes on. `expected` is what each must find saved."""

    dues = Bundle("dues")

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = START
        self.expected: dict[int, dict[str, str]] = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(target=dues, endorses=st.booleans(), grace=st.sampled_from([0, 10]))
    def open(self, endorses, grace):
        group = factories.make_group()
        self.users = {}
        schools = [factories.make_school(group=group) for _ in range(SCHOOLS)]
        district = group.district
        self.office = self._user("district", district=district)
        self.head = self._user("group", group=group)
        self.schools = {school.pk: self._user("school", school=school) for school in schools}
        round_ = factories.make_round(
            district=district, state=Round.State.PLANNED, opens_at=START, deadline_at=DEADLINE,
            group_endorses=endorses, grace_minutes=grace,
        )  # fmt: skip
        factories.make_campaign(district=district, round=round_)
        self.round = rounds.open_round(round_, by=self.office, at=self.now)
        return multiple(*(due.pk for due in Due.objects.filter(round=round_).order_by("pk")))

    def _user(self, role, **unit):
        user = factories.make_user()
        factories.make_post(user=user, role=role.upper(), **unit)
        return user

    # --- what people do ---

    @rule(minutes=st.sampled_from([1, 45, 8 * 60, 24 * 60]))
    def time_passes(self, minutes):
        self.now += datetime.timedelta(minutes=minutes)

    @rule(pk=dues)
    def start(self, pk):
        filing = self._try(
            lambda due: answers.start(due, by=self._filer(due), at=self.now), pk, may_repeat=True
        )
        if filing is not None:
            self.expected.setdefault(pk, filing.typed)

    @rule(pk=dues, typed=st.dictionaries(st.sampled_from(KEYS), TYPED), good=st.booleans(), old=st.booleans())
    def save(self, pk, typed, good, old):
        filing = self._filing(pk)
        if filing is None:
            return
        wanted = {**GOOD, **typed} if good else typed
        version = filing.version - 1 if old else filing.version
        saved = self._try(
            lambda due: answers.save_draft(filing, wanted, version=version, by=self._filer(due), at=self.now),
            pk, may_repeat=True,
        )  # fmt: skip
        if saved is not None:
            self.expected[pk] = {key: value for key, value in wanted.items() if value}

    @rule(pk=dues)
    def submit(self, pk):
        filing = self._filing(pk)
        if filing is not None:
            sent = self._try(
                lambda due: answers.submit(filing, version=filing.version, by=self._filer(due), at=self.now),
                pk,
            )
            if sent is not None:
                assert self.now <= Due.objects.get(pk=pk).closes_at()

    @rule(pk=dues, good=st.booleans(), by_group=st.booleans())
    def on_behalf(self, pk, good, by_group):
        typed = dict(GOOD) if good else {"classes_primary": "五"}
        by = self.head if by_group else self.office
        sent = self._try(
            lambda due: answers.file_on_behalf(
                due, typed, basis="电话记录", asked_by="李明", explained="见电话记录", by=by, at=self.now
            ),
            pk,
        )
        if sent is not None:
            self.expected[pk] = sent.typed

    @rule(pk=dues, step=st.sampled_from(["endorse", "accept", "withdraw"]))
    def decide(self, pk, step):
        filing = self._filing(pk)
        if filing is not None:
            who = {"endorse": self.head, "accept": self.office}.get(step) or self._filer(filing.due)
            self._try(lambda due: getattr(filings, step)(filing, by=who, at=self.now), pk)

    @rule(pk=dues, reason=REASON, again=st.booleans(), by_group=st.booleans())
    def send_back(self, pk, reason, again, by_group):
        filing = self._filing(pk)
        if filing is None:
            return
        if again:
            self._try(lambda due: filings.reopen(filing, by=self.office, at=self.now, reason=reason), pk)
            return
        by = self.head if by_group else self.office
        remarks = {"students_primary": "与班级数不符。"}
        back = self._try(
            lambda due: filings.return_back(filing, by=by, at=self.now, reason=reason, remarks=remarks), pk
        )
        if back is not None:
            assert Due.objects.get(pk=pk).closes_at() > self.now, "a return leaves time to answer it"

    @rule(pk=dues, reason=REASON, what=st.sampled_from(["waive", "report_nil", "restore"]))
    def free(self, pk, reason, what):
        by = self._filer(Due.objects.get(pk=pk)) if what == "report_nil" else self.office
        self._try(lambda due: getattr(rounds, what)(due, by=by, at=self.now, reason=reason), pk)

    @rule(pk=dues, hours=st.sampled_from([-1, 1, 72]))
    def extend(self, pk, hours):
        until = DEADLINE + datetime.timedelta(hours=hours)
        self._try(lambda due: rounds.extend(due, until=until, by=self.office, at=self.now, reason="停电"), pk)

    @rule(pk=consumes(dues), target=dues)
    def stranger(self, pk):
        """Somebody of another school gets nothing done, whatever the state."""
        others = [user for school, user in self.schools.items() if school != Due.objects.get(pk=pk).school_id]
        filing = self._filing(pk)
        before = AuditEvent.objects.count()
        due, other = Due.objects.get(pk=pk), others[0]
        if filing is None:
            with pytest.raises(Refused):
                answers.start(due, by=other, at=self.now)
        else:
            typed = {"coaches": "9"}
            with pytest.raises(Refused):
                answers.save_draft(filing, typed, version=filing.version, by=other, at=self.now)
        assert AuditEvent.objects.count() == before
        return pk

    # --- what holds ---

    @invariant()
    def the_board_makes_up_the_whole(self):
        counts = Counter()
        for (_, standing), number in Due.objects.standing(self.round).count_standings().items():
            counts[standing] += number
        assert sum(counts.values()) == SCHOOLS
        for due in Due.objects.standing(self.round):
            met = due.state in (Due.State.SUBMITTED, Due.State.ENDORSED, Due.State.ACCEPTED, Due.State.NIL)
            assert (due.standing in (Due.Standing.ON_TIME, Due.Standing.LATE)) == met
            assert (due.met_at is not None) or not met

    @invariant()
    def nothing_typed_is_lost(self):
        for pk, typed in self.expected.items():
            assert self._filing(pk).typed == typed

    @invariant()
    def due_and_filing_agree(self):
        for due in Due.objects.filter(round=self.round):
            filing = self._filing(due.pk)
            if filing is not None and due.state not in (Due.State.WAIVED, Due.State.NIL):
                state = "DRAFT" if filing.status == Filing.Status.WITHDRAWN else filing.status
                assert due.state == state

    @invariant()
    def what_is_on_its_way_has_a_version_and_no_open_remark(self):
        for due in Due.objects.filter(round=self.round):
            filing = self._filing(due.pk)
            if filing is not None and filing.status in ("SUBMITTED", "ENDORSED", "ACCEPTED"):
                assert Version.objects.of(filing).exists()
                assert not Remark.objects.open_for(filing).exists()

    # --- helpers ---

    def _filer(self, due):
        return self.schools[due.school_id]

    def _filing(self, pk):
        due = Due.objects.select_related("round").get(pk=pk)
        return answers.kind_of(due).filing_of(due)

    def _try(self, step, pk, *, may_repeat=False):
        """Take a step: refused it leaves no line in the trail, taken exactly one (autosave at most)."""
        before = AuditEvent.objects.count()
        try:
            row = step(Due.objects.select_related("round").get(pk=pk))
        except Refused:
            assert AuditEvent.objects.count() == before
            return None
        lines = AuditEvent.objects.count() - before
        assert lines in ((0, 1) if may_repeat else (1,))
        return row


@pytest.mark.django_db
def test_an_evening_keeps_the_board_the_text_and_the_trail():
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
