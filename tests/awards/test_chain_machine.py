"""A random round of nominations: whoever does whatever in whatever order, four things hold after every step.

The due follows its nominations; the places taken are those that nominations hold, by the balance and by the
ledger; nothing that was typed is lost; a step taken leaves one line in the trail, a step refused none.
"""

import datetime
from collections import Counter

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from awards import sheets
from awards.models import Nomination, Quota, QuotaMove
from awards.models.nominations import SENT, due_state
from awards.workflow import nominations as steps
from guanweihui import rounds
from guanweihui.models import AuditEvent, Due, Remark, Version
from guanweihui.scope import Role
from guanweihui.workflow import Refused, take
from tests import factories
from tests.awards import rows

S, Kind = Nomination.Status, rows.Kind
KINDS = (Kind.ADVANCED_COLLECTIVE, Kind.ADVANCED_RETIRED)
SCHOOLS, PLACES = 2, 2
#: What a school may type, sense and nonsense, beside what the form asks.
TYPED = st.sampled_from(
    [
        {},
        {"deeds": "太短"},
        {"deeds": "长" * 2001},
        {"abstract": ""},
        {sheets.SIGNED_ON: "2020年3月"},
        {"unit_name": "另一学校"},
        {"unit_name": "另一学校", "why_known_unit_name": "已更名"},
    ]
)
PLACE = st.integers(0, 2)
REASON = st.sampled_from(["", "请补写事迹。"])


