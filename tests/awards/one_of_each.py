"""One row of each model of the award cycle, at one school."""

from django.utils import timezone

from awards.models import PanelMark, Veto
from tests.awards import city_rows, list_rows, notice_rows, rows
from tests.awards.cycle_rows import plan


def make_one_of_each(school, *, by) -> None:
    """Make a planned cycle with its rules and forms, a nomination through its chain, a list, a notice, …"""
    now, district = timezone.now(), school.district
    plan(by=by, year=2030)
    nomination = rows.make_accepted(cycle=rows.make_open_cycle(district=district), school=school)
    PanelMark.objects.create(
        nomination=nomination, panellist="钱评审", points=90, entered_by=by, entered_at=now
    )
    Veto.objects.create(
        district=district,
        school=school,
        reason="材料不实",
        from_on=timezone.localdate(now),
        set_by=by,
        set_at=now,
    )
    list_rows.add(list_rows.make_list(cycle=list_rows.make_cycle(district=district, year=2008)))
    notice_rows.bare_objection(notice_rows.bare_notice(), by=by)
    city_rows.make_recommendation(district=district, year=2012)