class Chain(RuleBasedStateMachine):
    """Two schools of one group with two places an award; the clock only goes on."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = timezone.now()
        self.expected: dict[int, dict[str, str]] = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(passes_group=st.booleans())
    def open(self, passes_group):
        self.cycle = rows.make_open_cycle(kinds=KINDS)
        self.cycle.categories.update(passes_group=passes_group)
        group = factories.make_group(district=self.cycle.district)
        self.schools = [factories.make_school(group=group) for _ in range(SCHOOLS)]
        self.people = [factories.make_person(school=school) for school in self.schools]
        self.filers = [rows.user_of(school) for school in self.schools]
        self.head = rows.user_of(group, Role.GROUP)
        self.office = rows.user_of(self.cycle.district, Role.DISTRICT)
        self.leader = rows.user_of(self.cycle.district, Role.LEADER)
        self.dues = [rows.make_due(cycle=self.cycle, school=school).pk for school in self.schools]
        for category in self.cycle.categories.all():
            rows.give_places(category, PLACES, group=group)
        for of, kind in enumerate(KINDS):
            self.begin(of, kind, by_deputy=False)
            self.write(of, {}, old=False)

    # --- what people do ---

    @rule(days=st.sampled_from([1, 3]))
    def time_passes(self, days):
        self.now += datetime.timedelta(days=days)

    @rule(of=st.integers(0, SCHOOLS - 1), kind=st.sampled_from(KINDS), by_deputy=st.booleans())
    def begin(self, of, kind, by_deputy):
        person = None if kind == Kind.ADVANCED_COLLECTIVE else self.people[of]
        by, basis = (self.office, "电话核对") if by_deputy else (self.filers[of], "")
        category = rows.category_of(self.cycle, kind)
        due = Due.objects.get(pk=self.dues[of])
        begun = self._try(lambda: steps.start(due, category, person, by=by, at=self.now, basis=basis))
        if begun is not None:
            self.expected[begun.pk] = begun.typed

    @rule(place=PLACE, typed=TYPED, old=st.booleans())
    def write(self, place, typed, old):
        nomination = self._nomination(place)
        wanted = {
            "unit_name": nomination.unit.full_name,
            "deeds": "组织五老进校园宣讲，成效明显。",
            "abstract": "成效明显。",
            sheets.SIGNED_BY: "李明",
            sheets.SIGNED_ON: "2020-03-02",
            **typed,
        }
        saved = self._try(
            lambda: steps.save_section(
                nomination,
                wanted,
                version=nomination.version - old,
                by=self._filer(nomination),
                at=self.now,
            ),
            may_repeat=True,
        )
        if saved is not None:
            whole = {**self.expected[nomination.pk], **wanted}
            self.expected[nomination.pk] = {key: value for key, value in whole.items() if value}
            if not nomination.due.attachments.filter(filing_id=nomination.pk).exists():
                rows.attach(nomination)

    @rule(place=PLACE)
    def forward(self, place):
        """Take the step that comes next."""
        nomination = self._nomination(place)
        endorses = nomination.category.passes_group
        if nomination.is_editable:
            self.send(place, by_deputy=bool(nomination.basis))
        elif nomination.status in (S.SUBMITTED, S.ENDORSED):
            self.go_on(place, "endorse" if endorses and nomination.status == S.SUBMITTED else "accept")
        else:
            self.decide(place, "honour" if nomination.status == S.APPROVED else "approve")

    @rule(place=PLACE, by_deputy=st.booleans())
    def send(self, place, by_deputy):
        nomination = self._nomination(place)
        to_send = {"version": nomination.version, "at": self.now}
        if by_deputy:
            self._try(lambda: steps.file_on_behalf(nomination, asked_by="李明", by=self.office, **to_send))
            return
        sent = self._try(lambda: steps.submit(nomination, by=self._filer(nomination), **to_send))
        if sent is not None:
            assert self.now <= sent.due.closes_at()

    @rule(place=PLACE, step=st.sampled_from(["withdraw", "discard", "endorse", "accept"]))
    def go_on(self, place, step):
        nomination = self._nomination(place)
        at, today = self.now, timezone.localdate(self.now)
        self._try(
            {
                "withdraw": lambda: steps.withdraw(nomination, by=self._filer(nomination), at=at),
                "discard": lambda: steps.discard(nomination, by=self._filer(nomination), at=at),
                "endorse": lambda: steps.endorse(
                    nomination, text="同意。", signed_by="周组长", signed_on=today, by=self.head, at=at
                ),
                "accept": lambda: steps.accept(nomination, text="通过。", by=self.office, at=at),
            }[step]
        )

    @rule(
        place=PLACE,
        step=st.sampled_from(["return_back", "decline", "reopen"]),
        reason=REASON,
        by_group=st.booleans(),
    )
    def send_back(self, place, step, reason, by_group):
        nomination = self._nomination(place)
        by = self.head if by_group else self.office
        back = self._try(lambda: getattr(steps, step)(nomination, reason=reason, by=by, at=self.now))
        if back is not None and step != "decline":
            assert Due.objects.get(pk=nomination.due_id).closes_at() > self.now, "there is time to answer"

    @rule(place=PLACE, step=st.sampled_from(["approve", "hold", "honour"]))
    def decide(self, place, step):
        """What an approved list and its decision take a nomination through."""
        nomination = self._nomination(place)
        by = self.office if step == "honour" else self.leader
        self._try(lambda: take(steps.STEPS[step], nomination, by=by, at=self.now))

    @rule(of=st.integers(0, SCHOOLS - 1), what=st.sampled_from(["finish", "report_nil", "restore"]))
    def settle(self, of, what):
        due, by = Due.objects.select_related("round").get(pk=self.dues[of]), self.filers[of]
        if what == "finish":
            self._try(lambda: steps.finish(due, by=by, at=self.now))
        else:
            by = by if what == "report_nil" else self.office
            self._try(lambda: getattr(rounds, what)(due, by=by, at=self.now, reason="没有人选。"))

    # --- what holds ---

    @invariant()
    def the_due_follows_its_nominations(self):
        for due in Due.objects.filter(pk__in=self.dues).exclude(state=Due.State.NIL):
            statuses = Nomination.objects.of_due(due).values_list("status", flat=True)
            assert due.state == due_state(statuses, is_finished=due.met_at is not None)
            assert due.met_at is not None or due.state in Due.UNMET

    @invariant()
    def places_taken_are_those_that_nominations_hold(self):
        held = Counter(Nomination.objects.exclude(quota=None).values_list("quota", flat=True))
        for quota in Quota.objects.all():
            moved = QuotaMove.objects.of(quota).aggregate(places=Sum("places"), used=Sum("used"))
            assert (quota.places, quota.used) == (moved["places"], moved["used"])
            assert quota.used == held[quota.pk] <= PLACES
        sent = Nomination.objects.filter(status__in=SENT)
        assert sent.count() == sum(held.values()), "whatever is in the running holds one"

    @invariant()
    def nothing_typed_is_lost(self):
        for pk, typed in self.expected.items():
            assert Nomination.objects.get(pk=pk).typed == typed

    @invariant()
    def what_is_on_its_way_has_a_version_and_no_open_remark(self):
        for nomination in Nomination.objects.on_its_way():
            assert Version.objects.of(nomination).exists()
            assert not Remark.objects.open_for(nomination).exists()

    # --- helpers ---

    def _nomination(self, place):
        """Return one of the nominations begun so far, the last one for a place too high."""
        found = list(Nomination.objects.for_page().order_by("pk"))
        return found[min(place, len(found) - 1)]

    def _filer(self, nomination):
        return self.filers[self.schools.index(nomination.unit)]

    def _try(self, step, *, may_repeat=False):
        """Take a step: refused it leaves no line in the trail, taken exactly one (autosave at most)."""
        before = AuditEvent.objects.count()
        try:
            with transaction.atomic():
                row = step()
        except Refused:
            assert AuditEvent.objects.count() == before
            return None
        lines = AuditEvent.objects.count() - before
        assert lines in ((0, 1) if may_repeat else (1,))
        return row


@pytest.mark.django_db
def test_a_round_of_nominations_keeps_dues_places_texts_and_the_trail():
    run_state_machine_as_test(
        Chain,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
